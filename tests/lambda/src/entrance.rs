//! The ways to reach a function: through the firewall, around it, and by its private URL.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::Function;
use crate::stack::{SHARED, answer, service_event, settings};

const WORD: &str = "a-word-of-forty-three-characters-made-by-aws";
/// A signed `Authorization` header as the SDKs write it.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261123/us-east-1/lambda/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=00";

/// Starts the token function behind a firewall.
async fn behind_a_firewall() -> Function {
    let mut settings = settings("token");
    settings.environment.insert("JETON_EDGE_PROOF".to_owned(), WORD.to_owned());
    Function::start(settings).await.unwrap()
}

/// Builds the event of a service that uses the function's URL: Lambda has checked the caller's signature.
fn by_private_url(headers: &[(&str, &str)]) -> Value {
    let mut event = service_event(headers, SHARED.post.secret());
    event["routeKey"] = "$default".into();
    event["requestContext"]["authorizer"] = json!({"iam": {
        "accessKey": "AKIAEXAMPLE", "accountId": "000000000000", "callerId": "AROAEXAMPLE:orders",
        "cognitoIdentity": null, "principalOrgId": null,
        "userArn": "arn:aws:sts::000000000000:assumed-role/orders/orders", "userId": "AROAEXAMPLE:orders",
    }});
    event
}

async fn ask(function: &Function, event: &Value) -> (u16, Value) {
    let response = answer(function, event).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

#[tokio::test]
async fn who_goes_around_the_firewall_is_refused() {
    let token = behind_a_firewall().await;
    let passed = [("x-jeton-edge", WORD), ("x-jeton-source", "203.0.113.9")];
    let (status, body) = ask(&token, &service_event(&passed, SHARED.post.secret())).await;
    assert_eq!((status, &body["token_type"]), (200, &json!("Bearer")), "{body}");
    for headers in [&[][..], &passed[1..], &[("x-jeton-edge", "a-word"), passed[1]]] {
        let (status, body) = ask(&token, &service_event(headers, SHARED.post.secret())).await;
        assert_eq!((status, body.get("access_token")), (403, None), "{headers:?}: {body}");
    }
    assert!(!token.stop().await.contains(WORD), "the word is in the log");
}

#[tokio::test]
async fn c243_two_words_open_and_a_word_that_is_not_required_yet_refuses_nobody() {
    let with = async |variables: [(&str, &str); 2]| {
        let mut settings = settings("token");
        settings.environment.extend(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Function::start(settings).await.unwrap()
    };
    let words = format!("{WORD},another-word");
    let both = with([("JETON_EDGE_PROOF", words.as_str()), ("JETON_EDGE_REQUIRED", "true")]).await;
    let open = with([("JETON_EDGE_PROOF", WORD), ("JETON_EDGE_REQUIRED", "false")]).await;
    for (function, word, status) in [
        (&both, WORD, 200),
        (&both, "another-word", 200),
        (&both, words.as_str(), 403),
        (&both, "", 403),
        (&open, WORD, 200),
        (&open, "", 200),
    ] {
        let event = service_event(&[("x-jeton-edge", word)], SHARED.post.secret());
        assert_eq!(ask(function, &event).await.0, status, "{word}");
    }
    assert!(both.stop().await.contains("\"event\":\"firewall_bypassed\""));
    assert!(!open.stop().await.contains("firewall_bypassed"));
}

#[tokio::test]
async fn subdomains_must_use_tls_only_where_the_deployment_asks_for_it() {
    let mut with = settings("token");
    with.environment.insert("JETON_HSTS_INCLUDE_SUBDOMAINS".to_owned(), "true".to_owned());
    for (settings, wanted) in [(with, "max-age=63072000; includeSubDomains"), (settings("token"), "max-age=63072000")] {
        let function = Function::start(settings).await.unwrap();
        let response = answer(&function, &service_event(&[], SHARED.post.secret())).await;
        assert_eq!(response.headers()["strict-transport-security"], wanted);
    }
}

#[tokio::test]
async fn c040_the_source_is_what_the_firewall_saw() {
    let (token, open) = (behind_a_firewall().await, Function::start(settings("token")).await.unwrap());
    let wrong = service_event(&[("x-jeton-edge", WORD), ("x-jeton-source", "203.0.113.9")], "wrong");
    for function in [&token, &open] {
        assert_eq!(ask(function, &wrong).await.0, 401);
    }
    let told = token.stop().await;
    assert!(told.contains("203.0.113.9") && !told.contains("192.0.2.1"), "{told}");
    // Without a firewall, the header about the source is not believed.
    let told = open.stop().await;
    assert!(told.contains("192.0.2.1") && !told.contains("203.0.113.9"), "{told}");
}

#[tokio::test]
async fn a_service_with_a_signature_that_iam_checked_gets_its_token_by_the_private_url() {
    for token in [behind_a_firewall().await, Function::start(settings("token")).await.unwrap()] {
        let (status, body) = ask(&token, &by_private_url(&[("authorization", SIGNED)])).await;
        assert_eq!((status, &body["token_type"]), (200, &json!("Bearer")), "{body}");
    }
}

#[tokio::test]
async fn a_signature_that_nobody_checked_is_no_way_in() {
    let token = Function::start(settings("token")).await.unwrap();
    let (status, body) = ask(&token, &service_event(&[("authorization", SIGNED)], SHARED.post.secret())).await;
    assert!(matches!(status, 400 | 401) && body.get("access_token").is_none(), "{status} {body}");
    // A caller that IAM let in must still authenticate its client, and in one way only.
    let credentials = STANDARD.encode(format!("{}:{}", SHARED.post.id, SHARED.post.secret()));
    let twice = by_private_url(&[("authorization", &format!("Basic {credentials}"))]);
    let (status, body) = ask(&token, &twice).await;
    assert!(matches!(status, 400 | 401) && body.get("access_token").is_none(), "{status} {body}");
}
