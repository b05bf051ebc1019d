//! Authentication by assertion: `private_key_jwt` and `client_secret_jwt` (RFC 7523 §3, OpenID Connect Core §9).
//!
//! The steps: find what can verify the signature ([`verification`]), verify it, judge the claims ([`accept`]), and
//! only then make the one write that detects a second use. So a forged assertion costs no write.

use std::sync::Arc;

use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::client::authenticate::AuthenticatedClient;
use crate::client::public_keys::ClientKeys;
use crate::client::record::{AuthMethod, Client};
use crate::step::once::{AssertionId, OneUse};
use crate::terms::refusal::Refusal;
use crate::terms::secret::{KeptSecret, SecretSalt};
use crate::terms::time::{Seconds, Timestamp};

/// An assertion may expire at most this many seconds from now: some libraries make it for an hour, without an option.
const MOST_LIFETIME: Seconds = 3600;
/// A client's clock may be at most this many seconds ahead.
const SKEW: Seconds = 10;
/// A used assertion is remembered for this many seconds after its expiry, in case the servers' clocks differ.
const REMEMBERED: Seconds = 60;
const MAX_ID_BYTES: usize = 256;

/// The claims of an assertion whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionClaims {
    /// The `iss` claim, which must be the client's id.
    pub issuer: String,
    /// The `sub` claim, which must be the client's id.
    pub subject: String,
    /// The `aud` claim, which must name this server.
    pub audience: Audience,
    /// The `exp` claim: the time when the assertion expires.
    pub expires_at: Option<Timestamp>,
    /// The `iat` claim: the time when the assertion was made.
    pub issued_at: Option<Timestamp>,
    /// The `nbf` claim: the time before which the assertion is not valid.
    pub not_before: Option<Timestamp>,
    /// The `jti` claim, by which a second use is detected.
    pub id: Option<String>,
}

/// The audience (`aud`) of an assertion: a string or an array of strings (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A single value, sent as a string.
    One(String),
    /// An array of values, even if it has one member.
    Several(Vec<String>),
}

/// The secrets or keys that can verify a client's assertions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification<'c> {
    /// The secrets derived with these salts.
    Secrets(Vec<SecretSalt>),
    /// The client's public keys.
    Keys(&'c ClientKeys),
}

/// An assertion that is valid if it was not used before.
#[derive(Clone, Debug)]
pub struct Unspent {
    client: Arc<Client>,
    once: OneUse,
}

/// Returns the secrets or keys that can verify this client's assertions of this algorithm.
///
/// # Errors
/// [`Refusal`] when the client does not exist, authenticates in another way, or does not sign with the algorithm.
pub fn verification(registered: Option<&Client>, algorithm: AssertionAlgorithm) -> Result<Verification<'_>, Refusal> {
    let client = registered.ok_or(Refusal::ClientUnknown)?;
    let allowed = |fits: bool| {
        let registered = client.assertion_algorithm.is_none_or(|only| only == algorithm);
        if !client.profile.verifies(algorithm) {
            return Err(Refusal::ProfileAssertionAlgorithm);
        }
        if fits && registered { Ok(()) } else { Err(Refusal::AssertionAlgorithm) }
    };
    match (client.auth_method, &client.keys) {
        (AuthMethod::PrivateKeyJwt, Some(keys)) => {
            allowed(keys.may_have_one_for(algorithm))?;
            Ok(Verification::Keys(keys))
        }
        (AuthMethod::ClientSecretJwt, _) => {
            allowed(algorithm.is_of_secrets())?;
            let salts = client.secrets.iter().filter_map(|secret| match secret.kept {
                KeptSecret::Salt(salt) => Some(salt),
                KeptSecret::Digest(_) => None,
            });
            Ok(Verification::Secrets(salts.collect()))
        }
        (AuthMethod::PrivateKeyJwt, None)
        | (AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost | AuthMethod::None, _) => {
            Err(Refusal::ClientAuthMethod)
        }
    }
}

/// The names of this server that an assertion's audience may contain.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// The issuer identifier of this server.
    pub issuer: &'a str,
    /// The URL of the token endpoint.
    pub token_endpoint: &'a str,
    /// The URL of the endpoint that was asked, if it is a name of this server as well: that of `/par` is (RFC 9126 §2).
    pub own_endpoint: Option<&'a str>,
}

/// Checks the claims of an assertion whose signature is this client's.
///
/// # Errors
/// [`Refusal`] for the first fault found.
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
    if !claims.audience.is_meant(client.must_name_the_issuer(), server) {
        return Err(Refusal::AssertionAudience);
    }
    let expires_at = claims.expires_at.filter(|expiry| *expiry > now).ok_or(Refusal::AssertionExpired)?;
    if expires_at > now.plus(MOST_LIFETIME + SKEW) {
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
    /// The client that signed the assertion.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the record of use, which must be written exactly once.
    pub const fn once(&self) -> OneUse {
        self.once
    }

    /// Returns the authenticated client. Call it after the use was written for the first time.
    pub fn spent(self) -> AuthenticatedClient {
        AuthenticatedClient::proven(self.client)
    }
}

impl Audience {
    /// Checks whether the audience is this and nothing else, as a string or an array of one.
    pub(crate) fn is_only(&self, audience: &str) -> bool {
        match self {
            Self::One(only) => only == audience,
            Self::Several(several) => matches!(several.as_slice(), [only] if only == audience),
        }
    }

    /// Checks whether the audience is this server. The issuer as a single string is always accepted (RFC 7523bis).
    /// OpenID Connect Core §9 has clients send the token endpoint's URL, RFC 9126 §2 that of the endpoint for pushed
    /// requests, and RFC 7519 §4.1.3 allows an array: all are accepted too, except from clients registered as strict.
    fn is_meant(&self, strict: bool, Server { issuer, token_endpoint, own_endpoint }: Server<'_>) -> bool {
        let good = |audience: &String| {
            audience == issuer || audience == token_endpoint || Some(audience.as_str()) == own_endpoint
        };
        match self {
            Self::One(only) if strict => only == issuer,
            Self::One(only) => good(only),
            Self::Several(several) => !strict && several.iter().any(good),
        }
    }
}

#[cfg(test)]
mod tests;
