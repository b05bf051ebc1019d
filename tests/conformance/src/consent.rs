//! Consent: the page, its memory, and its withdrawal.

mod changed_registrations;
mod remembered;
