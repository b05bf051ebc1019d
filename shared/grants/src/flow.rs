//! The flows that lead to a token, one for each grant type.

pub mod authorization_code;
pub mod client_credentials;
pub mod implicit;
pub mod password;
pub mod refresh_token;
