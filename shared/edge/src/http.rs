//! HTTP: endpoints, requests, responses, cookies, cross-origin headers and failures.

pub(crate) mod cookies;
pub(crate) mod cors;
pub(crate) mod endpoint;
pub(crate) mod failure;
pub(crate) mod firewall;
pub(crate) mod language;
pub(crate) mod request;
pub(crate) mod response;
