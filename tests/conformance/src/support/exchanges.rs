//! Token exchange: APIs that call each other, and the requests.

use std::sync::LazyLock;

use harness::{Ask, RegisteredClient, Reply, Stack};
use serde_json::{Value, json};

use crate::support::relying_party;
use crate::support::session::{Session, assert_granted};
use crate::support::world::{ORDERS, VAULT, World};

pub(crate) const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The grant type that takes an identity assertion (RFC 7523 §2.1).
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
pub(crate) const ID_JAG: &str = "urn:ietf:params:oauth:token-type:id-jag";
pub(crate) const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
/// An API with JWTs, and the scopes `read` and `charge`.
pub(crate) const BILLING: &str = "https://billing.example";
/// An API with opaque tokens, and the scopes `read`, `open` and `store`.
pub(crate) const ARCHIVE: &str = "https://archive.example";

/// Three APIs that call each other in any order, each with a client that introspects its tokens and exchanges them.
pub(crate) struct Exchanges {
    pub(crate) world: World,
    /// The client of [`ORDERS`] and [`VAULT`], which exchanges for [`BILLING`] and [`ARCHIVE`].
    pub(crate) orders: RegisteredClient,
    /// The client of [`BILLING`], which exchanges for the other two.
    pub(crate) billing: RegisteredClient,
    /// The client of [`ARCHIVE`], which exchanges for the other two.
    pub(crate) archive: RegisteredClient,
}

impl Exchanges {
    pub(crate) fn on(world: World) -> Self {
        let cli = world.stack.cli();
        cli.create_api(BILLING, "read charge", &["--alg", "ES256"]);
        cli.create_api(ARCHIVE, "read open store", &["--token-format", "opaque"]);
        let api = |name: &str, more: &[&str]| cli.create_client(name, &[&["--grant", "token-exchange"], more].concat());
        Self {
            orders: api(
                "Orders API",
                &["--introspects", ORDERS, "--introspects", VAULT, "--api", BILLING, "--api", ARCHIVE],
            ),
            billing: api("Billing API", &["--introspects", BILLING, "--api", ARCHIVE, "--api", ORDERS]),
            archive: api("Archive API", &["--introspects", ARCHIVE, "--api", BILLING, "--api", ORDERS]),
            world,
        }
    }

    /// Returns the APIs shared by tests that leave them unchanged.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Exchanges> = LazyLock::new(|| Exchanges::on(World::on(Stack::start())));
        &SHARED
    }

    /// Returns the client of an API.
    pub(crate) fn client_of(&self, api: &str) -> &RegisteredClient {
        match api {
            BILLING => &self.billing,
            ARCHIVE => &self.archive,
            ORDERS | VAULT => &self.orders,
            other => panic!("no API {other}"),
        }
    }

    /// Exchanges a token along APIs, each of which calls the next one, and returns all the tokens.
    pub(crate) async fn along(&self, session: &Session<'_>, token: String, apis: &[&str]) -> Vec<String> {
        let mut tokens = vec![token];
        for pair in apis.windows(2) {
            let last = tokens.last().expect("a token");
            let reply = session.exchange(self.client_of(pair[0]), last, &[("resource", pair[1])]).await;
            tokens.push(exchanged(&reply));
        }
        tokens
    }

    /// Returns what each API is told about its token.
    pub(crate) async fn told(&self, session: &Session<'_>, tokens: &[String], apis: &[&str]) -> Vec<Value> {
        let mut told = Vec::new();
        for (token, api) in tokens.iter().zip(apis) {
            told.push(session.introspect(self.client_of(api), token).await);
        }
        told
    }

    /// Returns which of the tokens are active for their APIs.
    pub(crate) async fn active(&self, session: &Session<'_>, tokens: &[String], apis: &[&str]) -> Vec<bool> {
        self.told(session, tokens, apis).await.iter().map(|told| told["active"] == true).collect()
    }

    /// Signs in a new person to a new app for [`ORDERS`].
    pub(crate) async fn person(&self, username: &str) -> Person<'_> {
        let (mut session, _) = relying_party::person(&self.world, username);
        let app = relying_party::app(&self.world, username, &[]);
        let reply = session.signed_in(username, &app, &[("scope", "openid read")]).await;
        Person { session, app, reply }
    }
}

/// A person who signed in, with the app and the tokens that it got.
pub(crate) struct Person<'w> {
    pub(crate) session: Session<'w>,
    pub(crate) app: RegisteredClient,
    pub(crate) reply: Reply,
}

impl Session<'_> {
    /// Builds an exchange of an access token.
    pub(crate) fn exchange_of(&self, client: &RegisteredClient, token: &str) -> Ask {
        let ask = self.http.post("/token").client(client).field("grant_type", TOKEN_EXCHANGE);
        ask.field("subject_token", token).field("subject_token_type", ACCESS_TOKEN)
    }

    /// Builds an exchange of a token of this type for an identity assertion (ID-JAG).
    pub(crate) fn assertion_of(&self, client: &RegisteredClient, (kind, token): (&str, &str)) -> Ask {
        let ask = self.http.post("/token").client(client).field("grant_type", TOKEN_EXCHANGE);
        let ask = ask.field("requested_token_type", ID_JAG).field("subject_token", token);
        ask.field("subject_token_type", kind)
    }

    /// Exchanges an access token.
    pub(crate) async fn exchange(&self, client: &RegisteredClient, token: &str, more: &[(&str, &str)]) -> Reply {
        self.exchange_of(client, token).fields(more).send().await
    }
}

/// Asserts the response to an exchange, and returns the token (RFC 8693 §2.2.1).
pub(crate) fn exchanged(reply: &Reply) -> String {
    assert_granted(reply);
    assert_eq!(reply.string("issued_token_type"), ACCESS_TOKEN);
    assert!(reply.json().get("refresh_token").is_none() && reply.json().get("id_token").is_none(), "{reply:?}");
    reply.string("access_token")
}

/// Builds the `act` claim for clients, the last actor first.
pub(crate) fn act(clients: &[&RegisteredClient]) -> Value {
    clients.iter().rev().fold(Value::Null, |inner, client| {
        if inner.is_null() { json!({ "sub": client.id }) } else { json!({ "sub": client.id, "act": inner }) }
    })
}
