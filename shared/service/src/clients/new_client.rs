//! Turns what a client says of itself into its registration: the rule is in `grants`; the data for the rule are read
//! here.

use std::collections::BTreeSet;
use std::sync::Arc;

use edge::Failure;
use grants::dynamic::{Offer, algorithms, new_client, sector_lists};
use grants::{Client, ClientKeys, SelfRegistration, SigningAlgorithm, Timestamp};
use keys::read_client_keys;
use outbound::{FetchError, FetchUrl, Outbound, Reach};
use protocol::{AskedKeys, ClientMetadata, MetadataError, ServerUri, sector_redirect_uris};
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

/// A client whose sector, if it names one, was not asked yet.
pub(crate) struct Draft {
    client: Client,
    sector: Option<FetchUrl>,
}

/// The reasons why a sector does not confirm a client.
pub(crate) enum NoSector {
    /// It could not be read.
    NotRead(FetchError),
    /// It does not list the client's redirect URIs.
    Refused(MetadataError),
}

impl Draft {
    /// The address that is asked about the client.
    pub(crate) const fn sector(&self) -> Option<&FetchUrl> {
        self.sector.as_ref()
    }
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
        let draft = self.draft(wiring, new, now).await?;
        Ok(self.confirm(draft).await.map_err(MetadataError::from)?)
    }

    /// Builds the client, and checks everything but its sector.
    pub(crate) async fn draft(&self, wiring: &Wiring, new: NewClient, now: Timestamp) -> Result<Draft, Failure> {
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
        let sector = sector.map(|uri| FetchUrl::parse(&uri, reach)).transpose();
        let sector = sector.map_err(|_| sector_fault("it is not a public https URL"))?;
        Ok(Draft { client: new, sector })
    }

    /// Fetches and checks the sector identifier, if there is one (OpenID Connect Dynamic Client Registration §5).
    pub(crate) async fn confirm(&self, Draft { client, sector }: Draft) -> Result<Client, NoSector> {
        if let Some(target) = sector {
            let fetched = Box::pin(self.outbound.get_json(&target)).await.map_err(NoSector::NotRead)?;
            let listed = sector_redirect_uris(&fetched.body);
            sector_lists(listed.as_deref(), &client.redirect_uris).map_err(NoSector::Refused)?;
        }
        Ok(client)
    }
}

/// The error for the client. Why a request failed only goes to the log.
impl From<NoSector> for MetadataError {
    fn from(error: NoSector) -> Self {
        match error {
            NoSector::NotRead(error) => {
                edge::trouble("a sector_identifier_uri could not be read", &error);
                sector_fault("it could not be read")
            }
            NoSector::Refused(fault) => fault,
        }
    }
}

fn sector_fault(why: &'static str) -> MetadataError {
    MetadataError::of("sector_identifier_uri", why)
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
