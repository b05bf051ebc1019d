//! The reasons to refuse a token request for its form.

use crate::responses::errors::TokenErrorCode;

/// The message for a wrong password and for an unknown username, so that it does not tell them apart.
pub const WRONG_PASSWORD: &str = "the username or the password is not right";

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
    /// `device_code` is missing from the request.
    DeviceCodeMissing,
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
    /// `audience` is not the identifier of an API (RFC 8693 §2.1).
    AudienceMalformed,
    /// `subject_token` or its type is missing from the request (RFC 8693 §2.1).
    SubjectTokenMissing,
    /// `subject_token_type` is not the type of access tokens.
    SubjectTokenType,
    /// `requested_token_type` is not the type of access tokens.
    RequestedTokenType,
    /// Of `actor_token` and `actor_token_type` one is without the other (RFC 8693 §2.1).
    ActorTokenAlone,
    /// `audience` of a request for an identity assertion is not one issuer.
    AssertionAudience,
    /// `assertion` is missing from the request (RFC 7521 §4.1).
    AssertionMissing,
    /// The request has an `actor_token`, although the actor is the client that authenticates.
    ActorTokenSent,
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
            Self::DeviceCodeMissing => "device_code is missing",
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
            Self::AudienceMalformed => "audience is not the identifier of an API: an absolute URI without a fragment",
            Self::SubjectTokenMissing => "subject_token or subject_token_type is missing",
            Self::SubjectTokenType => {
                "subject_token_type must be urn:ietf:params:oauth:token-type:access_token, or ...:jwt for one that is a JWT: only access tokens are exchanged"
            }
            Self::RequestedTokenType => {
                "requested_token_type must be urn:ietf:params:oauth:token-type:access_token or id-jag, or left out"
            }
            Self::ActorTokenAlone => "actor_token and actor_token_type go together: send both or none",
            Self::AssertionAudience => "audience must be the issuer of one other authorization server",
            Self::AssertionMissing => "assertion is missing",
            Self::ActorTokenSent => "the actor is the client that authenticates: leave actor_token out",
        }
    }

    /// The error code (RFC 6749 §5.2, RFC 7636 §4.6, RFC 8693 §2.2.2, RFC 8707 §2).
    pub const fn code(self) -> TokenErrorCode {
        match self {
            Self::Repeated
            | Self::GrantTypeMissing
            | Self::CodeMissing
            | Self::RefreshTokenMissing
            | Self::DeviceCodeMissing
            | Self::PasswordMissing
            | Self::TokenMissing
            | Self::TooLong
            | Self::SubjectTokenMissing
            | Self::SubjectTokenType
            | Self::RequestedTokenType
            | Self::ActorTokenAlone
            | Self::AssertionMissing
            | Self::ActorTokenSent => TokenErrorCode::InvalidRequest,
            Self::GrantTypeUnknown | Self::GrantTypeNotBuilt | Self::GrantTypeOff | Self::GrantTypeOfAuthorization => {
                TokenErrorCode::UnsupportedGrantType
            }
            Self::RedirectUriMalformed | Self::CodeVerifierMalformed | Self::UsernameMalformed => {
                TokenErrorCode::InvalidGrant
            }
            Self::ScopeMalformed => TokenErrorCode::InvalidScope,
            Self::ResourceMalformed | Self::AudienceMalformed | Self::AssertionAudience => {
                TokenErrorCode::InvalidTarget
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TokenRequestError as E;

    /// Returns the next reason. All stand here: the compiler asks for a new one.
    fn after(error: E) -> Option<E> {
        match error {
            E::Repeated => Some(E::GrantTypeMissing),
            E::GrantTypeMissing => Some(E::GrantTypeUnknown),
            E::GrantTypeUnknown => Some(E::GrantTypeNotBuilt),
            E::GrantTypeNotBuilt => Some(E::GrantTypeOff),
            E::GrantTypeOff => Some(E::GrantTypeOfAuthorization),
            E::GrantTypeOfAuthorization => Some(E::CodeMissing),
            E::CodeMissing => Some(E::RefreshTokenMissing),
            E::RefreshTokenMissing => Some(E::DeviceCodeMissing),
            E::DeviceCodeMissing => Some(E::PasswordMissing),
            E::PasswordMissing => Some(E::UsernameMalformed),
            E::UsernameMalformed => Some(E::TokenMissing),
            E::TokenMissing => Some(E::TooLong),
            E::TooLong => Some(E::RedirectUriMalformed),
            E::RedirectUriMalformed => Some(E::CodeVerifierMalformed),
            E::CodeVerifierMalformed => Some(E::ScopeMalformed),
            E::ScopeMalformed => Some(E::ResourceMalformed),
            E::ResourceMalformed => Some(E::AudienceMalformed),
            E::AudienceMalformed => Some(E::SubjectTokenMissing),
            E::SubjectTokenMissing => Some(E::SubjectTokenType),
            E::SubjectTokenType => Some(E::RequestedTokenType),
            E::RequestedTokenType => Some(E::ActorTokenAlone),
            E::ActorTokenAlone => Some(E::AssertionAudience),
            E::AssertionAudience => Some(E::AssertionMissing),
            E::AssertionMissing => Some(E::ActorTokenSent),
            E::ActorTokenSent => None,
        }
    }

    #[test]
    fn c060_a_description_has_only_the_characters_of_rfc_6749() {
        let legal = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        for error in std::iter::successors(Some(E::Repeated), |error| after(*error)) {
            assert!(error.description().bytes().all(legal), "{error:?}");
        }
    }
}
