//! The authorization endpoint: valid requests, and the places its answers may go to.

mod malformed_requests;
mod parameters;
mod pkce;
mod pushed_requests;
mod redirect_uris;
mod request_objects;
mod request_references;
mod resources;
mod responses;
mod scope_and_resource;
mod signed_responses;
mod state_and_issuer;
