//! Failures of requests that present an access token (RFC 6750 §3, RFC 9449 §7.1).

use std::borrow::Cow;

use grants::userinfo::Denial;
use http::StatusCode;
use protocol::TokenErrorCode;

use crate::http::failure::{Challenge, Failure};

impl Failure {
    /// Creates the failure for a request without an access token: a challenge without a code (RFC 6750 §3.1).
    pub fn token_missing() -> Self {
        let challenge = Some(Challenge::Bearer(None));
        let (status, description) = (StatusCode::UNAUTHORIZED, Cow::Borrowed(""));
        Self {
            status,
            code: None,
            description,
            reason: "token_missing",
            challenge,
            retry: None,
            refusal: None,
            member: None,
        }
    }

    /// Returns the failure of a resource that takes tokens of both schemes.
    #[must_use]
    pub fn or_dpop(self) -> Self {
        Self { challenge: Some(Challenge::BearerOrDpop), ..self }
    }

    /// Returns the failure as a resource tells it about a token of the scheme `DPoP`: a bad proof is 401 there, as a bad
    /// token is, and the challenge lists the algorithms (RFC 9449 §7.1, §9).
    #[must_use]
    pub fn of_dpop_token(self) -> Self {
        let codes = [TokenErrorCode::InvalidDpopProof, TokenErrorCode::UseDpopNonce];
        let is_of_proof = codes.iter().any(|code| self.code == Some(code.as_str()));
        match self.challenge {
            Some(Challenge::Bearer(scope)) => Self { challenge: Some(Challenge::Dpop(scope)), ..self },
            None if is_of_proof => {
                Self { status: StatusCode::UNAUTHORIZED, challenge: Some(Challenge::Dpop(None)), ..self }
            }
            Some(Challenge::Basic | Challenge::Dpop(_) | Challenge::BearerOrDpop) | None => self,
        }
    }

    /// Creates the failure for an access token that no server could have issued. It is an invalid token, as an expired one
    /// is (RFC 6750 §3.1).
    pub(crate) fn token_malformed() -> Self {
        let description = Cow::Borrowed("the access token is malformed");
        Self { description, reason: "token_malformed", ..Self::from(Denial::Token) }
    }

    /// Creates the failure for a request with two access tokens.
    pub(crate) fn token_repeated(description: &'static str) -> Self {
        Self::new(TokenErrorCode::InvalidRequest, description, "token_repeated").of_token()
    }

    /// Returns the failure of a request that could not present its access token, with the challenge that says how (RFC 6750
    /// §3).
    #[must_use]
    pub(crate) fn of_token(self) -> Self {
        Self { challenge: Some(Challenge::Bearer(None)), ..self }
    }
}

/// The failure for an access token that does not open an endpoint (RFC 6750 §3.1).
impl From<Denial> for Failure {
    fn from(denial: Denial) -> Self {
        let (status, code, description, scope, reason) = match denial {
            Denial::Token => {
                let description = "the access token is unknown, expired or revoked";
                (StatusCode::UNAUTHORIZED, "invalid_token", description, None, "token_not_good")
            }
            Denial::Scope => {
                let description = "the access token does not have the scope openid";
                (StatusCode::FORBIDDEN, "insufficient_scope", description, Some("openid"), "scope_missing")
            }
            Denial::Bound => {
                let description =
                    "the access token is bound to a key: use Authorization: DPoP, and a proof in the header DPoP";
                (StatusCode::UNAUTHORIZED, "invalid_token", description, None, "token_bound")
            }
            Denial::Unbound => {
                let description = "the access token is not bound to a key: use Authorization: Bearer";
                (StatusCode::UNAUTHORIZED, "invalid_token", description, None, "token_not_bound")
            }
            Denial::OtherKey => {
                let description = "the access token is bound to another key than the one that signed the DPoP proof";
                (StatusCode::UNAUTHORIZED, "invalid_token", description, None, "token_of_another_key")
            }
        };
        let (code, description) = (Some(code), Cow::Borrowed(description));
        let challenge = match denial {
            Denial::Token | Denial::Scope | Denial::Unbound => Challenge::Bearer(scope),
            Denial::Bound | Denial::OtherKey => Challenge::Dpop(scope),
        };
        Self { status, code, description, reason, challenge: Some(challenge), retry: None, refusal: None, member: None }
    }
}
