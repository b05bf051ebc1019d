//! Authentication by assertion: `private_key_jwt` and `client_secret_jwt` (RFC 7523 §3, OpenID Connect Core §9).
//!
//! What verifies the signature is told first ([`verification`]), the claims are judged once it is verified ([`accept`]),
//! and then one write tells whether the assertion was used before. So a forged one costs no write.

use std::sync::Arc;

use crate::client::authenticate::AuthenticatedClient;
use crate::client::public_keys::ClientKeys;
use crate::client::record::{AuthMethod, Client, KeptSecret, SecretSalt};
use crate::step::once::{AssertionId, OneUse};
use crate::terms::api::SigningAlgorithm;
use crate::terms::refusal::Refusal;
use crate::terms::time::{Seconds, Timestamp};

/// An assertion expires within so many seconds.
const MOST_LIFETIME: Seconds = 600;
/// A client's clock may be so many seconds ahead.
const SKEW: Seconds = 10;
/// A used assertion is remembered so many seconds longer than it is good, for clocks of ours that differ.
const REMEMBERED: Seconds = 60;
const MAX_ID_BYTES: usize = 256;

/// The claims of an assertion whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionClaims {
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// `aud`.
    pub audience: Audience,
    /// `exp`.
    pub expires_at: Option<Timestamp>,
    /// `iat`.
    pub issued_at: Option<Timestamp>,
    /// `nbf`.
    pub not_before: Option<Timestamp>,
    /// `jti`.
    pub id: Option<String>,
}

/// Whom an assertion is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A string.
    One(String),
    /// An array.
    Several(Vec<String>),
}

/// What verifies the assertions of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification<'c> {
    /// The secrets derived with these salts, and HS256.
    Secrets(Vec<SecretSalt>),
    /// Its keys, and one algorithm only where it is registered for one.
    Keys(&'c ClientKeys, Option<SigningAlgorithm>),
}

/// An assertion that is good, unless it was used before.
#[derive(Clone, Debug)]
pub struct Unspent {
    client: Arc<Client>,
    once: OneUse,
}

/// What verifies an assertion of this client.
///
/// # Errors
/// [`Refusal`] when there is no such client, or it authenticates in another way.
pub fn verification(registered: Option<&Client>) -> Result<Verification<'_>, Refusal> {
    let client = registered.ok_or(Refusal::ClientUnknown)?;
    match (client.auth_method, &client.keys) {
        (AuthMethod::PrivateKeyJwt, Some(keys)) => Ok(Verification::Keys(keys, client.assertion_algorithm)),
        (AuthMethod::ClientSecretJwt, _) => {
            let salts = client.secrets.iter().filter_map(|secret| match secret.kept {
                KeptSecret::Salt(salt) => Some(salt),
                KeptSecret::Digest(_) => None,
            });
            Ok(Verification::Secrets(salts.collect()))
        }
        (AuthMethod::PrivateKeyJwt, None)
        | (AuthMethod::SecretBasic | AuthMethod::SecretPost | AuthMethod::None, _) => Err(Refusal::ClientAuthMethod),
    }
}

/// The names of this server in the audience of an assertion.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The URL of the token endpoint.
    pub token_endpoint: &'a str,
}

/// Judges the claims of an assertion that this client signed, for the server of `issuer` with its token endpoint.
///
/// # Errors
/// [`Refusal`] for its first fault.
pub fn accept(
    client: Arc<Client>,
    claims: &AssertionClaims,
    server: Server<'_>,
    now: Timestamp,
) -> Result<Unspent, Refusal> {
    let id = client.id.as_str();
    if claims.issuer != id || claims.subject != id {
        return Err(Refusal::AssertionOfAnother);
    }
    if !claims.audience.is_meant(client.strict_audience, server) {
        return Err(Refusal::AssertionAudience);
    }
    let expires_at = claims.expires_at.filter(|expiry| *expiry > now).ok_or(Refusal::AssertionExpired)?;
    if expires_at > now.plus(MOST_LIFETIME) {
        return Err(Refusal::AssertionTooLong);
    }
    if [claims.issued_at, claims.not_before].into_iter().flatten().any(|time| time > now.plus(SKEW)) {
        return Err(Refusal::AssertionEarly);
    }
    let named = claims.id.as_deref().filter(|id| (1..=MAX_ID_BYTES).contains(&id.len()));
    let once = OneUse {
        id: AssertionId::of(&client.id, named.ok_or(Refusal::AssertionUnnamed)?),
        until: expires_at.plus(REMEMBERED),
    };
    if client.disabled {
        return Err(Refusal::ClientDisabled);
    }
    Ok(Unspent { client, once })
}

impl Unspent {
    /// What must be written once.
    pub const fn once(&self) -> OneUse {
        self.once
    }

    /// The client, once the use is written for the first time.
    pub fn spent(self) -> AuthenticatedClient {
        AuthenticatedClient::proven(self.client)
    }
}

impl Audience {
    /// The issuer as one string is always good (RFC 7523bis). OpenID Connect Core §9 has clients send the token endpoint's
    /// URL, and RFC 7519 §4.1.3 an array: both are good but for clients that are held to the first.
    fn is_meant(&self, strict: bool, Server { issuer, token_endpoint }: Server<'_>) -> bool {
        let good = |audience: &String| audience == issuer || audience == token_endpoint;
        match self {
            Self::One(only) if strict => only == issuer,
            Self::One(only) => good(only),
            Self::Several(several) => !strict && several.iter().any(good),
        }
    }
}

#[cfg(test)]
mod tests;
