//! Hostile input: it must never cause a panic, a 5xx answer, or a redirect to an unregistered URI.
//!
//! A *target* is a plain function of bytes. It reads them as the product does and asserts the properties of the
//! result. libFuzzer drives the targets (`tests/fuzz/run`); ordinary tests replay the corpus and add random bytes,
//! so that a broken target is noticed without libFuzzer. There are also properties of whole endpoints, which run in
//! this process with a real store behind them.
//!
//! # Decisions
//! - A target asserts more than the absence of panics: parsed values survive writing and reading, opened handles
//!   were sealed, and redirects go to registered URIs, as judged by URI parsers that the product does not use.
//! - Only the crates of this workspace are instrumented; their dependencies are built as everywhere else.
//! - A seed determines everything: a failing case prints how to reproduce it.
#![expect(clippy::expect_used, clippy::panic, reason = "a target that cannot do its work stops the test")]

mod authorization_request;
mod dpop_proof;
mod event;
mod fixtures;
mod handles;
mod jwt;
mod location;
mod redirect_uri;
mod request_object;
mod tickets;
mod token_request;

#[cfg(test)]
mod authorize_endpoint;
#[cfg(test)]
mod machine_endpoints;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod par_endpoint;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod world;

/// A function that reads bytes as the product does, and panics when a property does not hold.
pub type Target = fn(&[u8]);

/// All targets, by the names of their corpora.
pub const TARGETS: [(&str, Target); 9] = [
    ("authorization_request", authorization_request::target),
    ("dpop_proof", dpop_proof::target),
    ("event", event::target),
    ("handles", handles::target),
    ("jwt", jwt::target),
    ("redirect_uri", redirect_uri::target),
    ("request_object", request_object::target),
    ("tickets", tickets::target),
    ("token_request", token_request::target),
];

/// Returns the first line of `data` and the rest.
fn split_line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    (data.get(..end).unwrap_or_default(), data.get(end.saturating_add(1)..).unwrap_or_default())
}
