//! The modules about DPoP, with a client of the profile.

use std::sync::LazyLock;

use harness::{Pkce, Reply};
use serde_json::{Value, json};

use crate::fapi::fixture::Bank;
use crate::support::case::Case;
use crate::support::proofs::{
    Prover, assert_bound, assert_challenged, claims, proven, userinfo, userinfo_claims, with,
};
use crate::support::pushed::{assert_pushed, at, request};
use crate::support::session::{self, Code, Session, assert_refused};
use crate::support::signed_assertions::{self, now};
use crate::support::world::{CALLBACK, World};

/// Signs Ana in and returns a token that opens the UserInfo endpoint.
async fn token(session: &mut Session<'_>, name: &str, key: &Prover) -> String {
    let bank = Bank::register(session.world, name, &[]);
    assert_bound(&bank.granted(session, key, &[("scope", "openid")]).await)
}

#[tokio::test]
async fn o51_o52_a_token_is_bound_and_no_bearer_token_and_needs_a_proof_to_be_issued() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let bank = Bank::register(world, "Is bound", &[]);
    let code = bank.code(&mut session, &[("scope", "openid read")]).await;
    // The modules of the refresh token and of the holder of the key have this error in common.
    assert_refused(&bank.redeeming(&session, &code).send().await, "invalid_request");
    let es384 = bank.redeem(&session, &code, &Prover::of(jsonwebtoken::Algorithm::ES384)).await;
    assert_refused(&es384, "invalid_dpop_proof");
    assert!(es384.string("error_description").contains("FAPI 2.0"), "{es384:?}");
    let token = assert_bound(&bank.redeem(&session, &code, &key).await);
    let told = session.introspect(&world.gateway, &token).await;
    assert_eq!((&told["cnf"]["jkt"], &told["token_type"]), (&json!(key.thumbprint()), &json!("DPoP")), "{told}");
    let bearer = session.http.get("/userinfo").header("authorization", format!("Bearer {token}"));
    assert_challenged(&bearer.clone().send().await, "invalid_token");
    assert_challenged(&bearer.header("dpop", key.for_userinfo(world, &token)).send().await, "invalid_token");
}

#[tokio::test]
async fn c183_c201_a_proof_that_the_profile_refuses_is_not_used_up_at_the_resource() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let token = token(&mut session, "Is early at the resource", &key).await;
    let early = key.proof(&with(&userinfo_claims(world, &token), "iat", json!(now() + 200)));
    for _ in 0..2 {
        let refused = userinfo(world, &token, &early).await;
        assert_challenged(&refused, "invalid_dpop_proof");
        assert!(refused.header("www-authenticate").is_some_and(|why| why.contains("FAPI 2.0")), "{refused:?}");
    }
}

