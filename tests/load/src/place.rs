//! The stack: `jeton dev` as the storage, a proxy that injects faults into calls to it, and the functions behind the
//! proxy.

use std::collections::BTreeMap;
use std::path::Path;

use harness::{Ask, Browser, Cli, ClientKey, CountingProxy, Http, RegisteredClient, Stack, jeton};
use lambda::{Deployment, Gateway, Template};

use crate::asking::Figures;
use crate::plan::App;
use crate::table::Tables;

pub(crate) const CALLBACK: &str = "https://app.example/cb";
/// The variable with the URL of the store.
const STORE: &str = "AWS_ENDPOINT_URL_DYNAMODB";
const ORDERS: &str = "https://orders.example";
const VAULT: &str = "https://vault.example";
const EXCHANGING: [&str; 6] = ["--grant", "token-exchange", "--introspects", ORDERS, "--api", ORDERS];
/// The maximum number of environments of each function.
const MOST_ENVIRONMENTS: usize = 8;
/// The longest times that the policy allows, in seconds, so that no client is late.
const CLOCKS: [(&str, &str); 2] = [("JETON_CODE_SECONDS", "600"), ("JETON_REFRESH_RETRY_SECONDS", "60")];

/// All processes and clients of the test.
pub(crate) struct Place {
    pub(crate) proxy: CountingProxy,
    pub(crate) gateway: Gateway,
    pub(crate) figures: Figures,
    pub(crate) service: RegisteredClient,
    /// The client that uses codes and tokens of other clients.
    pub(crate) thief: RegisteredClient,
    /// The client that introspects tokens for both APIs.
    pub(crate) api: RegisteredClient,
    /// The client of the API with JWTs, which exchanges its tokens.
    pub(crate) exchanger: RegisteredClient,
    /// A public client on a device, for the API with opaque tokens.
    pub(crate) tv: RegisteredClient,
    apps: [RegisteredClient; 5],
    /// The key with which the client with a FAPI profile authenticates.
    bank_key: ClientKey,
    /// The key that the tokens of some apps are bound to.
    pub(crate) key: ClientKey,
    /// The key of a thief who has such tokens.
    pub(crate) other_key: ClientKey,
    /// The operator's commands, whose calls to the store go wrong as those of the functions do.
    pub(crate) operator: Cli,
    stack: Stack,
}

impl Place {
    /// Starts everything without faults.
    pub(crate) async fn start() -> Self {
        let stack = Stack::start();
        let cli = stack.cli();
        // The lifetime is longer than any run, so tokens that were active stay active until the end.
        let day = ["--lifetime", "86400"];
        cli.create_api(ORDERS, "read", &[&day[..], &["--alg", "ES256"]].concat());
        cli.create_api(VAULT, "open", &[&day[..], &["--token-format", "opaque"]].concat());
        let app = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK];
        let public = ["--auth-method", "none", "--api", VAULT];
        let device = ["--grant", "device_code", "--grant", "refresh_token"];
        let (bank_key, key_set) = (ClientKey::new(), stack.scratch("bank.json"));
        std::fs::write(&key_set, bank_key.key_set().to_string()).unwrap();
        let key_set = key_set.display().to_string();
        let register = |name, more: &[&str]| cli.create_client(name, &[&app[..], more].concat());
        let proxy = CountingProxy::to(&stack.env_file().get(STORE));
        let gateway = Gateway::start_scaling(&deployment(&stack, &proxy), MOST_ENVIRONMENTS).await;
        let commands = stack.env_file().copy_with(stack.scratch("operator.env"), STORE, &proxy.endpoint());
        Self {
            gateway: gateway.unwrap_or_else(|error| panic!("{error}")),
            proxy,
            figures: Figures::default(),
            service: cli.create_client("Service", &["--grant", "client_credentials", "--api", VAULT]),
            thief: register("Thief", &["--api", ORDERS]),
            api: cli.create_client("Gateway", &["--introspects", ORDERS, "--introspects", VAULT]),
            apps: [
                register("Web", &["--api", ORDERS]),
                register("Shop", &["--api", VAULT]),
                register("Spa", &public),
                register("Bound", &[&public[..], &["--require-par", "--dpop-bound-access-tokens"]].concat()),
                register("Bank", &["--profile", "fapi2", "--api", VAULT, "--jwks", &key_set]),
            ],
            bank_key,
            exchanger: cli.create_client("Exchanger", &EXCHANGING),
            tv: cli.create_client("Television", &[&device[..], &public].concat()),
            key: ClientKey::new(),
            other_key: ClientKey::new(),
            operator: Cli::new(commands),
            stack,
        }
    }

    pub(crate) fn app(&self, app: App) -> &RegisteredClient {
        let [web, shop, spa, bound, bank] = &self.apps;
        match app {
            App::Web => web,
            App::Shop => shop,
            App::Spa => spa,
            App::Bound => bound,
            App::Bank => bank,
        }
    }

    /// Adds the credentials of an app to its push: of the one a proof, which binds the code, of the other an assertion.
    pub(crate) fn pushed_by(&self, app: App, ask: Ask) -> Ask {
        match app {
            App::Bank => self.authenticated(ask),
            App::Web | App::Shop | App::Spa | App::Bound => {
                ask.client(self.app(app)).header("dpop", self.proof(&self.key, "/par"))
            }
        }
    }

    /// Adds an assertion of the client with a FAPI profile, which can be used once.
    pub(crate) fn authenticated(&self, ask: Ask) -> Ask {
        let fields = self.bank_key.assertion(&self.app(App::Bank).id, self.stack.issuer());
        fields.iter().fold(ask, |ask, (name, value)| ask.field(name, value))
    }

    /// Signs a proof for a request to an endpoint, which names the issuer and not the gateway.
    pub(crate) fn proof(&self, key: &ClientKey, path: &str) -> String {
        key.proof("POST", &format!("{}{path}", self.stack.issuer()), None)
    }

    /// The HTTP client for the requests of a caller.
    pub(crate) fn http(&self) -> Http {
        Http::new(&self.gateway.url())
    }

    /// A browser that nobody has used.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.gateway.url())
    }

    /// The location of the tables: the URL of the store itself, and their names.
    pub(crate) fn tables(&self) -> Tables {
        let file = self.stack.env_file();
        let [endpoint, grants, people] = [STORE, "JETON_TABLE_GRANTS", "JETON_TABLE_PEOPLE"].map(|name| file.get(name));
        Tables { endpoint, grants, people }
    }
}

/// The release binaries, which use the storage of the stack through the proxy.
fn deployment(stack: &Stack, proxy: &CountingProxy) -> Deployment {
    let mut template = Template::of_the_product().unwrap();
    let mut environment: BTreeMap<String, String> = stack.env_file().pairs().into_iter().collect();
    environment.insert(STORE.to_owned(), proxy.endpoint());
    for (name, value) in CLOCKS {
        environment.insert(name.to_owned(), value.to_owned());
        for function in &mut template.functions {
            function.variables.push(name.to_owned());
        }
    }
    Deployment { template, binaries: jeton().parent().map(Path::to_path_buf).unwrap(), environment }
}
