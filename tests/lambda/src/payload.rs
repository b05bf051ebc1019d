//! The different forms in which API Gateway and its substitutes pass the same request.

use bytes::Bytes;
use harness::Pkce;
use http::Request;
use serde_json::{Value, json};

use crate::by_hand::arrival;
use crate::event;
use crate::stack::{CALLBACK, SHARED, answer, form_event, new_user, settings};
use crate::{Function, InvokeError};

fn token_event() -> Value {
    form_event(&SHARED.basic, "token", &[("grant_type", "client_credentials"), ("scope", "read")])
}

#[tokio::test]
async fn a_form_is_read_in_base64_and_in_plain_text() {
    let token = Function::start(settings("token")).await.unwrap();
    let in_base64 = token_event();
    assert_eq!(in_base64["isBase64Encoded"], true);
    let mut plain = in_base64.clone();
    plain["body"] = "grant_type=client_credentials&scope=read".into();
    plain["isBase64Encoded"] = false.into();
    for event in [in_base64, plain] {
        let response = answer(&token, &event).await;
        assert_eq!(response.status(), 200, "{event} {response:?}");
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["scope"], "read");
    }
}

#[tokio::test]
async fn a_body_that_is_there_and_empty_or_not_there_is_an_oauth_error() {
    let token = Function::start(settings("token")).await.unwrap();
    let mut empty = token_event();
    empty["body"] = "".into();
    let mut none = token_event();
    none.as_object_mut().unwrap().remove("body");
    none["isBase64Encoded"] = false.into();
    for event in [empty, none] {
        let response = answer(&token, &event).await;
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!((response.status().as_u16(), &body["error"]), (400, &json!("invalid_request")), "{event}");
    }
}

#[tokio::test]
async fn cookies_are_read_from_the_array_and_set_through_the_array() {
    let user = new_user();
    let target = harness::authorization_url(&SHARED.web.id, CALLBACK, &Pkce::new(), &[("scope", "read")]);
    let mut browser = SHARED.stack.browser();
    browser.sign_in_and_consent(&target, &user.username, &user.password).await;
    let authorize = Function::start(settings("authorize")).await.unwrap();
    let bare = Request::get(&target).header("host", "abc.example").body(Bytes::new()).unwrap();
    let stranger = event::from_request(&bare, &arrival("ANY /authorize"));
    let response = answer(&authorize, &stranger).await;
    assert_eq!(response.status(), 200, "a stranger signs in first: {response:?}");
    let set: Vec<_> = response.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    assert!(set.iter().all(|cookie| cookie.starts_with("jeton-") && cookie.contains("HttpOnly")), "{set:?}");
    assert!(!set.is_empty(), "the visit has no cookie: {response:?}");
    let mut known = stranger;
    let mut cookies = vec!["theme=dark".to_owned()];
    cookies.extend(browser.cookies.iter().map(|(name, value)| format!("{name}={value}")));
    known["cookies"] = json!(cookies);
    let response = answer(&authorize, &known).await;
    assert_eq!(response.status(), 303, "who is signed in and agreed gets a code: {response:?}");
    assert!(response.headers()["location"].to_str().unwrap().starts_with(&format!("{CALLBACK}?")));
}

#[tokio::test]
async fn an_event_that_is_no_request_fails_and_the_function_lives_on() {
    let token = Function::start(settings("token")).await.unwrap();
    match token.invoke(Bytes::from_static(b"{\"hello\":1}")).await {
        Err(InvokeError::Failed(_)) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(answer(&token, &token_event()).await.status(), 200);
}
