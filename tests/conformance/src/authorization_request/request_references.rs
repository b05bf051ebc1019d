//! Request objects by reference (OpenID Connect Core §6.2): where they are fetched from, and what happens when they
//! cannot be.

use std::net::TcpListener;
use std::sync::LazyLock;
use std::time::Duration;

use harness::{Pkce, RegisteredClient, Stack};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::request_objects::{app, assert_page, claims, signed};
use crate::support::case::Case;
use crate::support::pages::{answered, asks_for_a_password, assert_turned_down, url};
use crate::support::published::{DOCUMENTS, document};
use crate::support::pushed::push;
use crate::support::self_registration::register;
use crate::support::session::{Code, Session, assert_granted, assert_refused};
use crate::support::signed_assertions::{KeyServer, Signer};
use crate::support::world::{CALLBACK, World};

/// A stack that follows references, also to this machine, and where anybody registers clients.
static FOLLOWS: LazyLock<World> = LazyLock::new(follows);

fn follows() -> World {
    let stack = Stack::builder().arg("--registration").arg("open").env("JETON_REQUEST_URI", "registered");
    World::on(stack.env("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1").start())
}

fn encoded(text: &str) -> String {
    text.replace(':', "%3A").replace('/', "%2F").replace('#', "%23").replace('?', "%3F").replace('&', "%26")
}

/// Returns a request that has nothing but the reference.
fn bare(client: &RegisteredClient, uri: &str) -> String {
    format!("/authorize?client_id={}&request_uri={}", client.id, encoded(uri))
}

/// Returns a request that could be answered without the reference.
fn whole(client: &RegisteredClient, uri: &str) -> String {
    format!("{}&request_uri={}", url(&client.id, &[("state", "outside")]), encoded(uri))
}

/// Asserts that the client is told, at the only redirect URI that it has, and that another one is a page.
async fn assert_invalid(session: &mut Session<'_>, client: &RegisteredClient, uri: &str) {
    let callback = answered(&session.browser.go(&whole(client, uri)).await);
    assert_eq!((callback.error.as_deref(), callback.code.as_deref()), (Some("invalid_request_uri"), None), "{uri}");
    assert_eq!(callback.state.as_deref(), Some("outside"), "{uri}");
    let callback = answered(&session.browser.go(&bare(client, uri)).await);
    assert_eq!(callback.error.as_deref(), Some("invalid_request_uri"), "{uri}");
    let foreign = format!("{}&redirect_uri=https%3A%2F%2Fevil.example%2Fcb", bare(client, uri));
    assert_turned_down(&session.browser.go(&foreign).await);
}

/// A client that serves its request objects, and the key that signs them.
struct Served {
    client: RegisteredClient,
    signer: Signer,
    host: KeyServer,
}

impl Served {
    fn new(world: &World, name: &str, more: &[&str]) -> Self {
        let (signer, host) = (Signer::new(Algorithm::ES256, "object"), KeyServer::start(&[]));
        let registered = ["--request-uri", &*host.at("/request?of=app#v1")];
        let client = app(world, name, &signer, &[&registered[..], more].concat());
        Self { client, signer, host }
    }

    fn uri(&self) -> String {
        self.host.at("/request?of=app")
    }

    /// Serves an object with these claims, and returns it.
    fn serve(&self, claims: &Value) -> String {
        let object = signed(&self.signer, claims);
        self.host.say_as("application/oauth-authz-req+jwt", "200 OK", object.as_bytes());
        object
    }
}

