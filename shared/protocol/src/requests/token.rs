//! Requests to the token endpoint (RFC 6749 §4.1.3, §4.3.2, §4.4.2, §6, RFC 8693 §2.1).

use std::fmt;

use crate::requests::federated_assertion::FederatedAssertion;
use crate::requests::token_error::TokenRequestError;
use crate::requests::token_exchange::{self, ExchangeRequest, SubjectTokenType};
use crate::requests::token_parameters::{resources, scope, token};
use crate::values::grant_type::{GrantType, LegacyGrants};
use crate::values::issuer_url::IssuerUrl;
use crate::values::names::Username;
use crate::values::parameters::{Parameters, Repeated};
use crate::values::pkce::CodeVerifier;
use crate::values::redirect_uri::RedirectUri;
use crate::values::resource::Resource;
use crate::values::scope::{MalformedScope, Scope};
use crate::values::secret::Secret;

/// A request to the token endpoint.
#[derive(Clone, Debug)]
pub enum TokenRequest {
    /// The client credentials grant (RFC 6749 §4.4.2).
    ClientCredentials {
        /// The requested scope; `None` requests the default.
        scope: Option<Scope>,
        /// The APIs the token is for (RFC 8707); empty requests the default.
        resources: Vec<Resource>,
    },
    /// The client credentials grant of a client that sends the token of another issuer as `assertion` (RFC 7523 §2.1).
    Workload {
        /// The requested scope; `None` requests the default.
        scope: Option<Scope>,
        /// The APIs the token is for (RFC 8707); empty requests the default.
        resources: Vec<Resource>,
    },
    /// The authorization code grant (RFC 6749 §4.1.3).
    AuthorizationCode {
        /// The code as it was sent, not yet verified.
        code: Secret,
        /// The redirect URI of the authorization request; OAuth 2.1 clients omit it.
        redirect_uri: Option<RedirectUri>,
        /// The proof of RFC 7636.
        code_verifier: Option<CodeVerifier>,
        /// The APIs the token is for, all of them in the grant; empty requests its default.
        resources: Vec<Resource>,
    },
    /// A refresh of tokens (RFC 6749 §6).
    RefreshToken {
        /// The refresh token as it was sent.
        refresh_token: Secret,
        /// A part of the granted scope; `None` requests all of it.
        scope: Option<Scope>,
        /// The APIs the token is for, all of them in the grant; empty requests its default.
        resources: Vec<Resource>,
    },
    /// The resource owner password grant (RFC 6749 §4.3.2).
    Password {
        /// The username of the person.
        username: Username,
        /// The password of that person.
        password: Secret,
        /// The requested scope; `None` requests the default.
        scope: Option<Scope>,
        /// The APIs the token is for (RFC 8707); empty requests the default.
        resources: Vec<Resource>,
    },
    /// A poll of a device (RFC 8628 §3.4).
    DeviceCode {
        /// The device code as it was sent, not yet verified.
        device_code: Secret,
        /// The APIs the token is for, all of them in the grant; empty requests its default.
        resources: Vec<Resource>,
    },
    /// Token exchange (RFC 8693 §2.1): an access token for an access token.
    TokenExchange {
        /// The access token to exchange, as it was sent.
        subject_token: Secret,
        /// A part of the token's scope; `None` requests all of it.
        scope: Option<Scope>,
        /// The APIs the new token is for, named by `resource` or by `audience`; empty requests the default.
        resources: Vec<Resource>,
    },
    /// Token exchange for an identity assertion for another authorization server (ID-JAG).
    AssertionExchange {
        /// The token of the person, as it was sent.
        subject_token: Secret,
        /// The type of that token.
        subject_token_type: SubjectTokenType,
        /// The issuer of the authorization server that the assertion is for.
        audience: IssuerUrl,
        /// The scope to put into the assertion.
        scope: Option<Scope>,
        /// The APIs to put into the assertion.
        resources: Vec<Resource>,
    },
    /// An identity assertion of another issuer as a grant (RFC 7523 §2.1, ID-JAG).
    IdentityAssertion {
        /// The assertion as it was sent, not yet verified.
        assertion: Secret,
        /// A part of the scope in the assertion; `None` requests the default.
        scope: Option<Scope>,
        /// The APIs the token is for (RFC 8707); empty requests those of the assertion.
        resources: Vec<Resource>,
    },
}

impl fmt::Display for TokenRequestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.description())
    }
}

impl std::error::Error for TokenRequestError {}

impl From<Repeated> for TokenRequestError {
    fn from(_: Repeated) -> Self {
        Self::Repeated
    }
}

