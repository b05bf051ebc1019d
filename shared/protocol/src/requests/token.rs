//! Requests to the token endpoint (RFC 6749 §4.1.3, §4.3.2, §4.4.2, §6), and to introspection and revocation.

use std::fmt;

use crate::responses::errors::TokenErrorCode;
use crate::values::grant_type::{GrantType, LegacyGrants};
use crate::values::names::Username;
use crate::values::parameters::{Parameters, Repeated};
use crate::values::pkce::CodeVerifier;
use crate::values::redirect_uri::RedirectUri;
use crate::values::resource::Resource;
use crate::values::scope::{MalformedScope, Scope};
use crate::values::secret::Secret;

const MAX_TOKEN_BYTES: usize = 8 * 1024;
const MAX_RESOURCES: usize = 16;

/// The message for a wrong password and for an unknown username, so that it does not tell them apart.
pub const WRONG_PASSWORD: &str = "the username or the password is not right";

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
}

/// The reasons to refuse a token request for its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRequestError {
    /// A parameter is included more than once.
    Repeated,
    /// `grant_type` is missing from the request.
    GrantTypeMissing,
    /// The grant type is not known at all.
    GrantTypeUnknown,
    /// The grant type is one of a specification that this server does not implement.
    GrantTypeNotBuilt,
    /// The deployment does not offer the grant type.
    GrantTypeOff,
    /// The grant type has no token request: its tokens come from the authorization endpoint (RFC 6749 §4.2).
    GrantTypeOfAuthorization,
    /// `code` is missing from the request.
    CodeMissing,
    /// `refresh_token` is missing from the request.
    RefreshTokenMissing,
    /// `username` or `password` is missing.
    PasswordMissing,
    /// The username is not a possible one.
    UsernameMalformed,
    /// `token` is missing from the request.
    TokenMissing,
    /// The token is longer than any token made here.
    TooLong,
    /// `redirect_uri` could not have been registered, so it belongs to no grant.
    RedirectUriMalformed,
    /// The code verifier is malformed, so the comparison fails (RFC 7636 §4.6).
    CodeVerifierMalformed,
    /// `scope` is malformed (RFC 6749 §3.3).
    ScopeMalformed,
    /// `resource` is malformed (RFC 8707 §2).
    ResourceMalformed,
}

/// The token of an introspection or revocation request (RFC 7662 §2.1, RFC 7009 §2.1).
#[derive(Clone, Debug)]
pub struct TokenQuery {
    /// The token as it was sent.
    pub token: Secret,
    /// The kind of token that the caller assumes. It is only a hint: every kind is tried.
    pub hint: Option<TokenTypeHint>,
}

/// `token_type_hint` (RFC 7009 §2.1). Unknown values are ignored, as that section requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenTypeHint {
    /// `access_token`: an opaque or signed access token.
    AccessToken,
    /// `refresh_token`: a token that renews access.
    RefreshToken,
}

impl TokenRequestError {
    /// The error description for the developer of the client.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Repeated => "a parameter is included more than once",
            Self::GrantTypeMissing => "grant_type is missing",
            Self::GrantTypeUnknown => "grant_type is not known: check its spelling, also its case",
            Self::GrantTypeNotBuilt => "this server does not support this grant_type: its metadata list those it does",
            Self::GrantTypeOff => "this grant_type is switched off in this deployment",
            Self::GrantTypeOfAuthorization => "tokens of the implicit grant come from the authorization endpoint",
            Self::CodeMissing => "code is missing",
            Self::RefreshTokenMissing => "refresh_token is missing",
            Self::PasswordMissing => "username or password is missing",
            Self::UsernameMalformed => WRONG_PASSWORD,
            Self::TokenMissing => "token is missing",
            Self::TooLong => "a parameter is too long",
            Self::RedirectUriMalformed => "redirect_uri is not the one of the authorization request",
            Self::CodeVerifierMalformed => {
                "code_verifier is malformed: 43 to 128 characters out of A-Z a-z 0-9 - . _ ~"
            }
            Self::ScopeMalformed => "scope is malformed",
            Self::ResourceMalformed => "resource is not an absolute URI without a fragment",
        }
    }

    /// The error code (RFC 6749 §5.2, RFC 7636 §4.6, RFC 8707 §2).
    pub const fn code(self) -> TokenErrorCode {
        match self {
            Self::Repeated
            | Self::GrantTypeMissing
            | Self::CodeMissing
            | Self::RefreshTokenMissing
            | Self::PasswordMissing
            | Self::TokenMissing
            | Self::TooLong => TokenErrorCode::InvalidRequest,
            Self::GrantTypeUnknown | Self::GrantTypeNotBuilt | Self::GrantTypeOff | Self::GrantTypeOfAuthorization => {
                TokenErrorCode::UnsupportedGrantType
            }
            Self::RedirectUriMalformed | Self::CodeVerifierMalformed | Self::UsernameMalformed => {
                TokenErrorCode::InvalidGrant
            }
            Self::ScopeMalformed => TokenErrorCode::InvalidScope,
            Self::ResourceMalformed => TokenErrorCode::InvalidTarget,
        }
    }
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
            GrantType::Implicit => Err(TokenRequestError::GrantTypeOfAuthorization),
        }
    }

    /// The requested grant type.
    pub const fn grant_type(&self) -> GrantType {
        match self {
            Self::ClientCredentials { .. } => GrantType::ClientCredentials,
            Self::AuthorizationCode { .. } => GrantType::AuthorizationCode,
            Self::RefreshToken { .. } => GrantType::RefreshToken,
            Self::Password { .. } => GrantType::Password,
        }
    }
}

impl TokenQuery {
    /// Reads the body of an introspection or revocation request.
    ///
    /// # Errors
    /// [`TokenRequestError`] when a parameter is repeated or too long, or when `token` is missing.
    pub fn parse(body: &Parameters) -> Result<Self, TokenRequestError> {
        body.without_repeats()?;
        let hint = match body.one("token_type_hint")? {
            Some("access_token") => Some(TokenTypeHint::AccessToken),
            Some("refresh_token") => Some(TokenTypeHint::RefreshToken),
            Some(_) | None => None,
        };
        Ok(Self { token: token(body, "token")?.ok_or(TokenRequestError::TokenMissing)?, hint })
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

fn token(body: &Parameters, name: &str) -> Result<Option<Secret>, TokenRequestError> {
    match body.one(name)? {
        Some(text) if text.len() > MAX_TOKEN_BYTES => Err(TokenRequestError::TooLong),
        text => Ok(text.map(|text| Secret::new(text.to_owned()))),
    }
}

fn scope(body: &Parameters) -> Result<Option<Scope>, TokenRequestError> {
    Ok(body.one("scope")?.map(Scope::parse).transpose()?.filter(|scope| !scope.is_empty()))
}

fn resources(body: &Parameters) -> Result<Vec<Resource>, TokenRequestError> {
    crate::values::resource::several(body, MAX_RESOURCES).map_err(|_| TokenRequestError::ResourceMalformed)
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
            ("urn:ietf:params:oauth:grant-type:device_code", E::GrantTypeNotBuilt),
            ("urn:ietf:params:oauth:grant-type:token-exchange", E::GrantTypeNotBuilt),
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
