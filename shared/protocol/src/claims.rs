//! Claims about a person, the scopes that request groups of claims, and requests for single claims.

pub(crate) mod claim;
pub(crate) mod claim_set;
pub(crate) mod claims_request;
