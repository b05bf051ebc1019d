//! Signing keys: their strength, their names, their publication and their rotation.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Jwt, Pkce, Stack, authorization_url};
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::support::exchanges::ID_TOKEN;
use crate::support::pages::answered;
use crate::support::published::{keys, verify};
use crate::support::relying_party::{app, person};
use crate::support::session::{self, assert_granted, assert_refused};
use crate::support::stored::Stored;
use crate::support::world::{ALGORITHMS, CALLBACK, ORDERS, VAULT, World};

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

#[tokio::test]
async fn c093_c115_a_token_of_each_algorithm_is_verified_with_the_published_keys() {
    let session = session::shared();
    let world = session.world;
    let set: JwkSet = serde_json::from_value(json!({"keys": keys(&session.http).await})).expect("a JWK set");
    for (algorithm, api) in ALGORITHMS {
        let reply = session.machine(&world.service, &[("resource", api)]).await;
        assert_granted(&reply);
        let token = reply.string("access_token");
        assert_eq!(Jwt::read(&token).text("alg"), algorithm);
        let claims = verify(&set, &token, world.stack.issuer(), api).expect(algorithm);
        assert_eq!(claims["sub"], *world.service.id);
        // The verifier works: it refuses what it should.
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
        let touched = format!("{signed}.{flipped}{}", &signature[1..]);
        assert!(verify(&set, &touched, world.stack.issuer(), api).is_err(), "{algorithm}");
        assert!(verify(&set, &token, world.stack.issuer(), "https://other.example").is_err(), "{algorithm}");
    }
}

#[tokio::test]
async fn c094_rsa_keys_have_2048_bits_at_least() {
    use base64::Engine;
    for key in keys(&World::shared().stack.http()).await {
        if let Some(modulus) = key["n"].as_str() {
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(modulus).expect("base64url");
            assert!(bytes.len() >= 256 && bytes[0] >= 0x80, "{} bytes", bytes.len());
        }
    }
}

#[tokio::test]
async fn c095_every_key_has_a_name_and_one_algorithm_and_no_private_part() {
    let keys = keys(&World::shared().stack.http()).await;
    let mut names = BTreeSet::new();
    for key in &keys {
        let name = key["kid"].as_str().unwrap_or_default();
        assert!(!name.is_empty() && names.insert(name), "{key}");
        assert_eq!(key["use"], "sig");
        assert!(ALGORITHMS.iter().any(|(algorithm, _)| key["alg"] == *algorithm), "{key}");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(key.get(private).is_none(), "{private}");
        }
    }
    for (algorithm, _) in ALGORITHMS {
        assert!(keys.iter().any(|key| key["alg"] == algorithm), "no key for {algorithm}");
    }
}

#[tokio::test]
async fn c102_a_new_key_is_published_and_what_the_old_one_signed_stays_good() {
    let world = World::on(Stack::start());
    let session = world.session();
    let ask = async || session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    let names = async || {
        let set = session.http.get("/.well-known/jwks.json").send().await.json();
        let keys = set["keys"].as_array().expect("keys").iter().filter(|key| key["alg"] == "RS256");
        keys.map(|key| key["kid"].as_str().expect("kid").to_owned()).collect::<Vec<_>>()
    };
    let before = names().await;
    let old = ask().await;
    world.stack.cli().run(&["keys", "rotate", "--alg", "RS256"]);
    let after = names().await;
    assert_eq!(after.len(), before.len() + 1, "{after:?}");
    assert!(before.iter().all(|name| after.contains(name)), "{after:?}");
    // Verifiers with a cached copy of the old set would not know the new key yet.
    assert_eq!(Jwt::read(&ask().await).text("kid"), Jwt::read(&old).text("kid"));
    world.stack.cli().run(&["keys", "rotate", "--alg", "RS256", "--now"]);
    let new = ask().await;
    for token in [&old, &new] {
        assert!(names().await.contains(&Jwt::read(token).text("kid").to_owned()));
        assert!(session.is_active(token).await);
    }
}

