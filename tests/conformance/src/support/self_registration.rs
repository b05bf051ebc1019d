//! Clients that register themselves (RFC 7591, RFC 7592), and the stacks that allow it.

use std::sync::LazyLock;

use harness::{Ask, Http, RegisteredClient, Reply, Stack};
use serde_json::{Value, json};

use crate::support::session::{assert_no_store, assert_refused_with, challenge};
use crate::support::world::{CALLBACK, World};

/// A stack where clients register with an initial access token.
pub(crate) fn with_tokens() -> &'static World {
    static WORLD: LazyLock<World> = LazyLock::new(|| started("token"));
    &WORLD
}

/// A stack where anybody can register clients.
pub(crate) fn open() -> &'static World {
    static WORLD: LazyLock<World> = LazyLock::new(|| started("open"));
    &WORLD
}

/// Starts a stack with self-registration. Key servers and sectors of the tests are on this machine. The operator's
/// client Acme Bank is created before anything registers, because the endpoint reads the names of the operator's
/// clients once a minute.
pub(crate) fn started(mode: &str) -> World {
    let stack = Stack::builder().arg("--registration").arg(mode).env("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1");
    let world = World::on(stack.start());
    world.stack.cli().create_client("Acme Bank", &["--grant", "client_credentials"]);
    world
}

/// Creates a new initial access token.
pub(crate) fn initial_token(world: &World, more: &[&str]) -> Value {
    world.stack.cli().run(&[&["registration-token", "create"][..], more].concat())
}

/// Builds a request with a JSON body.
pub(crate) fn ask(http: &Http, method: &str, target: &str, token: Option<&str>, body: &Value) -> Ask {
    let ask = http.ask(method, target).header("content-type", "application/json").body(body.to_string());
    match token {
        Some(token) => ask.header("authorization", format!("Bearer {token}")),
        None => ask,
    }
}

/// Sends a registration request.
pub(crate) async fn register(world: &World, token: Option<&str>, metadata: &Value) -> Reply {
    ask(&world.stack.http(), "POST", "/register", token, metadata).send().await
}

/// Registers a client with a new token; this must succeed.
pub(crate) async fn registered(metadata: &Value) -> Registration {
    let world = with_tokens();
    let token = initial_token(world, &[]);
    let token = token["registration_token"].as_str().expect("a token");
    Registration::of(&register(world, Some(token), metadata).await)
}

/// Registers a client where anybody can; this must succeed.
pub(crate) async fn registered_openly(more: &Value) -> Registration {
    Registration::of(&register(open(), None, &metadata(more)).await)
}

/// Returns valid metadata with these additional members.
pub(crate) fn metadata(more: &Value) -> Value {
    let mut whole = json!({ "redirect_uris": [CALLBACK], "client_name": "Dynamic" });
    let members = whole.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("members").clone());
    whole
}

/// A registration, as its client knows it.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) document: Value,
}

impl Registration {
    pub(crate) fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 201, "{reply:?}");
        assert_no_store(reply);
        assert!(reply.header("content-type").unwrap_or_default().starts_with("application/json"), "{reply:?}");
        Self { document: reply.json() }
    }

    fn text(&self, name: &str) -> &str {
        self.document[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.document))
    }

    pub(crate) fn id(&self) -> &str {
        self.text("client_id")
    }

    pub(crate) fn token(&self) -> &str {
        self.text("registration_access_token")
    }

    /// Converts the registration to the type that the other tests use.
    pub(crate) fn client(&self) -> RegisteredClient {
        let secret = self.document["client_secret"].as_str().map(str::to_owned);
        RegisteredClient { id: self.id().to_owned(), secret }
    }

    /// Sends a request about this registration to its own address, with its own token.
    pub(crate) async fn ask(&self, method: &str, body: &Value) -> Reply {
        self.ask_with(method, Some(self.token()), body).await
    }

    pub(crate) async fn ask_with(&self, method: &str, token: Option<&str>, body: &Value) -> Reply {
        ask(&with_tokens().stack.http(), method, self.text("registration_client_uri"), token, body).send().await
    }
}

/// Asserts that a registration was refused with this code because of this member.
pub(crate) fn assert_refused_for(reply: &Reply, code: &str, member: &str) {
    assert_refused_with(reply, 400, code);
    let told = reply.string("error_description");
    assert!(told.starts_with(&format!("{member}: ")), "{member}: {told}");
}

/// Asserts that a token was refused: RFC 6750 §3.1, with the same answer whatever is wrong.
pub(crate) fn assert_denied(reply: &Reply) {
    assert_refused_with(reply, 401, "invalid_token");
    assert!(challenge(reply).starts_with("Bearer "), "{reply:?}");
}
