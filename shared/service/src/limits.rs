//! Limits: counters of wrong guesses, of user codes, of registrations, of mails and of documents that are fetched.

pub(crate) mod counters;
pub(crate) mod fetches;
pub(crate) mod mails;
pub(crate) mod registrations;
pub(crate) mod user_codes;
