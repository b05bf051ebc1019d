//! Forged tokens that name, bring or borrow a key.

use std::net::TcpListener;

use harness::Jwt;
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::forged::{
    all_inactive, attacker_jwk, one_of_each, part, parts_of, secrets_of, signed_by_the_attacker, signed_with_secret,
};
use crate::support::published::keys;
use crate::support::session;

#[tokio::test]
async fn c093_a_published_key_is_the_secret_of_no_hmac() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let published = keys(&session.http).await;
    let mut forged = Vec::new();
    for token in &good {
        let jwt = Jwt::read(token);
        let key = published.iter().find(|key| key["kid"] == jwt.text("kid")).expect("the key of the token");
        for secret in secrets_of(key).into_iter().chain([Vec::new(), vec![0; 32]]) {
            for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                let head = format!("{{\"alg\":\"{algorithm:?}\",\"typ\":\"at+jwt\",\"kid\":\"{}\"}}", jwt.text("kid"));
                forged.push(signed_with_secret(&head, &jwt.claims.to_string(), &secret, algorithm));
                // A header with the key's own algorithm and a signature made with HMAC.
                let head = jwt.header.to_string();
                forged.push(signed_with_secret(&head, &jwt.claims.to_string(), &secret, algorithm));
            }
        }
    }
    assert!(forged.len() > 150, "{}", forged.len());
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c094_c095_a_key_is_used_with_its_own_algorithm_only() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let all = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];
    let mut forged = Vec::new();
    for token in &good {
        let (jwt, [_, claims, signature]) = (Jwt::read(token), parts_of(token));
        for other in all.into_iter().filter(|other| *other != jwt.text("alg")) {
            let head = json!({"alg": other, "typ": "at+jwt", "kid": jwt.text("kid")});
            forged.push(format!("{}.{claims}.{signature}", part(head.to_string())));
        }
        for other in good.iter().filter(|other| *other != token) {
            let other = Jwt::read(other);
            let head = json!({"alg": jwt.text("alg"), "typ": "at+jwt", "kid": other.text("kid")});
            forged.push(format!("{}.{claims}.{signature}", part(head.to_string())));
            forged.push(signed_by_the_attacker(&head.to_string(), &jwt.claims.to_string()));
        }
    }
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c096_a_key_name_is_looked_up_and_nothing_else_is_done_with_it() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let long = "k".repeat(4_000);
    let names = [
        "\"../../../../etc/passwd\"",
        "\"/dev/null\"",
        "\"..\\\\..\\\\key\"",
        "\"' OR '1'='1\"",
        "\"x' UNION SELECT 'secret'--\"",
        "\"1; DROP TABLE keys\"",
        "\"$(id)\"",
        "\"|id\"",
        "\"%00\"",
        "\"\\u0000\"",
        "\"\"",
        "\"http://127.0.0.1:9/key\"",
        "\"file:///etc/passwd\"",
        "\"é💡\"",
        "null",
        "0",
        "[]",
        "{}",
        "true",
        &format!("\"{long}\""),
    ];
    let mut forged = Vec::new();
    for token in &good {
        let (jwt, [_, claims, signature]) = (Jwt::read(token), parts_of(token));
        for name in names {
            let head = format!("{{\"alg\":\"{}\",\"typ\":\"at+jwt\",\"kid\":{name}}}", jwt.text("alg"));
            forged.push(signed_by_the_attacker(&head, &jwt.claims.to_string()));
            forged.push(format!("{}.{claims}.{signature}", part(&head)));
            let empty = signed_with_secret(&head, &jwt.claims.to_string(), b"", Algorithm::HS256);
            forged.push(empty);
        }
        let nameless = format!("{{\"alg\":\"{}\",\"typ\":\"at+jwt\"}}", jwt.text("alg"));
        forged.push(signed_by_the_attacker(&nameless, &jwt.claims.to_string()));
    }
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c097_a_key_that_a_token_brings_along_or_points_to_is_neither_used_nor_fetched() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let trap = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    trap.set_nonblocking(true).expect("a listener that does not wait");
    let address = format!("http://{}/keys", trap.local_addr().expect("an address"));
    let mut forged = Vec::new();
    for token in &good {
        let jwt = Jwt::read(token);
        for kid in [jwt.text("kid"), "attacker"] {
            for (name, value) in [
                ("jwk", attacker_jwk(kid)),
                ("jku", json!(address)),
                ("x5u", json!(address)),
                ("x5c", json!(["MIIB"])),
                ("x5t", json!("x")),
                ("x5t#S256", json!("x")),
                ("kid", json!(address)),
                ("crit", json!(["jwk"])),
            ] {
                for algorithm in ["EdDSA", jwt.text("alg")] {
                    let mut head = json!({"alg": algorithm, "typ": "at+jwt", "kid": kid});
                    head[name] = value.clone();
                    forged.push(signed_by_the_attacker(&head.to_string(), &jwt.claims.to_string()));
                }
            }
        }
    }
    all_inactive(&session, &good, forged).await;
    let visit = trap.accept();
    assert!(visit.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "somebody came for the keys");
}
