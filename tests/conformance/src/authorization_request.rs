//! The authorization endpoint: valid requests, and the places its answers may go to.

mod malformed_requests;
mod parameters;
mod pkce;
mod pushed_requests;
mod redirect_uris;
mod request_objects;
mod resources;
mod responses;
mod scope_and_resource;
mod state_and_issuer;
