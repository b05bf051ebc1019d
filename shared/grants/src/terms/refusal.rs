//! The reasons to refuse a request, and the protocol error for each.

use protocol::{AuthorizationErrorCode, TokenErrorCode};

const NOT_AUTHENTICATED: &str =
    "client authentication failed: unknown client, wrong or missing secret or signature, or not the registered method";

/// Declares the reasons, one per row: its documentation, its name in the log, the error of the token endpoint, and
/// the description for the caller.
macro_rules! refusals {
    ($($(#[$documentation:meta])+ $reason:ident($name:literal, $code:ident, $description:expr);)+) => {
        /// A reason to refuse. Reasons that a caller must not be able to distinguish share a description; the log
        /// has their names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Refusal {
            $($(#[$documentation])+ $reason,)+
        }

        impl Refusal {
            /// All reasons to refuse a request.
            pub const ALL: &'static [Self] = &[$(Self::$reason),+];

            /// The error code of the token endpoint.
            pub const fn code(self) -> TokenErrorCode {
                match self {
                    $(Self::$reason => TokenErrorCode::$code,)+
                }
            }

            /// The description for the caller: enough to fix an honest client, and no help for an attacker.
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$reason => $description,)+
                }
            }

            /// The name in the log, where the operator can distinguish the reasons that callers cannot.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$reason => $name,)+
                }
            }
        }
    };
}

