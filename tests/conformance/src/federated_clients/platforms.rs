//! The five shapes of tokens, each from its platform.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use crate::federated_clients::fixture::{Platform, SPIFFE_KIND, WORLD, ask, ask_with, assert_is, assert_told};
use crate::support::session::{assert_refused_with, assert_rfc_9068, client_requests, reach};
use crate::support::signed_assertions::{Assertion, KIND, now};

/// The options of an issuer that is GitHub.
const GITHUB: [&str; 2] = ["--preset", "github"];

/// The claims of `GetWebIdentityToken`.
fn of_aws(platform: &Platform, role: &str, audience: &Value) -> Value {
    let now = now();
    json!({
        "iss": platform.url, "sub": role, "aud": audience, "iat": now, "exp": now + 300, "jti": "one",
        "https://sts.amazonaws.com/": {
            "aws_account": "123456789012", "source_region": "eu-central-1", "org_id": "o-example", "principal_id": role,
        },
    })
}

#[tokio::test]
async fn c221_a_lambda_function_authenticates_with_the_token_of_its_role_again_and_again() {
    for (name, algorithm) in [("aws-es", Algorithm::ES384), ("aws-rs", Algorithm::RS256)] {
        let url = format!("https://{name}.tokens.sts.global.api.aws");
        let platform = Platform::start(name, &url, algorithm, &["--preset", "aws"]);
        let role = "arn:aws:iam::123456789012:role/orders";
        let organization = "/https:~1~1sts.amazonaws.com~1/org_id=o-example";
        let client = platform.client(role, &["--federated-claim", organization]);
        let issuer = WORLD.stack.issuer();
        for audience in [json!(issuer), json!([issuer])] {
            let token = platform.signer.assertion(&of_aws(&platform, role, &audience));
            for _ in 0..3 {
                assert_is(&ask(&token).await, &client);
            }
            assert_is(&ask_with(&token, KIND, &[("client_id", &client.id)]).await, &client);
            for request in client_requests(&WORLD.stack.http()) {
                assert_eq!(request.fields(&token.fields()).send().await.status, 200);
            }
        }
        let mut other = of_aws(&platform, role, &json!(issuer));
        other["https://sts.amazonaws.com/"]["org_id"] = json!("o-other");
        assert_told(&ask(&platform.signer.assertion(&other)).await, "claims");
        let session = "arn:aws:sts::123456789012:assumed-role/orders/session";
        let token = platform.signer.assertion(&of_aws(&platform, session, &json!(issuer)));
        assert_told(&ask(&token).await, "no client is registered");
    }
}

#[tokio::test]
async fn c221_a_service_account_of_kubernetes_authenticates_without_jti() {
    let url = "https://kubernetes.default.svc.cluster.local";
    let platform = Platform::start("cluster", url, Algorithm::RS256, &["--preset", "kubernetes"]);
    let subject = "system:serviceaccount:shop:orders";
    let client = platform.client(subject, &["--federated-claim", "/kubernetes.io/serviceaccount/uid=u-1"]);
    let token = |uid: &str| {
        let mut claims = platform.claims(subject);
        claims["aud"] = json!([WORLD.stack.issuer()]);
        claims["kubernetes.io"] = json!({"namespace": "shop", "serviceaccount": {"name": "orders", "uid": uid}});
        platform.signer.assertion_with(&json!({"alg": "RS256", "kid": "cluster"}), &claims)
    };
    for _ in 0..2 {
        assert_is(&ask(&token("u-1")).await, &client);
    }
    // The account was deleted, and made again by somebody else.
    assert_told(&ask(&token("u-2")).await, "claims");
}

#[tokio::test]
async fn c221_a_workflow_of_github_authenticates_by_the_id_of_its_repository() {
    let url = "https://token.actions.githubusercontent.com";
    let platform = Platform::start("github", url, Algorithm::RS256, &GITHUB);
    let subject = "repo:octo-org/octo-repo:environment:prod";
    let client = platform.client(subject, &["--federated-claim", "repository_id=456"]);
    let token = |repository: &str| {
        let mut claims = platform.claims(subject);
        claims["repository"] = json!("octo-org/octo-repo");
        claims["repository_id"] = json!(repository);
        claims["jti"] = json!("one");
        platform.signer.assertion(&claims)
    };
    assert_is(&ask(&token("456")).await, &client);
    // Another repository has taken the name.
    assert_told(&ask(&token("457")).await, "claims");
    let es256 = platform.claims(subject);
    let other = crate::support::signed_assertions::Signer::new(Algorithm::ES256, "other").assertion(&es256);
    assert_told(&ask(&other).await, "alg");
}

#[tokio::test]
async fn c221_a_claim_beside_an_issuer_is_what_its_tokens_must_have() {
    let platforms = [
        Platform::generic("claimed"),
        Platform::start("claimed-github", "https://github.claimed.example/token", Algorithm::RS256, &GITHUB),
    ];
    for platform in platforms {
        let client = platform.client("orders", &["--claim", "repository_id=456"]);
        let shown = WORLD.stack.cli().run(&["client", "show", &client.id]);
        let expected = (&json!({"repository_id": "456"}), &Value::Null);
        assert_eq!((&shown["federation"]["claims"], &shown["claims"]), expected, "{shown}");
        let token = |repository: &str| {
            let mut claims = platform.claims("orders");
            claims["repository_id"] = json!(repository);
            claims["jti"] = json!("one");
            platform.signer.assertion(&claims)
        };
        assert_is(&ask(&token("456")).await, &client);
        assert_told(&ask(&token("999")).await, "claims");
    }
}

