//! Authentication of clients by assertions (RFC 7523).

use std::sync::Arc;

use edge::{Config, random};
use grants::assertion::{Server, Verification, accept, verification};
use grants::{AssertionClaims, Attempt, AuthenticatedClient, Client, ClientKeys, Refusal, SecretSalt, Timestamp};
use keys::{assertion_by_keys, assertion_by_secrets};
use protocol::{ClientAssertion, Secret};
use store::{Changed, GrantsTable};

use crate::clients::denied::Denied;
use crate::clients::served_keys::ServedKeys;
use crate::key_cache::KeyCache;

/// Verifies assertions of clients.
pub(crate) struct Assertions {
    issuer: String,
    token_endpoint: String,
    grants: GrantsTable,
    served: ServedKeys,
}

impl Assertions {
    pub(crate) fn new(config: &Config, grants: GrantsTable) -> Self {
        let issuer = config.issuer.to_string();
        let token_endpoint = format!("{issuer}/token");
        Self { issuer, token_endpoint, grants, served: ServedKeys::new(config.reach.clone()) }
    }

    /// Authenticates the client of an assertion: checks the signature, then the claims, and only then makes the
    /// write that uses the assertion up.
    pub(crate) async fn authenticate(
        &self,
        assertion: &ClientAssertion,
        registered: Option<Arc<Client>>,
        keys: &KeyCache,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, Denied> {
        let client = registered.ok_or(Refusal::ClientUnknown)?;
        let claims = self.verified(assertion.jwt(), &client, keys, now).await?;
        let unspent = accept(client, &claims, self.server(), now)?;
        let attempt = Attempt::from_bytes(random());
        match self.grants.use_assertion(unspent.once(), attempt, now).await? {
            Changed::Done => Ok(unspent.spent()),
            Changed::Refused => Err(Refusal::AssertionReplayed.into()),
        }
    }

    fn server(&self) -> Server<'_> {
        Server { issuer: &self.issuer, token_endpoint: &self.token_endpoint }
    }

    async fn verified(
        &self,
        jwt: &Secret,
        client: &Client,
        keys: &KeyCache,
        now: Timestamp,
    ) -> Result<AssertionClaims, Denied> {
        let claims = match verification(Some(client))? {
            Verification::Secrets(salts) => {
                let ring = keys.ring(now).await?;
                let secret = |salt: &SecretSalt| ring.handles().secret_that_signs(&client.id, salt);
                assertion_by_secrets(jwt, salts.iter().map(secret)).ok()
            }
            Verification::Keys(ClientKeys::Inline(keys), only) => assertion_by_keys(jwt, keys, only).ok(),
            Verification::Keys(ClientKeys::At(uri), only) => {
                self.served.find(uri, now, |keys| assertion_by_keys(jwt, keys, only).ok()).await?
            }
        };
        claims.ok_or(Denied::Refused(Refusal::AssertionNotSigned))
    }
}
