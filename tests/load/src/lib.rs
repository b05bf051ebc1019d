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
//! - [`steps`] are the steps of an app's grant once there is a code, [`devices`] are devices that get theirs by polls,
//!   and [`bank`] is an app with a FAPI profile;
//! - [`person`] is the person with two browsers whom these apps ask, and [`events`] are sign-outs and operators'
//!   commands, at the same time as a request or after it;
//! - [`spoiled`] shows that damage to the table is detected;
//! - [`place`] is the stack: `jeton dev` with its store, a proxy that injects faults into calls, and Lambda.
//!
//! The short run is part of `tests/run`. The long one, 60,000 grants, is part of `tests/prove`. To make it alone:
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
//! - Each caller has a person of its own, so it knows which of its grants an event ends. What happens at the same time is
//!   one request of an app, and for one kind of event three commands.
//! - The work after a sign-out marks grants as revoked some time later. So a grant that an event has ended may stand in
//!   the table in its last state or as revoked, and what it depends on must be over there.
//! - An operator repeats a command that failed.
//! - A command revokes the older grants before it returns, so its refusals say little about the rule that a grant depends on
//!   its person. Where no request is in flight, the command's own write is therefore made alone first.
//! - A code that came too late and was left as issued is explained by a request of its app that ended in 503, if there was one;
//!   `tests/model` and `tests/conformance` cover it exactly. Items of people who are gone are not compared.
//! - A request that was answered with 503 may have created a grant that no client knows. For each of them the table
//!   may contain one such item, of that client and in its initial state, and no more.
//! - A pushed request and the request of a device are items before they are grants. Those that led to no grant are not compared:
//!   a push whose answer was lost, or a device that was denied.
//! - A wrong answer fails the test at once; nothing is asserted about the outcome of a race.

#[cfg(test)]
mod asking;
#[cfg(test)]
mod bank;
#[cfg(test)]
mod caller;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod events;
#[cfg(test)]
mod handles;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod person;
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
