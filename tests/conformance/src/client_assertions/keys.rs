//! Keys of clients that sign: registered, or served by the client.

use std::net::TcpListener;
use std::sync::LazyLock;

use aws_lc_rs::rsa::KeySize;
use harness::{Http, RegisteredClient, Reply};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::client_assertions::fixture::{ask_at, granted, refused, usual};
use crate::support::pages::assert_shown_here;
use crate::support::self_registration::{Registration, metadata, register, started};
use crate::support::session::{
    OF_EVERY_ENDPOINT, assert_fails, assert_refused, assert_refused_with, server_time, until,
};
use crate::support::signed_assertions::{KeyServer, Signer, claims, keys_in_file, rsa};
use crate::support::world::World;

/// A world that may fetch keys from this machine.
static SERVED: LazyLock<World> = LazyLock::new(|| World::with("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1"));

fn client_of(world: &World, uri: &str) -> RegisteredClient {
    let with_uri = ["--auth-method", "private_key_jwt", "--jwks-uri", uri];
    world.stack.cli().create_client("Serves its keys", &[&OF_EVERY_ENDPOINT[..], &with_uri].concat())
}

#[tokio::test]
async fn o32_keys_that_a_client_serves_are_fetched_anew_for_an_unknown_one_and_not_again_and_again() {
    let world = &*SERVED;
    let (first, second) = (Signer::new(Algorithm::ES256, "first"), Signer::new(Algorithm::ES256, "second"));
    // A key that cannot be read does not hide the others (RFC 7517 §5).
    let server = KeyServer::start(&[json!({"kid": 7}), json!("key"), first.public()]);
    let client = client_of(world, &server.uri());
    for _ in 0..3 {
        granted(world, 0, &first.assertion(&claims(world, &client.id))).await;
    }
    assert_eq!(server.visits(), 1, "the keys are kept");
    let fetched = server_time(&world.session()).await;
    server.serve(&[first.public(), second.public()]);
    for _ in 0..20 {
        let unknown = Signer::new(Algorithm::ES256, "unknown");
        refused(world, 0, &unknown.assertion(&claims(world, &client.id))).await;
    }
    assert_eq!(server.visits(), 1, "nobody makes this server ask again within ten seconds");
    until(&world.session(), fetched + 10).await;
    granted(world, 0, &second.assertion(&claims(world, &client.id))).await;
    assert_eq!(server.visits(), 2);
    granted(world, 0, &first.assertion(&claims(world, &client.id))).await;
    assert_eq!(server.visits(), 2);
}

