//! Platforms that this machine plays, and requests with their tokens.

use std::sync::LazyLock;

use harness::{Jwt, RegisteredClient, Reply};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::support::session::assert_refused;
use crate::support::signed_assertions::{Assertion, KIND, KeyServer, Signer, now};
use crate::support::world::{ORDERS, World};

/// The `client_assertion_type` of a JWT-SVID.
pub(super) const SPIFFE_KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";
pub(super) const MORE: [&str; 6] = ["--grant", "client_credentials", "--api", ORDERS, "--introspects", ORDERS];

/// A world that may fetch keys from this machine.
pub(super) static WORLD: LazyLock<World> = LazyLock::new(|| World::with("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1"));

/// A platform: its issuer, its key, and the server of its keys.
pub(super) struct Platform {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) signer: Signer,
    pub(super) server: KeyServer,
}

impl Platform {
    /// Starts a platform, and registers it as an issuer for client authentication.
    pub(super) fn start(name: &str, url: &str, algorithm: Algorithm, more: &[&str]) -> Self {
        Self::start_for(name, url, algorithm, &[&["--for", "client-auth"], more].concat())
    }

    /// Starts a platform, and registers it as an issuer for other purposes.
    pub(super) fn start_for(name: &str, url: &str, algorithm: Algorithm, more: &[&str]) -> Self {
        let signer = Signer::new(algorithm, name);
        let server = KeyServer::start(&[signer.public()]);
        let uri = server.uri();
        let args = ["issuer", "create", name, "--url", url, "--jwks-uri", &uri];
        WORLD.stack.cli().run(&[&args[..], more].concat());
        Self { name: name.to_owned(), url: url.to_owned(), signer, server }
    }

    /// Starts an OpenID issuer with a name of its own.
    pub(super) fn generic(name: &str) -> Self {
        Self::start(name, &format!("https://{name}.example"), Algorithm::ES256, &[])
    }

    /// Registers a client of this platform.
    pub(super) fn client(&self, subject: &str, more: &[&str]) -> RegisteredClient {
        let federated = ["--federated", &self.name, "--subject", subject];
        WORLD.stack.cli().create_client("Workload", &[&MORE[..], &federated, more].concat())
    }

    /// Returns the claims of a valid token without `jti`, as Kubernetes and SPIFFE make them.
    pub(super) fn claims(&self, subject: &str) -> Value {
        let now = now();
        json!({"iss": self.url, "sub": subject, "aud": WORLD.stack.issuer(), "iat": now, "exp": now + 300})
    }

    pub(super) fn token(&self, subject: &str) -> Assertion {
        self.signer.assertion(&self.claims(subject))
    }
}

/// Sends a token request with a platform's token and without `client_id`.
pub(super) async fn ask(assertion: &Assertion) -> Reply {
    ask_with(assertion, KIND, &[]).await
}

pub(super) async fn ask_with(assertion: &Assertion, kind: &str, more: &[(&str, &str)]) -> Reply {
    let fields =
        [("grant_type", "client_credentials"), ("client_assertion_type", kind), ("client_assertion", &assertion.0)];
    WORLD.stack.http().post("/token").fields(&[&fields[..], more].concat()).send().await
}

/// Asserts that a token authenticates a client.
pub(super) fn assert_is(reply: &Reply, client: &RegisteredClient) {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(Jwt::read(&reply.string("access_token")).text("client_id"), client.id);
}

/// Asserts that a token is refused with this part of a text.
pub(super) fn assert_told(reply: &Reply, text: &str) {
    assert_refused(reply, "invalid_client");
    assert!(reply.string("error_description").contains(text), "{text}: {reply:?}");
}
