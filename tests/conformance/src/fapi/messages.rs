//! The modules of FAPI 2.0 Message Signing: signed requests and signed responses.

use harness::{Jwt, Pkce};
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::fapi::fixture::{Bank, pushing_object};
use crate::support::case::Case;
use crate::support::forged::part;
use crate::support::proofs::{Prover, assert_bound};
use crate::support::published::keys;
use crate::support::pushed::{assert_pushed, at};
use crate::support::session::{self, Code, Session, assert_refused};
use crate::support::signed_assertions::{Signer, now};
use crate::support::world::World;

/// Objects that are refused, each with its name.
fn bad(world: &World, bank: &Bank) -> Vec<(String, String)> {
    let good = bank.object(world, &Pkce::new());
    let rows = [
        ("aud", json!("https://other.example")),
        ("aud", Value::Null),
        ("iss", json!("other")),
        ("exp", Value::Null),
        ("nbf", Value::Null),
        ("exp", json!(now() - 60)),
        ("exp", json!(now() + 3700)),
        ("nbf", json!(now() - 3700)),
        ("nbf", json!(now() + 60)),
        ("iat", json!(now() + 60)),
    ];
    let changed = |(name, value): (&str, Value)| {
        let mut object = good.clone();
        object[name] = value.clone();
        if value.is_null() {
            object.as_object_mut().expect("claims").remove(name);
        }
        (format!("{name}: {value}"), bank.sign(&object))
    };
    let mut bad: Vec<_> = rows.into_iter().map(changed).collect();
    let none = format!("{}.{}.", part(json!({ "alg": "none" }).to_string()), part(good.to_string()));
    bad.push(("none".to_owned(), none));
    let unnamed = json!({ "alg": bank.signer.algorithm, "typ": "JWT", "kid": "bank" });
    bad.push(("typ JWT".to_owned(), bank.signer.assertion_with(&unnamed, &good).0));
    for algorithm in [Algorithm::ES256, Algorithm::RS256] {
        let header = json!({ "alg": algorithm, "kid": "bank" });
        bad.push((
            format!("another key, {algorithm:?}"),
            Signer::new(algorithm, "bank").assertion_with(&header, &good).0,
        ));
    }
    bad.push(("broken".to_owned(), format!("{}A", bank.sign(&good))));
    bad
}

#[tokio::test]
async fn o62_c196_c201_only_a_signed_and_fresh_object_is_pushed() {
    let mut session = session::shared();
    let world = session.world;
    for algorithm in [Algorithm::ES256, Algorithm::PS256, Algorithm::EdDSA] {
        let more = ["--profile", "fapi2-signed"];
        let bank = Bank::signing_with(world, &format!("Signs requests {algorithm:?}"), algorithm, &more);
        let pkce = Pkce::new();
        let mut object = bank.object(world, &pkce);
        object["aud"] = json!([world.stack.issuer(), "https://other.example"]);
        object["nbf"] = json!(now() + 8);
        object["iat"] = json!(now() + 8);
        let pushed = pushing_object(&bank, &session, &bank.sign(&object)).send().await;
        let ana = &world.ana;
        let target = at(&bank.client.id, &assert_pushed(&pushed));
        let callback = session.browser.sign_in_and_consent(&target, &ana.username, &ana.password).await;
        assert_eq!(callback.state.as_deref(), Some("signed"));
        let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
        assert_bound(&bank.redeem(&session, &code, &Prover::new()).await);
    }
    let bank = Bank::signed(world, "Signs requests badly", &[]);
    for (name, object) in bad(world, &bank) {
        let _case = Case::new(name);
        let reply = pushing_object(&bank, &session, &object).send().await;
        assert_refused(&reply, "invalid_request_object");
    }
    // There is no object that could be an invalid one: the suite takes no other error than this.
    assert_refused(&bank.push(&session, &Pkce::new(), &[]).await, "invalid_request");
}

#[tokio::test]
async fn o62_c201_rs256_signs_no_object_of_the_profile() {
    let session = session::shared();
    let world = session.world;
    // The key of the client may sign RS256, but not for a client of the profile.
    let bank = Bank::signing_with(world, "Signs with RSA", Algorithm::PS256, &["--profile", "fapi2-signed"]);
    let object = bank.object(world, &Pkce::new());
    assert_pushed(&pushing_object(&bank, &session, &bank.sign(&object)).send().await);
    let Bank { client, signer } = bank;
    let rs256 = signer.with(Algorithm::RS256);
    let header = json!({ "alg": "RS256", "kid": "bank" });
    let object = rs256.assertion_with(&header, &object).0;
    let bank = Bank { client, signer: rs256.with(Algorithm::PS256) };
    let reply = pushing_object(&bank, &session, &object).send().await;
    assert_refused(&reply, "invalid_request_object");
    assert!(reply.string("error_description").contains("FAPI 2.0"), "{reply:?}");
}

