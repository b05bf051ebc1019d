//! Limits: counters of wrong guesses and of registrations.

pub(crate) mod counters;
pub(crate) mod registrations;
