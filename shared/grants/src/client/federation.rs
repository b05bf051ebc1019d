//! Authentication of a client by a token that another issuer made for it: a workload platform, or any OpenID issuer.
//!
//! The steps: find the issuer and check that it may sign this ([`admits`]), verify the signature, judge the claims
//! ([`accept`]), and find the one client that they are for ([`choose`]). Nothing is written: a platform gives one token to
//! a workload for many requests, often without `jti`, so its audience and its short life bound it instead.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::IssuerUrl;
use sha2::{Digest, Sha256};

use crate::client::assertion::Audience;
use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::client::authenticate::AuthenticatedClient;
use crate::client::issuer::{Issuer, Preset, Purpose};
use crate::client::record::Client;
use crate::terms::refusal::Refusal;
use crate::terms::time::{Seconds, Timestamp};

/// The longest life of a platform's token. Kubernetes and AWS make them for an hour, and some seconds pass between
/// `iat` and `nbf`.
const MOST_LIFETIME: Seconds = 3600 + 60;
/// A platform's clock may be at most this many seconds ahead.
const SKEW: Seconds = 10;
const MAX_CLAIMS: usize = 16;
const MAX_CLAIM_BYTES: usize = 1024;

/// The rule by which a token of another issuer authenticates a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Federation {
    /// The issuer, by its URL and not by its name: a name that is given to another issuer leads to no client.
    pub issuer: IssuerUrl,
    /// The exact `sub` of the token.
    pub subject: String,
    /// The exact values of further claims, by name, or by JSON Pointer (RFC 6901) for a claim inside another.
    pub claims: BTreeMap<String, String>,
}

/// The claims of a token whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederatedClaims {
    /// The `iss` claim, which a JWT-SVID need not have.
    pub issuer: Option<String>,
    /// The `sub` claim, which names the workload.
    pub subject: String,
    /// The `aud` claim, which must name this server and nobody else.
    pub audience: Audience,
    /// The `exp` claim: the time when the token expires.
    pub expires_at: Option<Timestamp>,
    /// The `iat` claim: the time when the token was made.
    pub issued_at: Option<Timestamp>,
    /// The `nbf` claim: the time before which the token is not valid.
    pub not_before: Option<Timestamp>,
    /// `true` if it has the claim `cnf`, and so is nothing without the proof of a key.
    pub is_bound: bool,
    /// All claims that are a text, a number or a truth value, as texts: by name, and inside others by JSON Pointer.
    pub all: BTreeMap<String, String>,
}

/// The reasons why a client cannot have such a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FederationError {
    /// The issuer is registered for other purposes.
    #[error("the issuer is not registered to authenticate clients: `jeton issuer update NAME --for client-auth`")]
    Purpose,
    /// The subject is empty, too long, or has control characters.
    #[error("--subject needs 1 to 1024 characters, without control characters")]
    Subject,
    /// The rule has too many or too large claims.
    #[error("a client has at most 16 claims to match, of at most 1024 bytes, each NAME=VALUE")]
    Claims,
    /// AWS names a role in `sub`, and not the session of a role.
    #[error("sub of a token of AWS is the ARN of the role, arn:aws:iam::ACCOUNT:role/NAME, without a session")]
    SubjectOfAws,
    /// Kubernetes names a service account in `sub`.
    #[error("sub of a token of Kubernetes is system:serviceaccount:NAMESPACE:NAME")]
    SubjectOfKubernetes,
    /// GitHub's `sub` contains names, which others can take after a rename or a deletion.
    #[error(
        "names on GitHub can be taken by others: add --federated-claim repository_id=NUMBER, or repository_owner_id or enterprise_id"
    )]
    ClaimsOfGithub,
    /// A SPIFFE ID is of its own trust domain.
    #[error("sub of a JWT-SVID is a SPIFFE ID of the issuer's trust domain: spiffe://TRUST-DOMAIN/PATH")]
    SubjectOfSpiffe,
}

