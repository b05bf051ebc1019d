//! A stack whose store can be made to fail.

use harness::{
    Browser, ClientKey, CountingProxy, Http, Pkce, RegisteredClient, RegisteredUser, Reply, Stack, authorization_url,
};
use tokio::sync::Mutex;

const ORDERS: &str = "https://orders.example";
const VAULT: &str = "https://vault.example";
pub(crate) const CALLBACK: &str = "https://app.example/cb";
const TELEVISION: [&str; 8] =
    ["--grant", "device_code", "--grant", "refresh_token", "--auth-method", "none", "--api", ORDERS];
const EXCHANGING: [&str; 6] = ["--grant", "token-exchange", "--introspects", ORDERS, "--api", ORDERS];

/// The stack of one flow, with a signed-in person.
pub(crate) struct Place {
    pub(crate) stack: Stack,
    pub(crate) proxy: CountingProxy,
    pub(crate) http: Http,
    /// A service for an API with opaque tokens.
    pub(crate) service: RegisteredClient,
    /// A confidential app for an API with JWTs, with remembered consent.
    pub(crate) web: RegisteredClient,
    /// A public app for an API with opaque tokens; it asks for consent each time.
    pub(crate) spa: RegisteredClient,
    /// A public app on a device, with refresh tokens.
    pub(crate) tv: RegisteredClient,
    /// The client of the API with JWTs, which exchanges its tokens.
    pub(crate) api: RegisteredClient,
    /// A client with a FAPI profile.
    pub(crate) bank: RegisteredClient,
    /// The key with which it authenticates.
    pub(crate) bank_key: ClientKey,
    gateway: RegisteredClient,
    pub(crate) ana: RegisteredUser,
    /// The browser in which Ana is signed in.
    pub(crate) browser: Mutex<Browser>,
}

/// A code with its PKCE verifier.
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) verifier: String,
}

#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Place {
    pub(crate) async fn start() -> Self {
        let proxy = CountingProxy::embedded();
        let stack = Stack::builder().store(&proxy.endpoint()).arg("--registration").arg("open").start();
        let cli = stack.cli();
        cli.create_api(ORDERS, "read", &[]);
        cli.create_api(VAULT, "open", &["--token-format", "opaque"]);
        let app = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK];
        let (bank_key, key_set) = (ClientKey::new(), stack.scratch("bank.json"));
        std::fs::write(&key_set, bank_key.key_set().to_string()).unwrap();
        let key_set = key_set.display().to_string();
        let bank = ["--profile", "fapi2", "--api", ORDERS, "--jwks", &key_set];
        let place = Self {
            http: stack.http(),
            service: cli.create_client("Service", &["--grant", "client_credentials", "--api", VAULT]),
            web: cli.create_client("Web", &[&app[..], &["--api", ORDERS]].concat()),
            spa: cli.create_client("Spa", &[&app[..], &["--auth-method", "none", "--api", VAULT]].concat()),
            tv: cli.create_client("Tv", &TELEVISION),
            api: cli.create_client("Api", &EXCHANGING),
            bank: cli.create_client("Bank", &[&app[..], &bank].concat()),
            bank_key,
            gateway: cli.create_client("Gateway", &["--introspects", ORDERS, "--introspects", VAULT]),
            ana: cli.create_user("ana", "correct horse battery staple"),
            browser: Mutex::new(stack.browser()),
            stack,
            proxy,
        };
        place.code(&place.web).await;
        place
    }

    /// Registers a new client that no function has cached.
    pub(crate) fn new_service(&self) -> RegisteredClient {
        self.stack.cli().create_client("New", &["--grant", "client_credentials", "--api", ORDERS])
    }

    pub(crate) async fn code(&self, client: &RegisteredClient) -> Code {
        let pkce = Pkce::new();
        let url = authorization_url(&client.id, CALLBACK, &pkce, &[]);
        let mut browser = self.browser.lock().await;
        let callback = browser.sign_in_and_consent(&url, &self.ana.username, &self.ana.password).await;
        Code { code: callback.code().to_owned(), verifier: pkce.verifier }
    }

    pub(crate) async fn tokens(&self, client: &RegisteredClient) -> Tokens {
        let code = self.code(client).await;
        tokens(&self.redeem(client, &code).await)
    }

    pub(crate) async fn redeem(&self, client: &RegisteredClient, code: &Code) -> Reply {
        let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
        self.ask(client, "authorization_code", &fields).await
    }

    pub(crate) async fn refresh(&self, client: &RegisteredClient, token: &str) -> Reply {
        self.ask(client, "refresh_token", &[("refresh_token", token)]).await
    }

    pub(crate) async fn machine(&self, client: &RegisteredClient) -> Reply {
        self.ask(client, "client_credentials", &[]).await
    }

    pub(crate) async fn ask(&self, client: &RegisteredClient, grant_type: &str, fields: &[(&str, &str)]) -> Reply {
        self.http.post("/token").client(client).field("grant_type", grant_type).fields(fields).send().await
    }

    pub(crate) async fn revoke(&self, client: &RegisteredClient, token: &str) -> Reply {
        self.http.post("/revoke").client(client).field("token", token).send().await
    }

    pub(crate) async fn introspect(&self, token: &str) -> Reply {
        self.http.post("/introspect").client(&self.gateway).field("token", token).send().await
    }

    pub(crate) async fn is_active(&self, token: &str) -> bool {
        let reply = self.introspect(token).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["active"] == true
    }

    /// Asserts that the grant has ended and no endpoint accepts its tokens.
    pub(crate) async fn assert_ended(&self, client: &RegisteredClient, tokens: &Tokens) {
        assert!(!self.is_active(&tokens.access).await, "an access token of an ended grant is active");
        let reply = self.refresh(client, &tokens.refresh).await;
        assert!(is_refused(&reply), "an ended grant was refreshed: {reply:?}");
    }
}

pub(crate) fn tokens(reply: &Reply) -> Tokens {
    assert!(is_granted(reply), "{reply:?}");
    Tokens { access: reply.string("access_token"), refresh: reply.string("refresh_token") }
}

pub(crate) fn is_granted(reply: &Reply) -> bool {
    reply.status == 200 && !reply.string("access_token").is_empty()
}

/// Returns whether the answer is `invalid_grant`.
pub(crate) fn is_refused(reply: &Reply) -> bool {
    reply.status == 400 && reply.string("error") == "invalid_grant"
}
