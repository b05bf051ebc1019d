//! TLS ends in front of the gateway, at another host name: the functions know their issuer only from the
//! configuration.

use harness::{Browser, Http, Jwt, Pkce, TlsFront, authorization_url};

use crate::Gateway;
use crate::stack::{CALLBACK, ORDERS, SHARED, deployment, new_user};

/// Headers about the original request that a careless proxy or a client may send.
const LIES: [(&str, &str); 4] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "http"),
    ("forwarded", "host=evil.example;proto=http"),
];

/// Starts the functions, and a TLS proxy in front of them.
async fn start() -> (TlsFront, Gateway) {
    let front = TlsFront::start("login.jeton.test");
    let mut deployment = deployment();
    deployment.environment.insert("JETON_ISSUER".to_owned(), front.url());
    let gateway = Gateway::start(&deployment).await.unwrap_or_else(|error| panic!("{error}"));
    front.lead_to(&gateway.url());
    (front, gateway)
}

#[tokio::test]
async fn c040_c116_https_in_front_of_the_functions_every_url_is_of_the_configured_issuer() {
    let (front, _gateway) = start().await;
    let http = Http::through(&front);
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let plain = http.get(path).send().await;
        assert_eq!(plain.json()["issuer"], front.url());
        assert!(plain.string("authorization_endpoint").starts_with(&format!("{}/", front.url())), "{plain:?}");
        let ask = LIES.iter().fold(http.get(path), |ask, (name, value)| ask.header(name, value));
        assert_eq!(ask.send().await.body, plain.body, "{path}");
    }
}

#[tokio::test]
async fn https_in_front_of_the_functions_a_person_signs_in_and_the_token_is_of_the_issuer() {
    let (front, _gateway) = start().await;
    let (mut browser, http, user, pkce) = (Browser::through(&front), Http::through(&front), new_user(), Pkce::new());
    let url = authorization_url(&SHARED.web.id, CALLBACK, &pkce, &[("scope", "read"), ("resource", ORDERS)]);
    // Every form and redirect on the way must stay on the same host, otherwise the browser stops.
    let callback = browser.sign_in_and_consent(&url, &user.username, &user.password).await;
    assert_eq!(callback.iss.as_deref(), Some(&*front.url()));
    for cookie in &browser.set_cookies {
        assert!(cookie.starts_with("__Host-") && cookie.contains("Secure"), "{cookie}");
    }
    let ask = http.post("/token").client(&SHARED.web).field("grant_type", "authorization_code");
    let ask = ask.fields(&[("code", callback.code()), ("redirect_uri", CALLBACK), ("code_verifier", &pkce.verifier)]);
    let ask = LIES.iter().fold(ask, |ask, (name, value)| ask.header(name, value));
    let token = ask.send().await.string("access_token");
    assert_eq!(Jwt::read(&token).text("iss"), front.url());
    let told = http.post("/introspect").client(&SHARED.orders).field("token", &token).send().await;
    assert_eq!((&told.json()["active"], &told.json()["iss"]), (&true.into(), &front.url().into()), "{told:?}");
}
