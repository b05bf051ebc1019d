//! Consent: the page, the decisions that are remembered, and their withdrawal.

mod appearance;
mod outdated_pages;
mod page;
mod remembered;
