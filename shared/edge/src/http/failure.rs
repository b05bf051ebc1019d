//! Failures of the endpoints for machines: `/token`, `/introspect`, `/revoke`.

use grants::{Refusal, Seconds};
use http::{HeaderValue, StatusCode, header};
use keys::KeysError;
use protocol::{
    ClientAuthenticationError, ClientId, MalformedForm, TokenErrorCode, TokenErrorResponse, TokenRequestError,
};
use store::Unknown;

use crate::http::response::{Answer, json};
use crate::log::audit::Event;
use crate::log::lines::trouble;
use crate::log::trace::Trace;

/// The time in seconds after which a caller should retry when the outcome of its request is unknown.
const RETRY_AFTER: Seconds = 1;

/// A failed request: code and description for the caller, the rest for the log.
#[derive(Clone, Debug)]
pub struct Failure {
    code: TokenErrorCode,
    description: &'static str,
    reason: &'static str,
    /// The time in seconds during which guesses are blocked.
    wait: Option<Seconds>,
    client_id: Option<String>,
    event: Option<Box<Event>>,
}

impl Failure {
    /// Creates a failure with its own reason for the log.
    pub const fn new(code: TokenErrorCode, description: &'static str, reason: &'static str) -> Self {
        Self { code, description, reason, wait: None, client_id: None, event: None }
    }

    /// Creates the failure for too many wrong guesses, which blocks them for `wait` seconds (RFC 6585 §4). OAuth
    /// has no error code for it.
    pub fn too_many_guesses(wait: Seconds) -> Self {
        let description = "too many wrong guesses: wait as long as Retry-After says";
        Self { wait: Some(wait), ..Self::new(TokenErrorCode::TemporarilyUnavailable, description, "too_many_guesses") }
    }

    /// Creates the failure for too many registrations from one source, which blocks them for `wait` seconds.
    pub fn too_many_registrations(wait: Seconds) -> Self {
        let description = "too many registrations: wait as long as Retry-After says";
        let code = TokenErrorCode::TemporarilyUnavailable;
        Self { wait: Some(wait), ..Self::new(code, description, "too_many_registrations") }
    }

    /// Adds an event for the log.
    #[must_use]
    pub fn with_event(self, event: Event) -> Self {
        Self { event: Some(Box::new(event)), ..self }
    }

    /// Adds the client for the log.
    #[must_use]
    pub fn of_client(self, id: &ClientId) -> Self {
        Self { client_id: Some(id.to_string()), ..self }
    }

    /// Returns the reason for the log.
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// Builds the response (RFC 6749 §5.2): 400, but 401 for failed client authentication, 429 for too many
    /// guesses, and 503 when the outcome of the request is unknown.
    pub fn answer(&self) -> Answer {
        let status = match self.code {
            TokenErrorCode::TemporarilyUnavailable if self.wait.is_some() => StatusCode::TOO_MANY_REQUESTS,
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
            answer.headers_mut().insert(header::RETRY_AFTER, self.wait.unwrap_or(RETRY_AFTER).into());
        }
        let events = self.event.iter().map(|event| Event::clone(event)).collect();
        Trace { client_id: self.client_id.clone(), reason: Some(self.reason), events }.onto(answer)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code(), refusal.description(), refusal.name())
    }
}

impl From<Unknown> for Failure {
    fn from(unknown: Unknown) -> Self {
        trouble("the store did not answer", &unknown);
        let description = "it is not known what became of the request: send it again";
        Self::new(TokenErrorCode::TemporarilyUnavailable, description, "store_unknown")
    }
}

impl From<KeysError> for Failure {
    fn from(error: KeysError) -> Self {
        trouble("a key cannot be used", &error);
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
    fn c067_too_many_guesses_are_told_when_to_come_again() {
        let answer = Failure::too_many_guesses(17).answer();
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers().get(header::RETRY_AFTER).unwrap(), "17");
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
