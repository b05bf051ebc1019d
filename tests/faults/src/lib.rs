//! Every flow under every fault, at every call that it makes to the store.
//!
//! A proxy stands between `jeton dev` and its store and makes one call go wrong, or one and all after it
//! ([`harness::Fault`], [`harness::Span`]). For each flow the calls of a run in which all is well are counted; then the flow
//! is prepared anew for each fault at each of these calls. What must hold:
//!
//! - The answer is the right one, or 503 with `Retry-After`; nothing is told or released that is not known.
//! - A fault that happens once is not seen by the client: the SDK sends again, and finds its own work.
//! - Nobody waits longer than [`matrix::PATIENCE`].
//! - When all is well again the honest client does what it was told to do, later, and gets what is its own: nobody is
//!   locked out, nothing is given twice, what was to be revoked is revoked.
//!
//! `cargo test --release --locked --workspace --package faults -- --nocapture` prints how often each fault was met and the
//! answer under it. Nothing here is random: the same runs are made each time.

#[cfg(test)]
mod flows;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod people;
#[cfg(test)]
mod place;
#[cfg(test)]
mod registrations;
#[cfg(test)]
mod revocations;
