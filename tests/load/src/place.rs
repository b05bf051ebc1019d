//! The stack: `jeton dev` as the storage, a proxy that injects faults into calls to it, and the functions behind the
//! proxy.

use std::collections::BTreeMap;
use std::path::Path;

use harness::{Browser, CountingProxy, Http, Pkce, RegisteredClient, Stack, authorization_url, jeton};
use lambda::{Deployment, Gateway, Template};

use crate::asking::Figures;
use crate::handles::named;
use crate::ledger::{Ledger, Stage, Standing};
use crate::plan::App;

pub(crate) const CALLBACK: &str = "https://app.example/cb";
const ORDERS: &str = "https://orders.example";
const VAULT: &str = "https://vault.example";
const PASSWORD: &str = "a long enough pass phrase";
const PEOPLE: usize = 16;
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
    apps: [RegisteredClient; 3],
    /// The cookies of people who are signed in and have consented to the confidential apps.
    people: Vec<BTreeMap<String, String>>,
    stack: Stack,
}

impl Place {
    /// Starts everything without faults; the answers to clients during this time are in the ledger.
    pub(crate) async fn start() -> (Self, Ledger) {
        let stack = Stack::start();
        let cli = stack.cli();
        // The lifetime is longer than any run, so tokens that were active stay active until the end.
        let day = ["--lifetime", "86400"];
        cli.create_api(ORDERS, "read", &[&day[..], &["--alg", "ES256"]].concat());
        cli.create_api(VAULT, "open", &[&day[..], &["--token-format", "opaque"]].concat());
        let app = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK];
        let register = |name, more: &[&str]| cli.create_client(name, &[&app[..], more].concat());
        let proxy = CountingProxy::to(&stack.env_file().get("AWS_ENDPOINT_URL_DYNAMODB"));
        let gateway = Gateway::start_scaling(&deployment(&stack, &proxy), MOST_ENVIRONMENTS).await;
        let mut place = Self {
            gateway: gateway.unwrap_or_else(|error| panic!("{error}")),
            proxy,
            figures: Figures::default(),
            service: cli.create_client("Service", &["--grant", "client_credentials", "--api", VAULT]),
            thief: register("Thief", &["--api", ORDERS]),
            api: cli.create_client("Gateway", &["--introspects", ORDERS, "--introspects", VAULT]),
            apps: [
                register("Web", &["--api", ORDERS]),
                register("Shop", &["--api", VAULT]),
                register("Spa", &["--auth-method", "none", "--api", VAULT]),
            ],
            people: Vec::new(),
            stack,
        };
        let mut ledger = Ledger::default();
        for number in 0..PEOPLE {
            let cookies = place.sign_in(number, &mut ledger).await;
            place.people.push(cookies);
        }
        (place, ledger)
    }

    /// Signs a person in, bypassing Lambda and the proxy, and consents to the confidential apps.
    async fn sign_in(&self, number: usize, ledger: &mut Ledger) -> BTreeMap<String, String> {
        let user = self.stack.cli().create_user(&format!("person-{number}"), PASSWORD);
        let mut browser = self.stack.browser();
        for app in [App::Web, App::Shop] {
            let client = self.app(app);
            let target = authorization_url(&client.id, CALLBACK, &Pkce::new(), &[]);
            let callback = browser.sign_in_and_consent(&target, &user.username, &user.password).await;
            ledger.tell(named(callback.code()).grant, Standing::new(&client.id, Stage::Issued));
        }
        browser.cookies
    }

    pub(crate) fn app(&self, app: App) -> &RegisteredClient {
        let [web, shop, spa] = &self.apps;
        match app {
            App::Web => web,
            App::Shop => shop,
            App::Spa => spa,
        }
    }

    /// The HTTP client for the requests of a caller.
    pub(crate) fn http(&self) -> Http {
        Http::new(&self.gateway.url())
    }

    /// A browser of a person who is signed in.
    pub(crate) fn browser(&self, caller: usize) -> Browser {
        let mut browser = Browser::new(&self.gateway.url());
        browser.cookies.clone_from(&self.people[caller % PEOPLE]);
        browser
    }

    /// The location of the grants: the URL of the store itself, and the name of the table.
    pub(crate) fn grants(&self) -> (String, String) {
        let file = self.stack.env_file();
        (file.get("AWS_ENDPOINT_URL_DYNAMODB"), file.get("JETON_TABLE_GRANTS"))
    }
}

/// The release binaries, which use the storage of the stack through the proxy.
fn deployment(stack: &Stack, proxy: &CountingProxy) -> Deployment {
    let mut template = Template::of_the_product().unwrap();
    let mut environment: BTreeMap<String, String> = stack.env_file().pairs().into_iter().collect();
    environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), proxy.endpoint());
    for (name, value) in CLOCKS {
        environment.insert(name.to_owned(), value.to_owned());
        for function in &mut template.functions {
            function.variables.push(name.to_owned());
        }
    }
    Deployment { template, binaries: jeton().parent().map(Path::to_path_buf).unwrap(), environment }
}
