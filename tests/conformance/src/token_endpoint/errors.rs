//! Error responses of the token endpoint (RFC 6749 §5.2).

use std::collections::{BTreeMap, BTreeSet};

use harness::{Ask, RegisteredClient, Reply, Stack};

use crate::fapi::fixture::{grants_of, set_time};
use crate::support::relying_party::{app, person};
use crate::support::session::{
    self, Code, Session, assert_refused, assert_refused_with, challenge, every_client_request, guessed_at, tokens,
};
use crate::support::signed_assertions::now;
use crate::support::world::{CALLBACK, OTHER_CALLBACK, World};

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

#[tokio::test]
async fn c057_c074_a_wrong_secret_is_refused_with_a_challenge() {
    let world = World::shared();
    let guessed = guessed_at(world, "Guessed at");
    let http = world.stack.http();
    let good = guessed.secret();
    let longer = format!("{good}x");
    let unknown = RegisteredClient { id: "nobody".to_owned(), secret: Some(good.to_owned()) };
    let wrong = |secret: &str| RegisteredClient { id: guessed.id.clone(), secret: Some(secret.to_owned()) };
    for client in [unknown, wrong("wrong"), wrong(&good[1..]), wrong(&longer), wrong(&good.to_uppercase()), wrong("")] {
        for ask in every_client_request(&http) {
            let reply = ask.client(&client).send().await;
            assert_refused(&reply, "invalid_client");
            assert!(challenge(&reply).starts_with("Basic"), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn c057_a_client_that_tried_basic_gets_a_challenge_and_every_other_error_is_400() {
    let world = World::shared();
    let http = world.stack.http();
    let guessed = guessed_at(world, "Guessed once");
    for ask in every_client_request(&http) {
        let reply = ask.basic(&guessed.id, "wrong").send().await;
        assert_eq!(reply.status, 401, "{reply:?}");
        assert!(challenge(&reply).to_lowercase().starts_with("basic realm="), "{reply:?}");
    }
    let errors = [
        (&world.service, "grant_type=nonsense", "unsupported_grant_type"),
        (&world.service, "", "invalid_request"),
        (&world.service, "grant_type=refresh_token&refresh_token=x", "unauthorized_client"),
        (&world.service, "grant_type=client_credentials&scope=admin", "invalid_scope"),
        (&world.service, "grant_type=client_credentials&resource=x", "invalid_target"),
        (&world.web, "grant_type=refresh_token&refresh_token=x", "invalid_grant"),
    ];
    for (client, body, code) in errors {
        let reply = http.post("/token").client(client).raw_form(body).send().await;
        assert_refused_with(&reply, 400, code);
        assert_eq!(reply.header("www-authenticate"), None, "{reply:?}");
    }
}

#[tokio::test]
async fn c058_what_is_unknown_used_or_revoked_is_an_invalid_grant() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.spa, &world.web] {
        let used = session.code(client).await;
        let first = tokens(&session.redeem(client, &used).await);
        assert_refused(&session.redeem(client, &used).await, "invalid_grant");
        assert_refused(&session.refresh(client, &first.refresh).await, "invalid_grant");
        let revoked = session.tokens(client).await;
        assert_eq!(session.revoke(client, &revoked.refresh).await.status, 200);
        assert_refused(&session.refresh(client, &revoked.refresh).await, "invalid_grant");
        let model = session.code(client).await;
        let reversed: String = model.code.chars().rev().collect();
        let unknown = ["x", " ", "a.b.c", "é", "null", "\u{0}", "jtc_", &reversed, &"a".repeat(8_192), "💡"];
        for handle in unknown {
            let code = Code { code: handle.to_owned(), ..model.clone() };
            assert_refused(&session.redeem(client, &code).await, "invalid_grant");
            assert_refused(&session.refresh(client, handle).await, "invalid_grant");
        }
    }
}

/// Lets a time of the client's only grant in this state be over.
async fn end_a_time(world: &World, client: &RegisteredClient, (state, attribute): (&str, &str)) {
    let mut grants = grants_of(world, client).await;
    grants.retain(|grant| grant["state"]["S"] == state);
    assert_eq!(grants.len(), 1, "{state}: {grants:?}");
    set_time(world, &grants[0], attribute, now() - 2).await;
}

#[tokio::test]
async fn c172_each_fault_of_a_grant_type_a_code_and_a_refresh_token_is_told_in_its_own_words() {
    let world = World::on(Stack::start());
    let mut session = world.session();
    let (spa, web) = (&world.spa, &world.web);
    let mut told = BTreeMap::new();
    let mut note = |name: &'static str, reply: &Reply, code: &str| {
        assert_refused(reply, code);
        told.insert(name, reply.string("error_description"));
    };
    let of_type = |name: &str| session.http.post("/token").client(web).field("grant_type", name);
    note("misspelt", &of_type("authorisation_code").send().await, "unsupported_grant_type");
    note("off", &of_type("password").send().await, "unsupported_grant_type");
    let saml = "urn:ietf:params:oauth:grant-type:saml2-bearer";
    note("not built", &of_type(saml).send().await, "unsupported_grant_type");
    note("not registered", &of_type("client_credentials").send().await, "unauthorized_client");
    let code = session.code(spa).await;
    note("a forged code", &session.redeem(spa, &Code { code: "x".to_owned(), ..code.clone() }).await, "invalid_grant");
    note("a foreign code", &session.redeem(web, &code).await, "invalid_grant");
    let fields = [("code", &*code.code), ("code_verifier", &*code.verifier), ("redirect_uri", OTHER_CALLBACK)];
    note("another redirect URI", &session.redemption(spa, &fields).send().await, "invalid_grant");
    let first = tokens(&session.redeem(spa, &code).await);
    note("a used code", &session.redeem(spa, &code).await, "invalid_grant");
    note("revoked", &session.refresh(spa, &first.refresh).await, "invalid_grant");
    let live = session.tokens(spa).await;
    note("a forged token", &session.refresh(spa, "x").await, "invalid_grant");
    note("a foreign token", &session.refresh(web, &live.refresh).await, "invalid_grant");
    let late = session.code(spa).await;
    end_a_time(&world, spa, ("issued", "code_expires_at")).await;
    note("an expired code", &session.redeem(spa, &late).await, "invalid_grant");
    end_a_time(&world, spa, ("active", "refresh_expires_at")).await;
    note("an expired token", &session.refresh(spa, &live.refresh).await, "invalid_grant");
    let live = session.tokens(spa).await;
    world.stack.cli().run(&["user", "disable", &world.ana.username]);
    let disabled = session.refresh(spa, &live.refresh).await;
    assert_refused(&disabled, "invalid_grant");
    assert!(!disabled.string("error_description").contains("code"), "{disabled:?}");
    let words: BTreeSet<&String> = told.values().collect();
    assert_eq!(words.len(), told.len(), "{told:#?}");
}

/// Strings that an answer must not reveal: source files, libraries, and request data.
const INSIDE: [&str; 14] = [
    "dynamo", "amazon", "aws", "table", "rust", ".rs", "panic", "thread", "src/", "/usr", "stack", "sql", "argon",
    "marked",
];

#[tokio::test]
async fn c060_an_error_tells_nothing_of_the_inside_and_repeats_nothing() {
    let world = World::shared();
    let http = world.stack.http();
    // Quotes, backslashes and bytes outside ASCII are not allowed in a description.
    let odd = "marked%22%5C%C3%A9%F0%9F%92%A1%0D%0AX:+y";
    let names =
        ["grant_type", "scope", "resource", "code", "refresh_token", "redirect_uri", "code_verifier", "client_id"];
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    for client in [&world.web, &world.service] {
        for grant in grants {
            for name in names {
                let is_used =
                    grant != "client_credentials" || ["grant_type", "scope", "resource", "client_id"].contains(&name);
                if !is_used {
                    continue;
                }
                let body = match name {
                    "grant_type" => format!("grant_type={odd}"),
                    _ => format!("grant_type={grant}&code=x&refresh_token=x&{name}={odd}")
                        .replace(&format!("&{name}=x"), ""),
                };
                let reply = http.post("/token").client(client).raw_form(&*body).send().await;
                assert!((400..500).contains(&reply.status), "{body}: {reply:?}");
                assert_refused_with(&reply, reply.status, &reply.string("error"));
                let told = reply.text().to_lowercase();
                let found: Vec<_> = INSIDE.into_iter().filter(|word| told.contains(word)).collect();
                assert_eq!(found, [""; 0], "{body}: {reply:?}");
            }
        }
    }
}