/// Registers this number of clients where anybody can, each with its keys at another URL of one server.
async fn register_with_keys(world: &World, server: &KeyServer, count: usize) -> Vec<Registration> {
    let mut clients = Vec::new();
    for number in 0..count {
        let uri = server.at(&format!("/{number}"));
        let asked = metadata(&json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": uri }));
        clients.push(Registration::of(&register(world, None, &asked).await));
    }
    clients
}

fn assert_too_many(reply: &Reply) {
    assert_eq!(reply.status, 429, "{reply:?}");
    assert!(reply.header("retry-after").is_some_and(|wait| wait.parse::<u32>().is_ok()), "{reply:?}");
}

#[tokio::test]
async fn c153_keys_of_clients_that_registered_themselves_are_fetched_within_limits() {
    let world = started("open");
    let [known, unknown] = ["known", "unknown"].map(|kid| Signer::new(Algorithm::ES256, kid));
    let server = KeyServer::start(&[known.public()]);
    let clients = register_with_keys(&world, &server, 121).await;
    let http = world.stack.http();
    let redeem = async |http: &Http, client: &Registration, signer: &Signer| {
        let ask = http.post("/token").field("grant_type", "authorization_code").field("code", "x");
        ask.fields(&signer.assertion(&claims(&world, client.id())).fields()).send().await
    };
    // A test suite has new clients all the time, all on one host and from one address: they are served.
    for client in &clients[..100] {
        assert_refused(&redeem(&http, client, &known).await, "invalid_grant");
    }
    for client in &clients[100..120] {
        assert_refused(&redeem(&http, client, &unknown).await, "invalid_client");
    }
    let late = redeem(&http, &clients[120], &known).await;
    assert_too_many(&late);
    assert_refused_with(&late, 429, "temporarily_unavailable");
    assert_eq!(server.visits(), 120);
    // Cached keys stay good, other sources are served, and what the operator registered is not limited.
    assert_refused(&redeem(&http, &clients[0], &known).await, "invalid_grant");
    assert_refused(&redeem(&world.stack.http_from([127, 0, 9, 1]), &clients[120], &known).await, "invalid_grant");
    let own = client_of(&world, &server.at("/operator"));
    granted(&world, 0, &known.assertion(&claims(&world, &own.id))).await;
    assert_eq!(server.visits(), 122);
}

#[tokio::test]
async fn c153_keys_for_request_objects_of_strangers_are_fetched_within_limits() {
    let world = started("open");
    let unknown = Signer::new(Algorithm::ES256, "unknown");
    let server = KeyServer::start(&[Signer::new(Algorithm::ES256, "known").public()]);
    let clients = register_with_keys(&world, &server, 121).await;
    let http = world.stack.http();
    for (number, client) in clients.iter().enumerate() {
        let object = unknown.assertion(&claims(&world, client.id())).0;
        let reply = http.get(&format!("/authorize?client_id={}&request={object}", client.id())).send().await;
        assert_shown_here(&reply);
        if number < 120 {
            assert_eq!(reply.status, 400, "{number}: {reply:?}");
        } else {
            assert_too_many(&reply);
        }
    }
    assert_eq!(server.visits(), 120);
}

#[tokio::test]
async fn a_client_that_serves_no_keys_is_refused_or_asked_to_come_again() {
    let world = &*SERVED;
    let signer = Signer::new(Algorithm::ES256, "only");
    let private = json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"});
    let of_a_set = |keys: &[Value]| json!({ "keys": keys }).to_string();
    let rows = [
        ("200 OK", "no keys".to_owned(), 401),
        ("200 OK", of_a_set(&[]), 401),
        ("200 OK", of_a_set(&[signer.public(), private]), 401),
        ("200 OK", of_a_set(&vec![signer.public(); 17]), 401),
        ("200 OK", format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(70_000)), 401),
        ("404 Not Found", of_a_set(&[signer.public()]), 401),
        ("302 Found\r\nlocation: http://127.0.0.1/", of_a_set(&[signer.public()]), 401),
        ("503 Service Unavailable", String::new(), 503),
    ];
    for (status, body, expected) in rows {
        let server = KeyServer::start(&[]);
        server.say(status, &body);
        let client = client_of(world, &server.uri());
        for _ in 0..3 {
            let assertion = signer.assertion(&claims(world, &client.id));
            let reply = ask_at(world, 0).fields(&assertion.fields()).send().await;
            match expected {
                401 => assert_refused(&reply, "invalid_client"),
                _ => assert_refused_with(&reply, expected, "temporarily_unavailable"),
            }
        }
        assert_eq!(server.visits(), 1, "{status}");
    }
    let nobody = TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address");
    let client = client_of(world, &format!("http://{nobody}/keys"));
    let assertion = signer.assertion(&claims(world, &client.id));
    let reply = ask_at(world, 0).fields(&assertion.fields()).send().await;
    assert_refused_with(&reply, 503, "temporarily_unavailable");
}

