//! One test's conversation with a [`World`].

use std::time::Duration;

use harness::{Ask, Browser, Callback, Finished, Http, Jwt, Pkce, RegisteredClient, Reply, authorization_url};
use serde_json::{Value, json};

use crate::support::counted::EVERY_ENDPOINT;
use crate::support::world::{CALLBACK, ORDERS, World};

pub(crate) struct Session<'w> {
    pub(crate) world: &'w World,
    pub(crate) http: Http,
    /// The browser of the person Ana.
    pub(crate) browser: Browser,
}

/// Starts a session with the shared world, for a test that leaves that world unchanged.
pub(crate) fn shared() -> Session<'static> {
    World::shared().session()
}

/// A code with its PKCE verifier.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) verifier: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl<'w> Session<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, http: world.stack.http(), browser: world.stack.browser() }
    }

    /// Requests authorization, with Ana's consent, and returns the parameters that the app receives.
    pub(crate) async fn authorize(
        &mut self,
        client: &RegisteredClient,
        pkce: &Pkce,
        more: &[(&str, &str)],
    ) -> Callback {
        let url = authorization_url(&client.id, CALLBACK, pkce, more);
        let ana = &self.world.ana;
        self.browser.sign_in_and_consent(&url, &ana.username, &ana.password).await
    }

    pub(crate) async fn code(&mut self, client: &RegisteredClient) -> Code {
        self.code_with(client, &[]).await
    }

    pub(crate) async fn code_with(&mut self, client: &RegisteredClient, more: &[(&str, &str)]) -> Code {
        let pkce = Pkce::new();
        let callback = self.authorize(client, &pkce, more).await;
        Code { code: callback.code().to_owned(), verifier: pkce.verifier }
    }

    pub(crate) async fn tokens(&mut self, client: &RegisteredClient) -> Tokens {
        let code = self.code(client).await;
        tokens(&self.redeem(client, &code).await)
    }

    /// Builds a redemption with exactly these fields.
    pub(crate) fn redemption(&self, client: &RegisteredClient, fields: &[(&str, &str)]) -> Ask {
        let ask = self.http.post("/token").client(client).field("grant_type", "authorization_code");
        ask.fields(fields)
    }

    pub(crate) async fn redeem(&self, client: &RegisteredClient, code: &Code) -> Reply {
        let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
        self.redemption(client, &fields).send().await
    }

    pub(crate) async fn refresh(&self, client: &RegisteredClient, token: &str) -> Reply {
        self.refresh_with(client, token, &[]).await
    }

    pub(crate) async fn refresh_with(&self, client: &RegisteredClient, token: &str, more: &[(&str, &str)]) -> Reply {
        let ask = self.http.post("/token").client(client).field("grant_type", "refresh_token");
        ask.field("refresh_token", token).fields(more).send().await
    }

    /// Requests a token for a service.
    pub(crate) async fn machine(&self, client: &RegisteredClient, more: &[(&str, &str)]) -> Reply {
        let ask = self.http.post("/token").client(client).field("grant_type", "client_credentials");
        ask.fields(more).send().await
    }

    pub(crate) async fn introspect(&self, caller: &RegisteredClient, token: &str) -> Value {
        let reply = self.http.post("/introspect").client(caller).field("token", token).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_no_store(&reply);
        let answer = reply.json();
        // RFC 7662 §2.2: the answer says nothing else about an inactive token.
        assert!(answer["active"] == true || answer == json!({"active": false}), "{answer}");
        answer
    }

    /// Returns whether the gateway finds the token active.
    pub(crate) async fn is_active(&self, token: &str) -> bool {
        self.introspect(&self.world.gateway, token).await["active"] == true
    }

    pub(crate) async fn revoke(&self, client: &RegisteredClient, token: &str) -> Reply {
        self.http.post("/revoke").client(client).field("token", token).send().await
    }
}

/// The arguments of a client that gets a good answer to [`EVERY_FORM`] from every endpoint.
pub(crate) const OF_EVERY_ENDPOINT: [&str; 12] = [
    "--grant",
    "client_credentials",
    "--grant",
    "authorization_code",
    "--grant",
    "device_code",
    "--redirect-uri",
    CALLBACK,
    "--api",
    ORDERS,
    "--introspects",
    ORDERS,
];

/// Registers a client for a test that sends wrong secrets, which are counted: 20 per client are answered.
pub(crate) fn guessed_at(world: &World, name: &str) -> RegisteredClient {
    world.stack.cli().create_client(name, &OF_EVERY_ENDPOINT)
}

/// Returns the tokens in a successful answer.
pub(crate) fn tokens(reply: &Reply) -> Tokens {
    assert_granted(reply);
    Tokens { access: reply.string("access_token"), refresh: reply.string("refresh_token") }
}

/// C055, C056: asserts a valid token response.
pub(crate) fn assert_granted(reply: &Reply) {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_no_store(reply);
    assert_json(reply);
    assert!(!reply.string("access_token").is_empty(), "{reply:?}");
    assert_eq!(reply.string("token_type"), "Bearer");
    assert!(reply.json()["expires_in"].as_u64().is_some_and(|seconds| seconds > 0), "{reply:?}");
}

