//! The keys of clients, and the assertions signed with them.

pub(crate) mod assertion;
pub(crate) mod federated;
pub(crate) mod identity_assertion;
pub(crate) mod key_set;
mod members;
pub(crate) mod proof;
pub(crate) mod request_object;
