//! The APIs, clients and people that the tests share. A test that changes one of them registers its own.

use std::sync::LazyLock;

use harness::{Cli, RegisteredClient, RegisteredUser, Stack};

use crate::support::session::Session;

/// An API with JWTs signed with RS256, and the scopes `read` and `write`.
pub(crate) const ORDERS: &str = "https://orders.example";
/// Another API with JWTs, and the scope `ship`.
pub(crate) const PARCELS: &str = "https://parcels.example";
/// An API with opaque tokens, and the scopes `open` and `close`.
pub(crate) const VAULT: &str = "https://vault.example";
/// One API for each signing algorithm.
pub(crate) const ALGORITHMS: [(&str, &str); 4] = [
    ("RS256", ORDERS),
    ("ES256", "https://es256.example"),
    ("EdDSA", "https://eddsa.example"),
    ("PS256", "https://ps256.example"),
];
/// The redirect URI of the apps.
pub(crate) const CALLBACK: &str = "https://app.example/cb";
/// A second redirect URI, for apps that register two.
pub(crate) const OTHER_CALLBACK: &str = "https://app.example/other";

pub(crate) struct World {
    pub(crate) stack: Stack,
    /// A client with `client_secret_basic` and client credentials, for all JWT APIs, also several in one token.
    pub(crate) service: RegisteredClient,
    /// A client with `client_secret_basic` and client credentials, for [`VAULT`].
    pub(crate) opaque_service: RegisteredClient,
    /// A public app with refresh tokens, for [`ORDERS`] and [`PARCELS`], also both in one token.
    pub(crate) spa: RegisteredClient,
    /// A public app with refresh tokens, for [`VAULT`].
    pub(crate) opaque_spa: RegisteredClient,
    /// A confidential app with refresh tokens, for [`ORDERS`].
    pub(crate) web: RegisteredClient,
    /// A resource server that introspects for [`ORDERS`], [`PARCELS`] and [`VAULT`].
    pub(crate) gateway: RegisteredClient,
    /// A person who can sign in.
    pub(crate) ana: RegisteredUser,
}

impl World {
    pub(crate) fn on(stack: Stack) -> Self {
        let cli = stack.cli();
        apis(&cli);
        let [rs, es, ed, ps] = ALGORITHMS.map(|(_, api)| api);
        let machine = ["--grant", "client_credentials"];
        let app = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK];
        let public = ["--auth-method", "none"];
        let of_jwts = ["--api", rs, "--api", PARCELS, "--api", es, "--api", ed, "--api", ps, "--audience", "all"];
        let of_two = ["--api", ORDERS, "--api", PARCELS, "--audience", "all"];
        let gateway = ["--introspects", ORDERS, "--introspects", PARCELS, "--introspects", VAULT];
        Self {
            service: cli.create_client("Service", &[&machine[..], &of_jwts].concat()),
            opaque_service: cli.create_client("Opaque service", &[&machine[..], &["--api", VAULT]].concat()),
            spa: cli.create_client("Spa", &[&app[..], &public, &of_two].concat()),
            opaque_spa: cli.create_client("Opaque spa", &[&app[..], &public, &["--api", VAULT]].concat()),
            web: cli.create_client("Web", &[&app[..], &["--api", ORDERS]].concat()),
            gateway: cli.create_client("Gateway", &gateway),
            ana: cli.create_user("ana", "correct horse battery staple"),
            stack,
        }
    }

    /// Starts a separate world whose server has this environment variable.
    pub(crate) fn with(variable: &str, value: &str) -> Self {
        Self::on(Stack::builder().env(variable, value).start())
    }

    /// Returns the world shared by tests that leave it unchanged.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<World> = LazyLock::new(|| World::on(Stack::start()));
        &SHARED
    }

    /// Starts a session for one test: a client of all endpoints, and a browser.
    pub(crate) fn session(&self) -> Session<'_> {
        Session::new(self)
    }
}

fn apis(cli: &Cli) {
    for (algorithm, identifier) in ALGORITHMS {
        cli.create_api(identifier, "read write", &["--alg", algorithm]);
    }
    cli.create_api(PARCELS, "ship", &[]);
    cli.create_api(VAULT, "open close", &["--token-format", "opaque"]);
}
