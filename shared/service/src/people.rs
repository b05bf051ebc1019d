//! People: how their passwords are checked, how they sign in, and what their browsers keep.

pub(crate) mod arrivals;
pub(crate) mod browsers;
mod directory_check;
pub(crate) mod factor_form;
pub(crate) mod guess_counters;
pub(crate) mod passkeys;
pub(crate) mod passwords;
pub(crate) mod second_factors;
pub(crate) mod sign_in_fault;
pub(crate) mod sign_ins;
pub(crate) mod way_back;
