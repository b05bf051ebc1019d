//! The registry: clients, APIs, issuers that others run, and the registrations that clients make themselves.

pub(crate) mod api_changes;
pub(crate) mod api_item;
pub(crate) mod cache;
pub(crate) mod changes;
pub(crate) mod current;
pub(crate) mod documents;
pub(crate) mod edits;
pub(crate) mod federation_item;
pub(crate) mod federations;
pub(crate) mod issuers;
pub(crate) mod item;
pub(crate) mod logos;
pub(crate) mod relying_party_item;
pub(crate) mod request_rules_item;
pub(crate) mod second_look;
pub(crate) mod second_looks;
pub(crate) mod self_registration_item;
pub(crate) mod self_registrations;
pub(crate) mod table;
