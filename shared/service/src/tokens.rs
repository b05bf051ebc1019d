//! Tokens of grants and services: the only place that signs or seals them.

use edge::{Failure, random};
use grants::{
    AccessToken, Generation, Grant, GrantSecret, HiddenFooting, IdToken, Lineage, Timestamp, TokenFormat, TokenId,
    TokenName,
};
use protocol::Secret;

use crate::wiring::Wiring;

/// An access token, ready to be sent.
pub struct IssuedAccessToken {
    /// The token as the client gets it.
    pub token: Secret,
    /// Its name in the log.
    pub name: TokenName,
    /// The items that its grant depends on, hidden as the token and the other handles of the grant contain them.
    pub rests_on: Option<HiddenFooting>,
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
                let rests_on = ring.footing_of(grant);
                let id = TokenId::OfGrant(grant.id, generation, random(), rests_on);
                let signed = ring.sign(token, self.config.issuer.as_str(), id)?;
                Ok(IssuedAccessToken { token: signed, name: TokenName::Signed(id), rests_on })
            }
            TokenFormat::Opaque => {
                let ring = self.keys.ring(token.issued_at).await?;
                let rests_on = ring.footing_of(grant);
                let handle = token.handle(grant, secret, generation, rests_on);
                let name = TokenName::Handle(grant.id, generation);
                Ok(IssuedAccessToken { token: ring.handles().seal_access(&handle), name, rests_on })
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
        Ok(IssuedAccessToken { token: signed, name: TokenName::Signed(id), rests_on: None })
    }

    /// Makes an access token that was exchanged: a JWT, or an opaque one that is signed as well. Its content says all, so
    /// that nothing is stored.
    ///
    /// # Errors
    /// As [`Wiring::access_token_of_grant`].
    pub async fn exchanged_access_token(
        &self,
        token: &AccessToken,
        lineage: Lineage,
    ) -> Result<IssuedAccessToken, Failure> {
        let id = TokenId::Exchanged(lineage);
        let issued = match token.format {
            TokenFormat::Jwt => {
                let ring = self.keys.ring_to_sign(token.algorithm, token.issued_at).await?;
                ring.sign(token, self.config.issuer.as_str(), id)?
            }
            TokenFormat::Opaque => {
                let ring = self.keys.ring(token.issued_at).await?;
                ring.sign_exchanged(&token.exchanged_handle(lineage))?
            }
        };
        Ok(IssuedAccessToken { token: issued, name: TokenName::Signed(id), rests_on: None })
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
        Ok(ring.sign_id_token(token, self.config.issuer.as_str(), random(), access_token)?)
    }
}
