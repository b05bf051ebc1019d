//! Consent: the page, the decisions that are remembered, and their withdrawal.

mod outdated_pages;
mod page;
mod remembered;
