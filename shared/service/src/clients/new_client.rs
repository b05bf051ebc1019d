//! Turns what a client says of itself into its registration: the rule is in `grants`; the data for the rule are read
//! here.

use std::collections::BTreeSet;
use std::sync::Arc;

use edge::Failure;
use grants::dynamic::{Offer, algorithms, new_client, sector_lists};
use grants::{Client, ClientKeys, SelfRegistration, SigningAlgorithm, Timestamp};
use keys::read_client_keys;
use outbound::{FetchUrl, Outbound, Reach};
use protocol::{AskedKeys, ClientMetadata, MetadataError, RedirectUri, ServerUri, sector_redirect_uris};
use store::KeysTable;

use crate::clients::operator_names::OperatorNames;
use crate::wiring::Wiring;

/// Builds clients that describe themselves.
pub struct ClientBuilder {
    keys: KeysTable,
    names: OperatorNames,
    outbound: Outbound,
}

/// A client to be built: what it says of itself, what it has before that, and what it may have.
pub struct NewClient {
    /// The metadata that the client gives.
    pub asked: ClientMetadata,
    /// The client with its id, the time of its registration, and the default of each setting.
    pub blank: Client,
    /// The data of its registration, with the limits that apply.
    pub standing: SelfRegistration,
}

impl ClientBuilder {
    /// Creates a builder that finds out about new signing keys in the table `keys`.
    pub fn new(keys: KeysTable) -> Self {
        Self { keys, names: OperatorNames::default(), outbound: Outbound::new() }
    }

    /// Builds the client to write, and checks it by the rules for clients that register themselves.
    ///
    /// # Errors
    /// A [`Failure`]: 400 that names the member with its fault, or 503 when the rules' data cannot be read.
    pub async fn build(&self, wiring: &Wiring, new: NewClient, now: Timestamp) -> Result<Client, Failure> {
        let NewClient { asked, blank, standing } = new;
        let reach = &wiring.config.reach;
        let keys = keys_of(&asked, reach)?;
        if let Some(uri) = &asked.backchannel_logout_uri {
            may_be_asked("backchannel_logout_uri", uri, reach)?;
        }
        let known = known_algorithms(wiring, &self.keys, &asked, now).await?;
        let apis = wiring.registry.apis(&standing.policy.apis, now).await?;
        let deployment = &wiring.config.policy;
        let is_named = asked.names().next().is_some();
        let taken_names = if is_named { self.names.read(&wiring.registry, now).await? } else { Arc::default() };
        let pkce = wiring.config.registration.pkce;
        let offer = Offer { apis: &apis, deployment, algorithms: &known, pkce, taken_names: &taken_names };
        let sector = asked.about.sector_identifier_uri.clone();
        let new = new_client(asked, Client { keys, ..blank }, standing, &offer)?;
        for uri in &new.requests.uris {
            let target = FetchUrl::parse(uri.without_fragment(), reach);
            target.map_err(|_| MetadataError::of("request_uris", "one of them is not a public https URL"))?;
        }
        if let Some(uri) = sector {
            self.ask_sector(&uri, &new.redirect_uris, reach).await?;
        }
        Ok(new)
    }

    /// Fetches and checks the sector identifier (OpenID Connect Dynamic Client Registration §5).
    async fn ask_sector(&self, uri: &str, redirect_uris: &[RedirectUri], reach: &Reach) -> Result<(), MetadataError> {
        let fault = |why| MetadataError::of("sector_identifier_uri", why);
        let target = FetchUrl::parse(uri, reach).map_err(|_| fault("it is not a public https URL"))?;
        let fetched = Box::pin(self.outbound.get_json(&target)).await.map_err(|error| {
            edge::trouble("a sector_identifier_uri could not be read", &error);
            fault("it could not be read")
        })?;
        sector_lists(sector_redirect_uris(&fetched.body).as_deref(), redirect_uris)
    }
}

fn keys_of(asked: &ClientMetadata, reach: &Reach) -> Result<Option<ClientKeys>, MetadataError> {
    match &asked.keys {
        None => Ok(None),
        Some(AskedKeys::Inline(set)) => {
            let fault = |_| MetadataError::of("jwks", "it holds a private, a weak or no key that can be used");
            read_client_keys(set.as_bytes()).map(ClientKeys::Inline).map(Some).map_err(fault)
        }
        Some(AskedKeys::At(uri)) => {
            may_be_asked("jwks_uri", uri, reach)?;
            Ok(Some(ClientKeys::At(uri.clone())))
        }
    }
}

/// Checks that this server may contact the address, as far as its text can tell (C119).
fn may_be_asked(member: &'static str, uri: &ServerUri, reach: &Reach) -> Result<(), MetadataError> {
    let target = FetchUrl::parse(uri.as_str(), reach);
    target.map(drop).map_err(|_| MetadataError::of(member, "it is not a public https URL"))
}

async fn known_algorithms(
    wiring: &Wiring,
    keys: &KeysTable,
    asked: &ClientMetadata,
    now: Timestamp,
) -> Result<BTreeSet<SigningAlgorithm>, Failure> {
    let known = wiring.keys.ring(now).await?.algorithms();
    if algorithms(asked).is_subset(&known) {
        return Ok(known);
    }
    // The metadata list a key as soon as it exists, so this reads past the cache as well.
    Ok(keys.load_public(now).await?.algorithms())
}