#[tokio::test]
async fn c197_a_registered_object_is_fetched_once_and_only_its_parameters_count() {
    let mut session = FOLLOWS.session();
    let served = Served::new(&FOLLOWS, "Serves its requests", &[]);
    let ana = &FOLLOWS.ana;
    let uri = served.uri();
    // The fragment tells versions of the content apart: another one is fetched at once.
    for uri in [uri.clone(), format!("{uri}#v1"), format!("{uri}#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM")] {
        let pkce = Pkce::new();
        served.serve(&claims(&session, &served.client, &pkce).await);
        let before = served.host.visits();
        let target = format!("{}&state=outside&scope=admin&prompt=none", bare(&served.client, &uri));
        let mut browser = FOLLOWS.stack.browser();
        let callback = browser.sign_in_and_consent(&target, &ana.username, &ana.password).await;
        assert_eq!(callback.state.as_deref(), Some("in the object"), "{}", callback.url);
        let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
        assert_granted(&session.redeem(&served.client, &code).await);
        assert_eq!(served.host.visits() - before, 1, "{uri}");
    }
    // What the client serves later does not change the request that is on its pages.
    let served = Served::new(&FOLLOWS, "Serves something else later", &[]);
    served.serve(&claims(&session, &served.client, &Pkce::new()).await);
    let page = session.browser.go(&bare(&served.client, &served.uri())).await;
    assert!(asks_for_a_password(&page));
    served.host.say("404 Not Found", "");
    let form = [("username", &*ana.username), ("password", &*ana.password)];
    let consent = session.browser.submit(&page, &page.form(), &form).await;
    answered(&session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await).assert_granted();
}

