//! Clients, keys and times that targets share. They are constant, so that a corpus always has the same meaning.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use grants::{Api, AudienceRule, AuthMethod, Client, PkceRule, SigningAlgorithm, Timestamp, TokenFormat, TokenType};
use keys::HandleKeys;
use protocol::{ClaimNames, ClientId, GrantType, RedirectUri, Resource, Scope};

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const ORDERS: &str = "https://orders.example";
pub(crate) const PARCELS: &str = "https://parcels.example";

/// A registered app: its `client_id`, whether it has a secret, and its redirect URIs.
pub(crate) struct App {
    pub(crate) id: &'static str,
    pub(crate) confidential: bool,
    pub(crate) redirect_uris: &'static [&'static str],
}

/// One app for each kind of redirect URI.
pub(crate) const APPS: [App; 6] = [
    App { id: "web", confidential: true, redirect_uris: &["https://app.example/cb"] },
    App {
        id: "query",
        confidential: true,
        redirect_uris: &["https://app.example/cb?k=v", "https://app.example:8443/deep/path?", "https://app.example"],
    },
    App { id: "loopback", confidential: false, redirect_uris: &["http://127.0.0.1/cb", "http://127.0.0.1:8000/x?y=z"] },
    App { id: "six", confidential: false, redirect_uris: &["http://[::1]:8000/cb"] },
    App { id: "native", confidential: false, redirect_uris: &["com.example.app:/cb", "com.example.app:/open/cb"] },
    App { id: "local", confidential: false, redirect_uris: &["http://localhost:3000/cb"] },
];

static CLIENTS: LazyLock<Vec<Arc<Client>>> = LazyLock::new(|| APPS.iter().map(|app| Arc::new(client(app))).collect());
static HANDLES: LazyLock<HandleKeys> = LazyLock::new(|| HandleKeys::derive(&[3; 32]).expect("the keys of handles"));
static APIS: LazyLock<Vec<Api>> = LazyLock::new(|| vec![api(ORDERS, "read write"), api(PARCELS, "ship")]);

/// Returns the app with this id.
pub(crate) fn app(id: &str) -> Option<&'static App> {
    APPS.iter().find(|app| app.id == id)
}

/// Returns the same app in the product's own type.
pub(crate) fn registered(id: &ClientId) -> Option<Arc<Client>> {
    CLIENTS.iter().find(|client| client.id == *id).map(Arc::clone)
}

pub(crate) fn apis() -> &'static [Api] {
    &APIS
}

pub(crate) fn handles() -> &'static HandleKeys {
    &HANDLES
}

fn client(app: &App) -> Client {
    let uris = app.redirect_uris.iter().map(|text| RedirectUri::read(text).expect("a redirect URI"));
    Client {
        auth_method: if app.confidential { AuthMethod::SecretBasic } else { AuthMethod::None },
        grant_types: BTreeSet::from([GrantType::AuthorizationCode, GrantType::Implicit]),
        redirect_uris: uris.collect(),
        apis: [ORDERS, PARCELS].map(|text| Resource::parse(text).expect("a resource")).to_vec(),
        audience: AudienceRule::All,
        pkce: if app.confidential { PkceRule::Optional } else { PkceRule::Required },
        ..Client::new(ClientId::parse(app.id).expect("a client_id"), NOW)
    }
}

fn api(identifier: &str, scope: &str) -> Api {
    Api {
        identifier: Resource::parse(identifier).expect("a resource"),
        scope: Scope::parse(scope).expect("a scope"),
        scope_descriptions: std::collections::BTreeMap::new(),
        algorithm: SigningAlgorithm::Rs256,
        format: TokenFormat::Jwt,
        token_type: TokenType::AtJwt,
        claims: ClaimNames::default(),
        lifetime: 900,
        is_issuer: false,
    }
}