impl Federation {
    /// Returns the hash of an issuer and a subject, by which clients are found: a subject can be longer than a key of a
    /// table. No URL contains a line break.
    pub fn digest(issuer: &IssuerUrl, subject: &str) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{issuer}\n{subject}")))
    }

    /// Checks the rule against the issuer that it names.
    ///
    /// # Errors
    /// [`FederationError`] says what must be different.
    pub fn check(&self, issuer: &Issuer) -> Result<(), FederationError> {
        use FederationError as E;
        let domain = IssuerUrl::of_spiffe_id(&self.subject);
        let is_spiffe_id = IssuerUrl::is_for_spiffe_id(&self.subject);
        let is_spiffe = issuer.url.is_trust_domain();
        let faults = [
            (!issuer.is_for(Purpose::ClientAuth), E::Purpose),
            (!protocol::is_subject(&self.subject), E::Subject),
            (!self.has_good_claims(), E::Claims),
            (is_spiffe && domain.as_ref() != Some(&issuer.url), E::SubjectOfSpiffe),
            (!is_spiffe && is_spiffe_id, E::SubjectOfSpiffe),
        ];
        faults.into_iter().find(|(found, _)| *found).map_or(Ok(()), |(_, error)| Err(error))?;
        self.check_platform(issuer.preset)
    }

    fn check_platform(&self, preset: Option<Preset>) -> Result<(), FederationError> {
        use FederationError as E;
        let ids = ["repository_id", "repository_owner_id", "enterprise_id"];
        match preset {
            Some(Preset::Aws) if !is_arn(&self.subject) => Err(E::SubjectOfAws),
            Some(Preset::Kubernetes) if !is_service_account(&self.subject) => Err(E::SubjectOfKubernetes),
            Some(Preset::Github) if !ids.iter().any(|id| self.claims.contains_key(*id)) => Err(E::ClaimsOfGithub),
            Some(Preset::Aws | Preset::Kubernetes | Preset::Github | Preset::Spiffe) | None => Ok(()),
        }
    }

    fn has_good_claims(&self) -> bool {
        let good = |(name, value): (&String, &String)| {
            !name.is_empty() && !value.is_empty() && name.len() + value.len() <= MAX_CLAIM_BYTES
        };
        self.claims.len() <= MAX_CLAIMS && self.claims.iter().all(good)
    }

    /// Returns whether the rule is about the workload of a token of its issuer.
    fn is_about(&self, issuer: &Issuer, claims: &FederatedClaims) -> bool {
        self.issuer == issuer.url && self.subject == claims.subject
    }

    fn holds_for(&self, claims: &FederatedClaims) -> bool {
        self.claims.iter().all(|(name, value)| claims.all.get(name) == Some(value))
    }
}

fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, region, account, resource] = parts.as_slice() else { return false };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    *arn == "arn"
        && partition.starts_with("aws")
        && *service == "iam"
        && region.is_empty()
        && is_account
        && resource.contains('/')
}

fn is_service_account(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("system:serviceaccount:") else { return false };
    rest.split_once(':')
        .is_some_and(|(namespace, name)| !namespace.is_empty() && !name.is_empty() && !name.contains(':'))
}

/// Checks that the issuer may authenticate clients, with a token of this algorithm. Nothing is read before this.
///
/// # Errors
/// [`Refusal`] when the issuer is not registered, or not for this.
pub fn admits(issuer: Option<&Issuer>, algorithm: AssertionAlgorithm) -> Result<(), Refusal> {
    let issuer = issuer.ok_or(Refusal::IssuerUnknown)?;
    if !issuer.is_for(Purpose::ClientAuth) {
        return Err(Refusal::IssuerPurpose);
    }
    if issuer.may_sign_with(algorithm) { Ok(()) } else { Err(Refusal::IssuerAlgorithm) }
}

/// Checks the claims of a token that the issuer signed, as far as they are about no client in particular. `server` is
/// the issuer identifier of this server.
///
/// # Errors
/// [`Refusal`] for the first fault found.
pub fn accept(issuer: &Issuer, claims: &FederatedClaims, server: &str, now: Timestamp) -> Result<(), Refusal> {
    // A trust domain vouches for its SPIFFE IDs, and `iss` of a JWT-SVID says nothing (JWT-SVID §3).
    let is_its_own = if issuer.url.is_trust_domain() {
        IssuerUrl::of_spiffe_id(&claims.subject).as_ref() == Some(&issuer.url)
    } else {
        claims.issuer.as_deref() == Some(issuer.url.as_str())
    };
    if !is_its_own {
        return Err(Refusal::IssuerUnknown);
    }
    if !claims.audience.is_only(server) {
        return Err(Refusal::FederatedAudience);
    }
    if claims.is_bound {
        return Err(Refusal::FederatedBound);
    }
    let expires_at = claims.expires_at.filter(|expiry| *expiry > now).ok_or(Refusal::AssertionExpired)?;
    let begins_at = claims.issued_at.unwrap_or(now);
    if expires_at > now.plus(MOST_LIFETIME) || expires_at > begins_at.plus(MOST_LIFETIME) {
        return Err(Refusal::FederatedTooLong);
    }
    if [claims.issued_at, claims.not_before].into_iter().flatten().any(|time| time > now.plus(SKEW)) {
        return Err(Refusal::AssertionEarly);
    }
    Ok(())
}

/// Returns the client that the claims are for, out of those that may be: the one that the request names, or all that are
/// registered for the issuer and the subject.
///
/// # Errors
/// [`Refusal`] when they are for none of them, or for more than one.
pub fn choose(
    candidates: Vec<Arc<Client>>,
    issuer: &Issuer,
    claims: &FederatedClaims,
) -> Result<AuthenticatedClient, Refusal> {
    let rule = |client: &Client| client.federation.clone().filter(|rule| rule.is_about(issuer, claims));
    let about: Vec<(Arc<Client>, Federation)> =
        candidates.into_iter().filter_map(|client| rule(&client).map(|rule| (client, rule))).collect();
    if about.is_empty() {
        return Err(Refusal::FederatedSubject);
    }
    let mut fitting = about.into_iter().filter(|(_, rule)| rule.holds_for(claims)).map(|(client, _)| client);
    match (fitting.next(), fitting.next()) {
        (None, _) => Err(Refusal::FederatedClaims),
        (Some(_), Some(_)) => Err(Refusal::FederatedTwice),
        (Some(client), None) if client.disabled => Err(Refusal::ClientDisabled),
        (Some(client), None) => Ok(AuthenticatedClient::proven(client)),
    }
}

#[cfg(test)]
mod tests;