#[tokio::test]
async fn c094_every_published_curve_and_modulus_is_strong_enough() {
    for key in keys(&World::shared().stack.http()).await {
        let algorithm = key["alg"].as_str().expect("alg");
        match algorithm {
            "ES256" => assert_eq!((&key["kty"], &key["crv"]), (&json!("EC"), &json!("P-256"))),
            "EdDSA" => assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519"))),
            "RS256" | "PS256" => {
                assert_eq!((&key["kty"], &key["e"]), (&json!("RSA"), &json!("AQAB")));
                let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().expect("n")).expect("base64url");
                assert!(modulus.len() >= 256 && modulus[0] >= 0x80, "{} bytes", modulus.len());
            }
            other => panic!("an algorithm that is not on the list: {other}"),
        }
    }
}

/// The states of the signing keys, or of the masters with `--handles`, by their names.
fn states(stack: &Stack, more: &[&str]) -> Vec<(String, String)> {
    let listed = stack.cli().run(&[&["keys", "list"][..], more].concat());
    let text = |key: &Value, name: &str| key[name].as_str().expect("a text").to_owned();
    listed.as_array().expect("keys").iter().map(|key| (text(key, "kid"), text(key, "state"))).collect()
}

/// Runs a command that fails, and returns what it says.
fn refused(stack: &Stack, args: &[&str]) -> String {
    let finished = stack.cli().finish(args, "");
    assert!(!finished.status.success(), "{args:?}: {}", finished.stdout);
    finished.stderr
}

/// Retires a key that signs: first tries what must be refused, and what changes nothing.
fn retire(world: &World, kid: &str) {
    let cli = world.stack.cli();
    let planned = cli.run(&["keys", "retire", kid, "--dry-run"]);
    assert_eq!((&planned["dry_run"], planned["created"].as_array().map(Vec::len)), (&json!(true), Some(1)));
    assert!(states(&world.stack, &[]).contains(&(kid.to_owned(), "active".to_owned())), "nothing was changed");
    let without_leave = refused(&world.stack, &["keys", "retire", kid]);
    assert!(without_leave.contains("--yes"), "{without_leave}");
    assert!(refused(&world.stack, &["keys", "retire", "no-such-key", "--yes"]).contains("keys list"));
    let told = cli.run(&["keys", "retire", kid, "--yes"]);
    assert_eq!((&told["state"], &told["created"][0]["state"]), (&json!("withdrawn"), &json!("active")));
}

#[tokio::test]
async fn c151_a_retired_key_is_dead_at_once_also_after_a_restore_and_another_one_signs() {
    let stored = Stored::start();
    let world = &stored.world;
    let (mut session, app) = (person(world, "c151").0, app(world, "C151", &[]));
    let signed_in = session.signed_in("c151", &app, &[("scope", "openid read")]).await;
    let (of_person, hint) = (signed_in.string("access_token"), signed_in.string("id_token"));
    let of_service = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    let (other, api) = ALGORITHMS.into_iter().find(|(algorithm, _)| *algorithm == "ES256").expect("another algorithm");
    let of_other = session.machine(&world.service, &[("resource", api)]).await.string("access_token");
    assert_eq!(Jwt::read(&of_other).text("alg"), other);
    let kid = Jwt::read(&of_service).text("kid").to_owned();
    assert_eq!(Jwt::read(&hint).text("kid"), kid, "one key signs all of RS256");
    for token in [&of_person, &of_service] {
        assert!(session.is_active(token).await);
    }
    let backup = stored.items("JETON_TABLE_KEYS").await;
    retire(world, &kid);

    // The functions have cached the keys a moment ago.
    for token in [&of_person, &of_service] {
        assert!(!session.is_active(token).await, "{token}");
    }
    let claims = session.http.get("/userinfo").header("authorization", format!("Bearer {of_person}")).send().await;
    assert_eq!(claims.status, 401, "{claims:?}");
    let page = session.browser.go(&format!("/logout?id_token_hint={hint}")).await;
    assert!(page.reply.text().contains("Sign out?"), "it proves nothing: {:?}", page.reply);
    let published = keys(&session.http).await;
    assert!(published.iter().all(|key| key["kid"] != *kid), "{published:?}");
    // What was not signed with it stays good.
    let cli = world.stack.cli();
    let checks = cli.create_client("Checks tokens of c151", &["--introspects", api]);
    assert_eq!(session.introspect(&checks, &of_other).await["active"], true);
    assert_eq!(cli.run(&["keys", "retire", &kid, "--yes"])["created"], json!([]), "it may be repeated");

    // A backup from before brings the key back into the table, and nothing signed with it becomes good.
    stored.put("JETON_TABLE_KEYS", &backup).await;
    assert!(states(&world.stack, &[]).contains(&(kid.clone(), "withdrawn".to_owned())));
    for token in [&of_person, &of_service] {
        assert!(!session.is_active(token).await, "{token}");
    }
    assert!(keys(&session.http).await.iter().all(|key| key["kid"] != *kid));
    cli.run(&["keys", "rotate", "--alg", "RS256"]);
    assert!(states(&world.stack, &[]).iter().all(|(known, _)| *known != kid), "a rotation deletes it");
}

