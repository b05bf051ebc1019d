//! ID tokens of the code flow (OpenID Connect Core §2, §3.1.3).

use harness::Jwt;
use serde_json::json;

use crate::support::relying_party::{app, person};
use crate::support::session::{Code, assert_granted, assert_refused};
use crate::support::world::World;

#[tokio::test]
async fn o24_o25_c027_an_id_token_says_who_signed_in_when_how_and_for_whom() {
    let world = World::shared();
    let (mut session, sub) = person(world, "o24");
    let client = app(world, "O24", &[]);
    for nonce in ["n".repeat(43), "N-0_~".repeat(12) + "abcd"] {
        let reply = session.signed_in("o24", &client, &[("scope", "openid"), ("nonce", &nonce)]).await;
        let claims = session.identity(&client, &reply).await;
        let jwt = Jwt::read(&reply.string("id_token"));
        assert_eq!(jwt.header["alg"], "RS256");
        assert_eq!((&claims["sub"], &claims["nonce"], &claims["azp"]), (&json!(sub), &json!(nonce), &json!(client.id)));
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("pwd"), &json!(["pwd"])));
        let time = |name: &str| claims[name].as_u64().expect("a time");
        assert!(time("auth_time") <= time("iat") && time("iat") < time("exp") && time("exp") - time("iat") == 3600);
        assert!(claims["sid"].as_str().is_some_and(|sid| sid.len() == 22), "{claims}");
        let names: Vec<&String> = claims.as_object().expect("claims").keys().collect();
        let expected =
            ["acr", "amr", "at_hash", "aud", "auth_time", "azp", "exp", "iat", "iss", "jti", "nonce", "sid", "sub"];
        assert_eq!(names, expected, "more or less than was asked for");
    }
    let without = session.signed_in("o24", &client, &[("scope", "openid")]).await;
    assert!(session.identity(&client, &without).await.get("nonce").is_none());
    let no_openid = session.signed_in("o24", &client, &[("scope", "read")]).await;
    assert!(no_openid.json().get("id_token").is_none(), "{no_openid:?}");
}

#[tokio::test]
async fn o24_at_hash_is_of_the_access_token_beside_it() {
    use base64::Engine;
    use sha2::{Digest, Sha256, Sha512};
    let world = World::shared();
    let (mut session, _) = person(world, "o24hash");
    for (algorithm, long) in [("RS256", false), ("ES256", false), ("PS256", false), ("EdDSA", true)] {
        let client = app(world, "O24 hash", &["--id-token-alg", algorithm]);
        let reply = session.signed_in("o24hash", &client, &[("scope", "openid read")]).await;
        let claims = session.identity(&client, &reply).await;
        assert_eq!(Jwt::read(&reply.string("id_token")).header["alg"], algorithm);
        let token = reply.string("access_token");
        let half = if long { Sha512::digest(token)[..32].to_vec() } else { Sha256::digest(token)[..16].to_vec() };
        assert_eq!(claims["at_hash"], base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(half), "{algorithm}");
    }
}

#[tokio::test]
async fn o23_a_refresh_brings_an_id_token_of_the_same_sign_in_without_nonce() {
    let world = World::shared();
    let (mut session, _) = person(world, "o23");
    let client = app(world, "O23", &[]);
    let reply = session.signed_in("o23", &client, &[("scope", "openid offline_access read"), ("nonce", "n")]).await;
    let first = session.identity(&client, &reply).await;
    let again = session.refresh(&client, &reply.string("refresh_token")).await;
    assert_granted(&again);
    let second = session.identity(&client, &again).await;
    for name in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert_eq!(first[name], second[name], "{name}");
    }
    assert!(second.get("nonce").is_none(), "{second}");
    let narrow = session.refresh_with(&client, &again.string("refresh_token"), &[("scope", "read")]).await;
    assert!(narrow.json().get("id_token").is_none(), "{narrow:?}");
}

#[tokio::test]
async fn c092_neither_an_id_token_nor_a_signed_answer_passes_for_another_token() {
    let world = World::shared();
    let (mut session, _) = person(world, "c092");
    let client = app(world, "C092", &["--userinfo-alg", "RS256"]);
    let code = session.sign_in("c092", &client, &[("scope", "openid read")]).await;
    let reply = session.redeem(&client, &code).await;
    let token = reply.string("access_token");
    for other in [reply.string("id_token"), session.userinfo(&token).await.text().to_owned()] {
        assert!(!session.is_active(&other).await, "{other}");
        assert_eq!(session.userinfo(&other).await.status, 401, "{other}");
        assert_refused(&session.refresh(&client, &other).await, "invalid_grant");
        let fake = Code { code: other, ..code.clone() };
        assert_refused(&session.redeem(&client, &fake).await, "invalid_grant");
    }
    assert!(session.is_active(&token).await);
}