#[test]
fn c221_an_update_with_an_issuer_makes_its_claims_conditions_and_one_without_sets_those_of_tokens() {
    let (cli, platform) = (WORLD.stack.cli(), Platform::generic("updated"));
    let client = platform.client("orders", &[]);
    let update = ["client", "update", &client.id];
    let federated = ["--federated", &platform.name, "--subject", "orders"];
    let changed = cli.run(&[&update[..], &federated, &["--claim", "tenant=acme"]].concat());
    let expected = (&json!({"tenant": "acme"}), &Value::Null);
    assert_eq!((&changed["federation"]["claims"], &changed["claims"]), expected, "{changed}");
    let changed = cli.run(&[&update[..], &["--claim", "tenant=own"]].concat());
    let expected = (&json!({"tenant": "acme"}), &json!({"tenant": "own"}));
    assert_eq!((&changed["federation"]["claims"], &changed["claims"]), expected, "{changed}");
    let two = ["--claim", "tenant=acme", "--federated-claim", "tenant=other"];
    let refused = cli.finish(&[&update[..], &federated, &two].concat(), "");
    assert!(refused.status.code() == Some(2) && refused.stderr.contains("tenant"), "{refused:?}");
}

#[tokio::test]
async fn c221_a_workload_of_an_openid_issuer_authenticates() {
    let platform = Platform::generic("openid");
    let client = platform.client("workload-1", &[]);
    assert_is(&ask(&platform.token("workload-1")).await, &client);
    assert_told(&ask(&platform.token("workload-2")).await, "no client is registered");
}

#[tokio::test]
async fn c221_a_jwt_svid_authenticates_by_its_trust_domain_with_or_without_iss() {
    let platform = Platform::start("spiffe", "spiffe://trust.example", Algorithm::ES256, &["--preset", "spiffe"]);
    let mut key = platform.signer.public();
    key["use"] = json!("jwt-svid");
    key.as_object_mut().expect("a key").remove("alg");
    let x509 = json!({"use": "x509-svid", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "x5c": ["AA"]});
    let bundle = json!({"keys": [x509, key], "spiffe_sequence": 7, "spiffe_refresh_hint": 300});
    platform.server.say("200 OK", &bundle.to_string());
    let id = "spiffe://trust.example/ns/shop/sa/orders";
    let client = platform.client(id, &[]);
    let token = |issuer: Value, subject: &str| -> Assertion {
        let mut claims = platform.claims(subject);
        claims["aud"] = json!([WORLD.stack.issuer()]);
        claims["iss"] = issuer;
        if claims["iss"].is_null() {
            claims.as_object_mut().expect("claims").remove("iss");
        }
        platform.signer.assertion(&claims)
    };
    for issuer in [Value::Null, json!("https://spire.example"), json!("spiffe://trust.example")] {
        for kind in [KIND, SPIFFE_KIND] {
            assert_is(&ask_with(&token(issuer.clone(), id), kind, &[]).await, &client);
        }
    }
    let stranger = token(json!("spiffe://trust.example"), "spiffe://other.example/ns/shop/sa/orders");
    assert_told(&ask_with(&stranger, SPIFFE_KIND, &[]).await, "trust domain");
    let neighbour = token(Value::Null, "spiffe://trust.example/ns/shop/sa/orders2");
    assert_told(&ask_with(&neighbour, SPIFFE_KIND, &[]).await, "no client is registered");
    let none = token(json!("https://spire.example"), "orders");
    assert_refused_with(&ask_with(&none, SPIFFE_KIND, &[]).await, 401, "invalid_client");
}

#[tokio::test]
async fn c221_a_workload_may_send_its_token_as_the_assertion_of_a_grant() {
    let platform = Platform::generic("grant");
    let client = platform.client("agent", &[]);
    let other = platform.client("another", &[]);
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let send = async |assertion: &Assertion, more: &[(&str, &str)]| {
        let fields = [("grant_type", grant), ("assertion", &*assertion.0)];
        WORLD.stack.http().post("/token").fields(&[&fields[..], more].concat()).send().await
    };
    let token = platform.token("agent");
    for _ in 0..2 {
        let reply = send(&token, &[("client_id", &client.id)]).await;
        assert_is(&reply, &client);
        // C056: what was not asked for is told.
        assert_eq!(reach(&reply).1, ["read", "write"]);
        assert_rfc_9068(&WORLD, &reply.string("access_token"));
    }
    let rows = [
        (platform.token("nobody"), &client.id, "unauthorized_client"),
        (token.clone(), &other.id, "unauthorized_client"),
        (token.clone(), &WORLD.service.id, "unauthorized_client"),
        (platform.signer.assertion(&json!({"iss": platform.url, "sub": "agent"})), &client.id, "invalid_grant"),
        (Assertion(format!("{}x", token.0)), &client.id, "invalid_grant"),
    ];
    for (assertion, id, code) in rows {
        assert_refused_with(&send(&assertion, &[("client_id", id)]).await, 400, code);
    }
    assert_refused_with(&send(&token, &[("client_id", &client.id), ("scope", "none")]).await, 400, "invalid_scope");
    // Without a name, it is the grant for people, whose client authenticates in another way.
    assert_refused_with(&send(&token, &[]).await, 401, "invalid_client");
}
