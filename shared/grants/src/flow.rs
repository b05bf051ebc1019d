//! The flows that lead to a token, one for each grant type.

pub mod assertion_exchange;
pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod identity_assertion;
pub mod implicit;
pub mod password;
pub mod pushed_request;
pub mod refresh_token;
pub mod token_exchange;
