//! Consent: the page, the decisions that are remembered, and their withdrawal.

mod appearance;
mod languages;
mod outdated_pages;
mod page;
mod remembered;
