//! Clients: how they authenticate, their keys and secrets, and who registered them.

pub(crate) mod admission;
pub(crate) mod assertions;
pub(crate) mod authentication;
pub(crate) mod denied;
pub(crate) mod document_clients;
pub(crate) mod federated;
pub(crate) mod identity_assertions;
pub(crate) mod kept_objects;
pub(crate) mod logos;
pub(crate) mod new_client;
pub(crate) mod operator_names;
pub(crate) mod registered_itself;
pub(crate) mod request_objects;
pub(crate) mod request_references;
pub(crate) mod secret;
pub(crate) mod served_keys;
pub(crate) mod shown_name;
