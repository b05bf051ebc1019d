//! Tests of Jeton's answers over HTTP, line by line of the checklist.
//!
//! The product is a black box here: `jeton dev` runs as a separate process, and the tests use only its endpoints and
//! its commands. The modules are named after features; what they share is in `support`. The name of a test that covers
//! a line of the checklist begins with the line's number. `COVERAGE.md` lists the state of each line.

#[cfg(test)]
mod access_tokens;
#[cfg(test)]
mod account;
#[cfg(test)]
mod authorization_code;
#[cfg(test)]
mod authorization_request;
#[cfg(test)]
mod client_assertions;
#[cfg(test)]
mod client_authentication;
#[cfg(test)]
mod client_credentials;
#[cfg(test)]
mod client_id_documents;
#[cfg(test)]
mod consent;
#[cfg(test)]
mod cors;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod device_grant;
#[cfg(test)]
mod dpop;
#[cfg(test)]
mod external_suite;
#[cfg(test)]
mod fapi;
#[cfg(test)]
mod federated_clients;
#[cfg(test)]
mod head_requests;
#[cfg(test)]
mod id_tokens;
#[cfg(test)]
mod identity_assertions;
#[cfg(test)]
mod implicit;
#[cfg(test)]
mod introspection;
#[cfg(test)]
mod issuer;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod local_stack;
#[cfg(test)]
mod log;
#[cfg(test)]
mod logout;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod mutual_tls;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod password_grant;
#[cfg(test)]
mod people;
#[cfg(test)]
mod refresh_tokens;
#[cfg(test)]
mod registration;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod sign_in_pages;
#[cfg(test)]
mod startup;
#[cfg(test)]
mod storage;
#[cfg(test)]
mod support;
#[cfg(test)]
mod token_endpoint;
#[cfg(test)]
mod token_exchange;
#[cfg(test)]
mod token_handles;
#[cfg(test)]
mod unsupported_grants;
#[cfg(test)]
mod userinfo;
