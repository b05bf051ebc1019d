//! Claims about a person, the scopes that request groups of claims, and requests for single claims.

pub(crate) mod claim;
pub(crate) mod claim_names;
pub(crate) mod claim_set;
pub(crate) mod claim_value;
pub(crate) mod claims_request;
pub(crate) mod custom_claim;
pub(crate) mod malformed_claim;
