//! Consent: the page, the decisions that are remembered, and their withdrawal.

mod appearance;
mod languages;
pub(crate) mod outdated_pages;
mod page;
mod remembered;
