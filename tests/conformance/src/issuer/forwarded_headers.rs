//! Headers that proxies add, which never change the issuer.

use harness::Jwt;

use crate::support::case::Case;
use crate::support::pages::{signed_in, url};
use crate::support::published::DOCUMENTS;
use crate::support::session::assert_granted;
use crate::support::world::{CALLBACK, ORDERS, World};

#[tokio::test]
async fn c040_the_issuer_is_configuration_and_not_what_a_request_says() {
    let world = World::shared();
    let http = world.stack.http();
    for (name, value) in
        [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example"), ("host", "evil.example")]
    {
        let reply = http.get(DOCUMENTS[0]).header(name, value).send().await;
        assert!(!reply.text().contains("evil"), "{reply:?}");
    }
}

/// Headers that proxies add, and that anybody can send to a server that trusts them.
const FORWARDED: [(&str, &str); 14] = [
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "gopher"),
    ("x-forwarded-port", "6666"),
    ("x-forwarded-for", "203.0.113.7"),
    ("x-forwarded-prefix", "/evil.example"),
    ("x-original-url", "/evil.example"),
    ("x-rewrite-url", "/evil.example"),
    ("x-host", "evil.example"),
    ("x-http-method-override", "PUT"),
    ("x-real-ip", "203.0.113.7"),
    ("forwarded", "host=evil.example;proto=gopher"),
    ("via", "1.1 evil.example"),
    ("host", "evil.example"),
    ("x-amzn-request-context", "{\"http\":{\"sourceIp\":\"203.0.113.7\"}}"),
];

#[tokio::test]
async fn c040_no_header_of_a_request_changes_the_issuer_anywhere() {
    let world = World::shared();
    let session = signed_in(world).await;
    let cookies: Vec<String> = session.browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    for (name, value) in FORWARDED {
        let _case = Case::new(name);
        for path in DOCUMENTS {
            let plain = session.http.get(path).send().await;
            assert_eq!(session.http.get(path).header(name, value).send().await.text(), plain.text(), "{path}");
        }
        let ask = session.http.get(&url(&world.web.id, &[])).header("cookie", cookies.join("; "));
        let location = ask.header(name, value).send().await.location().expect("an answer to the client");
        assert!(location.as_str().starts_with(&format!("{CALLBACK}?code=")), "{location}");
        assert!(location.query_pairs().any(|pair| pair == ("iss".into(), world.stack.issuer().into())), "{location}");
        let ask = session.http.post("/token").client(&world.service).header(name, value);
        let reply = ask.fields(&[("grant_type", "client_credentials"), ("resource", ORDERS)]).send().await;
        assert_granted(&reply);
        assert_eq!(Jwt::read(&reply.string("access_token")).text("iss"), world.stack.issuer());
        let page = session.http.get(&url(&world.spa.id, &[])).header(name, value).send().await;
        assert!(!page.text().contains("evil") && !page.text().contains("gopher"), "{page:?}");
    }
}
