//! Failures of the endpoints that machines ask: `/token`, `/introspect`, `/revoke`.

use grants::Refusal;
use http::{HeaderValue, StatusCode, header};
use keys::KeysError;
use protocol::{ClientAuthenticationError, MalformedForm, TokenErrorCode, TokenErrorResponse, TokenRequestError};
use store::Unknown;

use crate::answer::{Answer, Trace, json};

/// How long a caller should wait when it is not known what became of its request, in seconds.
const RETRY_AFTER: &str = "1";

/// An error on its way out: code and description for the caller, the reason for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    code: TokenErrorCode,
    description: &'static str,
    reason: &'static str,
}

impl Failure {
    /// An error with a reason of its own.
    pub const fn new(code: TokenErrorCode, description: &'static str, reason: &'static str) -> Self {
        Self { code, description, reason }
    }

    /// The reason, for the log.
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// The answer (RFC 6749 §5.2): 400, but 401 for failed client authentication, and 503 when it is not known what
    /// became of the request.
    pub fn answer(&self) -> Answer {
        let status = match self.code {
            TokenErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
            TokenErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            TokenErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            TokenErrorCode::InvalidRequest
            | TokenErrorCode::InvalidGrant
            | TokenErrorCode::UnauthorizedClient
            | TokenErrorCode::UnsupportedGrantType
            | TokenErrorCode::InvalidScope
            | TokenErrorCode::InvalidTarget => StatusCode::BAD_REQUEST,
        };
        let body = TokenErrorResponse { error: self.code.as_str(), error_description: self.description };
        let mut answer = json(status, &body);
        if self.code == TokenErrorCode::InvalidClient {
            let challenge = HeaderValue::from_static("Basic realm=\"jeton\", charset=\"UTF-8\"");
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if self.code == TokenErrorCode::TemporarilyUnavailable {
            answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        Trace::refused(self.reason).onto(answer)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code(), refusal.description(), refusal.name())
    }
}

impl From<Unknown> for Failure {
    fn from(unknown: Unknown) -> Self {
        crate::trouble("the store did not answer", &unknown);
        let description = "it is not known what became of the request: send it again";
        Self::new(TokenErrorCode::TemporarilyUnavailable, description, "store_unknown")
    }
}

impl From<KeysError> for Failure {
    fn from(error: KeysError) -> Self {
        crate::trouble("a key cannot be used", &error);
        Self::new(TokenErrorCode::TemporarilyUnavailable, "a key is not available at the moment", "keys_unavailable")
    }
}

impl From<MalformedForm> for Failure {
    fn from(error: MalformedForm) -> Self {
        let description = match error {
            MalformedForm::TooLarge => "the request is too large",
            MalformedForm::Encoding => "the body is not valid application/x-www-form-urlencoded UTF-8",
        };
        Self::new(TokenErrorCode::InvalidRequest, description, "malformed_form")
    }
}

impl From<TokenRequestError> for Failure {
    fn from(error: TokenRequestError) -> Self {
        Self::new(error.code(), error.description(), "malformed_request")
    }
}

impl From<ClientAuthenticationError> for Failure {
    fn from(error: ClientAuthenticationError) -> Self {
        Self::new(error.code(), error.description(), "client_authentication")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c060_descriptions_have_only_the_characters_of_rfc_6749() {
        let refusals = [Refusal::CodeReplayed, Refusal::ResourcesNeedDifferentTokens, Refusal::ClientSecretWrong];
        let authentication = [
            ClientAuthenticationError::BearerCredentials,
            ClientAuthenticationError::MalformedBasic,
            ClientAuthenticationError::Missing,
        ];
        let all = refusals.map(Failure::from).into_iter().chain(authentication.map(Failure::from));
        for failure in all {
            let legal = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(failure.description.bytes().all(legal), "{}", failure.description);
        }
    }

    #[test]
    fn c055_c057_an_error_has_its_status_and_is_not_stored() {
        let rows = [(Refusal::CodeUnknown, 400, false), (Refusal::ClientUnknown, 401, true)];
        for (refusal, status, challenged) in rows {
            let answer = Failure::from(refusal).answer();
            assert_eq!(answer.status(), status);
            assert_eq!(answer.headers().get(header::CACHE_CONTROL).unwrap(), "no-store");
            assert_eq!(answer.headers().contains_key(header::WWW_AUTHENTICATE), challenged);
        }
    }
}
