//! Hostile input: what must never panic, never answer 5xx and never be redirected to where nobody registered.
//!
//! A *target* is a plain function of bytes that reads them as the product does and asserts what must hold of whatever
//! was read. libFuzzer drives the targets (`tests/fuzz/run`); ordinary tests replay the corpus and drive them with random
//! bytes, so that a broken target is noticed without libFuzzer. Beside the targets there are properties of whole
//! endpoints, asked in this process with a real store behind them.
//!
//! # Decisions
//! - A target asserts more than that nothing panics: what is read is written and read again, what is opened was sealed,
//!   what is redirected stays where it was registered, told by readers of URIs that the product does not use.
//! - Only the crates of this workspace are instrumented: what they depend on is the same build as everywhere else.
//! - Everything is told by a seed: a failing case prints how to see it again.
#![expect(clippy::expect_used, clippy::panic, reason = "a target that cannot do its work stops the test")]

mod authorization_request;
mod event;
mod fixtures;
mod handles;
mod jwt;
mod location;
mod redirect_uri;
mod tickets;
mod token_request;

#[cfg(test)]
mod authorize_endpoint;
#[cfg(test)]
mod machine_endpoints;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod world;

/// What reads bytes as the product does, and panics when something does not hold.
pub type Target = fn(&[u8]);

/// Every target, by the name of its corpus.
pub const TARGETS: [(&str, Target); 7] = [
    ("authorization_request", authorization_request::target),
    ("event", event::target),
    ("handles", handles::target),
    ("jwt", jwt::target),
    ("redirect_uri", redirect_uri::target),
    ("tickets", tickets::target),
    ("token_request", token_request::target),
];

/// The first line of `data`, and what follows it.
fn split_line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    (data.get(..end).unwrap_or_default(), data.get(end.saturating_add(1)..).unwrap_or_default())
}
