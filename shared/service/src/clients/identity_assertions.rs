//! Identity assertions of other issuers (ID-JAG): found, verified with the issuer's keys, and judged.

use edge::{Config, Failure};
use grants::identity::{IdentityClaims, accept, admits};
use grants::{Client, ClientKeys, Issuer, OneUse, Refusal, Timestamp};
use keys::SignedIdentity;
use protocol::{IdentityAssertion, IssuerUrl, Secret};
use store::Registry;

use crate::clients::denied::Denied;
use crate::clients::served_keys::{ChosenBy, KeyHolder, NoKeys, ServedKeys};

/// Verifies identity assertions of other issuers.
pub struct IdentityAssertions {
    issuer: String,
    served: ServedKeys,
}

/// An assertion that is valid if it was not used before.
pub struct ProvenIdentity {
    /// The issuer that made it.
    pub issuer: IssuerUrl,
    /// The claims of the issuer.
    pub claims: IdentityClaims,
    /// The use of the assertion, which must be written exactly once.
    pub once: OneUse,
}

impl IdentityAssertions {
    /// Creates a verifier that has fetched no keys yet.
    pub fn new(config: &Config) -> Self {
        Self { issuer: config.issuer.to_string(), served: ServedKeys::new(KeyHolder::Issuer, config.reach.clone()) }
    }

    /// Accepts an assertion for a client, after every check. One that the cached issuer does not admit is verified once more with the current
    /// one, so that a new issuer or key works at once.
    ///
    /// # Errors
    /// A [`Failure`]: `invalid_grant`, or 503 when the issuer or its keys could not be read.
    pub async fn accept(
        &self,
        registry: &Registry,
        assertion: &Secret,
        client: &Client,
        now: Timestamp,
    ) -> Result<ProvenIdentity, Failure> {
        let named = IdentityAssertion::parse(assertion).map_err(|_| Refusal::IdentityAssertionMalformed)?;
        let answer = match self.prove(registry, &named, client, now).await {
            Err(Denied::Refused(Refusal::IdentityAssertionIssuer | Refusal::IdentityAssertionNotSigned))
                if Box::pin(registry.issuer_again(named.issuer(), now)).await? =>
            {
                Box::pin(self.prove(registry, &named, client, now)).await
            }
            answer => answer,
        };
        answer.map_err(|denied| match denied {
            Denied::Refused(refusal) => refusal.into(),
            Denied::Failed(failure) => failure,
        })
    }

    async fn prove(
        &self,
        registry: &Registry,
        assertion: &IdentityAssertion,
        client: &Client,
        now: Timestamp,
    ) -> Result<ProvenIdentity, Denied> {
        let signed = SignedIdentity::parse(assertion.jwt())?;
        let issuer = registry.issuer(assertion.issuer(), now).await?;
        let issuer = admits(issuer.as_deref(), signed.algorithm())?;
        let claims = self.verified(&signed, issuer, now).await?;
        let once = accept(issuer, &claims, client, &self.issuer, now)?;
        Ok(ProvenIdentity { issuer: issuer.url.clone(), claims, once })
    }

    async fn verified(
        &self,
        signed: &SignedIdentity<'_>,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<IdentityClaims, Denied> {
        let claims = match &issuer.keys {
            ClientKeys::Inline(keys) => signed.by_keys(keys),
            ClientKeys::At(uri) => {
                let found = self.served.find(uri, ChosenBy::Operator, now, |keys| signed.by_keys(keys)).await;
                found.map_err(|error| match NoKeys::of_issuer(error) {
                    Denied::Refused(_) => Denied::Refused(Refusal::IdentityAssertionNotSigned),
                    failed @ Denied::Failed(_) => failed,
                })?
            }
        };
        Ok(claims.ok_or(Refusal::IdentityAssertionNotSigned)??)
    }
}
