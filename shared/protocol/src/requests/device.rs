//! Requests to the device authorization endpoint (RFC 8628 §3.1).

use crate::requests::token_error::TokenRequestError;
use crate::requests::token_parameters::{resources, scope};
use crate::values::names::Nonce;
use crate::values::parameters::Parameters;
use crate::values::resource::Resource;
use crate::values::scope::Scope;

/// The request of a device for access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceAuthorizationRequest {
    /// The requested scope; `None` requests the default.
    pub scope: Option<Scope>,
    /// The APIs the tokens are for (RFC 8707); empty requests the default.
    pub resources: Vec<Resource>,
    /// The `nonce` to put into the ID token.
    pub nonce: Option<Nonce>,
}

impl DeviceAuthorizationRequest {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`TokenRequestError`] for the first fault.
    pub fn parse(body: &Parameters) -> Result<Self, TokenRequestError> {
        body.without_repeats()?;
        let nonce = body.one("nonce")?.map(Nonce::parse).transpose();
        let nonce = nonce.map_err(|_| TokenRequestError::TooLong)?;
        Ok(Self { scope: scope(body)?, resources: resources(body)?, nonce })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c125_a_device_asks_for_scope_apis_and_a_nonce_and_each_fault_has_its_reason() {
        let parse = |body: &str| DeviceAuthorizationRequest::parse(&Parameters::parse(body.as_bytes()).unwrap());
        let asked = parse("client_id=tv&scope=openid+read&resource=urn:a&resource=urn:b&nonce=n").unwrap();
        assert_eq!(asked.scope.map(|scope| scope.to_string()).as_deref(), Some("openid read"));
        assert_eq!((asked.resources.len(), asked.nonce), (2, Nonce::parse("n").ok()));
        let nothing = DeviceAuthorizationRequest { scope: None, resources: Vec::new(), nonce: None };
        assert_eq!(parse("client_id=tv&scope="), Ok(nothing));
        assert_eq!(parse("scope=a&scope=b"), Err(TokenRequestError::Repeated));
        assert_eq!(parse("scope=%C3%A9"), Err(TokenRequestError::ScopeMalformed));
        assert_eq!(parse("resource=a"), Err(TokenRequestError::ResourceMalformed));
        assert_eq!(parse(&format!("nonce={}", "n".repeat(5000))), Err(TokenRequestError::TooLong));
    }
}
