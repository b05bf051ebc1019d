//! Tokens of other issuers that authenticate nobody, each told with its own text.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::federated_clients::fixture::{Platform, WORLD, ask, ask_with, assert_is, assert_told};
use crate::support::forged::part;
use crate::support::session::{assert_refused, client_requests};
use crate::support::signed_assertions::{Assertion, KIND, Signer, now, twice};

#[tokio::test]
async fn c221_each_fault_of_a_token_is_told_with_its_own_text() {
    let platform = Platform::generic("faults");
    let client = platform.client("orders", &[]);
    let but = |name: &str, value: Value| {
        let mut claims = platform.claims("orders");
        claims[name] = value;
        platform.signer.assertion(&claims)
    };
    let (issuer, now) = (WORLD.stack.issuer(), now());
    assert_is(&ask(&platform.token("orders")).await, &client);
    let rows = [
        (but("aud", json!("https://other.example")), "nothing else"),
        (but("aud", json!(format!("{issuer}/token"))), "nothing else"),
        (but("aud", json!([issuer, "https://other.example"])), "nothing else"),
        (but("aud", json!([])), "nothing else"),
        (but("sub", json!("order")), "no client is registered"),
        (but("sub", json!("orders ")), "no client is registered"),
        (but("sub", json!("*")), "no client is registered"),
        (but("iss", json!("https://unknown.example")), "not an issuer that is registered"),
        (but("iss", json!("https://faults.example/")), "not an issuer that is registered"),
        (but("exp", json!(now - 1)), "expired"),
        (but("exp", Value::Null), "expired"),
        (but("exp", json!(now + 3700)), "3660"),
        (but("iat", json!(now - 31_536_000)), "3660"),
        (but("nbf", json!(now + 60)), "future"),
        (but("cnf", json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})), "bound to a key"),
        (Signer::new(Algorithm::ES256, "faults").assertion(&platform.claims("orders")), "not signed"),
        (Signer::new(Algorithm::ES256, "another").assertion(&platform.claims("orders")), "not signed"),
    ];
    for (token, text) in rows {
        assert_told(&ask(&token).await, text);
        let named = ask_with(&token, KIND, &[("client_id", &client.id)]).await;
        assert_told(&named, text);
    }
    for request in client_requests(&WORLD.stack.http()) {
        let token = but("aud", json!("https://other.example"));
        assert_told(&request.fields(&token.fields()).send().await, "nothing else");
    }
    assert_is(&ask(&platform.token("orders")).await, &client);
}

#[tokio::test]
async fn c222_no_unsigned_token_and_none_of_another_kind_counts() {
    let platform = Platform::generic("kinds");
    platform.client("orders", &[]);
    let claims = platform.claims("orders");
    for typ in ["at+jwt", "logout+jwt", "oauth-id-jag+jwt", "dpop+jwt", "secevent+jwt"] {
        let token = platform.signer.assertion_with(&json!({"alg": "ES256", "typ": typ, "kid": "kinds"}), &claims);
        assert_told(&ask(&token).await, "another kind of JWT");
    }
    let message = |header: Value| format!("{}.{}", part(header.to_string()), part(claims.to_string()));
    let public = platform.signer.public().to_string();
    let shared = Signer::of_secret(&public).assertion(&claims);
    assert_told(&ask(&shared).await, "alg");
    for header in [json!({"alg": "none"}), json!({"alg": "ES512"})] {
        assert_told(&ask(&Assertion(format!("{}.c2ln", message(header)))).await, "alg");
    }
    let stranger = Signer::new(Algorithm::ES256, "kinds");
    let header = json!({"alg": "ES256", "typ": "JWT", "jwk": stranger.public(), "jku": "https://evil.example/keys"});
    assert_told(&ask(&stranger.assertion_with(&header, &claims)).await, "not signed");
}

/// The platform signs each of these itself, so nothing but the second member makes it bad.
#[tokio::test]
async fn c099_a_token_that_has_a_member_twice_is_refused() {
    let platform = Platform::generic("members");
    let client = platform.client("orders", &[]);
    let (claims, header) = (platform.claims("orders"), json!({"alg": "ES256", "typ": "JWT", "kid": "members"}));
    let others = [("sub", json!("another")), ("aud", json!("https://other.example")), ("exp", json!(now() - 60))];
    for text in others.iter().flat_map(|(name, other)| twice(&claims, name, other)) {
        let reply = ask(&platform.signer.signed(&header.to_string(), &text)).await;
        assert_refused(&reply, "invalid_client");
    }
    assert_is(&ask(&platform.signer.signed(&header.to_string(), &claims.to_string())).await, &client);
}

#[tokio::test]
async fn c221_two_clients_that_match_are_refused_unless_the_request_names_one() {
    let platform = Platform::generic("twice");
    let first = platform.client("orders", &[]);
    let second = platform.client("orders", &["--federated-claim", "iss=https://twice.example"]);
    let token = platform.token("orders");
    assert_told(&ask(&token).await, "send client_id");
    let named = async |id: &str| ask_with(&token, KIND, &[("client_id", id)]).await;
    assert_is(&named(&first.id).await, &first);
    assert_is(&named(&second.id).await, &second);
    WORLD.stack.cli().run(&["client", "delete", &second.id, "--yes"]);
    assert_is(&ask(&token).await, &first);
    // A client with a secret is not authenticated by a token.
    assert_told(&named(&WORLD.service.id).await, "no client is registered");
}

#[tokio::test]
async fn c222_an_issuer_serves_its_purposes_and_no_other() {
    let login = "https://login.example";
    let platform = Platform::start_for("for-login", login, Algorithm::ES256, &["--for", "login", "--for", "id-jag"]);
    assert_told(&ask(&platform.token("orders")).await, "not to authenticate clients");
    let args = ["client", "create", "--name", "A", "--grant", "client_credentials", "--federated", "for-login"];
    let told = WORLD.stack.cli().finish(&[&args[..], &["--subject", "orders"]].concat(), "");
    crate::support::session::assert_fails(&told, "authenticate clients");
    WORLD.stack.cli().run(&["issuer", "update", "for-login", "--for", "client-auth"]);
    let client = platform.client("orders", &[]);
    assert_is(&ask(&platform.token("orders")).await, &client);
}
