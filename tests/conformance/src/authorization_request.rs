//! The authorization endpoint: valid requests, and the places its answers may go to.

mod malformed_requests;
mod pushed_requests;
pub(crate) mod redirect_uris;
