//! Authentication of clients by assertions (RFC 7523).

use std::sync::Arc;

use edge::{Config, Failure, Incoming, random};
use grants::assertion::{Server, Unspent, Verification, accept, verification};
use grants::{AssertionClaims, Attempt, AuthenticatedClient, Client, ClientKeys, Refusal, Timestamp};
use keys::{SignedAssertion, UnreadableAssertion};
use protocol::ClientAssertion;
use store::{Changed, GrantsTable};

use crate::clients::denied::Denied;
use crate::clients::served_keys::{ChosenBy, KeyHolder, ServedKeys};
use crate::key_cache::KeyCache;

/// Verifies assertions of clients.
pub(crate) struct Assertions {
    issuer: String,
    token_endpoint: String,
    own_endpoint: Option<String>,
    grants: GrantsTable,
    served: ServedKeys,
}

/// The request that presents credentials, and its time.
#[derive(Clone, Copy)]
pub(crate) struct Occasion<'o> {
    pub(crate) incoming: Incoming<'o>,
    pub(crate) now: Timestamp,
}

impl Assertions {
    pub(crate) fn new(config: &Config, grants: GrantsTable) -> Self {
        let issuer = config.issuer.to_string();
        let token_endpoint = format!("{issuer}/token");
        let served = ServedKeys::new(KeyHolder::Client, config.reach.clone());
        Self { issuer, token_endpoint, own_endpoint: None, grants, served }
    }

    /// Makes the URL of the endpoint at this path a good audience as well.
    pub(crate) fn take_for(&mut self, path: &str) {
        self.own_endpoint = Some(format!("{}{path}", self.issuer));
    }

    /// Verifies an assertion: the signature, then the claims. The algorithm comes before the client, so that a client which
    /// cannot be served is told so by the algorithm alone.
    pub(crate) async fn check(
        &self,
        assertion: &ClientAssertion,
        registered: Option<Arc<Client>>,
        keys: &KeyCache,
        occasion: Occasion<'_>,
    ) -> Result<Unspent, Denied> {
        let signed = SignedAssertion::parse(assertion.jwt())?;
        let client = registered.ok_or(Refusal::ClientUnknown)?;
        let claims = self.verified(&signed, &client, keys, occasion).await?;
        Ok(accept(client, &claims, self.server(), occasion.now)?)
    }

    /// Makes the write that uses an assertion up, and so authenticates its client.
    pub(crate) async fn use_up(&self, unspent: Unspent, now: Timestamp) -> Result<AuthenticatedClient, Denied> {
        let attempt = Attempt::from_bytes(random());
        match self.grants.use_assertion(unspent.once(), attempt, now).await? {
            Changed::Done => Ok(unspent.spent()),
            Changed::Refused => Err(Refusal::AssertionReplayed.into()),
        }
    }

    fn server(&self) -> Server<'_> {
        let own_endpoint = self.own_endpoint.as_deref();
        Server { issuer: &self.issuer, token_endpoint: &self.token_endpoint, own_endpoint }
    }

    async fn verified(
        &self,
        signed: &SignedAssertion<'_>,
        client: &Client,
        keys: &KeyCache,
        Occasion { incoming, now }: Occasion<'_>,
    ) -> Result<AssertionClaims, Denied> {
        let claims = match verification(Some(client), signed.algorithm())? {
            Verification::Secrets(salts) => {
                let secrets = keys.signing_secrets(&salts, now).await?;
                let derived = salts.iter().map(|salt| secrets.derive(&client.id, salt)).collect::<Result<Vec<_>, _>>();
                signed.by_secrets(derived.map_err(Failure::from)?)
            }
            Verification::Keys(ClientKeys::Inline(keys)) => signed.by_keys(keys),
            Verification::Keys(ClientKeys::At(uri)) => {
                let chosen_by = ChosenBy::of(client, incoming);
                self.served.find(uri, chosen_by, now, |keys| signed.by_keys(keys)).await?
            }
        };
        claims.ok_or(Denied::Refused(Refusal::AssertionNotSigned))
    }
}

impl From<UnreadableAssertion> for Denied {
    fn from(unreadable: UnreadableAssertion) -> Self {
        Self::Refused(match unreadable {
            UnreadableAssertion::Malformed => Refusal::AssertionNotSigned,
            UnreadableAssertion::Algorithm => Refusal::AssertionAlgorithmUnknown,
        })
    }
}
