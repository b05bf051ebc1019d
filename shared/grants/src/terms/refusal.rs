//! Reasons to refuse a request, and the one protocol error that each maps to.

use protocol::{AuthorizationErrorCode, TokenErrorCode};

const NOT_AUTHENTICATED: &str =
    "client authentication failed: unknown client, wrong secret or signature, or not the registered method";
const CODE_UNUSABLE: &str = "the code is unknown, expired, used, revoked, or not this client's";
const REFRESH_TOKEN_UNUSABLE: &str = "the refresh token is unknown, expired, used, revoked, or not this client's";
const GRANT_OVER: &str = "the grant is over: the person signed out, or has to sign in again";

/// Declares the reasons, one row each: its documentation, its name in the log, the error of the token endpoint, and the
/// description for the caller.
macro_rules! refusals {
    ($($(#[$documentation:meta])+ $reason:ident($name:literal, $code:ident, $description:expr);)+) => {
        /// A reason to refuse. Reasons that a caller must not tell apart share a description; the log has their names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Refusal {
            $($(#[$documentation])+ $reason,)+
        }

        impl Refusal {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$reason),+];

            /// The error of the token endpoint.
            pub const fn code(self) -> TokenErrorCode {
                match self {
                    $(Self::$reason => TokenErrorCode::$code,)+
                }
            }

            /// The description for the caller: enough to mend an honest client, nothing that helps another.
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$reason => $description,)+
                }
            }

            /// The name in the log, where the operator tells apart what the caller cannot.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$reason => $name,)+
                }
            }
        }
    };
}

refusals! {
    /// No such client.
    ClientUnknown("client_unknown", InvalidClient, NOT_AUTHENTICATED);
    /// The client is registered for another way of authentication.
    ClientAuthMethod("client_auth_method", InvalidClient, NOT_AUTHENTICATED);
    /// The secret is not the client's.
    ClientSecretWrong("client_secret_wrong", InvalidClient, NOT_AUTHENTICATED);
    /// The client is switched off.
    ClientDisabled("client_disabled", InvalidClient, NOT_AUTHENTICATED);
    /// The assertion is not signed by the client, or no JWT that could be.
    AssertionNotSigned("assertion_not_signed", InvalidClient, NOT_AUTHENTICATED);
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
    /// The assertion has expired, or does not say when it will.
    AssertionExpired("assertion_expired", InvalidClient, "the client assertion has expired, or has no exp");
    /// The assertion is good for longer than it should be.
    AssertionTooLong("assertion_too_long", InvalidClient, "exp of the client assertion is more than 10 minutes ahead");
    /// The assertion is from the future.
    AssertionEarly(
        "assertion_early",
        InvalidClient,
        "iat or nbf of the client assertion is in the future: set the client's clock"
    );
    /// The assertion has no `jti` that could tell it from others.
    AssertionUnnamed("assertion_unnamed", InvalidClient, "the client assertion needs a jti of 1 to 256 bytes");
    /// The assertion was used before.
    AssertionReplayed(
        "assertion_replayed",
        InvalidClient,
        "the client assertion was used before: make a new one for each request"
    );
    /// What the client serves at its `jwks_uri` is no set of keys.
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
    /// Not a code made here, or its grant is gone.
    CodeUnknown("code_unknown", InvalidGrant, CODE_UNUSABLE);
    /// Another client's code.
    CodeOfAnotherClient("code_of_another_client", InvalidGrant, CODE_UNUSABLE);
    /// The verifier does not meet the challenge, or one is there without the other.
    CodeVerifierMismatch(
        "code_verifier_mismatch",
        InvalidGrant,
        "code_verifier does not belong to the code_challenge of the code"
    );
    /// Not the redirect URI of the authorization request, or it is missing where it is needed.
    RedirectUriMismatch(
        "redirect_uri_mismatch",
        InvalidGrant,
        "redirect_uri is not the one of the authorization request"
    );
    /// The code expired.
    CodeExpired("code_expired", InvalidGrant, CODE_UNUSABLE);
    /// The code was redeemed before.
    CodeReplayed("code_replayed", InvalidGrant, CODE_UNUSABLE);
    /// The grant was revoked.
    GrantRevoked("grant_revoked", InvalidGrant, CODE_UNUSABLE);
    /// Not a refresh token made here, or its grant is gone.
    RefreshTokenUnknown("refresh_token_unknown", InvalidGrant, REFRESH_TOKEN_UNUSABLE);
    /// Another client's refresh token.
    RefreshTokenOfAnotherClient("refresh_token_of_another_client", InvalidGrant, REFRESH_TOKEN_UNUSABLE);
    /// The refresh token expired.
    RefreshTokenExpired("refresh_token_expired", InvalidGrant, REFRESH_TOKEN_UNUSABLE);
    /// The refresh token was used before.
    RefreshTokenReused("refresh_token_reused", InvalidGrant, REFRESH_TOKEN_UNUSABLE);
    /// More scope than the grant has.
    ScopeNotGranted("scope_not_granted", InvalidScope, "scope is more than was granted");
    /// More scope than the client may have.
    ScopeNotAllowed("scope_not_allowed", InvalidScope, "scope is more than the client is registered for");
    /// None of the APIs asked for offers this scope.
    ScopeNotOffered("scope_not_offered", InvalidScope, "scope is not offered by the API that was asked for");
    /// An API that is unknown, or that the client may have no tokens for.
    ResourceNotAllowed(
        "resource_not_allowed",
        InvalidTarget,
        "resource is unknown, or not one the client is registered for"
    );
    /// An API that is not of this grant.
    ResourceNotGranted("resource_not_granted", InvalidTarget, "resource is not one of the grant");
    /// The APIs asked for take different kinds of tokens.
    ResourcesNeedDifferentTokens(
        "resources_need_different_tokens",
        InvalidTarget,
        "these resources take different kinds of tokens: ask for one resource at a time"
    );
    /// Not exactly one API, of a client whose tokens are for one.
    AudienceNotOne(
        "audience_not_one",
        InvalidTarget,
        "a token of this client is for one API: name one with the parameter resource"
    );
    /// PKCE is missing where it is required.
    CodeChallengeRequired(
        "code_challenge_required",
        InvalidRequest,
        "code_challenge is missing: PKCE with S256 is required"
    );
    /// PKCE is missing, and so is what may stand in for it.
    CodeChallengeOrNonceRequired(
        "code_challenge_or_nonce_required",
        InvalidRequest,
        "code_challenge is missing: PKCE with S256 is required, or the scope openid with a nonce"
    );
    /// The person is gone or switched off, or has other credentials than those that the grant rests on.
    PersonOver("person_over", InvalidGrant, GRANT_OVER);
    /// The session that the grant rests on is over.
    SessionOver("session_over", InvalidGrant, GRANT_OVER);
    /// So many newer grants rest on the same session or person that this one gave way.
    GrantSuperseded("grant_superseded", InvalidGrant, GRANT_OVER);
    /// Not this person's password, or there is no such person, or that person is switched off.
    PasswordWrong("password_wrong", InvalidGrant, protocol::WRONG_PASSWORD);
}

impl Refusal {
    /// The error of the authorization endpoint, for what can be refused there.
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
