//! The explorer's workload platform: an issuer whose tokens the pages make, registered for one client of the explorer.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::Error;
use grants::{
    AssertionAlgorithm, ClientKey, ClientKeys, Federation, Issuer, IssuerName, PublicKey, Purpose, Timestamp,
};
use keys::HandleKeys;
use protocol::{IssuerUrl, Secret};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::stack::Stack;

/// The `iss` of the platform's tokens. Nobody asks this address for anything.
pub(crate) const PLATFORM: &str = "https://platform.explorer.example";
/// The `sub` of the tokens of the service that is registered.
pub(crate) const WORKLOAD: &str = "service:orders";
/// The id of the platform's only key.
pub(crate) const KEY_ID: &str = "1";
const NAME: &str = "explorer-platform";

/// The platform's key pair, which each page with its tokens has. It is another one for each stack.
#[derive(Clone)]
pub(crate) struct PlatformKey {
    seed: Zeroizing<[u8; 32]>,
    public: [u8; 32],
}

impl PlatformKey {
    /// Derives the key pair, as the secrets of the demo are derived: each start has the same one.
    pub(crate) fn derive(handles: &HandleKeys) -> Result<Self, Error> {
        let digest = handles.digest(&Secret::new(format!("the demo key of {NAME}")));
        Self::from_seed(*digest.as_bytes())
    }

    pub(crate) fn from_seed(seed: [u8; 32]) -> Result<Self, Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)?;
        Ok(Self { seed: Zeroizing::new(seed), public: pair.public_key().as_ref().try_into()? })
    }

    /// Writes the private key for the page that plays the platform.
    pub(crate) fn private_jwk(&self) -> Value {
        let encoded = |bytes: &[u8; 32]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(&self.public), "d": encoded(&self.seed) })
    }

    /// Describes the issuer with this key.
    pub(crate) fn issuer(&self, now: Timestamp) -> Result<Issuer, Error> {
        let issuer = Issuer {
            name: IssuerName::parse(NAME)?,
            url: IssuerUrl::parse(PLATFORM)?,
            preset: None,
            keys: ClientKeys::Inline(vec![ClientKey {
                kid: Some(KEY_ID.to_owned()),
                algorithm: Some(AssertionAlgorithm::EdDsa),
                public: PublicKey::Ed25519(self.public),
            }]),
            purposes: [Purpose::ClientAuth].into(),
            created_at: now,
            revision: 0,
        };
        issuer.check()?;
        Ok(issuer)
    }

    /// Registers the issuer if it is missing, and gives it this key if it has another.
    pub(crate) async fn ensure(&self, stack: &Stack, now: Timestamp) -> Result<(), Error> {
        let wanted = self.issuer(now)?;
        match stack.registry.issuer_now(&wanted.url).await? {
            None => stack.registry.create_issuer(&wanted, None).await?,
            Some(found) if found.keys != wanted.keys => {
                let after = Issuer { keys: wanted.keys, revision: found.revision + 1, ..found.clone() };
                stack.registry.change_issuer(&found, &after, None).await?
            }
            Some(_) => return Ok(()),
        };
        Ok(())
    }
}

/// Returns the rule by which the platform's tokens authenticate the explorer's service.
pub(crate) fn federation() -> Result<Federation, Error> {
    Ok(Federation { issuer: IssuerUrl::parse(PLATFORM)?, subject: WORKLOAD.to_owned(), claims: [].into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_serves_clients_alone_and_its_service_fits_it() {
        let key = PlatformKey::from_seed([7; 32]).unwrap();
        let issuer = key.issuer(Timestamp::from_seconds(1)).unwrap();
        assert_eq!(issuer.purposes, [Purpose::ClientAuth].into());
        assert_eq!(federation().unwrap().check(&issuer), Ok(()));
        let ClientKeys::Inline(keys) = &issuer.keys else { panic!("{issuer:?}") };
        let PublicKey::Ed25519(public) = keys[0].public else { panic!("{issuer:?}") };
        assert_eq!(key.private_jwk()["x"], URL_SAFE_NO_PAD.encode(public));
    }
}
