//! Failures of the endpoints for programs: what the log gets, and the response.

mod access_tokens;

use std::borrow::Cow;

use grants::{Refusal, Seconds};
use http::{HeaderValue, StatusCode, header};
use keys::KeysError;
use protocol::{
    AuthorizationErrorCode, ClientAuthenticationError, ErrorResponse, MalformedForm, MetadataError, ProofAlgorithm,
    TokenErrorCode, TokenRequestError,
};
use store::Unknown;

use crate::http::response::{Response, empty, json};
use crate::log::lines::trouble;
use crate::log::request_log::RequestLog;

/// The time in seconds after which a caller should retry when the outcome of its request is unknown.
const RETRY_AFTER: Seconds = 1;

/// The reason of a form that is too large.
const FORM_TOO_LARGE: &str = "form_too_large";

/// A failed request: its response, and the reason for the log.
#[derive(Clone, Debug)]
pub struct Failure {
    status: StatusCode,
    /// The error code. Without one, the response has no body.
    code: Option<&'static str>,
    description: Cow<'static, str>,
    /// The reason for the log.
    reason: &'static str,
    challenge: Option<Challenge>,
    retry: Option<Seconds>,
    /// The rule that was broken, if it is one of `grants`.
    refusal: Option<Refusal>,
    /// The member of a client's metadata that is at fault.
    member: Option<&'static str>,
}

