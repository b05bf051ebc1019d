//! The reasons to refuse an authorization request for its form.

use crate::responses::errors::AuthorizationErrorCode;

/// The reasons to refuse an authorization request for its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizationRequestError {
    /// A parameter is included more than once.
    #[error("a parameter is included more than once")]
    Repeated,
    /// `response_type` is missing from the request.
    #[error("response_type is missing")]
    ResponseTypeMissing,
    /// `response_type` is unknown or not offered.
    #[error("this response type is not supported: use code")]
    ResponseTypeUnsupported,
    /// `response_mode` is not the one of the response type.
    #[error("this response mode is not supported: leave response_mode out")]
    ResponseModeUnsupported,
    /// `request` is present where no request object can be: in a request object.
    #[error("a request object is not supported here")]
    RequestObject,
    /// `request_uri` is present, which is not supported.
    #[error("request_uri is not supported")]
    RequestUri,
    /// `registration` is present, which is not supported.
    #[error("the registration parameter is not supported")]
    Registration,
    /// `scope` is malformed (RFC 6749 §3.3).
    #[error("scope is malformed")]
    Scope,
    /// `resource` is malformed (RFC 8707 §2).
    #[error("resource is not an absolute URI without a fragment")]
    Resource,
    /// `code_challenge` is malformed (RFC 7636 §4.2).
    #[error("code_challenge is malformed: 43 to 128 characters out of A-Z a-z 0-9 - . _ ~")]
    CodeChallenge,
    /// `code_challenge_method` is not `S256`. When absent it means `plain`, which is not accepted (RFC 7636 §4.3).
    #[error("code_challenge_method must be S256")]
    CodeChallengeMethod,
    /// `code_challenge_method` is present without a challenge.
    #[error("code_challenge is missing")]
    CodeChallengeMissing,
    /// `dpop_jkt` is not the thumbprint of a key (RFC 9449 §10).
    #[error("dpop_jkt is not the SHA-256 thumbprint of a key in base64url")]
    CodeKey,
    /// `nonce` is too long.
    #[error("nonce is too long")]
    Nonce,
    /// `nonce` is missing (OpenID Connect Core §3.2.2.1).
    #[error("nonce is missing: an ID token straight from the authorization endpoint needs one")]
    NonceMissing,
    /// The scope `openid` is missing (OpenID Connect Core §3.1.2.1).
    #[error("an ID token needs the scope openid")]
    OpenIdMissing,
    /// `prompt` has an unknown value, or `none` together with others.
    #[error("prompt is malformed: none alone, or login, consent, select_account")]
    Prompt,
    /// `max_age` is not a whole number of seconds.
    #[error("max_age is not a whole number of seconds")]
    MaxAge,
    /// `claims` is malformed (OpenID Connect Core §5.5).
    #[error(
        "claims is not a JSON object with the members userinfo and id_token, or demands a sub or acr that is no text"
    )]
    Claims,
}

impl AuthorizationRequestError {
    /// The error code to send to the client.
    pub const fn code(self) -> AuthorizationErrorCode {
        match self {
            Self::Repeated
            | Self::ResponseTypeMissing
            | Self::ResponseModeUnsupported
            | Self::CodeChallenge
            | Self::CodeChallengeMethod
            | Self::CodeChallengeMissing
            | Self::CodeKey
            | Self::Nonce
            | Self::NonceMissing
            | Self::Prompt
            | Self::MaxAge
            | Self::Claims => AuthorizationErrorCode::InvalidRequest,
            Self::ResponseTypeUnsupported => AuthorizationErrorCode::UnsupportedResponseType,
            Self::RequestObject => AuthorizationErrorCode::RequestNotSupported,
            Self::RequestUri => AuthorizationErrorCode::RequestUriNotSupported,
            Self::Registration => AuthorizationErrorCode::RegistrationNotSupported,
            Self::Scope | Self::OpenIdMissing => AuthorizationErrorCode::InvalidScope,
            Self::Resource => AuthorizationErrorCode::InvalidTarget,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AuthorizationRequestError as E;

    /// Returns the next reason. All stand here: the compiler asks for a new one.
    fn after(error: E) -> Option<E> {
        match error {
            E::Repeated => Some(E::ResponseTypeMissing),
            E::ResponseTypeMissing => Some(E::ResponseTypeUnsupported),
            E::ResponseTypeUnsupported => Some(E::ResponseModeUnsupported),
            E::ResponseModeUnsupported => Some(E::RequestObject),
            E::RequestObject => Some(E::RequestUri),
            E::RequestUri => Some(E::Registration),
            E::Registration => Some(E::Scope),
            E::Scope => Some(E::Resource),
            E::Resource => Some(E::CodeChallenge),
            E::CodeChallenge => Some(E::CodeChallengeMethod),
            E::CodeChallengeMethod => Some(E::CodeChallengeMissing),
            E::CodeChallengeMissing => Some(E::CodeKey),
            E::CodeKey => Some(E::Nonce),
            E::Nonce => Some(E::NonceMissing),
            E::NonceMissing => Some(E::OpenIdMissing),
            E::OpenIdMissing => Some(E::Prompt),
            E::Prompt => Some(E::MaxAge),
            E::MaxAge => Some(E::Claims),
            E::Claims => None,
        }
    }

    #[test]
    fn c060_a_description_has_only_the_characters_of_rfc_6749() {
        let legal = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        for error in std::iter::successors(Some(E::Repeated), |error| after(*error)) {
            assert!(error.to_string().bytes().all(legal), "{error}");
        }
    }
}