impl From<MalformedScope> for TokenRequestError {
    fn from(_: MalformedScope) -> Self {
        Self::ScopeMalformed
    }
}

impl TokenRequest {
    /// Reads the body of a token request, for a deployment that offers these `legacy` grants.
    ///
    /// # Errors
    /// [`TokenRequestError`] for the first fault.
    pub fn parse(body: &Parameters, legacy: LegacyGrants) -> Result<Self, TokenRequestError> {
        body.without_repeats()?;
        if FederatedAssertion::is_in(body) {
            return Ok(Self::Workload { scope: scope(body)?, resources: resources(body)? });
        }
        match grant_type(body, legacy)? {
            GrantType::ClientCredentials => {
                Ok(Self::ClientCredentials { scope: scope(body)?, resources: resources(body)? })
            }
            GrantType::AuthorizationCode => Ok(Self::AuthorizationCode {
                code: token(body, "code")?.ok_or(TokenRequestError::CodeMissing)?,
                redirect_uri: redirect_uri(body)?,
                code_verifier: code_verifier(body)?,
                resources: resources(body)?,
            }),
            GrantType::RefreshToken => Ok(Self::RefreshToken {
                refresh_token: token(body, "refresh_token")?.ok_or(TokenRequestError::RefreshTokenMissing)?,
                scope: scope(body)?,
                resources: resources(body)?,
            }),
            GrantType::Password => Ok(Self::Password {
                username: username(body)?,
                password: token(body, "password")?.ok_or(TokenRequestError::PasswordMissing)?,
                scope: scope(body)?,
                resources: resources(body)?,
            }),
            GrantType::DeviceCode => Ok(Self::DeviceCode {
                device_code: token(body, "device_code")?.ok_or(TokenRequestError::DeviceCodeMissing)?,
                resources: resources(body)?,
            }),
            GrantType::Implicit => Err(TokenRequestError::GrantTypeOfAuthorization),
            GrantType::TokenExchange => token_exchange::read(body).map(Self::from),
            GrantType::JwtBearer => Ok(Self::IdentityAssertion {
                assertion: token(body, "assertion")?.ok_or(TokenRequestError::AssertionMissing)?,
                scope: scope(body)?,
                resources: resources(body)?,
            }),
        }
    }

    /// The requested grant type.
    pub const fn grant_type(&self) -> GrantType {
        match self {
            Self::ClientCredentials { .. } | Self::Workload { .. } => GrantType::ClientCredentials,
            Self::AuthorizationCode { .. } => GrantType::AuthorizationCode,
            Self::RefreshToken { .. } => GrantType::RefreshToken,
            Self::Password { .. } => GrantType::Password,
            Self::DeviceCode { .. } => GrantType::DeviceCode,
            Self::TokenExchange { .. } | Self::AssertionExchange { .. } => GrantType::TokenExchange,
            Self::IdentityAssertion { .. } => GrantType::JwtBearer,
        }
    }
}

impl From<ExchangeRequest> for TokenRequest {
    fn from(request: ExchangeRequest) -> Self {
        let ExchangeRequest { subject_token, subject_token_type, audience, scope, resources } = request;
        match audience {
            Some(audience) => Self::AssertionExchange { subject_token, subject_token_type, audience, scope, resources },
            None => Self::TokenExchange { subject_token, scope, resources },
        }
    }
}

fn grant_type(body: &Parameters, legacy: LegacyGrants) -> Result<GrantType, TokenRequestError> {
    let text = body.one("grant_type")?.ok_or(TokenRequestError::GrantTypeMissing)?;
    match GrantType::parse(text) {
        Some(grant_type) if legacy.offer(grant_type) => Ok(grant_type),
        Some(_) => Err(TokenRequestError::GrantTypeOff),
        None if GrantType::NOT_BUILT.contains(&text) => Err(TokenRequestError::GrantTypeNotBuilt),
        None => Err(TokenRequestError::GrantTypeUnknown),
    }
}

fn username(body: &Parameters) -> Result<Username, TokenRequestError> {
    let text = body.one("username")?.ok_or(TokenRequestError::PasswordMissing)?;
    Username::parse(text).map_err(|_| TokenRequestError::UsernameMalformed)
}

fn redirect_uri(body: &Parameters) -> Result<Option<RedirectUri>, TokenRequestError> {
    let parsed = body.one("redirect_uri")?.map(RedirectUri::read).transpose();
    parsed.map_err(|_| TokenRequestError::RedirectUriMalformed)
}

