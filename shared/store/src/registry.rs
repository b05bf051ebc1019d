//! The registry: clients, APIs and the registrations that clients make themselves.

pub(crate) mod cache;
pub(crate) mod documents;
pub(crate) mod item;
pub(crate) mod logos;
pub(crate) mod second_look;
pub(crate) mod second_looks;
pub(crate) mod self_registration_item;
pub(crate) mod self_registrations;
pub(crate) mod table;
