//! The explorer's own clients, registered at each start if missing.

use edge::Error;
use grants::{AuthMethod, Client, StoredSecret, Timestamp};
use keys::{HandleKeys, KeyRing};
use protocol::{ClientId, GrantType, RedirectUri, Resource, Secret};
use store::Changed;

use crate::dev::demo_parts::{API, at_each_name, secret};
use crate::dev::explorer::platform::{Played, PlayedKey, federation, partner};
use crate::stack::Stack;

/// A public app with a person.
pub(crate) const APP: &str = "explorer-app";
/// A service with a secret.
pub(crate) const SERVICE: &str = "explorer-service";
/// The client of the demo API, which introspects and exchanges tokens.
pub(crate) const API_CLIENT: &str = "explorer-api";
/// A public client on a device without a browser.
pub(crate) const DEVICE: &str = "explorer-device";
/// A service that the explorer's platform vouches for.
pub(crate) const WORKLOAD: &str = "explorer-workload";
/// A confidential app of a company, which brings and gets identity assertions.
pub(crate) const AGENT: &str = "explorer-agent";
/// The only client for which the implicit and the password grant are open.
pub(crate) const LEGACY: &str = "explorer-legacy";

/// The path of the app's redirect URI, after the path of the issuer.
pub(crate) const CALLBACK: &str = "/explorer/callback";

/// The secrets of the explorer's clients and the keys of its issuers, which its pages show.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) service: Secret,
    pub(crate) api: Secret,
    pub(crate) agent: Secret,
    pub(crate) platform: PlayedKey,
    pub(crate) provider: PlayedKey,
}

impl Secrets {
    /// Derives the secrets and the keys: each start has the same ones.
    fn derive(handles: &HandleKeys) -> Result<Self, Error> {
        Ok(Self {
            service: secret(handles, SERVICE),
            api: secret(handles, API_CLIENT),
            agent: secret(handles, AGENT),
            platform: PlayedKey::derive(Played::Platform, handles)?,
            provider: PlayedKey::derive(Played::Provider, handles)?,
        })
    }
}

/// The clients to register, and their secrets.
pub(crate) struct ExplorerClients {
    pub(crate) clients: Vec<Client>,
    pub(crate) secrets: Secrets,
}

impl ExplorerClients {
    /// Describes the explorer's clients.
    pub(crate) fn describe(issuer: &str, ring: &KeyRing, now: Timestamp) -> Result<Self, Error> {
        let handles = ring.handles();
        let secrets = Secrets::derive(handles)?;
        let stored = |secret: &Secret| vec![StoredSecret::hashed(handles.digest(secret), now)];
        let api = Resource::parse(API)?;
        let client = |id: &str, name: &str| {
            Ok::<_, Error>(Client { name: name.to_owned(), ..Client::new(ClientId::parse(id)?, now) })
        };
        let app = redirected(issuer, Client { apis: vec![api.clone()], ..client(APP, "Explorer app")? })?;
        let old = redirected(issuer, Client { apis: vec![api.clone()], ..client(LEGACY, "Explorer's outdated app")? })?;
        let clients = [
            Client { grant_types: [GrantType::AuthorizationCode, GrantType::RefreshToken].into(), ..app },
            Client {
                grant_types: [GrantType::ClientCredentials].into(),
                apis: vec![api.clone()],
                secrets: stored(&secrets.service),
                ..client(SERVICE, "Explorer service")?
            },
            vouched_for(Client { apis: vec![api.clone()], ..client(WORKLOAD, "Explorer workload")? })?,
            Client {
                auth_method: AuthMethod::None,
                grant_types: [GrantType::DeviceCode].into(),
                apis: vec![api.clone()],
                ..client(DEVICE, "Explorer television")?
            },
            Client {
                grant_types: [GrantType::TokenExchange].into(),
                apis: vec![api.clone()],
                introspects: vec![api.clone()],
                secrets: stored(&secrets.api),
                ..client(API_CLIENT, "Explorer API")?
            },
            Client { grant_types: [GrantType::Implicit, GrantType::Password].into(), ..old },
            Client { apis: vec![api.clone()], secrets: stored(&secrets.agent), ..agent(issuer, now)? },
        ];
        let clients = clients.into_iter().map(Client::register).collect::<Result<_, _>>()?;
        Ok(Self { clients, secrets })
    }
}

/// Registers a client if it is missing. If an earlier run had another address, the client moves to that of this run: where a
/// person returns after a sign-out is compared with its port. An earlier version had fewer grant types. What a developer
/// added to the client stays until it moves.
pub(crate) async fn ensure(stack: &Stack, client: &Client, now: Timestamp) -> Result<Changed, Error> {
    let registry = &stack.registry;
    let found = registry.client(&client.id, now).await?;
    if let Some(found) = found.filter(|found| !serves_as(found, client)) {
        registry.delete_client(&found, None).await?;
    }
    Ok(registry.create_client(client, None).await?)
}

/// Returns whether a client that is registered may do all that the wanted one may.
fn serves_as(found: &Client, wanted: &Client) -> bool {
    let [known, needed] = [found, wanted].map(|client| &client.relying_party.post_logout_redirect_uris);
    let leads_back = |uri: &RedirectUri| found.redirect_uris.iter().any(|registered| uri.matches(registered));
    wanted.redirect_uris.iter().all(leads_back)
        && needed.iter().all(|uri| known.contains(uri))
        && wanted.grant_types.is_subset(&found.grant_types)
}

/// Describes the agent, which signs people in and works with identity assertions both ways.
fn agent(issuer: &str, now: Timestamp) -> Result<Client, Error> {
    let client = Client { name: "Explorer agent".to_owned(), ..Client::new(ClientId::parse(AGENT)?, now) };
    let auth_method = client.auth_method;
    Ok(Client {
        auth_method,
        grant_types: [GrantType::AuthorizationCode, GrantType::TokenExchange, GrantType::JwtBearer].into(),
        assertion_targets: vec![partner()?],
        ..redirected(issuer, client)?
    })
}

/// Makes a client a service that the explorer's platform vouches for.
fn vouched_for(client: Client) -> Result<Client, Error> {
    let grant_types = [GrantType::ClientCredentials].into();
    Ok(Client { auth_method: AuthMethod::PrivateKeyJwt, federation: Some(federation()?), grant_types, ..client })
}

/// Makes a public app of a client, with the explorer's callback at each name of this machine.
fn redirected(issuer: &str, client: Client) -> Result<Client, Error> {
    let uris = at_each_name(issuer, CALLBACK)?;
    let mut client = Client { auth_method: AuthMethod::None, redirect_uris: uris.clone(), ..client };
    client.relying_party.post_logout_redirect_uris = uris;
    Ok(client)
}
