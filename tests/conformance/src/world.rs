//! The APIs, clients and people that the tests share. Each test that spoils something registers its own.

use std::sync::LazyLock;

use harness::{Cli, RegisteredClient, RegisteredUser, Stack};

use crate::session::Session;

/// An API of JWTs signed with RS256: `read` and `write`.
pub(crate) const ORDERS: &str = "https://orders.example";
/// Another one: `ship`.
pub(crate) const PARCELS: &str = "https://parcels.example";
/// An API of opaque tokens: `open` and `close`.
pub(crate) const VAULT: &str = "https://vault.example";
/// An API for each algorithm.
pub(crate) const ALGORITHMS: [(&str, &str); 4] = [
    ("RS256", ORDERS),
    ("ES256", "https://es256.example"),
    ("EdDSA", "https://eddsa.example"),
    ("PS256", "https://ps256.example"),
];
/// Where the apps are.
pub(crate) const CALLBACK: &str = "https://app.example/cb";

pub(crate) struct World {
    pub(crate) stack: Stack,
    /// `client_secret_basic`, client credentials, every API of JWTs, in one token if it likes.
    pub(crate) service: RegisteredClient,
    /// The same for [`VAULT`].
    pub(crate) opaque_service: RegisteredClient,
    /// A public app with refresh tokens, for [`ORDERS`] and [`PARCELS`], in one token if it likes.
    pub(crate) spa: RegisteredClient,
    /// Another one, for [`VAULT`].
    pub(crate) opaque_spa: RegisteredClient,
    /// A confidential app with refresh tokens, for [`ORDERS`].
    pub(crate) web: RegisteredClient,
    /// Introspects for [`ORDERS`], [`PARCELS`] and [`VAULT`].
    pub(crate) gateway: RegisteredClient,
    /// Somebody.
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

    /// One of its own, whose server is told `value` by its environment.
    pub(crate) fn with(variable: &str, value: &str) -> Self {
        Self::on(Stack::builder().env(variable, value).start())
    }

    /// The one that tests share which leave it as they found it.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<World> = LazyLock::new(|| World::on(Stack::start()));
        &SHARED
    }

    /// A client of all endpoints and a browser, for one test.
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
