//! The issuers that the pages of the explorer play: a workload platform, registered for one client of the explorer, and the
//! identity provider of a company, whose person is the demo user.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::Error;
use grants::{
    AssertionAlgorithm, ClientKey, ClientKeys, Federation, Issuer, IssuerName, PublicKey, Purpose, Timestamp,
};
use keys::HandleKeys;
use protocol::{AssertionTarget, IssuerUrl, Secret};
use serde_json::{Value, json};
use store::Link;
use zeroize::Zeroizing;

use crate::stack::Stack;

/// The `iss` of the platform's tokens. Nobody asks this address for anything.
pub(crate) const PLATFORM: &str = "https://platform.explorer.example";
/// The `sub` of the tokens of the service that is registered.
pub(crate) const WORKLOAD: &str = "service:orders";
/// The `iss` of the identity provider's assertions. Nobody asks this address for anything.
pub(crate) const PROVIDER: &str = "https://provider.explorer.example";
/// The name by which the identity provider knows the demo user.
pub(crate) const EMPLOYEE: &str = "demo@company.example";
/// The authorization server of others for which the explorer's agent gets assertions, and its id there.
pub(crate) const PARTNER: &str = "https://partner.explorer.example";
pub(crate) const AGENT_THERE: &str = "agent-of-the-company";
/// The id of the only key of an issuer.
pub(crate) const KEY_ID: &str = "1";

/// An issuer that a page plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Played {
    Platform,
    Provider,
}

impl Played {
    const fn name(self) -> &'static str {
        match self {
            Self::Platform => "explorer-platform",
            Self::Provider => "explorer-provider",
        }
    }

    const fn url(self) -> &'static str {
        match self {
            Self::Platform => PLATFORM,
            Self::Provider => PROVIDER,
        }
    }

    const fn purpose(self) -> Purpose {
        match self {
            Self::Platform => Purpose::ClientAuth,
            Self::Provider => Purpose::IdJag,
        }
    }
}

/// The key pair of an issuer, which each page with its tokens has. It is another one for each stack.
#[derive(Clone)]
pub(crate) struct PlayedKey {
    of: Played,
    seed: Zeroizing<[u8; 32]>,
    public: [u8; 32],
}

impl PlayedKey {
    /// Derives the key pair, as the secrets of the demo are derived: each start has the same one.
    pub(crate) fn derive(of: Played, handles: &HandleKeys) -> Result<Self, Error> {
        let digest = handles.digest(&Secret::new(format!("the demo key of {}", of.name())));
        Self::from_seed(of, *digest.as_bytes())
    }

    pub(crate) fn from_seed(of: Played, seed: [u8; 32]) -> Result<Self, Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)?;
        Ok(Self { of, seed: Zeroizing::new(seed), public: pair.public_key().as_ref().try_into()? })
    }

    /// Writes the private key for the page that plays the issuer.
    pub(crate) fn private_jwk(&self) -> Value {
        let encoded = |bytes: &[u8; 32]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "OKP", "crv": "Ed25519", "x": encoded(&self.public), "d": encoded(&self.seed) })
    }

    /// Describes the issuer with this key.
    pub(crate) fn issuer(&self, now: Timestamp) -> Result<Issuer, Error> {
        let issuer = Issuer {
            name: IssuerName::parse(self.of.name())?,
            url: IssuerUrl::parse(self.of.url())?,
            preset: None,
            keys: ClientKeys::Inline(vec![ClientKey {
                kid: Some(KEY_ID.to_owned()),
                algorithm: Some(AssertionAlgorithm::EdDsa),
                public: PublicKey::Ed25519(self.public),
            }]),
            purposes: [self.of.purpose()].into(),
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

/// Returns the link by which the identity provider's person is the demo user.
pub(crate) fn link(now: Timestamp) -> Result<Link, Error> {
    Ok(Link { issuer: IssuerUrl::parse(PROVIDER)?, tenant: None, subject: EMPLOYEE.to_owned(), created_at: now })
}

/// Returns the authorization server for which the explorer's agent gets assertions.
pub(crate) fn partner() -> Result<AssertionTarget, Error> {
    Ok(AssertionTarget::parse(&format!("{PARTNER}={AGENT_THERE}"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_serves_clients_alone_and_its_service_fits_it() {
        let key = PlayedKey::from_seed(Played::Platform, [7; 32]).unwrap();
        let issuer = key.issuer(Timestamp::from_seconds(1)).unwrap();
        assert_eq!(issuer.purposes, [Purpose::ClientAuth].into());
        assert_eq!(federation().unwrap().check(&issuer), Ok(()));
        let ClientKeys::Inline(keys) = &issuer.keys else { panic!("{issuer:?}") };
        let PublicKey::Ed25519(public) = keys[0].public else { panic!("{issuer:?}") };
        assert_eq!(key.private_jwk()["x"], URL_SAFE_NO_PAD.encode(public));
    }

    #[test]
    fn the_identity_provider_speaks_of_people_alone() {
        let key = PlayedKey::from_seed(Played::Provider, [8; 32]).unwrap();
        let issuer = key.issuer(Timestamp::from_seconds(1)).unwrap();
        assert_eq!(issuer.purposes, [Purpose::IdJag].into());
        assert_eq!(link(Timestamp::from_seconds(1)).unwrap().issuer, issuer.url);
        assert_eq!(partner().unwrap().audience().as_str(), PARTNER);
    }
}
