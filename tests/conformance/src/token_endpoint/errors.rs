//! Requirements of the `OpenID` Foundation's plans for any code flow (CONFORMANCE 5 to 22), tested with clients that
//! request `openid`.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use harness::{Ask, Jwt, Pkce, RegisteredClient, Reply};
use jsonwebtoken::Algorithm;
use serde_json::Value;

use crate::support::assertions::{Signer, claims};
use crate::support::published::{DOCUMENTS, document, keys, strings};
use crate::support::relying_party::{app, person};
use crate::support::session::{self, Code, Session, assert_granted, assert_refused, tokens};
use crate::support::world::{CALLBACK, ORDERS, OTHER_CALLBACK, VAULT, World};

fn decoded(key: &Value, name: &str) -> Vec<u8> {
    let text = key[name].as_str().unwrap_or_else(|| panic!("no {name}: {key}"));
    URL_SAFE_NO_PAD.decode(text).unwrap_or_else(|error| panic!("{name} is not base64url ({error}): {key}"))
}

#[tokio::test]
async fn o05_every_key_has_a_name_of_its_own_and_well_formed_public_members_of_good_length() {
    let keys = keys(&World::shared().stack.http()).await;
    let names: BTreeSet<&str> = keys.iter().filter_map(|key| key["kid"].as_str()).collect();
    assert!(names.len() == keys.len() && !names.contains(""), "{keys:?}");
    for key in &keys {
        let members: BTreeSet<&str> = key.as_object().expect("a key").keys().map(String::as_str).collect();
        let public: &[&str] = match key["kty"].as_str() {
            Some("RSA") => {
                let modulus = decoded(key, "n");
                assert!(modulus.len() >= 256 && modulus[0] >= 0x80, "{key}");
                assert_eq!(decoded(key, "e"), [1, 0, 1], "{key}");
                &["n", "e"]
            }
            Some("EC") => {
                let lengths = (decoded(key, "x").len(), decoded(key, "y").len());
                assert_eq!((key["crv"].as_str(), lengths), (Some("P-256"), (32, 32)), "{key}");
                &["crv", "x", "y"]
            }
            Some("OKP") => {
                assert_eq!((key["crv"].as_str(), decoded(key, "x").len()), (Some("Ed25519"), 32), "{key}");
                &["crv", "x"]
            }
            _ => panic!("neither RSA nor a curve, and nothing symmetric: {key}"),
        };
        let expected = [&["alg", "kid", "kty", "use"], public].concat().into_iter().collect();
        assert_eq!(members, expected, "nothing private is among them");
    }
    let kinds: BTreeSet<&str> = keys.iter().filter_map(|key| key["kty"].as_str()).collect();
    assert_eq!(kinds, ["EC", "OKP", "RSA"].into());
}

/// Returns the Shannon entropy per item, in bits, of counted things.
fn entropy(counts: impl IntoIterator<Item = u32>) -> f64 {
    let counts: Vec<f64> = counts.into_iter().map(f64::from).collect();
    let all: f64 = counts.iter().sum();
    counts.iter().map(|count| count / all).map(|share| -share * share.log2()).sum()
}

fn counted(characters: impl Iterator<Item = char>) -> Vec<u32> {
    let mut counts = BTreeMap::new();
    characters.for_each(|character| *counts.entry(character).or_insert(0) += 1);
    counts.into_values().collect()
}

/// Asserts that each value has 128 bits or more: 96 measured within its own characters, as the suite does it, and
/// 128 measured position by position over all values, where constant characters count nothing.
fn assert_unguessable(what: &str, values: &[String]) {
    assert_eq!(values.iter().collect::<BTreeSet<_>>().len(), values.len(), "{what}: one came twice");
    for value in values {
        let length = u32::try_from(value.len()).map(f64::from).expect("a length");
        let measured = length * entropy(counted(value.chars()));
        assert!(value.len() * 8 >= 128 && measured >= 96.0, "{what}: {measured} bits in {value}");
    }
    let length = values.iter().map(String::len).min().unwrap_or_default();
    let places = (0..length).map(|place| entropy(counted(values.iter().filter_map(|value| value.chars().nth(place)))));
    let measured: f64 = places.sum();
    println!("{what}: {measured:.0} bits over {} values of {length} characters", values.len());
    assert!(measured >= 128.0, "{what}: {measured} bits over all values");
}