#[tokio::test]
async fn c119_keys_inside_the_network_are_not_fetched() {
    let trap = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    trap.set_nonblocking(true).expect("a listener that does not wait");
    let port = trap.local_addr().expect("an address").port();
    let world = World::shared();
    let with_key = ["client", "create", "--name", "Bad", "--auth-method", "private_key_jwt", "--jwks-uri"];
    for uri in [
        format!("http://127.0.0.1:{port}/keys"),
        format!("https://127.0.0.1:{port}/keys"),
        format!("https://[::ffff:127.0.0.1]:{port}/keys"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/keys".to_owned(),
        "http://keys.example/keys".to_owned(),
        "https://user@keys.example/keys".to_owned(),
        "https://keys.example/keys#x".to_owned(),
    ] {
        let args = [&with_key[..], &[&uri], &OF_EVERY_ENDPOINT].concat();
        assert_fails(&world.stack.cli().finish(&args, ""), "--jwks-uri");
    }
    // A host name is checked when keys are fetched.
    let client = client_of(world, &format!("https://localhost:{port}/keys"));
    let signer = Signer::new(Algorithm::ES256, "only");
    for place in 0..3 {
        refused(world, place, &signer.assertion(&claims(world, &client.id))).await;
    }
    let visit = trap.accept();
    assert!(visit.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "somebody came for the keys");
}

#[test]
fn c069_keys_that_must_not_be_registered_are_refused() {
    let world = World::shared();
    let good = Signer::new(Algorithm::ES256, "good").public();
    let weak = EncodingKey::from_rsa_der(&rsa(KeySize::Rsa2048));
    let mut weak =
        serde_json::to_value(Jwk::from_encoding_key(&weak, Algorithm::RS256).expect("a key")).expect("a JWK");
    weak["n"] = json!(&weak["n"].as_str().expect("a modulus")[..172]);
    let mut private = good.clone();
    private["d"] = json!("AA");
    let rows = [
        ("private.json", vec![good.clone(), private], "private"),
        ("shared.json", vec![json!({"kty": "oct", "k": "AA"})], "shared"),
        ("weak.json", vec![good.clone(), weak], "2048"),
        ("other.json", vec![json!({"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"})], "no key"),
        ("p521.json", vec![json!({"kty": "EC", "crv": "P-521", "alg": "ES512", "x": "AA", "y": "AA"})], "no key"),
        ("many.json", vec![good.clone(); 17], "16"),
        ("none.json", Vec::new(), "no key"),
    ];
    let create = ["client", "create", "--name", "Bad", "--auth-method"];
    for (name, keys, word) in rows {
        let file = keys_in_file(world, name, &keys);
        let args = [&create[..], &["private_key_jwt", "--jwks", &file], &OF_EVERY_ENDPOINT].concat();
        assert_fails(&world.stack.cli().finish(&args, ""), word);
    }
    let file = keys_in_file(world, "good.json", &[good]);
    for (more, word) in [
        (&["private_key_jwt"][..], "--jwks"),
        (&["private_key_jwt", "--jwks", "/nowhere"], "/nowhere"),
        (&["private_key_jwt", "--jwks", &file, "--assertion-alg", "RS256"], "algorithm"),
        (&["client_secret_basic", "--jwks", &file], "private_key_jwt"),
    ] {
        assert_fails(&world.stack.cli().finish(&[&create[..], more, &OF_EVERY_ENDPOINT].concat(), ""), word);
    }
}

#[test]
fn a_client_that_signs_is_shown_with_its_public_keys() {
    let (world, signer, client) = usual();
    let shown = world.stack.cli().run(&["client", "show", &client.id]);
    let public = signer.public();
    let [key] = &shown["jwks"]["keys"].as_array().expect("keys")[..] else { panic!("{shown}") };
    for member in ["kty", "crv", "x", "y", "kid"] {
        assert_eq!(key[member], public[member], "{shown}");
    }
    assert!(
        key.get("d").is_none() && shown["live_secrets"] == 0 && shown["auth_method"] == "private_key_jwt",
        "{shown}"
    );
    assert_eq!((&shown["assertion_alg"], &shown["assertion_audience"]), (&Value::Null, &json!("endpoint")));
    let rotate = world.stack.cli().finish(&["client", "rotate-secret", &client.id], "");
    assert_fails(&rotate, "private_key_jwt");
}
