//! Tokens: the content of each kind.

pub(crate) mod access_token;
pub(crate) mod handles;
pub(crate) mod id_token;
pub(crate) mod introspection;
pub(crate) mod logout_token;
pub(crate) mod name;
pub mod userinfo;
