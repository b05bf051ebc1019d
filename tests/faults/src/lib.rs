//! Every flow under every fault, at every call to the store.
//!
//! A proxy between `jeton dev` and its store makes one call fail, or one and all later ones ([`harness::Fault`],
//! [`harness::Span`]). For each flow the tests count the calls of a run without faults; then they prepare the flow
//! anew for each fault at each of these calls. These rules must hold:
//!
//! - The answer is the right one, or 503 with `Retry-After`; an answer never states or releases anything uncertain.
//! - The client does not notice a fault that happens once: the SDK sends the call again and finds its own work.
//! - No answer takes longer than [`matrix::PATIENCE`].
//! - When the store works again, the honest client follows its instructions and gets the results: no one is locked
//!   out, nothing is issued twice, and all revocations are complete.
//!
//! `cargo test --release --locked --workspace --package faults -- --nocapture` prints how often each fault occurred,
//! and the answers. Nothing here is random: every run does the same.

#[cfg(test)]
mod bound;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod exchanges;
#[cfg(test)]
mod flows;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod people;
#[cfg(test)]
mod place;
#[cfg(test)]
mod profile;
#[cfg(test)]
mod pushed;
#[cfg(test)]
mod registrations;
#[cfg(test)]
mod revocations;
