//! Load: many callers at once, the real function binaries in many processes, a store that fails. In the end what the
//! clients were told is compared with what the table holds.
//!
//! From the outside in:
//! - [`soak`] is the test: it starts everything, lets 64 callers make their grants, and tells the figures;
//! - [`plan`] is what a caller is going to do with a grant, drawn from the seed before it begins;
//! - [`caller`] does it, as an honest client and sometimes as a thief, and knows which answer is right at each step;
//! - [`asking`] sends a request, again and again while it is told 503, as late as it is told to;
//! - [`ledger`] is what the clients were told, and how that differs from what stands in the table;
//! - [`table`] reads the table, [`handles`] reads codes and tokens, both without the product's own code;
//! - [`steps`] is what happens to an app's grant once there is a code;
//! - [`spoiled`] shows that what is spoiled in the table is seen;
//! - [`place`] is the stack: `jeton dev` with its store, a proxy that makes calls go wrong, Lambda.
//!
//! The short run is part of `tests/run`. The long one, 200,000 grants, is part of `tests/prove`, and alone it is made by
//!
//! ```text
//! JETON_LONG=1 cargo test --release --locked --workspace under_load -- --nocapture
//! ```
//!
//! # Decisions
//! - The seed fixes what each caller does with each of its grants, and what goes wrong with the call of each number. In
//!   which order the calls of 64 callers meet is the scheduler's, so a run with the same seed is the same work under the
//!   same faults and not the same interleaving.
//! - An honest client that is told 503 waits as long as `Retry-After` says and sends the same request again. A redemption
//!   that was written and never answered is then the second use of its code: `invalid_grant`, and the grant is over. That
//!   is by design (RFC 6749 §4.1.2) and counted as a lost code.
//! - The life of a code and the window in which a refresh is repeated are as long as they can be. Whoever is told 503 many
//!   times on a busy machine is late, and what happens then is shown elsewhere, with a clock of the test's own.
//! - A request that was told 503 may have made a grant of which nobody knows. For each of them one such item may stand in
//!   the table, of that client and as it was created, and no more.
//! - An answer that is not the right one is a failure at once; nothing is asserted of how a race goes.

#[cfg(test)]
mod asking;
#[cfg(test)]
mod caller;
#[cfg(test)]
mod handles;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod place;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod soak;
#[cfg(test)]
mod spoiled;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod table;
