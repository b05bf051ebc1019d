//! Bound tokens at a resource, the UserInfo endpoint.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::support::counted::Counted;
use crate::support::proofs::{
    Prover, assert_bound, assert_challenged, claims, proven, userinfo, userinfo_claims, with,
};
use crate::support::session::{self, Session};
use crate::support::signed_assertions::now;
use crate::support::world::{CALLBACK, World};

/// Signs Ana in and returns a token with `openid`, bound to the key if there is one.
async fn token(session: &mut Session<'_>, key: Option<&Prover>) -> String {
    let world = session.world;
    let code = session.code_with(&world.web, &[("scope", "openid")]).await;
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    let ask = session.redemption(&world.web, &fields);
    match key {
        Some(key) => assert_bound(&proven(ask, world, key).send().await),
        None => ask.send().await.string("access_token"),
    }
}

#[tokio::test]
async fn c185_a_bound_token_opens_userinfo_with_a_proof_under_its_scheme_in_any_case() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let token = token(&mut session, Some(&key)).await;
    for scheme in ["DPoP", "dpop", "DPOP"] {
        let ask = session.http.get("/userinfo").header("authorization", format!("{scheme} {token}"));
        let reply = ask.header("DPoP", key.for_userinfo(world, &token)).send().await;
        assert_eq!((reply.status, reply.json()["sub"].as_str()), (200, Some(&*world.ana.sub)), "{reply:?}");
    }
    let post = with(&userinfo_claims(world, &token), "htm", json!("POST"));
    let ask = session.http.post("/userinfo").header("authorization", format!("DPoP {token}"));
    assert_eq!(ask.header("dpop", key.proof(&post)).send().await.status, 200);
}

#[tokio::test]
async fn c185_a_proof_that_a_profile_would_refuse_is_accepted_once_like_any_other() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::of(Algorithm::ES384));
    let token = token(&mut session, Some(&key)).await;
    let early = key.proof(&with(&userinfo_claims(world, &token), "iat", json!(now() + 200)));
    for proof in [key.for_userinfo(world, &token), early] {
        assert_eq!(userinfo(world, &token, &proof).await.status, 200);
        assert_challenged(&userinfo(world, &token, &proof).await, "invalid_dpop_proof");
    }
}

#[tokio::test]
async fn c185_a_bound_token_is_no_bearer_token_and_an_unbound_one_does_not_become_one() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let bound = token(&mut session, Some(&key)).await;
    let bearer = session.http.get("/userinfo").header("authorization", format!("Bearer {bound}"));
    assert_challenged(&bearer.clone().send().await, "invalid_token");
    assert_challenged(&bearer.header("dpop", key.for_userinfo(world, &bound)).send().await, "invalid_token");
    let form = session.http.post("/userinfo").field("access_token", &bound);
    assert_challenged(&form.send().await, "invalid_token");
    let unbound = token(&mut session, None).await;
    assert_challenged(&userinfo(world, &unbound, &key.for_userinfo(world, &unbound)).await, "invalid_token");
    let missing = session.http.get("/userinfo").send().await;
    let challenge = missing.header("www-authenticate").unwrap_or_default().to_owned();
    assert_eq!(missing.status, 401);
    assert!(
        challenge.starts_with("Bearer ") && challenge.contains(", DPoP ") && challenge.contains("algs="),
        "{challenge}"
    );
}

/// Proofs that do not open the endpoint, each with its name and the error.
fn bad(world: &World, key: &Prover, token: &str) -> Vec<(&'static str, String, &'static str)> {
    let good = userinfo_claims(world, token);
    let but = |name: &'static str, value: Value| key.proof(&with(&good, name, value));
    let invalid = "invalid_dpop_proof";
    let mut bad: Vec<_> =
        ["htm", "htu", "iat", "jti", "ath"].map(|name| (name, but(name, Value::Null), invalid)).into();
    bad.extend([
        ("another method", but("htm", json!("POST")), invalid),
        ("another endpoint", but("htu", json!(format!("{}/token", world.stack.issuer()))), invalid),
        ("another token", but("ath", json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo")), invalid),
        ("an hour ago", but("iat", json!(now() - 3600)), invalid),
        ("in an hour", but("iat", json!(now() + 3600)), invalid),
        ("another key", Prover::new().for_userinfo(world, token), "invalid_token"),
        ("no JWT", "x".to_owned(), invalid),
        ("a proof of the token endpoint", key.proof(&claims(world, "/token")), invalid),
    ]);
    bad
}

#[tokio::test]
async fn c103_c185_a_bad_proof_does_not_open_userinfo_and_the_challenge_lists_the_algorithms() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let token = token(&mut session, Some(&key)).await;
    for (name, proof, error) in bad(world, &key, &token) {
        let reply = userinfo(world, &token, &proof).await;
        assert_eq!(reply.status, 401, "{name}: {reply:?}");
        assert_challenged(&reply, error);
    }
    let without = session.http.get("/userinfo").header("authorization", format!("DPoP {token}"));
    assert_challenged(&without.clone().send().await, "invalid_dpop_proof");
    let twice = without.header("dpop", key.for_userinfo(world, &token)).header("dpop", key.for_userinfo(world, &token));
    assert_challenged(&twice.send().await, "invalid_dpop_proof");
    assert_challenged(&userinfo(world, "nonsense", &key.for_userinfo(world, "nonsense")).await, "invalid_token");
    assert_eq!(userinfo(world, &token, &key.for_userinfo(world, &token)).await.status, 200);
}

#[tokio::test]
async fn c185_a_proof_opens_userinfo_once_by_one_write_beside_the_read() {
    let counted = Counted::start();
    let (mut session, key) = (counted.world.session(), Prover::new());
    let token = token(&mut session, Some(&key)).await;
    let world = &counted.world;
    let proof = key.for_userinfo(world, &token);
    assert_eq!(userinfo(world, &token, &proof).await.status, 200);
    counted.proxy.reset();
    assert_challenged(&userinfo(world, &token, &proof).await, "invalid_dpop_proof");
    assert_eq!(userinfo(world, &token, &key.for_userinfo(world, &token)).await.status, 200);
    let writes: Vec<String> = counted.proxy.writes().iter().map(|call| call.operation.clone()).collect();
    assert_eq!(writes, ["PutItem", "PutItem"]);
    // The same name under another key is another proof, and a bad proof writes nothing.
    counted.proxy.reset();
    for (_, proof, _) in bad(world, &key, &token) {
        assert_eq!(userinfo(world, &token, &proof).await.status, 401);
    }
    assert_eq!(counted.proxy.writes(), []);
}
