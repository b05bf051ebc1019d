//! Clients that register themselves (RFC 7591, RFC 7592, `OpenID` Connect Dynamic Client Registration).

mod agents;
mod client_metadata;
mod errors;
mod initial_access_tokens;
mod logos;
mod management;
mod names;
mod pkce;
mod private_use_schemes;
mod requests;
