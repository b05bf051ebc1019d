//! Consent: the page, its memory, and its withdrawal.

mod outdated_pages;
mod page;
mod remembered;
