//! Signed authorization responses (JWT Secured Authorization Response Mode): in each mode, and for errors too.

use std::collections::BTreeMap;

use harness::{Jwt, Landing, Pkce, RegisteredClient, Stack, authorization_url, dynamo_call, forms};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::pages::{answered, signed_in};
use crate::support::published::{DOCUMENTS, document, keys, strings};
use crate::support::pushed::pushed;
use crate::support::session::{Code, Session, assert_granted, assert_plain, server_time};
use crate::support::world::{CALLBACK, ORDERS, World};

const MODES: [&str; 4] = ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];

/// Returns the parameters that the app receives in this mode, and no others.
fn received(landing: &Landing, mode: &str) -> BTreeMap<String, String> {
    if mode == "form_post.jwt" {
        let [form] = &forms(landing.reply.text())[..] else { panic!("one form: {:?}", landing.reply) };
        assert_eq!(form.action.as_deref(), Some(CALLBACK));
        return form.filled(&[]).into_iter().collect();
    }
    let location = landing.reply.location().unwrap_or_else(|| panic!("no redirect: {:?}", landing.reply));
    let (text, other) = if mode == "fragment.jwt" {
        (location.fragment(), location.query())
    } else {
        (location.query(), location.fragment())
    };
    assert_eq!(other, None, "{location}");
    url::form_urlencoded::parse(text.unwrap_or_default().as_bytes()).into_owned().collect()
}

/// Verifies the response as a client does, and returns its claims.
async fn read(session: &Session<'_>, client: &RegisteredClient, landing: &Landing, mode: &str) -> (Algorithm, Value) {
    let received = received(landing, mode);
    // No parameter stands beside the response, not even iss (RFC 9207).
    assert_eq!(received.keys().map(String::as_str).collect::<Vec<_>>(), ["response"], "{received:?}");
    let token = &received["response"];
    let set: JwkSet = serde_json::from_value(json!({ "keys": keys(&session.http).await })).unwrap();
    let key = set.find(Jwt::read(token).text("kid")).expect("the key of the response");
    let algorithm = Algorithm::try_from(key.common.key_algorithm.unwrap()).unwrap();
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[session.world.stack.issuer()]);
    validation.set_audience(&[&client.id]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    let claims =
        decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation).expect("a good response").claims;
    let now = server_time(session).await;
    assert!(claims["exp"].as_u64().unwrap() - now <= 600, "{claims}");
    // C101: no clock of a client can find it issued in the future.
    assert!(claims["iat"].as_u64().is_some_and(|at| at <= now), "{claims}");
    if claims.get("error").is_some() {
        assert_plain(claims["error_description"].as_str().expect("a description"));
    }
    (algorithm, claims)
}

fn app(world: &World, name: &str, more: &[&str]) -> RegisteredClient {
    let usual = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS, "--trusted"];
    world.stack.cli().create_client(name, &[&usual[..], more].concat())
}

#[tokio::test]
async fn c198_each_mode_brings_the_whole_response_and_errors_in_a_signed_jwt() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let usual = app(world, "Gets signed responses", &[]);
    let es256 = app(world, "Gets ES256 responses", &["--response-alg", "ES256"]);
    for (client, expected) in [(&usual, Algorithm::RS256), (&es256, Algorithm::ES256)] {
        for mode in MODES {
            let _case = Case::new(format!("{mode}, {expected:?}"));
            let pkce = Pkce::new();
            let more = [("response_mode", mode), ("state", "s&é")];
            let landing = session.browser.go(&authorization_url(&client.id, CALLBACK, &pkce, &more)).await;
            let (algorithm, claims) = read(&session, client, &landing, mode).await;
            assert_eq!((algorithm, claims["state"].as_str()), (expected, Some("s&é")));
            let code = Code { code: claims["code"].as_str().unwrap().to_owned(), verifier: pkce.verifier };
            assert_granted(&session.redeem(client, &code).await);
            let more = [("response_mode", mode), ("state", "s"), ("scope", "admin")];
            let landing = session.browser.go(&authorization_url(&client.id, CALLBACK, &Pkce::new(), &more)).await;
            let (_, claims) = read(&session, client, &landing, mode).await;
            assert_eq!((claims["error"].as_str(), claims["state"].as_str()), (Some("invalid_scope"), Some("s")));
            assert!(claims.get("code").is_none() && claims["error_description"].is_string(), "{claims}");
        }
    }
}

