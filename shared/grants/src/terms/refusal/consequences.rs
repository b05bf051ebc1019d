//! Consequences of a refusal: whether it is counted, whether the request is looked at again, and the error of the
//! authorization endpoint.

use protocol::{AuthorizationErrorCode, TokenErrorCode};

use crate::terms::refusal::Refusal;

impl Refusal {
    /// Returns whether a client that is refused for this reason may have guessed its secret. Otherwise the secret was
    /// right.
    pub const fn is_guess(self) -> bool {
        !matches!(self, Self::ClientSecretInBody | Self::ClientSecretInHeader | Self::ClientDisabled)
    }

    /// Returns whether the reason depends on how the client or an API is registered, so that a registration that was
    /// changed in the meantime may admit the same request.
    pub const fn may_be_outdated(self) -> bool {
        matches!(
            self,
            Self::ClientAuthMethod
                | Self::ClientSecretWrong
                | Self::ClientSecretInBody
                | Self::ClientSecretInHeader
                | Self::ClientDisabled
                | Self::AssertionNotSigned
                | Self::AssertionAlgorithm
                | Self::AssertionAudience
                | Self::ClientKeysUnusable
                | Self::IssuerPurpose
                | Self::IssuerAlgorithm
                | Self::IssuerNotSigned
                | Self::IssuerKeysUnusable
                | Self::FederatedSubject
                | Self::FederatedClaims
                | Self::FederatedTwice
                | Self::DpopProofMissing
                | Self::GrantTypeNotAllowed
                | Self::ScopeNotAllowed
                | Self::ScopeNotOffered
                | Self::ResourceNotAllowed
                | Self::ResourcesNeedDifferentTokens
                | Self::AudienceNotOne
                | Self::SubjectTokenOfAnother
                | Self::AssertionTargetNotAllowed
                | Self::ScopeOfSubjectNotOffered
                | Self::CodeChallengeRequired
                | Self::CodeChallengeOrNonceRequired
                | Self::PushedRequestRequired
                | Self::RequestObjectNotSigned
                | Self::RequestObjectAlgorithm
                | Self::ProfileAssertionAlgorithm
                | Self::ProfileObjectAlgorithm
                | Self::ProfileProofAlgorithm
                | Self::ProfileResponseType
                | Self::ProfileRedirectUri
                | Self::ProfileCodeChallenge
        )
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
