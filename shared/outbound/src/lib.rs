//! Outbound requests to addresses that others registered: the key sets of clients, and the URLs notified of a
//! sign-out.
//!
//! This crate keeps such requests from reaching anything inside the network, and limits their time and size. It
//! does not decide which addresses are requested or what the responses mean.
//!
//! # Decisions
//! - A name is resolved once, all its addresses are checked, and the connection goes to one of them: no second
//!   look-up can return a different address (C119). One private address among public ones refuses them all.
//! - Redirects are not followed: anyone who registers an address can register its target instead. Proxies named in
//!   the environment are not used, because they would resolve the name again.
//! - Each connection serves one request. A function may be frozen for minutes between two, and responses are
//!   cached.
//! - The system's root certificates are trusted, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name. They are
//!   read on first use, because most functions never send a request.
//! - Only `https` is allowed. `http` is for a server on this machine that the operator names.

mod address;
mod exchange;
mod reach;
mod target;

pub use exchange::{FetchError, Fetched, Outbound};
pub use reach::{MalformedReach, Reach};
pub use target::{FetchUrl, Forbidden};