#[tokio::test]
async fn c197_another_url_is_not_fetched() {
    let mut session = FOLLOWS.session();
    let served = Served::new(&FOLLOWS, "Is asked elsewhere", &[]);
    let object = served.serve(&claims(&session, &served.client, &Pkce::new()).await);
    let uri = served.uri();
    let elsewhere = [
        served.host.at("/request"),
        served.host.at("/request?of=other"),
        served.host.at("/request?of=app&x=1"),
        uri.replace("http://", "https://"),
        uri.replace("127.0.0.1", "localhost"),
        uri.replace("http://", "http://x@"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "urn:x".to_owned(),
        "x".to_owned(),
        format!("{uri}#{}", "a".repeat(512)),
    ];
    for uri in elsewhere {
        assert_invalid(&mut session, &served.client, &uri).await;
    }
    for target in [
        format!("{}&request={object}", bare(&served.client, &uri)),
        bare(&served.client, &uri).replace(&served.client.id, "nobody"),
    ] {
        assert_page(&session.browser.go(&target).await);
    }
    assert_invalid(&mut session, &FOLLOWS.web, &uri).await;
    let twice = format!("{}&request_uri=x", whole(&served.client, &uri));
    assert_eq!(answered(&session.browser.go(&twice).await).error.as_deref(), Some("invalid_request"));
    let reply = push(&session, &served.client, &Pkce::new(), &[("request_uri", &*uri)]).await;
    assert_refused(&reply, "invalid_request");
    let pushes = Served::new(&FOLLOWS, "Must push", &["--require-par"]);
    let callback = answered(&session.browser.go(&whole(&pushes.client, &pushes.uri())).await);
    assert_eq!(callback.error.as_deref(), Some("invalid_request"));
    assert_eq!((served.host.visits(), pushes.host.visits()), (0, 0));
    // A URL that is registered a moment later works at once.
    let served = Served::new(&FOLLOWS, "Moves its requests", &[]);
    served.serve(&claims(&session, &served.client, &Pkce::new()).await);
    assert!(asks_for_a_password(&session.browser.go(&bare(&served.client, &served.uri())).await));
    let new = served.host.at("/new");
    FOLLOWS.stack.cli().run(&["client", "update", &served.client.id, "--add-request-uri", &new]);
    assert!(asks_for_a_password(&session.browser.go(&bare(&served.client, &new)).await));
}

#[tokio::test]
async fn c197_a_url_that_gives_no_object_takes_bounded_time_and_is_the_clients_error() {
    let mut session = FOLLOWS.session();
    let served = Served::new(&FOLLOWS, "Serves badly", &[]);
    let good = claims(&session, &served.client, &Pkce::new()).await;
    let uri = served.uri();
    let padded = |bytes: usize| {
        let mut claims = good.clone();
        claims["padding"] = json!("x".repeat(bytes));
        signed(&served.signer, &claims)
    };
    for (status, body) in [
        ("200 OK", padded(8 * 1024)),
        ("200 OK", "x".repeat(1 << 20)),
        ("302 Found\r\nlocation: /other", signed(&served.signer, &good)),
        ("201 Created", signed(&served.signer, &good)),
        ("500 Internal Server Error", signed(&served.signer, &good)),
    ] {
        let _case = Case::new(status);
        served.host.say_as("application/jwt", status, body.as_bytes());
        assert_invalid(&mut session, &served.client, &uri).await;
    }
    served.host.fall_silent();
    assert_invalid(&mut session, &served.client, &uri).await;
    // A text that is no object of this client is what it is by value: a page.
    let stranger = signed(&Signer::new(Algorithm::ES256, "object"), &good);
    for (number, body) in ["", "x", &*stranger].into_iter().enumerate() {
        served.host.say_as("text/plain", "200 OK", body.as_bytes());
        assert_page(&session.browser.go(&whole(&served.client, &format!("{uri}#{number}"))).await);
    }
    // Nobody answers: the connection is taken, and nothing is said.
    let silent = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let hangs = format!("http://127.0.0.1:{}/r", silent.local_addr().expect("an address").port());
    FOLLOWS.stack.cli().run(&["client", "update", &served.client.id, "--add-request-uri", &hangs]);
    let asked = assert_invalid(&mut session, &served.client, &hangs);
    assert!(
        tokio::time::timeout(Duration::from_secs(30), asked).await.is_ok(),
        "each of the three takes three seconds"
    );
}

#[tokio::test]
async fn c197_neither_many_requests_nor_strangers_stop_a_client_that_serves_its_requests() {
    let world = follows();
    let mut session = world.session();
    let served = Served::new(&world, "Is asked often", &[]);
    let mut object = claims(&session, &served.client, &Pkce::new()).await;
    // The object is good for as long as this test takes.
    let members = object.as_object_mut().expect("claims");
    members.retain(|name, _| name != "exp" && name != "nbf");
    served.serve(&object);
    let uri = format!("{}#v1", served.uri());
    let before = served.host.visits();
    for number in 0..40 {
        let page = session.browser.go(&bare(&served.client, &uri)).await;
        assert!(asks_for_a_password(&page), "{number}: {:?}", page.reply);
    }
    assert!(served.host.visits() - before < 20, "it was fetched for each request");
    // Strangers know the URL, and ask for versions that nobody made.
    let mut refused = 0;
    for number in 0..40 {
        let version = format!("{}#x{number}", served.uri());
        refused += usize::from(session.browser.go(&bare(&served.client, &version)).await.callback().is_some());
    }
    assert!(refused > 0, "strangers may have documents fetched without end");
    let page = session.browser.go(&bare(&served.client, &uri)).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
}

#[tokio::test]
async fn c197_strangers_register_public_urls_and_are_told_which() {
    let host = KeyServer::start(&[]);
    let uris = json!([host.at("/r"), "https://app.example/r#v2"]);
    let metadata = |uris: &Value| {
        json!({"client_name": "Refers", "redirect_uris": [CALLBACK], "request_uris": uris,
            "token_endpoint_auth_method": "none"})
    };
    let reply = register(&FOLLOWS, None, &metadata(&uris)).await;
    assert_eq!(reply.json()["request_uris"], uris, "{reply:?}");
    for bad in ["https://10.0.0.1/r", "http://app.example/r", "r", "https://x@app.example/r"] {
        let reply = register(&FOLLOWS, None, &metadata(&json!([bad]))).await;
        assert_refused(&reply, "invalid_client_metadata");
    }
    let many: Vec<String> = (0..33).map(|number| format!("https://app.example/{number}")).collect();
    assert_refused(&register(&FOLLOWS, None, &metadata(&json!(many))).await, "invalid_client_metadata");
    for path in DOCUMENTS {
        let document = document(&FOLLOWS.stack.http(), path).await;
        assert_eq!(document["request_uri_parameter_supported"], true);
        assert_eq!(document["require_request_uri_registration"], true);
    }
}

#[tokio::test]
async fn c119_c197_an_object_inside_the_network_is_not_fetched() {
    let world = World::with("JETON_REQUEST_URI", "registered");
    let trap = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    trap.set_nonblocking(true).expect("a listener that does not wait");
    let port = trap.local_addr().expect("an address").port();
    let mut session = world.session();
    // A host name is checked when it is resolved.
    for host in ["localhost", "no-such-host.invalid"] {
        let (signer, uri) = (Signer::new(Algorithm::ES256, "object"), format!("https://{host}:{port}/r"));
        let client = app(&world, host, &signer, &["--request-uri", &uri]);
        assert_invalid(&mut session, &client, &uri).await;
    }
    let visit = trap.accept();
    assert!(visit.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "somebody came for the object");
}
