//! G. Access tokens and the keys that sign them (RFC 9068, RFC 7517, RFC 8725).

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Jwt, Stack};
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::people::encode;
use crate::published::{keys, verify};
use crate::session::{assert_granted, reach};
use crate::world::{ALGORITHMS, ORDERS, PARCELS, VAULT, World};

#[tokio::test]
async fn c091_c078_its_token_is_an_rfc_9068_jwt_about_the_service_itself() {
    let world = World::shared();
    let reply = world.session().machine(&world.service, &[("resource", ORDERS), ("scope", "read")]).await;
    let jwt = Jwt::read(&reply.string("access_token"));
    assert_eq!((jwt.text("typ"), jwt.text("alg")), ("at+jwt", "RS256"));
    assert!(!jwt.text("kid").is_empty(), "{jwt:?}");
    assert_eq!(jwt.text("iss"), world.stack.issuer());
    assert_eq!((jwt.text("sub"), jwt.text("client_id")), (&*world.service.id, &*world.service.id));
    assert_eq!(jwt.audience(), [ORDERS]);
    assert_eq!(jwt.text("scope"), "read");
    assert_eq!(jwt.number("exp") - jwt.number("iat"), 900);
    assert!(!jwt.text("jti").is_empty(), "{jwt:?}");
}

#[tokio::test]
async fn c091_a_token_without_resource_is_for_the_apis_of_the_client() {
    let world = World::shared();
    let (session, cli) = (world.session(), world.stack.cli());
    let both = cli.create_client("Both", &["--grant", "client_credentials", "--api", ORDERS, "--api", PARCELS]);
    let (audience, scope) = reach(&session.machine(&both, &[]).await);
    assert_eq!(audience, [ORDERS, PARCELS]);
    assert_eq!(scope, ["read", "ship", "write"]);
    let (audience, scope) = reach(&session.machine(&both, &[("scope", "ship")]).await);
    assert_eq!(audience, [PARCELS], "the API that the scope is of");
    assert_eq!(scope, ["ship"]);
}

#[tokio::test]
async fn c091_a_client_of_no_api_gets_tokens_for_the_issuer() {
    let world = World::shared();
    let client = world.stack.cli().create_client("Alone", &["--grant", "client_credentials", "--scope", "self"]);
    let (audience, scope) = reach(&world.session().machine(&client, &[]).await);
    assert_eq!(audience, [world.stack.issuer()]);
    assert_eq!(scope, ["self"]);
}

#[tokio::test]
async fn c093_c098_c099_a_jwt_that_was_touched_is_inactive() {
    let world = World::shared();
    let session = world.session();
    let token = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    assert!(session.is_active(&token).await);
    let parts: Vec<&str> = token.split('.').collect();
    let jwt = Jwt::read(&token);
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let with = |value: &Value, name: &str, new: &str| {
        let mut value = value.clone();
        value[name] = json!(new);
        encode(&value)
    };
    let flipped = if parts[2].starts_with('A') { "B" } else { "A" };
    let mut spoiled = vec![
        format!("{}.{}.{flipped}{}", parts[0], parts[1], &parts[2][1..]),
        format!("{}.{}.{}", parts[0], with(&jwt.claims, "scope", "admin"), parts[2]),
        format!("{}.{}.{}", with(&jwt.header, "typ", "JWT"), parts[1], parts[2]),
        format!("{}.{}.{}", with(&jwt.header, "kid", "../../etc/passwd"), parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}."),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}\n"),
    ];
    for none in ["none", "None", "NONE", "nOnE", "HS256", ""] {
        spoiled.push(format!("{}.{}.", with(&jwt.header, "alg", none), parts[1]));
        spoiled.push(format!("{}.{}.{}", with(&jwt.header, "alg", none), parts[1], parts[2]));
    }
    for token in spoiled {
        assert!(!session.is_active(&token).await, "{token}");
    }
}

#[tokio::test]
async fn c093_c115_a_token_of_each_algorithm_is_verified_with_the_published_keys() {
    let world = World::shared();
    let session = world.session();
    let set: JwkSet = serde_json::from_value(json!({"keys": keys(&session.http).await})).expect("a JWK set");
    for (algorithm, api) in ALGORITHMS {
        let reply = session.machine(&world.service, &[("resource", api)]).await;
        assert_granted(&reply);
        let token = reply.string("access_token");
        assert_eq!(Jwt::read(&token).text("alg"), algorithm);
        let claims = verify(&set, &token, world.stack.issuer(), api).expect(algorithm);
        assert_eq!(claims["sub"], *world.service.id);
        // The verifier is one: it refuses what it should.
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
async fn c101_a_token_is_not_from_the_future() {
    let world = World::shared();
    let session = world.session();
    let token = session.machine(&world.service, &[("resource", ALGORITHMS[0].1)]).await.string("access_token");
    assert!(Jwt::read(&token).number("iat") <= jsonwebtoken::get_current_timestamp());
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
    // Verifiers that cached the old set would not know the new key yet.
    assert_eq!(Jwt::read(&ask().await).text("kid"), Jwt::read(&old).text("kid"));
    world.stack.cli().run(&["keys", "rotate", "--alg", "RS256", "--now"]);
    let new = ask().await;
    for token in [&old, &new] {
        assert!(names().await.contains(&Jwt::read(token).text("kid").to_owned()));
        assert!(session.is_active(token).await);
    }
}

#[tokio::test]
async fn two_tokens_never_have_the_same_jti() {
    let world = World::shared();
    let session = world.session();
    let mut ids = Vec::new();
    for _ in 0..8 {
        let reply = session.machine(&world.service, &[("resource", ORDERS)]).await;
        ids.push(Jwt::read(&reply.string("access_token")).text("jti").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
}

#[tokio::test]
async fn an_api_of_opaque_tokens_gets_opaque_tokens() {
    let world = World::shared();
    let session = world.session();
    let reply = session.machine(&world.opaque_service, &[]).await;
    assert_granted(&reply);
    let token = reply.string("access_token");
    assert!(!token.contains('.'), "an opaque token tells nothing: {token}");
    assert!(reply.json().get("refresh_token").is_none(), "{reply:?}");
    let described = session.introspect(&world.gateway, &token).await;
    assert_eq!(described["active"], true);
    assert_eq!(
        (&described["sub"], &described["client_id"]),
        (&world.opaque_service.id.clone().into(), &world.opaque_service.id.clone().into())
    );
    assert_eq!(described["aud"], serde_json::json!([VAULT]));
}

#[tokio::test]
async fn a_lifetime_of_an_api_is_the_lifetime_of_its_tokens() {
    let world = World::shared();
    let cli = world.stack.cli();
    cli.create_api("https://brief.example", "read", &["--lifetime", "60"]);
    let client = cli.create_client("Brief", &["--grant", "client_credentials", "--api", "https://brief.example"]);
    let reply = world.session().machine(&client, &[]).await;
    let jwt = Jwt::read(&reply.string("access_token"));
    assert_eq!((reply.json()["expires_in"].as_u64(), jwt.number("exp") - jwt.number("iat")), (Some(60), 60));
}
