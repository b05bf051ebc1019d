//! Tokens of grants and services: the only place that signs or seals them.

use edge::{Failure, random};
use grants::{AccessToken, Generation, Grant, GrantSecret, IdToken, Timestamp, TokenFormat, TokenId, TokenName};
use protocol::Secret;

use crate::wiring::Wiring;

/// An access token, ready to be sent.
pub struct IssuedAccessToken {
    /// The token as the client gets it.
    pub token: Secret,
    /// Its name in the log.
    pub name: TokenName,
}

impl Wiring {
    /// Makes the access token of a grant: a JWT or a handle, by its format. `secret` is the secret of the grant.
    ///
    /// # Errors
    /// A [`Failure`] when the keys cannot be read or used.
    pub async fn access_token_of_grant(
        &self,
        token: &AccessToken,
        grant: &Grant,
        secret: GrantSecret,
        generation: Generation,
    ) -> Result<IssuedAccessToken, Failure> {
        match token.format {
            TokenFormat::Jwt => {
                let ring = self.keys.ring_to_sign(token.algorithm, token.issued_at).await?;
                let id = TokenId::OfGrant(grant.id, generation, random(), ring.footing_of(grant));
                let signed = ring.sign(token, self.config.issuer.as_str(), id)?;
                Ok(IssuedAccessToken { token: signed, name: TokenName::Signed(id) })
            }
            TokenFormat::Opaque => {
                let ring = self.keys.ring(token.issued_at).await?;
                let handle = token.handle(grant, secret, generation, ring.footing_of(grant));
                let name = TokenName::Handle(grant.id, generation);
                Ok(IssuedAccessToken { token: ring.handles().seal_access(&handle), name })
            }
        }
    }

    /// Signs the access token of a service, which is stored nowhere.
    ///
    /// # Errors
    /// As [`Wiring::access_token_of_grant`].
    pub async fn access_token_of_service(&self, token: &AccessToken) -> Result<IssuedAccessToken, Failure> {
        let ring = self.keys.ring_to_sign(token.algorithm, token.issued_at).await?;
        let id = TokenId::Machine(random());
        let signed = ring.sign(token, self.config.issuer.as_str(), id)?;
        Ok(IssuedAccessToken { token: signed, name: TokenName::Signed(id) })
    }

    /// Signs an ID token, with `at_hash` if an access token is sent along (OpenID Connect Core §3.1.3.6, §3.2.2.9).
    ///
    /// # Errors
    /// As [`Wiring::access_token_of_grant`].
    pub async fn id_token(
        &self,
        token: &IdToken,
        access_token: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Secret, Failure> {
        let ring = self.keys.ring_to_sign(token.algorithm, now).await?;
        Ok(ring.sign_id_token(token, self.config.issuer.as_str(), access_token)?)
    }
}
