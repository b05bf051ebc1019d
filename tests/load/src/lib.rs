//! Load: many concurrent callers, the real function binaries in many processes, and a store with faults. At the end
//! the answers that the clients received are compared with the contents of the table.
//!
//! From the outside in:
//! - [`soak`] is the test: it starts everything, lets 64 callers create their grants, and reports the figures;
//! - [`plan`] is the plan of a caller for a grant, drawn from the seed before it begins;
//! - [`caller`] carries it out, as an honest client and sometimes as a thief, and knows the right answer at each
//!   step;
//! - [`asking`] sends a request, and repeats it after a 503 once the time in the answer has passed;
//! - [`ledger`] records the answers that clients received, and finds differences from the table;
//! - [`table`] reads the table and [`handles`] reads codes and tokens, both without Jeton's own code;
//! - [`steps`] are the steps of an app's grant once there is a code;
//! - [`spoiled`] shows that damage to the table is detected;
//! - [`place`] is the stack: `jeton dev` with its store, a proxy that injects faults into calls, and Lambda.
//!
//! The short run is part of `tests/run`. The long one, 200,000 grants, is part of `tests/prove`. To make it alone:
//!
//! ```text
//! JETON_LONG=1 cargo test --release --locked --workspace under_load -- --nocapture
//! ```
//!
//! # Decisions
//! - The seed determines what each caller does with each of its grants, and the fault of the call with each number.
//!   The scheduler determines the order in which the calls of 64 callers meet, so a run with the same seed is the
//!   same work under the same faults, but not the same interleaving.
//! - An honest client that gets a 503 waits as long as `Retry-After` says and sends the same request again. If a
//!   redemption was written and never answered, the repetition is the second use of its code: `invalid_grant`, and
//!   the grant is revoked. That is by design (RFC 6749 §4.1.2) and counted as a lost code.
//! - The lifetime of a code and the retry window of a refresh are set to their maximum. On a busy machine, a client
//!   that gets many 503s is late; other tests with a clock of their own cover that case.
//! - A request that was answered with 503 may have created a grant that no client knows. For each of them the table
//!   may contain one such item, of that client and in its initial state, and no more.
//! - A wrong answer fails the test at once; nothing is asserted about the outcome of a race.

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
