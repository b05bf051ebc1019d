//! A running stack with a client of each kind, and the product's functions in this process, on the same store.

use std::sync::LazyLock;

use edge::{Config, Error};
use harness::{RegisteredClient, RegisteredUser, Stack, authorization_url};
use service::Stores;

use crate::fixtures::{APPS, ORDERS, PARCELS};

const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct World {
    pub(crate) stack: Stack,
    /// A service that uses client credentials.
    pub(crate) service: RegisteredClient,
    /// The cookies of a browser in which a person is signed in who has consented to the app `web`.
    pub(crate) cookies: String,
}

static WORLD: LazyLock<World> = LazyLock::new(World::start);

/// Returns the world that the tests share.
pub(crate) fn world() -> &'static World {
    &WORLD
}

impl World {
    fn start() -> Self {
        let stack = Stack::builder().env("JETON_ALLOW_IMPLICIT_GRANT", "true").start();
        let cli = stack.cli();
        cli.create_api(ORDERS, "read write", &[]);
        cli.create_api(PARCELS, "ship", &[]);
        for app in &APPS {
            let method = if app.confidential { "client_secret_basic" } else { "none" };
            let mut more =
                vec!["--id", app.id, "--auth-method", method, "--grant", "authorization_code", "--grant", "implicit"];
            more.extend(app.redirect_uris.iter().flat_map(|uri| ["--redirect-uri", uri]));
            more.extend(["--api", ORDERS, "--api", PARCELS, "--audience", "all"]);
            cli.create_client(app.id, &more);
        }
        let service =
            cli.create_client("service", &["--grant", "client_credentials", "--api", ORDERS, "--introspects", ORDERS]);
        let user = cli.create_user("ada", PASSWORD);
        let cookies = sign_in(&stack, &user);
        Self { stack, service, cookies }
    }

    /// Opens a function of the product as its `main` does, with the implicit grant enabled.
    pub(crate) fn open<F>(&self, open: impl FnOnce(Config, &Stores) -> Result<F, Error>) -> F {
        let mut pairs = self.stack.env_file().pairs();
        pairs.push(("JETON_ALLOW_IMPLICIT_GRANT".to_owned(), "true".to_owned()));
        let look_up = |name: &str| pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let config = Config::read(look_up).expect("the configuration of the stack");
        let stores = Stores::connect(&config);
        open(config, &stores).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn sign_in(stack: &Stack, user: &RegisteredUser) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let url = authorization_url("web", APPS[0].redirect_uris[0], &harness::Pkce::new(), &[]);
        let mut browser = stack.browser();
        browser.sign_in_and_consent(&url, &user.username, &user.password).await.assert_granted();
        let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    })
}