refusals! {
    /// The client does not exist.
    ClientUnknown("client_unknown", InvalidClient, NOT_AUTHENTICATED);
    /// The client is registered for another authentication method.
    ClientAuthMethod("client_auth_method", InvalidClient, NOT_AUTHENTICATED);
    /// The secret is not the client's.
    ClientSecretWrong("client_secret_wrong", InvalidClient, NOT_AUTHENTICATED);
    /// The secret is right, but it is in the body and the client is registered for the header.
    ClientSecretInBody(
        "client_secret_in_body",
        InvalidClient,
        "this client is registered for client_secret_basic: send its secret in the Authorization header (HTTP Basic)"
    );
    /// The secret is right, but it is in the header and the client is registered for the body.
    ClientSecretInHeader(
        "client_secret_in_header",
        InvalidClient,
        "this client is registered for client_secret_post: send client_id and client_secret in the body"
    );
    /// The client is disabled.
    ClientDisabled("client_disabled", InvalidClient, NOT_AUTHENTICATED);
    /// The assertion is not signed by the client, or is not a valid JWT.
    AssertionNotSigned("assertion_not_signed", InvalidClient, NOT_AUTHENTICATED);
    /// The algorithm of the assertion is not one that this server verifies.
    AssertionAlgorithmUnknown(
        "assertion_algorithm_unknown",
        InvalidClient,
        "alg of the client assertion is not verified here: use RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA with a key, or HS256, HS384 or HS512 with a secret"
    );
    /// The algorithm of the assertion is not the client's.
    AssertionAlgorithm(
        "assertion_algorithm",
        InvalidClient,
        "alg of the client assertion is not the one that the client is registered for, or none of its keys is for it"
    );
    /// The assertion's `iss` or `sub` is not the client.
    AssertionOfAnother(
        "assertion_of_another",
        InvalidClient,
        "iss and sub of the client assertion must both be the client_id"
    );
    /// The assertion is not for this server.
    AssertionAudience(
        "assertion_audience",
        InvalidClient,
        "aud of the client assertion must be the issuer of this server, as one string"
    );
    /// The assertion has expired, or has no expiry.
    AssertionExpired("assertion_expired", InvalidClient, "the client assertion has expired, or has no exp");
    /// The assertion expires too far in the future.
    AssertionTooLong("assertion_too_long", InvalidClient, "exp of the client assertion is more than an hour ahead");
    /// The assertion is from the future.
    AssertionEarly(
        "assertion_early",
        InvalidClient,
        "iat or nbf of the client assertion is in the future: set the client's clock"
    );
    /// The assertion has no `jti` that distinguishes it from others.
    AssertionUnnamed("assertion_unnamed", InvalidClient, "the client assertion needs a jti of 1 to 256 bytes");
    /// The assertion was used before.
    AssertionReplayed(
        "assertion_replayed",
        InvalidClient,
        "the client assertion was used before: make a new one for each request"
    );
    /// The client's `jwks_uri` does not serve a set of usable keys.
    ClientKeysUnusable(
        "client_keys_unusable",
        InvalidClient,
        "the client's jwks_uri does not serve a set of public keys that can be used"
    );
    /// The client may not use this grant type.
    GrantTypeNotAllowed(
        "grant_type_not_allowed",
        UnauthorizedClient,
        "the client is not registered for this grant type"
    );
    /// The code was not made here, or its grant is gone.
    CodeUnknown("code_unknown", InvalidGrant, "the code is not one of this server, or it expired long ago");
    /// The code belongs to another client.
    CodeOfAnotherClient("code_of_another_client", InvalidGrant, "the code was issued to another client");
    /// The verifier does not match the challenge, or one was sent without the other.
    CodeVerifierMismatch(
        "code_verifier_mismatch",
        InvalidGrant,
        "code_verifier is missing, or does not belong to the code_challenge of the code"
    );
    /// The redirect URI is not that of the authorization request, or it is missing where it is required.
    RedirectUriMismatch(
        "redirect_uri_mismatch",
        InvalidGrant,
        "redirect_uri is missing, or is not the one of the authorization request"
    );
    /// The code has expired.
    CodeExpired(
        "code_expired",
        InvalidGrant,
        "the code has expired: send the person to the authorization endpoint again"
    );
    /// The code was redeemed before.
    CodeReplayed(
        "code_replayed",
        InvalidGrant,
        "the code was used before, so the tokens that were issued for it are revoked"
    );
    /// The grant was revoked.
    GrantRevoked("grant_revoked", InvalidGrant, "the grant was revoked: the person has to sign in again");
    /// The refresh token was not made here, or its grant is gone.
    RefreshTokenUnknown(
        "refresh_token_unknown",
        InvalidGrant,
        "the refresh token is not one of this server, or it expired long ago"
    );
    /// The refresh token belongs to another client.
    RefreshTokenOfAnotherClient(
        "refresh_token_of_another_client",
        InvalidGrant,
        "the refresh token was issued to another client"
    );
    /// The refresh token has expired.
    RefreshTokenExpired(
        "refresh_token_expired",
        InvalidGrant,
        "the refresh token has expired: the person has to sign in again"
    );
    /// The refresh token was used before.
    RefreshTokenReused(
        "refresh_token_reused",
        InvalidGrant,
        "the refresh token was used before, so all tokens of its grant are revoked"
    );
    /// The scope is more than was granted.
    ScopeNotGranted("scope_not_granted", InvalidScope, "scope is more than was granted");
    /// The scope is more than the client may have.
    ScopeNotAllowed("scope_not_allowed", InvalidScope, "scope is more than the client is registered for");
    /// None of the requested APIs offers this scope.
    ScopeNotOffered("scope_not_offered", InvalidScope, "scope is not offered by the API that was asked for");
    /// The API is unknown, or the client may not have tokens for it.
    ResourceNotAllowed(
        "resource_not_allowed",
        InvalidTarget,
        "resource is unknown, or not one the client is registered for"
    );
    /// The API is not part of this grant.
    ResourceNotGranted("resource_not_granted", InvalidTarget, "resource is not one of the grant");
    /// The requested APIs need different kinds of tokens, or the requested scope belongs to such APIs.
    ResourcesNeedDifferentTokens(
        "resources_need_different_tokens",
        InvalidTarget,
        "this needs several tokens, because the APIs take different kinds: name one with the parameter resource"
    );
    /// The request is not for exactly one API, although the client's tokens are for one.
    AudienceNotOne(
        "audience_not_one",
        InvalidTarget,
        "a token of this client is for one API: name one with the parameter resource"
    );
    /// The code challenge is missing and PKCE is required of a public client.
    CodeChallengeRequired(
        "code_challenge_required",
        InvalidRequest,
        "code_challenge is missing: PKCE with S256 is required"
    );
    /// The code challenge is missing, and the confidential client is registered with PKCE as required.
    CodeChallengeRegistered(
        "code_challenge_registered",
        InvalidRequest,
        "code_challenge is missing: this client is registered with PKCE (S256) as required, which an operator can change (--pkce nonce, --pkce optional)"
    );
    /// The code challenge is missing, and so is the `nonce` that may replace it.
    CodeChallengeOrNonceRequired(
        "code_challenge_or_nonce_required",
        InvalidRequest,
        "code_challenge is missing: PKCE with S256 is required, or the scope openid with a nonce, unless an operator excuses this client (--pkce optional)"
    );
    /// The person was removed, disabled, or has newer credentials than those that the grant depends on.
    PersonOver("person_over", InvalidGrant, "the account of the person was disabled or deleted, or has a new password");
    /// The session that the grant depends on is over.
    SessionOver(
        "session_over",
        InvalidGrant,
        "the session of the person is over: the person signed out, or has to sign in again"
    );
    /// Too many newer grants of the same session or person exist, so this one was superseded.
    GrantSuperseded(
        "grant_superseded",
        InvalidGrant,
        "the grant was superseded by newer ones of the same person or session"
    );
    /// The password is wrong, or the person does not exist or is disabled.
    PasswordWrong("password_wrong", InvalidGrant, protocol::WRONG_PASSWORD);
}

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
                | Self::GrantTypeNotAllowed
                | Self::ScopeNotAllowed
                | Self::ScopeNotOffered
                | Self::ResourceNotAllowed
                | Self::ResourcesNeedDifferentTokens
                | Self::AudienceNotOne
                | Self::CodeChallengeRequired
                | Self::CodeChallengeOrNonceRequired
        )
    }

    /// The error code of the authorization endpoint, for reasons that can occur there.
    pub const fn authorization_code(self) -> AuthorizationErrorCode {
        match self.code() {
            TokenErrorCode::InvalidScope => AuthorizationErrorCode::InvalidScope,
            TokenErrorCode::InvalidTarget => AuthorizationErrorCode::InvalidTarget,
            TokenErrorCode::UnauthorizedClient | TokenErrorCode::InvalidClient => {
                AuthorizationErrorCode::UnauthorizedClient
            }
            TokenErrorCode::InvalidRequest
            | TokenErrorCode::InvalidGrant
            | TokenErrorCode::UnsupportedGrantType
            | TokenErrorCode::TemporarilyUnavailable
            | TokenErrorCode::ServerError => AuthorizationErrorCode::InvalidRequest,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_is_one_reasons_and_that_of_its_variant() {
        let names: BTreeSet<&str> = Refusal::ALL.iter().map(|refusal| refusal.name()).collect();
        assert_eq!(names.len(), Refusal::ALL.len());
        for refusal in Refusal::ALL {
            let variant = format!("{refusal:?}").to_lowercase();
            assert_eq!(refusal.name().replace('_', ""), variant);
        }
    }
}
