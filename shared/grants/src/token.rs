//! Tokens: the content of each kind.

pub(crate) mod access_token;
pub mod dpop;
pub(crate) mod handles;
pub(crate) mod id_token;
pub(crate) mod introspection;
pub(crate) mod logout_token;
pub(crate) mod name;
pub(crate) mod signed_response;
pub mod userinfo;
