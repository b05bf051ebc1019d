//! What is said of a person: the claims, the scopes that stand for them, and requests for single ones.

pub(crate) mod claim;
pub(crate) mod claim_set;
pub(crate) mod claims_request;