fn code_verifier(body: &Parameters) -> Result<Option<CodeVerifier>, TokenRequestError> {
    let parsed = body.one("code_verifier")?.map(CodeVerifier::parse).transpose();
    parsed.map_err(|_| TokenRequestError::CodeVerifierMalformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::token_error::WRONG_PASSWORD;
    use crate::requests::token_parameters::MAX_TOKEN_BYTES;
    use crate::responses::errors::TokenErrorCode;

    fn parse(body: &str) -> Result<TokenRequest, TokenRequestError> {
        TokenRequest::parse(&Parameters::parse(body.as_bytes()).unwrap(), LegacyGrants::default())
    }

    #[test]
    fn each_fault_of_a_token_request_has_its_code() {
        use TokenErrorCode as C;
        let rows = [
            ("", C::InvalidRequest),
            ("grant_type=", C::InvalidRequest),
            ("grant_type=password", C::UnsupportedGrantType),
            ("grant_type=client_credentials&grant_type=client_credentials", C::InvalidRequest),
            ("grant_type=client_credentials&scope=%22", C::InvalidScope),
            ("grant_type=client_credentials&resource=api", C::InvalidTarget),
            ("grant_type=client_credentials&x=1&x=2", C::InvalidRequest),
            ("grant_type=authorization_code", C::InvalidRequest),
            ("grant_type=authorization_code&code=a&code=b", C::InvalidRequest),
            ("grant_type=authorization_code&code=a&code_verifier=short", C::InvalidGrant),
            ("grant_type=authorization_code&code=a&redirect_uri=x", C::InvalidGrant),
            ("grant_type=refresh_token", C::InvalidRequest),
            ("grant_type=urn:ietf:params:oauth:grant-type:device_code", C::InvalidRequest),
            ("grant_type=device_code&device_code=a", C::UnsupportedGrantType),
        ];
        for (body, code) in rows {
            assert_eq!(parse(body).err().map(TokenRequestError::code), Some(code), "{body}");
        }
        let too_long = format!("grant_type=refresh_token&refresh_token={}", "a".repeat(MAX_TOKEN_BYTES + 1));
        assert_eq!(parse(&too_long).err(), Some(TokenRequestError::TooLong));
    }

    #[test]
    fn c061_a_password_is_taken_only_where_it_is_offered() {
        let offered = LegacyGrants { implicit: true, password: true };
        let fault = |body: &str| TokenRequest::parse(&Parameters::parse(body.as_bytes()).unwrap(), offered).err();
        let good = "grant_type=password&username=ada&password=x";
        assert_eq!(fault(good), None);
        assert_eq!(parse(good).err(), Some(TokenRequestError::GrantTypeOff));
        assert_eq!(fault("grant_type=password&username=ada"), Some(TokenRequestError::PasswordMissing));
        assert_eq!(fault("grant_type=password&password=x"), Some(TokenRequestError::PasswordMissing));
        let nobody = fault("grant_type=password&username=a%20b&password=x").unwrap();
        assert_eq!((nobody.code(), nobody.description()), (TokenErrorCode::InvalidGrant, WRONG_PASSWORD));
        assert_eq!(fault("grant_type=implicit"), Some(TokenRequestError::GrantTypeOfAuthorization));
    }

    #[test]
    fn c172_a_misspelt_a_foreign_and_a_switched_off_grant_type_are_told_apart() {
        use TokenRequestError as E;
        let rows = [
            ("Client_Credentials", E::GrantTypeUnknown),
            ("client_credential", E::GrantTypeUnknown),
            ("client_credentials%20", E::GrantTypeUnknown),
            ("urn:ietf:params:oauth:grant-type:device", E::GrantTypeUnknown),
            ("urn:openid:params:grant-type:ciba", E::GrantTypeNotBuilt),
            ("password", E::GrantTypeOff),
            ("implicit", E::GrantTypeOff),
        ];
        for (name, why) in rows {
            let told = parse(&format!("grant_type={name}")).err();
            assert_eq!((told, told.map(E::code)), (Some(why), Some(TokenErrorCode::UnsupportedGrantType)), "{name}");
        }
        let words = [E::GrantTypeUnknown, E::GrantTypeNotBuilt, E::GrantTypeOff, E::GrantTypeOfAuthorization];
        let words: std::collections::BTreeSet<&str> = words.map(E::description).into();
        assert_eq!(words.len(), 4);
    }

    #[test]
    fn several_resources_are_taken_once_each() {
        let parsed = parse("grant_type=client_credentials&resource=urn:a&resource=urn:b&resource=urn:a");
        assert!(matches!(parsed, Ok(TokenRequest::ClientCredentials { resources, .. }) if resources.len() == 2));
    }
}
