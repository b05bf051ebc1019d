//! Turns the client's request into its registration: the rule is in `grants`; the data for the rule are read here.

use std::collections::BTreeSet;
use std::sync::Arc;

use edge::{Failure, Incoming};
use grants::dynamic::{Offer, algorithms, new_client, sector_lists};
use grants::{Client, ClientKeys, SelfRegistration, SigningAlgorithm, Timestamp};
use keys::read_client_keys;
use outbound::FetchUrl;
use protocol::{AskedKeys, ClientId, ClientMetadata, MetadataError, RedirectUri, ServerUri, sector_redirect_uris};

use crate::Register;

/// Parses the metadata that a request contains.
pub(crate) fn asked(incoming: Incoming<'_>) -> Result<ClientMetadata, MetadataError> {
    let body = incoming.json_body();
    let body = body.ok_or_else(|| MetadataError::of("request", "the content type must be application/json"))?;
    ClientMetadata::parse(body)
}

impl Register {
    /// Builds the client to write.
    pub(crate) async fn build_client(
        &self,
        asked: ClientMetadata,
        id: ClientId,
        standing: SelfRegistration,
        now: Timestamp,
    ) -> Result<Client, Failure> {
        let keys = self.keys_of(&asked)?;
        if let Some(uri) = &asked.backchannel_logout_uri {
            self.may_be_asked("backchannel_logout_uri", uri)?;
        }
        let known = self.known_algorithms(&asked, now).await?;
        let apis = self.wiring.registry.apis(&standing.policy.apis, now).await?;
        let deployment = &self.wiring.config.policy;
        let taken_names = match &asked.name {
            Some(_) => self.names.read(&self.wiring.registry, now).await?,
            None => Arc::default(),
        };
        let pkce = self.wiring.config.registration.pkce;
        let offer = Offer { apis: &apis, deployment, algorithms: &known, pkce, taken_names: &taken_names };
        let sector = asked.about.sector_identifier_uri.clone();
        let new = new_client(asked, Client { keys, ..Client::new(id, now) }, standing, &offer)?;
        if let Some(uri) = sector {
            self.ask_sector(&uri, &new.redirect_uris).await?;
        }
        Ok(new)
    }

    fn keys_of(&self, asked: &ClientMetadata) -> Result<Option<ClientKeys>, MetadataError> {
        match &asked.keys {
            None => Ok(None),
            Some(AskedKeys::Inline(set)) => {
                let fault = |_| MetadataError::of("jwks", "it holds a private, a weak or no key that can be used");
                read_client_keys(set.as_bytes()).map(ClientKeys::Inline).map(Some).map_err(fault)
            }
            Some(AskedKeys::At(uri)) => {
                self.may_be_asked("jwks_uri", uri)?;
                Ok(Some(ClientKeys::At(uri.clone())))
            }
        }
    }

    /// Checks that this server may contact the address, as far as its text can tell (C119).
    fn may_be_asked(&self, member: &'static str, uri: &ServerUri) -> Result<(), MetadataError> {
        let target = FetchUrl::parse(uri.as_str(), &self.wiring.config.reach);
        target.map(drop).map_err(|_| MetadataError::of(member, "it is not a public https URL"))
    }

    async fn known_algorithms(
        &self,
        asked: &ClientMetadata,
        now: Timestamp,
    ) -> Result<BTreeSet<SigningAlgorithm>, Failure> {
        let known = self.wiring.keys.ring(now).await?.algorithms();
        if algorithms(asked).is_subset(&known) {
            return Ok(known);
        }
        // The metadata list a key as soon as it exists, so this reads past the cache as well.
        Ok(self.keys.load_public().await?.algorithms())
    }

    /// Fetches and checks the sector identifier (OpenID Connect Dynamic Client Registration §5).
    async fn ask_sector(&self, uri: &str, redirect_uris: &[RedirectUri]) -> Result<(), MetadataError> {
        let fault = |why| MetadataError::of("sector_identifier_uri", why);
        let target =
            FetchUrl::parse(uri, &self.wiring.config.reach).map_err(|_| fault("it is not a public https URL"))?;
        let fetched = Box::pin(self.outbound.get_json(&target)).await.map_err(|error| {
            edge::trouble("a sector_identifier_uri could not be read", &error);
            fault("it could not be read")
        })?;
        sector_lists(sector_redirect_uris(&fetched.body).as_deref(), redirect_uris)
    }
}