#[tokio::test]
async fn c198_a_response_that_cannot_be_signed_is_a_page_and_no_plain_response() {
    // Of this stack there is an RS256 key only.
    let stack = Stack::start();
    let usual = ["--grant", "authorization_code", "--redirect-uri", CALLBACK];
    let client = stack.cli().create_client("Has no key here", &usual);
    let environment = stack.env_file();
    let update = json!({
        "TableName": environment.get("JETON_TABLE_REGISTRY"),
        "Key": { "id": { "S": format!("client#{}", client.id) } },
        "ConditionExpression": "attribute_exists(id)",
        "UpdateExpression": "SET response_algorithm = :algorithm",
        "ExpressionAttributeValues": { ":algorithm": { "S": "ES256" } },
    });
    drop(dynamo_call(&environment.get("AWS_ENDPOINT_URL_DYNAMODB"), "UpdateItem", &update).await);
    for mode in MODES {
        for more in [("scope", "admin"), ("prompt", "none")] {
            let _case = Case::new(format!("{mode}, {more:?}"));
            let asked = [("response_mode", mode), ("state", "s"), more];
            let reply = stack.http().get(&authorization_url(&client.id, CALLBACK, &Pkce::new(), &asked)).send().await;
            assert_eq!((reply.status, reply.location()), (503, None), "{reply:?}");
            assert!(!reply.text().contains("app.example"), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn c198_a_pushed_request_gets_a_signed_response() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let client = app(world, "Pushes and gets signed responses", &[]);
    let target = pushed(&session, &client, &Pkce::new(), &[("response_mode", "jwt")]).await;
    let landing = session.browser.go(&target).await;
    let (_, claims) = read(&session, &client, &landing, "jwt").await;
    assert!(claims["code"].is_string(), "{claims}");
}

#[tokio::test]
async fn c198_a_token_is_never_put_into_a_query_signed_or_not() {
    let world = World::with("JETON_ALLOW_IMPLICIT_GRANT", "true");
    let more = ["--auth-method", "none", "--grant", "implicit", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = world.stack.cli().create_client("Gets signed tokens", &more);
    let mut session = signed_in(&world).await;
    let token = |mode: &str| authorization_url(&client.id, CALLBACK, &Pkce::new(), &[("response_mode", mode)]);
    let token = |mode: &str| token(mode).replace("response_type=code", "response_type=token");
    let landing = session.browser.go(&token("query.jwt")).await;
    let location = landing.reply.location().expect("a redirect");
    assert_eq!(location.query(), None, "{location}");
    assert!(location.fragment().is_some_and(|text| text.contains("error=invalid_request")), "{location}");
    let landing = session.browser.go(&token("jwt")).await;
    let answer = if landing.reply.location().is_some() {
        landing
    } else {
        session.browser.submit(&landing, &landing.form(), &[("decision", "allow")]).await
    };
    let claims = read(&session, &client, &answer, "fragment.jwt").await.1;
    assert!(claims["access_token"].is_string(), "{claims}");
}

#[tokio::test]
async fn c198_the_metadata_list_the_modes_and_the_algorithms() {
    let world = World::shared();
    let mut session = world.session();
    for path in DOCUMENTS {
        let document = document(&session.http, path).await;
        let modes = strings(&document["response_modes_supported"]);
        assert!(MODES.into_iter().all(|mode| modes.contains(mode)), "{modes:?}");
        let algorithms = strings(&document["authorization_signing_alg_values_supported"]);
        assert!(algorithms.contains("RS256") && !algorithms.contains("none"), "{algorithms:?}");
    }
    drop(session.code(&world.web).await);
    let landing = session
        .browser
        .go(&authorization_url(&world.web.id, CALLBACK, &Pkce::new(), &[("response_mode", "JWT")]))
        .await;
    assert_eq!(answered(&landing).error.as_deref(), Some("invalid_request"));
}
