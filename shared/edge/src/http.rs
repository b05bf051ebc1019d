//! HTTP: requests, responses, cookies, cross-origin headers and failures.

pub(crate) mod bearer_failure;
pub(crate) mod cookies;
pub(crate) mod cors;
pub(crate) mod failure;
pub(crate) mod firewall;
pub(crate) mod registration_failure;
pub(crate) mod request;
pub(crate) mod response;