#[tokio::test]
async fn c151_an_id_token_of_a_retired_key_gives_no_assertion_and_is_no_hint_from_then_on() {
    let (world, audience) = (World::on(Stack::start()), "https://as.other.example");
    let target = format!("{audience}=there");
    let app = app(&world, "C151 agent", &["--grant", "token-exchange", "--id-jag", &target]);
    let (mut session, scope) = (person(&world, "agent").0, ("scope", "openid read"));
    let identity = session.signed_in("agent", &app, &[scope]).await.string("id_token");
    let silent = [scope, ("prompt", "none"), ("id_token_hint", &*identity)];
    let silent = authorization_url(&app.id, CALLBACK, &Pkce::new(), &silent);
    // Both functions have cached the key.
    let ask = || session.assertion_of(&app, (ID_TOKEN, &identity)).field("audience", audience);
    assert_eq!(ask().send().await.status, 200);
    answered(&session.browser.clone().go(&silent).await).assert_granted();
    retire(&world, Jwt::read(&identity).text("kid"));

    assert_refused(&ask().send().await, "invalid_request");
    let refused = answered(&session.browser.clone().go(&silent).await);
    assert_eq!((refused.error.as_deref(), refused.code), (Some("login_required"), None));
    // The person is still signed in: without the hint there is a code.
    let unhinted = authorization_url(&app.id, CALLBACK, &Pkce::new(), &[scope, ("prompt", "none")]);
    answered(&session.browser.go(&unhinted).await).assert_granted();
}

#[tokio::test]
async fn c151_the_key_set_may_be_kept_for_so_short_that_a_retired_key_is_out_of_it_within_a_minute() {
    let reply = World::shared().stack.http().get("/.well-known/jwks.json").send().await;
    let kept = reply.header("cache-control").and_then(|header| header.strip_prefix("public, max-age="));
    let kept: u64 = kept.expect("max-age").parse().expect("seconds");
    // Where the table cannot be read, the keys that are served are half a minute old at most.
    assert!((1..=60 - 30).contains(&kept), "{reply:?}");
}

#[tokio::test]
async fn c152_what_a_former_master_made_is_good_until_it_is_retired() {
    let world = World::on(Stack::start());
    let (mut session, app) = (person(&world, "c152").0, app(&world, "C152", &[]));
    let scope = [("scope", "openid offline_access read")];
    let before = session.signed_in("c152", &app, &scope).await;
    assert_eq!(states(&world.stack, &["--handles"]), [("handles".to_owned(), "active".to_owned())]);
    let cli = world.stack.cli();
    let planned = cli.run(&["keys", "rotate", "--handles", "--dry-run"]);
    assert_eq!(planned["created"][0]["use"], "handles");
    assert_eq!(states(&world.stack, &["--handles"]).len(), 1, "nothing was changed");
    let made = cli.run(&["keys", "rotate", "--handles"]);
    assert_eq!(made["created"][0]["state"], "pending", "functions learn of it before it makes handles");
    let kid = made["created"][0]["kid"].as_str().expect("kid").to_owned();
    let kept = session.refresh(&app, &before.string("refresh_token")).await;
    assert_granted(&kept);
    let opaque = session.machine(&world.opaque_service, &[("resource", VAULT)]).await.string("access_token");
    assert!(session.is_active(&opaque).await);
    // The master that makes handles leaked: the other one takes its place, and no client gets another secret.
    let told = cli.run(&["keys", "retire", "handles", "--yes"]);
    assert_eq!(told["created"][0]["state"], "active", "{told}");
    assert!(!session.is_active(&opaque).await, "the functions have cached the keys a moment ago");
    let names = states(&world.stack, &["--handles"]);
    assert!(names.contains(&("handles".to_owned(), "withdrawn".to_owned())), "{names:?}");
    assert!(names.contains(&(kid, "pending".to_owned())), "{names:?}");
    assert_granted(&session.machine(&world.service, &[("resource", ORDERS)]).await);
}