/// Verifies a signed response, and returns its header and its claims.
async fn read(session: &Session<'_>, bank: &Bank, location: &url::Url) -> (Value, Value) {
    let parameters: Vec<(String, String)> = location.query_pairs().into_owned().collect();
    let [(name, response)] = &parameters[..] else { panic!("one parameter: {location}") };
    assert_eq!(name, "response", "{location}");
    let set: JwkSet = serde_json::from_value(json!({ "keys": keys(&session.http).await })).expect("a key set");
    let key = set.find(Jwt::read(response).text("kid")).expect("the key of the response");
    let algorithm = key.common.key_algorithm.expect("an algorithm");
    let mut validation = jsonwebtoken::Validation::new(Algorithm::try_from(algorithm).expect("a signature"));
    validation.set_issuer(&[session.world.stack.issuer()]);
    validation.set_audience(&[&bank.client.id]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    let key = jsonwebtoken::DecodingKey::from_jwk(key).expect("a key");
    let claims = jsonwebtoken::decode::<Value>(response, &key, &validation).expect("a good response").claims;
    (json!(Jwt::read(response).header), claims)
}

/// Opens a request, signs Ana in where asked to, decides, and returns where the browser is sent.
async fn answered_with(session: &mut Session<'_>, target: &str, decision: &str) -> url::Url {
    let ana = &session.world.ana;
    let mut landing = session.browser.go(target).await;
    for _ in 0..3 {
        if landing.reply.location().is_some() {
            break;
        }
        let form = landing.form();
        let filled = if form.input("password").is_some() {
            vec![("username", &*ana.username), ("password", &*ana.password)]
        } else {
            vec![("decision", decision)]
        };
        landing = session.browser.submit(&landing, &form, &filled).await;
    }
    landing.reply.location().expect("a redirect")
}

#[tokio::test]
async fn o63_c198_a_response_is_signed_when_the_request_asks_for_it_and_errors_too() {
    let mut session = session::shared();
    let world = session.world;
    for (more, expected) in [(&[][..], "ES256"), (&["--response-alg", "PS256"], "PS256")] {
        let bank = Bank::signed(world, &format!("Gets signed responses {expected}"), more);
        let pkce = Pkce::new();
        let mut object = bank.object(world, &pkce);
        object["response_mode"] = json!("jwt");
        let push = |object: &Value| pushing_object(&bank, &session, &bank.sign(object)).send();
        let mut asking = object.clone();
        asking["prompt"] = json!("consent");
        let (allowed, denied) = (push(&object).await, push(&asking).await);
        let mut silent = object.clone();
        silent["prompt"] = json!("none");
        silent["max_age"] = json!("0");
        let silent = push(&silent).await;
        for (pushed, outcome) in [(allowed, "code"), (denied, "access_denied"), (silent, "login_required")] {
            let target = at(&bank.client.id, &assert_pushed(&pushed));
            let location = answered_with(&mut session, &target, if outcome == "code" { "allow" } else { "deny" }).await;
            let (header, claims) = read(&session, &bank, &location).await;
            assert_eq!((&header["alg"], &claims["state"]), (&json!(expected), &json!("signed")), "{claims}");
            assert!(claims["exp"].as_u64().is_some_and(|exp| exp <= now() + 600), "{claims}");
            if outcome == "code" {
                let code =
                    Code { code: claims["code"].as_str().expect("a code").to_owned(), verifier: pkce.verifier.clone() };
                assert_bound(&bank.redeem(&session, &code, &Prover::new()).await);
                // The next sign-in is asked for consent again.
                session.browser = world.stack.browser();
            } else {
                assert_eq!(claims["error"], outcome, "{claims}");
            }
        }
    }
}

#[tokio::test]
async fn o63_c201_plain_or_signed_is_the_choice_of_the_request() {
    let mut session = session::shared();
    let world = session.world;
    let bank = Bank::signed(world, "Gets plain responses", &[]);
    let object = bank.sign(&bank.object(world, &Pkce::new()));
    let target = at(&bank.client.id, &assert_pushed(&pushing_object(&bank, &session, &object).send().await));
    let callback = session.browser.sign_in_and_consent(&target, &world.ana.username, &world.ana.password).await;
    callback.assert_granted();
    assert_eq!(callback.iss.as_deref(), Some(world.stack.issuer()));
}
