//! Shared by the tests: one `jeton dev` as the storage, with an API, clients and people registered in it.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use harness::{Browser, ClientKey, Http, Pkce, RegisteredClient, RegisteredUser, Stack, authorization_url, jeton};
use http::{Request, Response};
use serde_json::Value;

use crate::by_hand::{self, arrival};
use crate::{Deployment, Function, Gateway, Settings, Template, event};

/// The API whose tokens are JWTs.
pub(crate) const ORDERS: &str = "https://orders.example";
/// The API whose tokens are opaque.
pub(crate) const PARCELS: &str = "https://parcels.example";
/// The redirect URI of the web app.
pub(crate) const CALLBACK: &str = "https://shop.example/callback";

pub(crate) struct Shared {
    pub(crate) stack: Stack,
    pub(crate) basic: RegisteredClient,
    pub(crate) post: RegisteredClient,
    pub(crate) carrier: RegisteredClient,
    pub(crate) web: RegisteredClient,
    pub(crate) portal: RegisteredClient,
    pub(crate) orders: RegisteredClient,
    pub(crate) parcels: RegisteredClient,
    /// A public app that signs people in.
    pub(crate) spa: RegisteredClient,
    /// A public app on a device.
    pub(crate) tv: RegisteredClient,
    /// The client of an API, which exchanges the tokens that it is called with.
    pub(crate) exchanger: RegisteredClient,
    /// A client with a FAPI profile, and the key with which it authenticates.
    pub(crate) bank: RegisteredClient,
    pub(crate) bank_key: ClientKey,
}

/// One stack for all tests of this process.
pub(crate) static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let stack = Stack::start();
    let cli = stack.cli();
    cli.create_api(ORDERS, "read write", &[]);
    cli.create_api(PARCELS, "ship", &["--token-format", "opaque"]);
    let service = ["--grant", "client_credentials", "--api", ORDERS, "--scope", "read write"];
    let post = [&["--auth-method", "client_secret_post"], &service[..]].concat();
    let web = [
        ["--grant", "authorization_code"],
        ["--grant", "refresh_token"],
        ["--redirect-uri", CALLBACK],
        ["--api", ORDERS],
        ["--api", PARCELS],
        ["--audience", "all"],
        ["--scope", "read ship"],
    ];
    let (basic, post) = (cli.create_client("Basic", &service), cli.create_client("Post", &post));
    let carrier = cli.create_client("Carrier", &["--grant", "client_credentials", "--api", PARCELS]);
    let web = cli.create_client("Shop", web.as_flattened());
    let portal = [
        ["--grant", "authorization_code"],
        ["--grant", "refresh_token"],
        ["--redirect-uri", CALLBACK],
        ["--api", ORDERS],
        ["--scope", "openid profile email read"],
    ];
    let portal = cli.create_client("Portal", portal.as_flattened());
    let orders = cli.create_client("Orders API", &["--introspects", ORDERS]);
    let parcels = cli.create_client("Parcels API", &["--introspects", PARCELS]);
    let app =
        ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let spa = cli.create_client("Single page", &[&app[..], &["--auth-method", "none"]].concat());
    let tv = ["--grant", "device_code", "--grant", "refresh_token", "--auth-method", "none", "--api", ORDERS];
    let tv = cli.create_client("Television", &tv);
    let exchanger = ["--grant", "token-exchange", "--introspects", ORDERS, "--api", ORDERS];
    let exchanger = cli.create_client("Exchanging API", &exchanger);
    let bank_key = ClientKey::new();
    let bank = cli
        .create_client("Bank", &[&app[..], &["--profile", "fapi2", "--jwks", &key_file(&stack, &bank_key)]].concat());
    Shared { stack, basic, post, carrier, web, portal, orders, parcels, spa, tv, exchanger, bank, bank_key }
});

/// Writes the public half of a key to a file for `--jwks`.
fn key_file(stack: &Stack, key: &ClientKey) -> String {
    let path = stack.scratch("bank.json");
    std::fs::write(&path, key.key_set().to_string()).unwrap();
    path.display().to_string()
}

/// Creates a person for one test only, with the same claims as all others.
pub(crate) fn new_user() -> RegisteredUser {
    static NEXT: AtomicU32 = AtomicU32::new(100);
    let username = format!("person-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let (cli, password) = (SHARED.stack.cli(), "a long enough pass phrase");
    let known =
        ["--claim", "name=Ada Lovelace", "--claim", "email=ada@example.com", "--claim", "updated_at=1790000000"];
    let user = cli.create_user(&username, password);
    cli.run(&[&["user", "update", &username][..], &known].concat());
    user
}

/// Returns an access token for the UserInfo endpoint.
pub(crate) async fn token_with_openid(http: &Http, browser: &mut Browser, user: &RegisteredUser) -> String {
    let (portal, pkce) = (&SHARED.portal, Pkce::new());
    let target = authorization_url(&portal.id, CALLBACK, &pkce, &[("scope", "openid profile email")]);
    let callback = browser.sign_in_and_consent(&target, &user.username, &user.password).await;
    let fields = [("code", callback.code()), ("redirect_uri", CALLBACK), ("code_verifier", &pkce.verifier)];
    let ask = http.post("/token").client(portal).field("grant_type", "authorization_code").fields(&fields);
    ask.send().await.string("access_token")
}

/// Returns the release binaries as a deployment on the storage of the shared stack.
pub(crate) fn deployment() -> Deployment {
    static TEMPLATE: LazyLock<Template> = LazyLock::new(|| Template::of_the_product().unwrap());
    let environment = SHARED.stack.env_file().pairs().into_iter().collect();
    Deployment { template: TEMPLATE.clone(), binaries: binaries(), environment }
}

/// Returns the Lambda settings of the function that runs `binary`.
pub(crate) fn settings(binary: &str) -> Settings {
    let deployment = deployment();
    let function = deployment.template.functions.iter().find(|function| function.binary == binary).unwrap();
    deployment.settings(function)
}

/// Starts every function, and a gateway in front of them.
pub(crate) async fn gateway() -> Gateway {
    Gateway::start(&deployment()).await.unwrap_or_else(|error| panic!("{error}"))
}

/// Returns a function's response to an event.
pub(crate) async fn answer(function: &Function, event: &Value) -> Response<Bytes> {
    let invoked = function.invoke(event.to_string().into()).await.unwrap_or_else(|error| panic!("{error}"));
    event::to_response(&invoked.payload).unwrap()
}

/// Builds the event of a form that a client sends to a function with Basic authentication.
pub(crate) fn form_event(client: &RegisteredClient, function: &str, fields: &[(&str, &str)]) -> Value {
    by_hand::form(function, (&client.id, client.secret()), fields).unwrap()
}

/// Builds the event of a service that requests a token with a secret in the form.
pub(crate) fn service_event(headers: &[(&str, &str)], secret: &str) -> Value {
    let form = format!("grant_type=client_credentials&client_id={}&client_secret={secret}", SHARED.post.id);
    let mut request = Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    event::from_request(&request.body(Bytes::from(form)).unwrap(), &arrival("ANY /token"))
}

pub(crate) fn binaries() -> PathBuf {
    jeton().parent().map(Path::to_path_buf).unwrap()
}