/// The content of `WWW-Authenticate`.
#[derive(Clone, Copy, Debug)]
enum Challenge {
    /// Client authentication (RFC 6749 §5.2).
    Basic,
    /// An access token with this scope, if any (RFC 6750 §3).
    Bearer(Option<&'static str>),
    /// An access token with this scope, if any, and a proof of its key (RFC 9449 §7.1).
    Dpop(Option<&'static str>),
    /// An access token of either kind.
    BearerOrDpop,
}

impl Failure {
    /// Creates a failure with its own reason for the log. The code determines the status (RFC 6749 §5.2): 400, but
    /// 401 for failed client authentication, and 503 when the outcome of the request is unknown.
    pub const fn new(code: TokenErrorCode, description: &'static str, reason: &'static str) -> Self {
        let (status, challenge, retry) = match code {
            TokenErrorCode::InvalidClient => (StatusCode::UNAUTHORIZED, Some(Challenge::Basic), None),
            TokenErrorCode::TemporarilyUnavailable => (StatusCode::SERVICE_UNAVAILABLE, None, Some(RETRY_AFTER)),
            TokenErrorCode::ServerError => (StatusCode::INTERNAL_SERVER_ERROR, None, None),
            TokenErrorCode::InvalidRequest
            | TokenErrorCode::InvalidGrant
            | TokenErrorCode::UnauthorizedClient
            | TokenErrorCode::UnsupportedGrantType
            | TokenErrorCode::InvalidScope
            | TokenErrorCode::InvalidTarget
            | TokenErrorCode::InvalidDpopProof
            | TokenErrorCode::UseDpopNonce
            | TokenErrorCode::InvalidRequestObject
            | TokenErrorCode::InvalidRequestUri
            | TokenErrorCode::AuthorizationPending
            | TokenErrorCode::SlowDown
            | TokenErrorCode::AccessDenied
            | TokenErrorCode::ExpiredToken => (StatusCode::BAD_REQUEST, None, None),
        };
        let description = Cow::Borrowed(description);
        Self { status, code: Some(code.as_str()), description, reason, challenge, retry, refusal: None, member: None }
    }

    /// Creates the failure for an authorization request that its client sent directly (RFC 9126 §2.3).
    pub fn of_authorization(
        code: AuthorizationErrorCode,
        description: impl Into<Cow<'static, str>>,
        reason: &'static str,
    ) -> Self {
        let invalid = Self::new(TokenErrorCode::InvalidRequest, "", reason);
        Self { code: Some(code.as_str()), description: description.into(), ..invalid }
    }

    /// Creates the failure for too many wrong guesses, which blocks them for `wait` seconds.
    pub fn too_many_guesses(wait: Seconds) -> Self {
        Self::too_many(wait, "too many wrong guesses: wait as long as Retry-After says", "too_many_guesses")
    }

    /// Creates the failure for too many registrations from one source, which blocks them for `wait` seconds.
    pub fn too_many_registrations(wait: Seconds) -> Self {
        let description = "too many registrations: wait as long as Retry-After says";
        Self::too_many(wait, description, "too_many_registrations")
    }

    /// Creates the failure for too many documents of clients fetched for one source, which waits for `wait` seconds.
    pub fn too_many_documents(wait: Seconds) -> Self {
        let description = "too many clients were looked up: wait as long as Retry-After says";
        Self::too_many(wait, description, "too_many_client_documents")
    }

    /// Creates the failure for too many key sets of clients fetched from one host or for one source, which waits for `wait`
    /// seconds.
    pub fn too_many_key_sets(wait: Seconds) -> Self {
        let description = "too many keys of clients were looked up: wait as long as Retry-After says";
        Self::too_many(wait, description, "too_many_client_keys")
    }

    /// Creates the failure for too many requests (RFC 6585 §4). OAuth has no error code for it.
    fn too_many(wait: Seconds, description: &'static str, reason: &'static str) -> Self {
        let unavailable = Self::new(TokenErrorCode::TemporarilyUnavailable, description, reason);
        Self { status: StatusCode::TOO_MANY_REQUESTS, retry: Some(wait), ..unavailable }
    }

    /// Creates the failure for a pushed request that is too large (RFC 9126 §2.3).
    pub fn push_too_large(description: &'static str) -> Self {
        Self::new(TokenErrorCode::InvalidRequest, description, FORM_TOO_LARGE).of_push()
    }

    /// Returns the failure as `/par` tells it: a form that is too large is 413 there (RFC 9126 §2.3), and 400 at `/token`
    /// (RFC 6749 §5.2).
    #[must_use]
    pub fn of_push(self) -> Self {
        if self.reason == FORM_TOO_LARGE { Self { status: StatusCode::PAYLOAD_TOO_LARGE, ..self } } else { self }
    }

    /// Creates the failure for an unknown path.
    pub fn not_found(description: &'static str) -> Self {
        let invalid = Self::new(TokenErrorCode::InvalidRequest, description, "not_found");
        Self { status: StatusCode::NOT_FOUND, ..invalid }
    }

    /// Creates the failure for a method that an endpoint does not support.
    pub fn wrong_method() -> Self {
        let invalid = Self::new(TokenErrorCode::InvalidRequest, "this method is not supported here", "method");
        Self { status: StatusCode::METHOD_NOT_ALLOWED, ..invalid }
    }

    /// Returns the status of the response.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the time in seconds to wait, if there were too many requests.
    pub fn wait(&self) -> Option<Seconds> {
        self.retry.filter(|_| self.status == StatusCode::TOO_MANY_REQUESTS)
    }

    /// Returns the description for the caller.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Returns the member of a client's metadata that is at fault, if there is one.
    pub const fn member(&self) -> Option<&'static str> {
        self.member
    }

    /// Returns the reason for the log.
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// Returns whether the request may succeed once the registration of its client was read again.
    pub fn may_be_outdated(&self) -> bool {
        self.refusal.is_some_and(Refusal::may_be_outdated)
    }

    /// Records the reason in the log of the request and builds the response.
    pub fn answer(&self, log: &RequestLog) -> Response {
        log.refused(self.reason);
        let mut response = match self.code {
            Some(error) => json(self.status, &ErrorResponse { error, error_description: &self.description }),
            None => empty(self.status),
        };
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge.and_then(|challenge| self.describe(challenge)) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(retry) = self.retry {
            headers.insert(header::RETRY_AFTER, retry.into());
        }
        response
    }

    fn describe(&self, challenge: Challenge) -> Option<HeaderValue> {
        let algorithms = || format!("algs=\"{}\"", ProofAlgorithm::NAMES.join(" "));
        let text = match challenge {
            Challenge::Basic => "Basic realm=\"jeton\", charset=\"UTF-8\"".to_owned(),
            Challenge::Bearer(scope) => self.challenge_of("Bearer", scope),
            Challenge::Dpop(scope) => format!("{}, {}", self.challenge_of("DPoP", scope), algorithms()),
            Challenge::BearerOrDpop => {
                format!("{}, DPoP realm=\"jeton\", {}", self.challenge_of("Bearer", None), algorithms())
            }
        };
        HeaderValue::try_from(text).ok()
    }

    fn challenge_of(&self, scheme: &str, scope: Option<&str>) -> String {
        let error = self.code.map(|error| format!("error=\"{error}\", error_description=\"{}\"", self.description));
        let scope = scope.map(|scope| format!("scope=\"{scope}\""));
        let parts = [Some(format!("{scheme} realm=\"jeton\"")), error, scope];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// The failure for a registration that is not valid (RFC 7591 §3.2.2).
impl From<MetadataError> for Failure {
    fn from(fault: MetadataError) -> Self {
        let code = fault.code().as_str();
        let invalid = Self::new(TokenErrorCode::InvalidRequest, "", code);
        Self { code: Some(code), description: Cow::Owned(fault.to_string()), member: Some(fault.member()), ..invalid }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { refusal: Some(refusal), ..Self::new(refusal.code(), refusal.description(), refusal.name()) }
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
        let (description, reason) = match error {
            MalformedForm::TooLarge => ("the request is too large", FORM_TOO_LARGE),
            MalformedForm::Encoding => {
                ("the body is not valid application/x-www-form-urlencoded UTF-8", "malformed_form")
            }
        };
        Self::new(TokenErrorCode::InvalidRequest, description, reason)
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
    use grants::userinfo::Denial;

    use super::*;

    #[test]
    fn c060_descriptions_have_only_the_characters_of_rfc_6749() {
        // Those of `protocol` are tested there.
        let refusals = Refusal::ALL.iter().copied().map(Failure::from);
        let denials = [Denial::Token, Denial::Scope, Denial::Bound, Denial::Unbound, Denial::OtherKey];
        let forms = [MalformedForm::TooLarge, MalformedForm::Encoding];
        let others = [
            Failure::too_many_guesses(1),
            Failure::too_many_registrations(1),
            Failure::too_many_documents(1),
            Failure::wrong_method(),
            Failure::token_malformed(),
        ];
        let all = refusals.chain(denials.map(Failure::from)).chain(forms.map(Failure::from)).chain(others);
        for failure in all {
            assert!(!failure.description.is_empty());
            let legal = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(failure.description.bytes().all(legal), "{}", failure.description);
        }
    }

    #[test]
    fn c067_too_many_guesses_are_told_when_to_come_again() {
        let response = Failure::too_many_guesses(17).answer(&RequestLog::default());
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), "17");
    }

    #[test]
    fn c055_c057_an_error_has_its_status_and_is_not_stored() {
        let rows = [(Refusal::CodeUnknown, 400, false), (Refusal::ClientUnknown, 401, true)];
        for (refusal, status, challenged) in rows {
            let response = Failure::from(refusal).answer(&RequestLog::default());
            assert_eq!(response.status(), status);
            assert_eq!(response.headers().get(header::CACHE_CONTROL).unwrap(), "no-store");
            assert_eq!(response.headers().contains_key(header::WWW_AUTHENTICATE), challenged);
        }
    }

    #[test]
    fn o27_a_failure_about_an_access_token_challenges_for_one() {
        let challenge = "Bearer realm=\"jeton\"";
        let invalid = "error=\"invalid_token\", error_description=\"the access token is unknown, expired or revoked\"";
        let scope = "error=\"insufficient_scope\", error_description=\"the access token does not have the scope openid\", \
                     scope=\"openid\"";
        let rows = [
            (Failure::token_missing(), 401, challenge.to_owned(), "token_missing"),
            (Denial::Token.into(), 401, format!("{challenge}, {invalid}"), "token_not_good"),
            (Denial::Scope.into(), 403, format!("{challenge}, {scope}"), "scope_missing"),
            (
                Failure::token_malformed(),
                401,
                format!("{challenge}, error=\"invalid_token\", error_description=\"the access token is malformed\""),
                "token_malformed",
            ),
            (
                Failure::token_repeated("no"),
                400,
                format!("{challenge}, error=\"invalid_request\", error_description=\"no\""),
                "token_repeated",
            ),
        ];
        for (failure, status, challenge, reason) in rows {
            let log = RequestLog::default();
            let response = failure.answer(&log);
            assert_eq!(response.status(), status);
            assert_eq!(response.headers().get(header::WWW_AUTHENTICATE).unwrap(), &challenge);
            assert_eq!(log.close().reason, Some(reason));
        }
    }

    #[test]
    fn c185_c188_a_resource_answers_a_bad_proof_with_401_and_lists_the_algorithms() {
        let algorithms = "algs=\"ES256 ES384 EdDSA Ed25519 PS256 PS384 PS512\"";
        let told = |failure: Failure| {
            let response = failure.answer(&RequestLog::default());
            let challenge = response.headers().get(header::WWW_AUTHENTICATE);
            (response.status().as_u16(), challenge.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default())
        };
        for (refusal, code) in
            [(Refusal::DpopNonceNeeded, "use_dpop_nonce"), (Refusal::DpopProofTarget, "invalid_dpop_proof")]
        {
            assert_eq!(told(refusal.into()), (400, String::new()));
            let (status, challenge) = told(Failure::from(refusal).of_dpop_token());
            assert_eq!(status, 401);
            assert!(challenge.starts_with(&format!("DPoP realm=\"jeton\", error=\"{code}\"")), "{challenge}");
            assert!(challenge.ends_with(algorithms), "{challenge}");
        }
        for denial in [Denial::Bound, Denial::OtherKey] {
            let (status, challenge) = told(denial.into());
            assert!(status == 401 && challenge.starts_with("DPoP ") && challenge.ends_with(algorithms), "{challenge}");
        }
        let both = format!("Bearer realm=\"jeton\", DPoP realm=\"jeton\", {algorithms}");
        assert_eq!(told(Failure::token_missing().or_dpop()), (401, both));
        assert_eq!(told(Failure::from(Denial::Scope).of_dpop_token()).0, 403);
        assert_eq!(told(Failure::too_many_guesses(1).of_dpop_token()), (429, String::new()));
    }

    #[test]
    fn a_refused_registration_says_which_member_is_wrong_and_challenges_nobody() {
        let fault = MetadataError::of("jwks_uri", "it is not a public https URL");
        let (expected, log) = (fault.to_string(), RequestLog::default());
        let response = Failure::from(fault).answer(&log);
        assert_eq!(
            (response.status(), response.headers().get(header::WWW_AUTHENTICATE)),
            (StatusCode::BAD_REQUEST, None)
        );
        let lambda_http::Body::Text(text) = response.body() else { panic!("no body") };
        let body = format!("{{\"error\":\"invalid_client_metadata\",\"error_description\":\"{expected}\"}}");
        assert_eq!(*text, body);
        assert_eq!(log.close().reason, Some("invalid_client_metadata"));
    }
}
