//! Why not: the reasons, and the one protocol error that each maps to.

use protocol::{AuthorizationErrorCode, TokenErrorCode};

/// A reason to refuse. What it tells the caller is [`Refusal::description`]; what it tells the operator is its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No such client.
    ClientUnknown,
    /// The client is registered for another way of authentication.
    ClientAuthMethod,
    /// The secret is not the client's.
    ClientSecretWrong,
    /// The client is switched off.
    ClientDisabled,
    /// The assertion is not signed by the client, or no JWT that could be.
    AssertionNotSigned,
    /// The assertion's `iss` or `sub` is not the client.
    AssertionOfAnother,
    /// The assertion is not for this server.
    AssertionAudience,
    /// The assertion has expired, or does not say when it will.
    AssertionExpired,
    /// The assertion is good for longer than it should be.
    AssertionTooLong,
    /// The assertion is from the future.
    AssertionEarly,
    /// The assertion has no `jti` that could tell it from others.
    AssertionUnnamed,
    /// The assertion was used before.
    AssertionReplayed,
    /// What the client serves at its `jwks_uri` is no set of keys.
    ClientKeysUnusable,
    /// The client may not use this grant type.
    GrantTypeNotAllowed,
    /// Not a code made here, or its grant is gone.
    CodeUnknown,
    /// Another client's code.
    CodeOfAnotherClient,
    /// The verifier does not meet the challenge, or one is there without the other.
    CodeVerifierMismatch,
    /// Not the redirect URI of the authorization request, or it is missing where it is needed.
    RedirectUriMismatch,
    /// The code expired.
    CodeExpired,
    /// The code was redeemed before.
    CodeReplayed,
    /// The grant was revoked.
    GrantRevoked,
    /// Not a refresh token made here, or its grant is gone.
    RefreshTokenUnknown,
    /// Another client's refresh token.
    RefreshTokenOfAnotherClient,
    /// The refresh token expired.
    RefreshTokenExpired,
    /// The refresh token was used before.
    RefreshTokenReused,
    /// More scope than the grant has.
    ScopeNotGranted,
    /// More scope than the client may have.
    ScopeNotAllowed,
    /// None of the APIs asked for offers this scope.
    ScopeNotOffered,
    /// An API that is unknown, or that the client may have no tokens for.
    ResourceNotAllowed,
    /// An API that is not of this grant.
    ResourceNotGranted,
    /// The APIs asked for take different kinds of tokens.
    ResourcesNeedDifferentTokens,
    /// Not exactly one API, of a client whose tokens are for one.
    AudienceNotOne,
    /// PKCE is missing where it is required.
    CodeChallengeRequired,
    /// PKCE is missing, and so is what may stand in for it.
    CodeChallengeOrNonceRequired,
    /// The person is gone or switched off, or has other credentials than those that the grant rests on.
    PersonOver,
    /// The session that the grant rests on is over.
    SessionOver,
    /// So many newer grants rest on the same session or person that this one gave way.
    GrantSuperseded,
    /// Not this person's password, or there is no such person, or that person is switched off.
    PasswordWrong,
}

impl Refusal {
    /// The error of the token endpoint. No wildcard arm: a new reason must choose.
    pub const fn code(self) -> TokenErrorCode {
        match self {
            Self::ClientUnknown
            | Self::ClientAuthMethod
            | Self::ClientSecretWrong
            | Self::ClientDisabled
            | Self::AssertionNotSigned
            | Self::AssertionOfAnother
            | Self::AssertionAudience
            | Self::AssertionExpired
            | Self::AssertionTooLong
            | Self::AssertionEarly
            | Self::AssertionUnnamed
            | Self::AssertionReplayed
            | Self::ClientKeysUnusable => TokenErrorCode::InvalidClient,
            Self::GrantTypeNotAllowed => TokenErrorCode::UnauthorizedClient,
            Self::CodeUnknown
            | Self::CodeOfAnotherClient
            | Self::CodeVerifierMismatch
            | Self::RedirectUriMismatch
            | Self::CodeExpired
            | Self::CodeReplayed
            | Self::GrantRevoked
            | Self::RefreshTokenUnknown
            | Self::RefreshTokenOfAnotherClient
            | Self::RefreshTokenExpired
            | Self::RefreshTokenReused
            | Self::PersonOver
            | Self::SessionOver
            | Self::GrantSuperseded
            | Self::PasswordWrong => TokenErrorCode::InvalidGrant,
            Self::ScopeNotGranted | Self::ScopeNotAllowed | Self::ScopeNotOffered => TokenErrorCode::InvalidScope,
            Self::ResourceNotAllowed
            | Self::ResourceNotGranted
            | Self::ResourcesNeedDifferentTokens
            | Self::AudienceNotOne => TokenErrorCode::InvalidTarget,
            Self::CodeChallengeRequired | Self::CodeChallengeOrNonceRequired => TokenErrorCode::InvalidRequest,
        }
    }

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