/// Proofs that the resource refuses, each with its name.
fn bad(world: &World, key: &Prover, token: &str) -> Vec<(&'static str, String)> {
    let (good, head) = (userinfo_claims(world, token), key.head());
    let rs256 = Prover::of(jsonwebtoken::Algorithm::PS256);
    let claimed = |(name, value): (&'static str, Value)| (name, key.proof(&with(&good, name, value)));
    let headed = |(name, value): (&'static str, Value)| (name, key.sign(&with(&head, name, value), &good));
    let claims = [
        ("htm", Value::Null),
        ("htm", json!("POST")),
        ("htu", Value::Null),
        ("htu", json!(format!("{}/token", world.stack.issuer()))),
        ("iat", Value::Null),
        ("iat", json!(now() - 3600)),
        ("iat", json!(now() + 3600)),
        ("jti", Value::Null),
        ("ath", Value::Null),
        ("ath", json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo")),
    ];
    let private = with(&key.jwk(), "d", json!("AAAA"));
    let heads = [
        ("typ", Value::Null),
        ("typ", json!("JWT")),
        ("alg", Value::Null),
        ("alg", json!("none")),
        ("jwk", Value::Null),
        ("jwk", private),
        ("jwk", Prover::new().jwk()),
    ];
    let others = [
        ("no JWT", "x".to_owned()),
        ("RS256", rs256.sign(&with(&rs256.head(), "alg", json!("RS256")), &good)),
        ("another key", Prover::new().proof(&good)),
        ("broken", format!("{}A", key.proof(&good))),
    ];
    claims.into_iter().map(claimed).chain(heads.into_iter().map(headed)).chain(others).collect()
}

#[tokio::test]
async fn o53_every_bad_proof_is_refused_at_the_resource() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let token = token(&mut session, "Proves badly", &key).await;
    for (name, proof) in bad(world, &key, &token) {
        let _case = Case::new(name);
        let reply = userinfo(world, &token, &proof).await;
        assert_eq!(reply.status, 401, "{reply:?}");
    }
    let ask = || session.http.get("/userinfo").header("authorization", format!("DPoP {token}"));
    assert_challenged(&ask().send().await, "invalid_dpop_proof");
    let proof = || key.for_userinfo(world, &token);
    assert_challenged(&ask().header("dpop", proof()).header("dpop", proof()).send().await, "invalid_dpop_proof");
    assert_eq!(userinfo(world, &token, &proof()).await.status, 200);
}

#[tokio::test]
async fn o54_o55_a_proof_is_good_once_with_any_spelling_of_its_target_and_a_clock_that_is_nearly_right() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let token = token(&mut session, "Proves well", &key).await;
    let good = || userinfo_claims(world, &token);
    let once = key.proof(&good());
    assert_eq!(userinfo(world, &token, &once).await.status, 200);
    assert_challenged(&userinfo(world, &token, &once).await, "invalid_dpop_proof");
    let target = format!("{}/userinfo", world.stack.issuer());
    for (name, value) in [
        ("htu", json!(format!("{target}?a=b#c"))),
        ("htu", json!(target.replace("http://", "HTTP://"))),
        ("exp", json!(now() - 100)),
        ("nbf", json!(now() + 100)),
        ("other", json!({ "a": [1] })),
        ("iat", json!(now() - 10)),
        ("iat", json!(now() + 10)),
    ] {
        let _case = Case::new(format!("{name}: {value}"));
        let reply = userinfo(world, &token, &key.proof(&with(&good(), name, value))).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    for header in ["dpop", "DPoP", "DPOP"] {
        let ask = session.http.get("/userinfo").header("authorization", format!("DPoP {token}"));
        assert_eq!(ask.header(header, key.for_userinfo(world, &token)).send().await.status, 200);
    }
}

#[tokio::test]
async fn o56_a_pushed_request_binds_its_code_by_dpop_jkt_or_by_its_proof() {
    let mut session = session::shared();
    let (world, key, other) = (session.world, Prover::new(), Prover::new());
    let (bank, thumbprint) = (Bank::register(world, "Binds its code", &[]), key.thumbprint());
    for (named, is_proven) in [(&*thumbprint, false), ("", true), (&*thumbprint, true)] {
        let pkce = Pkce::new();
        let push = bank.pushing(&session, &pkce, &[("dpop_jkt", named)]);
        let push = if is_proven { push.header("dpop", key.proof(&claims(world, "/par"))) } else { push };
        let target = at(&bank.client.id, &assert_pushed(&push.send().await));
        let ana = &world.ana;
        let callback = session.browser.sign_in_and_consent(&target, &ana.username, &ana.password).await;
        let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
        assert_refused(&bank.redeem(&session, &code, &other).await, "invalid_grant");
        assert_bound(&bank.redeem(&session, &code, &key).await);
    }
    let push = bank.pushing(&session, &Pkce::new(), &[("dpop_jkt", &*other.thumbprint())]);
    let reply = push.header("dpop", key.proof(&claims(world, "/par"))).send().await;
    assert_refused(&reply, "invalid_dpop_proof");
}

/// C201: FAPI 2.0 Security Profile §5.3.2.1 refuses what is made more than a minute ahead, and says that of proofs too.
#[tokio::test]
async fn o55_c201_a_proof_of_the_profile_is_not_made_minutes_ahead() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let bank = Bank::register(world, "Has a fast clock", &[]);
    let made = |claims: Value, ahead: u64| key.proof(&with(&claims, "iat", json!(now() + ahead)));
    let push = || bank.pushing(&session, &Pkce::new(), &[]);
    assert_pushed(&push().header("dpop", made(claims(world, "/par"), 30)).send().await);
    assert_refused(&push().header("dpop", made(claims(world, "/par"), 120)).send().await, "invalid_dpop_proof");
    let code = bank.code(&mut session, &[("scope", "openid")]).await;
    let redeem = |ahead| bank.redeeming(&session, &code).header("dpop", made(claims(world, "/token"), ahead)).send();
    let refused = redeem(120).await;
    assert_refused(&refused, "invalid_dpop_proof");
    assert!(refused.string("error_description").contains("FAPI 2.0"), "{refused:?}");
    let token = assert_bound(&redeem(30).await);
    let early = made(userinfo_claims(world, &token), 120);
    assert_challenged(&userinfo(world, &token, &early).await, "invalid_dpop_proof");
    assert_eq!(userinfo(world, &token, &made(userinfo_claims(world, &token), 30)).await.status, 200);
}

static NONCES: LazyLock<World> = LazyLock::new(|| World::with("JETON_DPOP_NONCE", "required"));

fn nonce(reply: &Reply) -> Value {
    json!(reply.header("dpop-nonce").unwrap_or_else(|| panic!("no nonce: {reply:?}")))
}

#[tokio::test]
async fn o57_a_client_of_the_profile_follows_the_nonce_at_the_second_try() {
    let (world, key) = (&*NONCES, Prover::new());
    let mut session = world.session();
    let bank = Bank::register(world, "Follows nonces", &[]);
    let code = bank.code(&mut session, &[("scope", "openid")]).await;
    let refused = proven(bank.redeeming(&session, &code), world, &key).send().await;
    assert_refused(&refused, "use_dpop_nonce");
    let again = key.proof(&with(&claims(world, "/token"), "nonce", nonce(&refused)));
    let reply = bank.redeeming(&session, &code).header("dpop", again).send().await;
    let token = assert_bound(&reply);
    let refused = userinfo(world, &token, &key.for_userinfo(world, &token)).await;
    assert_challenged(&refused, "use_dpop_nonce");
    let again = key.proof(&with(&userinfo_claims(world, &token), "nonce", nonce(&refused)));
    assert_eq!(userinfo(world, &token, &again).await.status, 200);
}

/// The suite, and whoever signs no second assertion, repeats the same request with another proof.
#[tokio::test]
async fn o57_c183_the_second_try_may_have_the_assertion_of_the_first_and_no_third_has() {
    let (world, key) = (&*NONCES, Prover::new());
    let mut session = world.session();
    let bank = Bank::register(world, "Repeats its assertion", &[]);
    let code = bank.code(&mut session, &[]).await;
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    let redemption = session.http.post("/token").field("grant_type", "authorization_code").fields(&fields);
    let push = request(&session, &Pkce::new(), &[]);
    for (ask, path, status) in [(push, "/par", 201), (redemption, "/token", 200)] {
        let _case = Case::new(path);
        let assertion = bank.signer.assertion(&signed_assertions::claims(world, &bank.client.id));
        let ask = ask.fields(&assertion.fields());
        let refused = ask.clone().header("dpop", key.proof(&claims(world, path))).send().await;
        assert_refused(&refused, "use_dpop_nonce");
        let again = || key.proof(&with(&claims(world, path), "nonce", nonce(&refused)));
        let reply = ask.clone().header("dpop", again()).send().await;
        assert_eq!(reply.status, status, "{reply:?}");
        assert_refused(&ask.header("dpop", again()).send().await, "invalid_client");
    }
}
