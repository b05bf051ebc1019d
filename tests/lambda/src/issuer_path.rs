//! An issuer with a path: every path of the server begins with it.

use bytes::Bytes;
use harness::{ClientKey, Pkce};
use http::{Request, Response};
use serde_json::Value;

use crate::Function;
use crate::by_hand::{arrival, basic, form_with};
use crate::event;
use crate::stack::{CALLBACK, SHARED, answer, settings};

const ISSUER: &str = "https://issuer.example/tenant";

async fn get(function: &Function, path: &str) -> Response<Bytes> {
    let request = Request::get(path).header("host", "issuer.example").body(Bytes::new()).unwrap();
    answer(function, &event::from_request(&request, &arrival("$default"))).await
}

async fn start(binary: &str) -> Function {
    let mut settings = settings(binary);
    settings.environment.insert("JETON_ISSUER".to_owned(), ISSUER.to_owned());
    Function::start(settings).await.unwrap()
}

#[tokio::test]
async fn c113_the_documents_are_where_an_issuer_with_a_path_has_them() {
    let metadata = start("metadata").await;
    for path in [
        "/.well-known/oauth-authorization-server/tenant",
        "/.well-known/openid-configuration/tenant",
        "/tenant/.well-known/openid-configuration",
        "/tenant/.well-known/oauth-authorization-server",
    ] {
        let answer = get(&metadata, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let document: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(document["issuer"], ISSUER, "{path}");
        assert_eq!(document["token_endpoint"], "https://issuer.example/tenant/token", "{path}");
    }
    assert_eq!(get(&metadata, "/tenant/.well-known/jwks.json").await.status(), 200);
    for path in ["/.well-known/oauth-authorization-server/other", "/other/.well-known/openid-configuration", "/tenant"]
    {
        assert_eq!(get(&metadata, path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_forms_of_an_issuer_with_a_path_are_sent_below_it() {
    let authorize = start("authorize").await;
    let url = harness::authorization_url(&SHARED.web.id, CALLBACK, &Pkce::new(), &[]);
    assert!(url.starts_with("/authorize?"), "{url}");
    let page = get(&authorize, &format!("/tenant{url}")).await;
    assert_eq!(page.status(), 200);
    let text = std::str::from_utf8(page.body()).unwrap();
    assert!(text.contains(r#"action="/tenant/authorize/sign-in""#), "{text}");
    assert_eq!(get(&authorize, &url).await.status(), 404);
}

#[tokio::test]
async fn c182_the_target_of_a_proof_is_below_the_path_of_the_issuer_however_its_host_is_written() {
    let (token, key) = (start("token").await, ClientKey::new());
    let service = basic((&SHARED.basic.id, SHARED.basic.secret()));
    let with = |target: &str| {
        let proof = key.proof("POST", target, None);
        let headers = [("authorization", &*service), ("dpop", &*proof)];
        form_with("/tenant/token", &headers, &[("grant_type", "client_credentials"), ("scope", "read")]).unwrap()
    };
    for (target, status) in [
        ("https://issuer.example/tenant/token", 200),
        ("HTTPS://ISSUER.example:443/tenant/token", 200),
        ("https://issuer.example/tenant/%74oken?a=b#c", 200),
        ("https://issuer.example/token", 400),
        ("https://issuer.example/TENANT/token", 400),
        ("https://issuer.example:8443/tenant/token", 400),
        ("http://issuer.example/tenant/token", 400),
        ("https://other.example/tenant/token", 400),
    ] {
        let response = answer(&token, &with(target)).await;
        let told: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(response.status(), status, "{target}: {told}");
        let said = if status == 200 { (&told["token_type"], "DPoP") } else { (&told["error"], "invalid_dpop_proof") };
        assert_eq!(said.0, said.1, "{target}: {told}");
    }
}
