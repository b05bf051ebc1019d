//! The values of parameters, each with its own syntax.

pub(crate) mod assertion_target;
pub(crate) mod client_id_url;
pub(crate) mod client_link;
pub(crate) mod email_address;
pub(crate) mod grant_type;
pub(crate) mod issuer_url;
pub(crate) mod jose_type;
pub(crate) mod localized;
pub(crate) mod logo;
pub(crate) mod names;
pub(crate) mod parameters;
pub(crate) mod pkce;
pub(crate) mod precis;
pub(crate) mod prompt;
pub(crate) mod proof_algorithm;
pub(crate) mod redirect_uri;
pub(crate) mod request_uri;
pub(crate) mod resource;
pub(crate) mod response_type;
pub(crate) mod scope;
pub(crate) mod secret;
pub(crate) mod server_uri;
pub(crate) mod subject_type;
pub(crate) mod target_uri;
pub(crate) mod thumbprint;
pub(crate) mod user_code;