    /// What the caller is told: enough to mend an honest client, nothing that helps another. Reasons that must not be
    /// told apart from outside share a sentence.
    #[expect(clippy::too_many_lines, reason = "a row for each reason, and no wildcard arm")]
    pub const fn description(self) -> &'static str {
        match self {
            Self::ClientUnknown
            | Self::ClientSecretWrong
            | Self::ClientDisabled
            | Self::ClientAuthMethod
            | Self::AssertionNotSigned => {
                "client authentication failed: unknown client, wrong secret or signature, or not the registered method"
            }
            Self::AssertionOfAnother => "iss and sub of the client assertion must both be the client_id",
            Self::AssertionAudience => "aud of the client assertion must be the issuer of this server, as one string",
            Self::AssertionExpired => "the client assertion has expired, or has no exp",
            Self::AssertionTooLong => "exp of the client assertion is more than 10 minutes ahead",
            Self::AssertionEarly => "iat or nbf of the client assertion is in the future: set the client's clock",
            Self::AssertionUnnamed => "the client assertion needs a jti of 1 to 256 bytes",
            Self::AssertionReplayed => "the client assertion was used before: make a new one for each request",
            Self::ClientKeysUnusable => "the client's jwks_uri does not serve a set of public keys that can be used",
            Self::GrantTypeNotAllowed => "the client is not registered for this grant type",
            Self::CodeUnknown
            | Self::CodeOfAnotherClient
            | Self::CodeExpired
            | Self::CodeReplayed
            | Self::GrantRevoked => "the code is unknown, expired, used, revoked, or not this client's",
            Self::CodeVerifierMismatch => "code_verifier does not belong to the code_challenge of the code",
            Self::RedirectUriMismatch => "redirect_uri is not the one of the authorization request",
            Self::RefreshTokenUnknown
            | Self::RefreshTokenOfAnotherClient
            | Self::RefreshTokenExpired
            | Self::RefreshTokenReused => "the refresh token is unknown, expired, used, revoked, or not this client's",
            Self::PersonOver | Self::SessionOver | Self::GrantSuperseded => {
                "the grant is over: the person signed out, or has to sign in again"
            }
            Self::ScopeNotGranted => "scope is more than was granted",
            Self::ScopeNotAllowed => "scope is more than the client is registered for",
            Self::ScopeNotOffered => "scope is not offered by the API that was asked for",
            Self::ResourceNotAllowed => "resource is unknown, or not one the client is registered for",
            Self::ResourceNotGranted => "resource is not one of the grant",
            Self::ResourcesNeedDifferentTokens => {
                "these resources take different kinds of tokens: ask for one resource at a time"
            }
            Self::AudienceNotOne => "a token of this client is for one API: name one with the parameter resource",
            Self::CodeChallengeRequired => "code_challenge is missing: PKCE with S256 is required",
            Self::CodeChallengeOrNonceRequired => {
                "code_challenge is missing: PKCE with S256 is required, or the scope openid with a nonce"
            }
            Self::PasswordWrong => protocol::WRONG_PASSWORD,
        }
    }

    /// The reason in the log, where the operator tells apart what the caller cannot.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClientUnknown => "client_unknown",
            Self::ClientAuthMethod => "client_auth_method",
            Self::ClientSecretWrong => "client_secret_wrong",
            Self::ClientDisabled => "client_disabled",
            Self::AssertionNotSigned => "assertion_not_signed",
            Self::AssertionOfAnother => "assertion_of_another",
            Self::AssertionAudience => "assertion_audience",
            Self::AssertionExpired => "assertion_expired",
            Self::AssertionTooLong => "assertion_too_long",
            Self::AssertionEarly => "assertion_early",
            Self::AssertionUnnamed => "assertion_unnamed",
            Self::AssertionReplayed => "assertion_replayed",
            Self::ClientKeysUnusable => "client_keys_unusable",
            Self::GrantTypeNotAllowed => "grant_type_not_allowed",
            Self::CodeUnknown => "code_unknown",
            Self::CodeOfAnotherClient => "code_of_another_client",
            Self::CodeVerifierMismatch => "code_verifier_mismatch",
            Self::RedirectUriMismatch => "redirect_uri_mismatch",
            Self::CodeExpired => "code_expired",
            Self::CodeReplayed => "code_replayed",
            Self::GrantRevoked => "grant_revoked",
            Self::RefreshTokenUnknown => "refresh_token_unknown",
            Self::RefreshTokenOfAnotherClient => "refresh_token_of_another_client",
            Self::RefreshTokenExpired => "refresh_token_expired",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::ScopeNotGranted => "scope_not_granted",
            Self::ScopeNotAllowed => "scope_not_allowed",
            Self::ScopeNotOffered => "scope_not_offered",
            Self::ResourceNotAllowed => "resource_not_allowed",
            Self::ResourceNotGranted => "resource_not_granted",
            Self::ResourcesNeedDifferentTokens => "resources_need_different_tokens",
            Self::AudienceNotOne => "audience_not_one",
            Self::CodeChallengeRequired => "code_challenge_required",
            Self::CodeChallengeOrNonceRequired => "code_challenge_or_nonce_required",
            Self::PersonOver => "person_over",
            Self::SessionOver => "session_over",
            Self::GrantSuperseded => "grant_superseded",
            Self::PasswordWrong => "password_wrong",
        }
    }
}