#[tokio::test]
async fn o10_codes_and_tokens_have_the_entropy_that_is_asked_for() {
    let mut session = session::shared();
    let world = session.world;
    let cli = world.stack.cli();
    let more = ["--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK];
    let sealed = cli.create_client("O10", &[&more[..], &["--api", VAULT]].concat());
    let signed = cli.create_client("O10 JWT", &[&more[..], &["--api", ORDERS]].concat());
    let (mut codes, mut access, mut refresh, mut ids) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for client in [&sealed, &signed] {
        for _ in 0..150 {
            let code = session.code(client).await;
            let granted = tokens(&session.redeem(client, &code).await);
            codes.push(code.code);
            refresh.push(granted.refresh);
            if client.id == sealed.id {
                access.push(granted.access);
            } else {
                ids.push(Jwt::read(&granted.access).text("jti").to_owned());
            }
        }
    }
    assert_unguessable("codes", &codes);
    assert_unguessable("refresh tokens", &refresh);
    assert_unguessable("opaque access tokens", &access);
    assert_unguessable("jti of JWT access tokens", &ids);
}

#[tokio::test]
async fn o17_every_token_answer_is_json_that_nobody_keeps_and_says_bearer() {
    let world = World::shared();
    let (mut session, _) = person(world, "o17");
    let client = app(world, "O17", &[]);
    let code = session.signed_in("o17", &client, &[("scope", "openid offline_access read")]).await;
    let refreshed = session.refresh(&client, &code.string("refresh_token")).await;
    let machine = session.machine(&world.service, &[("resource", ORDERS)]).await;
    let opaque = session.machine(&world.opaque_service, &[]).await;
    for reply in [code, refreshed, machine, opaque] {
        // `assert_granted` checks the status, `Cache-Control: no-store`, the content type, `token_type` and
        // `expires_in`.
        assert_granted(&reply);
        assert_eq!(reply.header("content-type").map(|kind| kind.starts_with("application/json")), Some(true));
        let known = ["access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"];
        let told = reply.json();
        let members: Vec<&String> = told.as_object().expect("members").keys().collect();
        assert!(members.iter().all(|name| known.contains(&name.as_str())), "{members:?}");
    }
}

/// Returns wrong requests to the token endpoint, one for each kind of fault, with the expected errors.
async fn bad_requests(session: &mut Session<'_>, client: &RegisteredClient) -> Vec<(Ask, &'static str)> {
    let code = session.code(client).await;
    let http = session.http.clone();
    let ask = |fields: &[(&str, &str)]| http.post("/token").client(client).fields(fields);
    let grant = ("grant_type", "authorization_code");
    let (good, cb) = (("code", &*code.code), ("redirect_uri", CALLBACK));
    let verifier = ("code_verifier", &*code.verifier);
    let refresh = ("grant_type", "refresh_token");
    vec![
        (ask(&[]), "invalid_request"),
        (ask(&[("grant_type", "")]), "invalid_request"),
        (ask(&[grant, cb, verifier]), "invalid_request"),
        (ask(&[grant, good, good, cb, verifier]), "invalid_request"),
        (ask(&[grant, grant, good, cb, verifier]), "invalid_request"),
        (ask(&[refresh]), "invalid_request"),
        (http.post("/token").client(client).header("content-type", "application/json").body("{}"), "invalid_request"),
        (http.post("/token").client(client).raw_form("grant_type=%ff%0d%0a"), "invalid_request"),
        (ask(&[grant, ("code", "\r\n\t\"\\\u{e9}"), cb, verifier]), "invalid_grant"),
        (ask(&[grant, good, cb]), "invalid_grant"),
        (ask(&[grant, good, cb, ("code_verifier", "\r\n\t\"\\\u{e9}")]), "invalid_grant"),
        (ask(&[grant, good, ("redirect_uri", "\r\n\t\"\\\u{e9}"), verifier]), "invalid_grant"),
        (ask(&[refresh, ("refresh_token", "\r\n\t\"\\\u{e9}")]), "invalid_grant"),
        (ask(&[("grant_type", "\r\n\t\"\\\u{e9}")]), "unsupported_grant_type"),
        (ask(&[("grant_type", "password"), ("username", "u"), ("password", "p")]), "unsupported_grant_type"),
        (ask(&[("grant_type", "client_credentials")]), "unauthorized_client"),
        (ask(&[grant, good, cb, verifier, ("resource", "https://other.example")]), "invalid_target"),
        (http.post("/token").fields(&[grant, good, cb, verifier]), "invalid_client"),
        (http.post("/token").basic(&client.id, "\r\n\"\\").fields(&[grant, good, cb, verifier]), "invalid_client"),
        (http.post("/token").basic("\r\n\"\\", "x").fields(&[grant, good, cb, verifier]), "invalid_client"),
        (http.post("/token").field("client_id", "\t\u{e9}").fields(&[grant, good, cb, verifier]), "invalid_client"),
    ]
}

#[tokio::test]
async fn o18_every_error_is_json_with_a_registered_code_and_plain_words() {
    let world = World::shared();
    let (_, mut session) = (person(world, "o18"), world.session());
    let client = app(world, "O18", &[]);
    let mut asks = bad_requests(&mut session, &client).await;
    let service = |scope| {
        let ask = session.http.post("/token").client(&world.service).field("grant_type", "client_credentials");
        ask.field("scope", scope)
    };
    asks.push((service("\"\\"), "invalid_scope"));
    asks.push((service("nobody-offers-this"), "invalid_scope"));
    let mut words = BTreeSet::new();
    for (ask, error) in asks {
        let reply = ask.send().await;
        // `assert_refused` checks the status, `no-store`, JSON and the characters of the description.
        assert_refused(&reply, error);
        let told = reply.json();
        let members: Vec<&String> = told.as_object().expect("members").keys().collect();
        assert_eq!(members, ["error", "error_description"], "{reply:?}");
        words.insert(reply.string("error_description"));
    }
    assert!(words.len() >= 12, "each fault in words of its own: {words:?}");
}

/// Builds HTTP Basic with every byte of both parts escaped, as the suite's library escapes reserved characters.
fn escaped_basic(client: &RegisteredClient) -> String {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", escape(&client.id), escape(client.secret()))))
}

#[tokio::test]
async fn o19_a_secret_is_taken_from_basic_form_encoded_and_from_the_body() {
    let world = World::shared();
    let (mut session, _) = person(world, "o19");
    let basic = app(world, "O19", &["--id", "o19:a+b%20/c"]);
    let post = app(world, "O19 post", &["--auth-method", "client_secret_post"]);
    let fields = |code: &Code| {
        let fields = [("code", &code.code), ("code_verifier", &code.verifier)];
        let ask = world.stack.http().post("/token").field("grant_type", "authorization_code");
        fields.iter().fold(ask.field("redirect_uri", CALLBACK), |ask, (name, value)| ask.field(name, value))
    };
    for _ in 0..2 {
        let code = session.sign_in("o19", &basic, &[("scope", "openid")]).await;
        let reply = fields(&code).header("authorization", escaped_basic(&basic)).send().await;
        assert_granted(&reply);
        session.identity(&basic, &reply).await;
    }
    let code = session.sign_in("o19", &basic, &[("scope", "openid")]).await;
    assert_granted(&fields(&code).basic(&basic.id, basic.secret()).send().await);
    let code = session.sign_in("o19", &post, &[("scope", "openid")]).await;
    let reply = fields(&code).field("client_id", &post.id).field("client_secret", post.secret()).send().await;
    assert_granted(&reply);
    session.identity(&post, &reply).await;
    let document = document(&session.http, DOCUMENTS[1]).await;
    let methods = strings(&document["token_endpoint_auth_methods_supported"]);
    assert!(methods.contains("client_secret_basic") && methods.contains("client_secret_post"), "{methods:?}");
}

/// A client of any kind: the binding of codes does not depend on how a client authenticates.
struct Client {
    registered: RegisteredClient,
    signer: Option<Signer>,
    in_body: bool,
}

impl Client {
    fn of_every_kind(world: &World, file: &str) -> Vec<Self> {
        let both = ["--redirect-uri", OTHER_CALLBACK];
        let register = |name: &str, more: &[&str]| app(world, name, &[&both[..], more].concat());
        let method = |method| ["--auth-method", method];
        let signer = Signer::new(Algorithm::ES256, "plan");
        let keys = signer.file(world, file);
        let signing = [&method("private_key_jwt")[..], &["--jwks", &keys]].concat();
        let plain = |registered| Self { registered, signer: None, in_body: false };
        vec![
            plain(register("Plan basic", &[])),
            plain(register("Plan public", &method("none"))),
            plain(register("Plan optional", &["--pkce", "optional"])),
            Self { in_body: true, ..plain(register("Plan post", &method("client_secret_post"))) },
            Self { signer: Some(signer), ..plain(register("Plan key", &signing)) },
        ]
    }

    /// Redeems a code as this client.
    async fn redeem(&self, world: &World, fields: &[(&str, &str)]) -> Reply {
        let ask = world.stack.http().post("/token").field("grant_type", "authorization_code").fields(fields);
        let ask = match (&self.signer, self.in_body) {
            (Some(signer), _) => ask.fields(&signer.assertion(&claims(world, &self.registered.id)).fields()),
            (None, true) => {
                ask.field("client_id", &self.registered.id).field("client_secret", self.registered.secret())
            }
            (None, false) => ask.client(&self.registered),
        };
        ask.send().await
    }
}

#[tokio::test]
async fn o21_a_code_is_bound_to_its_client_and_to_its_redirect_uri() {
    let world = World::shared();
    let (mut session, _) = person(world, "o21");
    let clients = Client::of_every_kind(world, "o21.json");
    for owner in &clients {
        let code = session.sign_in("o21", &owner.registered, &[("scope", "openid")]).await;
        let (given, verifier) = (("code", &*code.code), ("code_verifier", &*code.verifier));
        for other in clients.iter().filter(|other| other.registered.id != owner.registered.id) {
            let reply = other.redeem(world, &[given, ("redirect_uri", CALLBACK), verifier]).await;
            assert_refused(&reply, "invalid_grant");
        }
        for elsewhere in [OTHER_CALLBACK, "https://app.example/cb/", "https://app.example/cb?x=1", "x"] {
            let reply = owner.redeem(world, &[given, ("redirect_uri", elsewhere), verifier]).await;
            assert_refused(&reply, "invalid_grant");
        }
        assert_granted(&owner.redeem(world, &[given, ("redirect_uri", CALLBACK), verifier]).await);
    }
}

#[tokio::test]
async fn o22_every_client_may_use_s256_and_a_missing_or_wrong_verifier_is_an_invalid_grant() {
    let world = World::shared();
    let (mut session, _) = person(world, "o22");
    let document = document(&session.http, DOCUMENTS[1]).await;
    assert_eq!(strings(&document["code_challenge_methods_supported"]), ["S256"].into());
    for client in Client::of_every_kind(world, "o22.json") {
        let code = session.sign_in("o22", &client.registered, &[("scope", "openid")]).await;
        let (given, redirect) = (("code", &*code.code), ("redirect_uri", CALLBACK));
        assert_refused(&client.redeem(world, &[given, redirect]).await, "invalid_grant");
        let challenge = Pkce::of(&code.verifier).challenge;
        for wrong in ["", "short", &Pkce::new().verifier, &challenge, &code.verifier.to_uppercase()] {
            let reply = client.redeem(world, &[given, redirect, ("code_verifier", wrong)]).await;
            assert_refused(&reply, "invalid_grant");
        }
        assert_granted(&client.redeem(world, &[given, redirect, ("code_verifier", &code.verifier)]).await);
    }
}
