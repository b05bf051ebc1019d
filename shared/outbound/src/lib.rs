//! Requests from this server to addresses that others wrote down: key sets of clients, and whoever is told of a sign-out.
//!
//! Here lives what keeps such a request from reaching anything inside the network, from taking long and from growing
//! large. What never lives here: what is asked, and what the answer means.
//!
//! # Decisions
//! - A name is resolved once, every address that it has is looked at, and the connection goes to one of these: no second
//!   look-up can find another address (C119). One private address among public ones refuses them all.
//! - Redirects are not followed: whoever wrote the address down can write down where it leads. The proxies that an
//!   environment names are not used: they would look the name up again.
//! - A connection serves one request. A function may be frozen for minutes between two, and what is asked is cached.
//! - The roots of the system are trusted, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name. They are read when
//!   they are needed first: most functions never ask anybody.
//! - `https` only. `http` is for a server on this very machine that the operator names.

mod address;
mod exchange;
mod reach;
mod target;

pub use exchange::{FetchError, Fetched, Outbound};
pub use reach::{MalformedReach, Reach};
pub use target::{Forbidden, Target};
