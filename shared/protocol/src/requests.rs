//! Requests that a client or a browser sends to an endpoint.

pub(crate) mod authorization;
pub(crate) mod bearer;
pub(crate) mod body_parameters;
pub(crate) mod client_assertion;
pub(crate) mod client_authentication;
pub(crate) mod logout;
pub(crate) mod token;
