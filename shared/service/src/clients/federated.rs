//! Authentication of clients by tokens that other issuers made for them.

use edge::{Config, Failure};
use grants::federation::{accept, admits, choose};
use grants::{AuthenticatedClient, ClientKeys, FederatedClaims, Issuer, Refusal, Timestamp};
use keys::SignedFederated;
use protocol::{FederatedAssertion, TokenErrorCode};
use store::Registry;

use crate::clients::denied::Denied;
use crate::clients::served_keys::{ChosenBy, KeyHolder, NoKeys, ServedKeys};

/// Verifies tokens of other issuers.
pub(crate) struct Federated {
    issuer: String,
    served: ServedKeys,
}

impl Federated {
    pub(crate) fn new(config: &Config) -> Self {
        Self { issuer: config.issuer.to_string(), served: ServedKeys::new(KeyHolder::Issuer, config.reach.clone()) }
    }

    /// Authenticates the client of a token. If the cached registrations do not admit it, they are read again once, so that
    /// a new issuer, key or client works at once.
    pub(crate) async fn authenticate(
        &self,
        registry: &Registry,
        assertion: &FederatedAssertion,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, Denied> {
        let answer = self.prove(registry, assertion, now).await;
        match &answer {
            Err(Denied::Refused(refusal)) if refusal.may_be_outdated() => {
                let is_signed = is_of_client(*refusal);
                if !Box::pin(registry.federation_again(assertion, is_signed, now)).await? {
                    return answer;
                }
            }
            Ok(_) | Err(_) => return answer,
        }
        Box::pin(self.prove(registry, assertion, now)).await
    }

    /// Checks the issuer, then the signature and the claims, and only then whose token it is. Nothing is read when the
    /// registrations and the keys are cached.
    async fn prove(
        &self,
        registry: &Registry,
        assertion: &FederatedAssertion,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, Denied> {
        let signed = SignedFederated::parse(assertion.jwt())?;
        let issuer = registry.issuer(assertion.issuer(), now).await?;
        admits(issuer.as_deref(), signed.algorithm())?;
        let issuer = issuer.ok_or(Refusal::IssuerUnknown)?;
        let claims = self.verified(&signed, &issuer, now).await?;
        accept(&issuer, &claims, &self.issuer, now)?;
        let candidates = registry.clients_of(assertion, now).await?;
        Ok(choose(candidates, &issuer, &claims)?)
    }

    async fn verified(
        &self,
        signed: &SignedFederated<'_>,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Result<FederatedClaims, Denied> {
        let claims = match &issuer.keys {
            ClientKeys::Inline(keys) => signed.by_keys(keys),
            ClientKeys::At(uri) => {
                let found = self.served.find(uri, ChosenBy::Operator, now, |keys| signed.by_keys(keys)).await;
                found.map_err(NoKeys::of_issuer)?
            }
        };
        claims.ok_or(Denied::Refused(Refusal::IssuerNotSigned))
    }
}

/// Returns whether a refusal is about a client. Only a token with a good signature comes that far.
fn is_of_client(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::FederatedSubject | Refusal::FederatedClaims | Refusal::FederatedTwice | Refusal::ClientDisabled
    )
}

/// Returns the failure for an assertion that was sent as a grant (RFC 7521 §4.1.1, RFC 7523 §3.1).
pub(crate) fn as_grant(refusal: Refusal) -> Failure {
    let is_unauthorized = matches!(refusal, Refusal::FederatedSubject | Refusal::IssuerPurpose);
    let code = if is_unauthorized { TokenErrorCode::UnauthorizedClient } else { TokenErrorCode::InvalidGrant };
    Failure::new(code, refusal.description(), refusal.name())
}
