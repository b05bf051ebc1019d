//! The explorer's own clients, registered at each start if missing.

use edge::Error;
use grants::{AuthMethod, Client, StoredSecret, Timestamp};
use keys::KeyRing;
use protocol::{ClientId, GrantType, RedirectUri, Resource, Secret};
use store::Changed;

use crate::dev::demo::{API, other_issuer, secret};
use crate::stack::Stack;

/// A public app with a person.
pub(crate) const APP: &str = "explorer-app";
/// A service with a secret.
pub(crate) const SERVICE: &str = "explorer-service";
/// The client of the demo API, which introspects.
pub(crate) const API_CLIENT: &str = "explorer-api";
/// The only client for which the implicit and the password grant are open.
pub(crate) const LEGACY: &str = "explorer-legacy";

/// The path of the app's redirect URI, after the path of the issuer.
pub(crate) const CALLBACK: &str = "/explorer/callback";

/// The secrets of the explorer's clients, which its pages show.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) service: Secret,
    pub(crate) api: Secret,
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
        let secrets = Secrets { service: secret(handles, SERVICE), api: secret(handles, API_CLIENT) };
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
            Client { introspects: vec![api], secrets: stored(&secrets.api), ..client(API_CLIENT, "Explorer API")? },
            Client { grant_types: [GrantType::Implicit, GrantType::Password].into(), ..old },
        ];
        let clients = clients.into_iter().map(Client::register).collect::<Result<_, _>>()?;
        Ok(Self { clients, secrets })
    }
}

/// Registers a client if it is missing. If an earlier run had another address, the client moves to that of this run:
/// where a person returns after a sign-out is compared with its port.
pub(crate) async fn ensure(stack: &Stack, client: &Client, now: Timestamp) -> Result<Changed, Error> {
    let registry = &stack.registry;
    let found = registry.client(&client.id, now).await?;
    if found.is_some_and(|found| found.redirect_uris != client.redirect_uris) {
        registry.delete_client(&client.id, None).await?;
    }
    Ok(registry.create_client(client, None).await?)
}

/// Makes a public app of a client, with the explorer's callback at each name of this machine.
fn redirected(issuer: &str, client: Client) -> Result<Client, Error> {
    let issuers = std::iter::once(issuer.to_owned()).chain(other_issuer(issuer));
    let uris =
        issuers.map(|issuer| RedirectUri::parse(&format!("{issuer}{CALLBACK}"))).collect::<Result<Vec<_>, _>>()?;
    let mut client = Client { auth_method: AuthMethod::None, redirect_uris: uris.clone(), ..client };
    client.relying_party.post_logout_redirect_uris = uris;
    Ok(client)
}
