//! The values of parameters, each with its own syntax.

pub(crate) mod client_id_url;
pub(crate) mod client_link;
pub(crate) mod grant_type;
pub(crate) mod logo;
pub(crate) mod names;
pub(crate) mod parameters;
pub(crate) mod pkce;
pub(crate) mod prompt;
pub(crate) mod redirect_uri;
pub(crate) mod resource;
pub(crate) mod response_type;
pub(crate) mod scope;
pub(crate) mod secret;
pub(crate) mod server_uri;