/// C055, C057, C060: asserts an error response with this code.
pub(crate) fn assert_refused(reply: &Reply, code: &str) {
    let status = if code == "invalid_client" { 401 } else { 400 };
    assert_refused_with(reply, status, code);
}

pub(crate) fn assert_refused_with(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, &*reply.string("error")), (status, code), "{reply:?}");
    assert_no_store(reply);
    assert_json(reply);
    assert_plain(&reply.string("error_description"));
}

/// C060: asserts that an error is described, and with no other characters than RFC 6749 §4.1.2.1 and §5.2 allow.
pub(crate) fn assert_plain(description: &str) {
    let allowed = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5B' | '\x5D'..='\x7E');
    assert!(!description.is_empty() && description.chars().all(allowed), "{description:?}");
}

pub(crate) fn assert_no_store(reply: &Reply) {
    let directives = reply.header("cache-control").unwrap_or_default();
    assert!(directives.split(',').any(|directive| directive.trim() == "no-store"), "{reply:?}");
}

fn assert_json(reply: &Reply) {
    let kind = reply.header("content-type").unwrap_or_default();
    assert!(kind.starts_with("application/json"), "{reply:?}");
}

/// Splits a scope into its words, sorted.
pub(crate) fn words(scope: &str) -> Vec<&str> {
    let mut words: Vec<&str> = scope.split(' ').collect();
    words.sort_unstable();
    words
}

/// A form that is good at each of the five endpoints that authenticate clients; only the client credentials are missing.
/// Each endpoint ignores the fields of the others. The challenge is that of RFC 7636, appendix B.
pub(crate) const EVERY_FORM: [(&str, &str); 8] = [
    ("grant_type", "client_credentials"),
    ("token", "x"),
    ("resource", ORDERS),
    ("scope", "read"),
    ("response_type", "code"),
    ("redirect_uri", CALLBACK),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];

/// Builds a request for each of the five endpoints; only the client credentials are missing.
pub(crate) fn every_client_request(http: &Http) -> [Ask; 5] {
    EVERY_ENDPOINT.map(|path| http.post(path).fields(&EVERY_FORM))
}

/// Asserts a good answer of one of the five endpoints. That of `/par` is 201 (RFC 9126 §2.2).
pub(crate) fn assert_answered(reply: &Reply) {
    assert!(matches!(reply.status, 200 | 201), "{reply:?}");
    assert_no_store(reply);
}

/// Builds a request for each endpoint that takes a client of any grant type; only the client credentials are missing.
pub(crate) fn client_requests(http: &Http) -> [Ask; 3] {
    [
        http.post("/token").field("grant_type", "client_credentials").field("resource", ORDERS),
        http.post("/introspect").field("token", "x"),
        http.post("/revoke").field("token", "x"),
    ]
}

pub(crate) fn challenge(reply: &Reply) -> &str {
    reply.header("www-authenticate").unwrap_or_default()
}

/// Returns the audience and the scope of the token in a successful answer.
pub(crate) fn reach(reply: &Reply) -> (Vec<String>, Vec<String>) {
    assert_granted(reply);
    let jwt = Jwt::read(&reply.string("access_token"));
    let mut audience = jwt.audience();
    audience.sort();
    let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(jwt.text("scope")), words(&reply.string("scope")), "the answer and its token differ");
    (audience, owned(words(jwt.text("scope"))))
}

/// C091, C101: asserts that a token is a JWT of RFC 9068 with all of its claims and no other header, and that it is not from
/// the future. Returns it.
pub(crate) fn assert_rfc_9068(world: &World, token: &str) -> Jwt {
    let jwt = Jwt::read(token);
    assert_eq!((jwt.header["typ"].as_str(), jwt.text("iss")), (Some("at+jwt"), world.stack.issuer()));
    for name in ["sub", "client_id", "jti", "scope"] {
        assert!(!jwt.text(name).is_empty(), "{name} in {}", jwt.claims);
    }
    assert!(!jwt.audience().is_empty(), "{}", jwt.claims);
    assert!(jwt.number("exp") > jwt.number("iat"), "{}", jwt.claims);
    assert!(jwt.number("iat") <= jsonwebtoken::get_current_timestamp(), "{}", jwt.claims);
    let mut header = jwt.header.as_object().expect("a header").keys();
    assert!(header.all(|name| ["alg", "typ", "kid"].contains(&&**name)), "{}", jwt.header);
    jwt
}

/// Asserts that a command failed with a reason in one line.
pub(crate) fn assert_fails(finished: &Finished, word: &str) {
    assert_eq!(finished.status.code(), Some(1), "{finished:?}");
    assert!(finished.stdout.is_empty(), "{finished:?}");
    let lines: Vec<&str> = finished.stderr.lines().collect();
    assert!(lines.len() == 1 && lines[0].contains(word), "{word}: {finished:?}");
}

/// Returns the server's clock, in seconds.
pub(crate) async fn server_time(session: &Session<'_>) -> u64 {
    let reply = session.machine(&session.world.service, &[("resource", ORDERS)]).await;
    Jwt::read(&reply.string("access_token")).number("iat")
}

/// Polls the server's clock until it shows `time`, and gives up after half a minute.
pub(crate) async fn until(session: &Session<'_>, time: u64) {
    for _ in 0..600 {
        if server_time(session).await >= time {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the server's clock does not come to {time}");
}
