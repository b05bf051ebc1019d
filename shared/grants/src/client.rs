//! Clients: their registration and their authentication.

pub(crate) mod appearance;
pub mod assertion;
pub(crate) mod assertion_algorithm;
pub(crate) mod audience_rule;
pub(crate) mod authenticate;
pub(crate) mod change;
pub(crate) mod document_copy;
pub(crate) mod fact;
pub mod federation;
pub(crate) mod former;
pub(crate) mod issuer;
pub(crate) mod name;
pub(crate) mod named_settings;
pub(crate) mod profile;
pub(crate) mod public_keys;
pub(crate) mod record;
pub(crate) mod relying_party;
pub mod request_object;
pub(crate) mod request_rules;
pub(crate) mod self_registration;
