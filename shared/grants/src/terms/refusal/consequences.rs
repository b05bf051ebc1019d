//! Consequences of a refusal: whether it is counted, and the error of the authorization endpoint.

use protocol::{AuthorizationErrorCode, TokenErrorCode};

use crate::terms::refusal::Refusal;

impl Refusal {
    /// Returns whether a client that is refused for this reason may have guessed its secret. Otherwise the secret was
    /// right.
    pub const fn is_guess(self) -> bool {
        !matches!(self, Self::ClientSecretInBody | Self::ClientSecretInHeader | Self::ClientDisabled)
    }

    /// The error code of the authorization endpoint, for reasons that can occur there.
    pub const fn authorization_code(self) -> AuthorizationErrorCode {
        match self.code() {
            TokenErrorCode::InvalidScope => AuthorizationErrorCode::InvalidScope,
            TokenErrorCode::InvalidTarget => AuthorizationErrorCode::InvalidTarget,
            TokenErrorCode::InvalidRequestObject => AuthorizationErrorCode::InvalidRequestObject,
            TokenErrorCode::InvalidRequestUri => AuthorizationErrorCode::InvalidRequestUri,
            TokenErrorCode::UnauthorizedClient | TokenErrorCode::InvalidClient => {
                AuthorizationErrorCode::UnauthorizedClient
            }
            TokenErrorCode::InvalidRequest
            | TokenErrorCode::InvalidGrant
            | TokenErrorCode::UnsupportedGrantType
            | TokenErrorCode::InvalidDpopProof
            | TokenErrorCode::UseDpopNonce
            | TokenErrorCode::AuthorizationPending
            | TokenErrorCode::SlowDown
            | TokenErrorCode::AccessDenied
            | TokenErrorCode::ExpiredToken
            | TokenErrorCode::TemporarilyUnavailable
            | TokenErrorCode::ServerError => AuthorizationErrorCode::InvalidRequest,
        }
    }
}
