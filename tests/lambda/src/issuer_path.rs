//! An issuer with a path: every path of the server begins with it.

use bytes::Bytes;
use harness::Pkce;
use http::{Request, Response};
use serde_json::Value;

use crate::Function;
use crate::by_hand::arrival;
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
