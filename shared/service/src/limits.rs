//! Limits: counters of wrong guesses, of registrations and of documents that are fetched.

pub(crate) mod counters;
pub(crate) mod fetches;
pub(crate) mod registrations;
