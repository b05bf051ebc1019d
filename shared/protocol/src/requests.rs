//! Requests that a client or a browser sends to an endpoint.

pub(crate) mod authorization;
pub(crate) mod authorization_error;
pub(crate) mod bearer;
pub(crate) mod body_parameters;
pub(crate) mod client_assertion;
pub(crate) mod client_authentication;
pub(crate) mod client_authentication_error;
pub(crate) mod device;
pub(crate) mod dpop_proof;
pub(crate) mod federated_assertion;
pub(crate) mod identity_assertion;
pub(crate) mod logout;
pub(crate) mod pushed;
pub(crate) mod request_object;
pub(crate) mod request_reference;
pub(crate) mod sign_in_wishes;
pub(crate) mod token;
pub(crate) mod token_error;
pub(crate) mod token_exchange;
pub(crate) mod token_parameters;
pub(crate) mod token_query;
