//! Redirect URIs: which are registered, and which match a registered one.

use harness::{Pkce, authorization_url};

use crate::support::case::Case;
use crate::support::pages::{assert_shown_here, encode, shown_here};
use crate::support::relying_party::{app, person};
use crate::support::session::{self, assert_fails, assert_refused};
use crate::support::world::{CALLBACK, ORDERS, OTHER_CALLBACK, World};

/// URIs that look like [`CALLBACK`] but are not registered.
const NOT_REGISTERED: &[&str] = &[
    "https://app.example/cb/",
    "https://app.example/cb?x=1",
    "https://app.example/cb#x",
    "https://app.example/CB",
    "https://APP.example/cb",
    "HTTPS://app.example/cb",
    "https://app.example:443/cb",
    "https://app.example/%63b",
    "https://app.example/x/../cb",
    "https://app.example/./cb",
    "https://app.example//cb",
    "https://user@app.example/cb",
    "https://app.example@evil.example/cb",
    "https://evil.example/cb",
    "https://app.example.evil.example/cb",
    "https://evil.example/https://app.example/cb",
    "http://app.example/cb",
    "//app.example/cb",
    "/cb",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://app.example/cb\r\nLocation: https://evil.example",
    " https://app.example/cb",
    "https://app.example/cb ",
    "https://app.example/cb?",
    "https://app.example/cb#",
    "https://app.example/%2e/cb",
    "https://app.example/x/%2e%2e/cb",
    "https://app.example/x/%2E%2E/cb",
    "https://app.example/cb/..",
    "https://app.example/cb%2f",
    "https://app.example/cb%00",
    "https://app.example/cb;x",
    "https://app.example\\cb",
    "https://app.example/c",
    "https://app.example/cbb",
    "https://app.example",
    "https://app.example./cb",
    "https://x.app.example/cb",
    "https://:@app.example/cb",
    "https://app.example:@evil.example/cb",
    "https://evil.example\\@app.example/cb",
    "https:app.example/cb",
    "https:/app.example/cb",
    "https:///app.example/cb",
    "https://аpp.example/cb",
    "com.example.app:/cb",
];

#[tokio::test]
async fn c001_c004_a_redirect_uri_that_is_not_registered_is_never_followed() {
    let spa = &World::shared().spa.id;
    let query = |uri: &str| format!("response_type=code&client_id={spa}&redirect_uri={}", encode(uri));
    let mut queries: Vec<String> = NOT_REGISTERED.iter().map(|uri| query(uri)).collect();
    let twice = query(CALLBACK);
    queries.push(format!("{twice}&redirect_uri={}", encode(CALLBACK)));
    queries.push(format!("{twice}&redirect_uri={}", encode("https://evil.example/cb")));
    shown_here(&queries).await;
}

#[tokio::test]
async fn c002_only_the_port_of_a_loopback_redirect_uri_may_vary() {
    let mut session = session::shared();
    let world = session.world;
    let more = ["--auth-method", "none", "--grant", "authorization_code", "--api", ORDERS];
    let uris = ["--redirect-uri", "http://127.0.0.1/cb", "--redirect-uri", "http://[::1]:9/cb"];
    let native = world.stack.cli().create_client("Native", &[&more[..], &uris].concat());
    let good = ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", "http://[::1]/cb", "http://[::1]:51004/cb"];
    for uri in good {
        let pkce = Pkce::new();
        let url = authorization_url(&native.id, uri, &pkce, &[]);
        let callback = session.browser.sign_in_and_consent(&url, &world.ana.username, &world.ana.password).await;
        assert!(callback.url.as_str().starts_with(&format!("{uri}?")), "{}", callback.url);
        let redeem = |uri| {
            let fields = [("code", callback.code()), ("redirect_uri", uri), ("code_verifier", &*pkce.verifier)];
            session.redemption(&native, &fields).send()
        };
        // The token endpoint compares with the request, and so does not let the port vary.
        for other in good.into_iter().filter(|other| *other != uri) {
            assert_refused(&redeem(other).await, "invalid_grant");
        }
        assert_eq!(redeem(uri).await.status, 200, "{uri}");
    }
    let query = |uri: &str| format!("response_type=code&client_id={}&redirect_uri={}", native.id, encode(uri));
    let others =
        ["http://127.0.0.1:51004/cb/", "http://localhost:51004/cb", "http://127.0.0.2/cb", "https://127.0.0.1/cb"];
    shown_here(&others.map(query)).await;
}

#[tokio::test]
async fn c162_the_port_varies_after_each_name_of_the_loopback_interface_for_public_and_confidential_clients() {
    let mut session = session::shared();
    let world = session.world;
    for (name, method) in [("localhost", "none"), ("localhost", "client_secret_basic"), ("[::1]", "client_secret_post")]
    {
        let registered = format!("http://{name}/callback");
        let more = [&APP[..], &["--auth-method", method, "--redirect-uri", &registered]].concat();
        let client = world.stack.cli().create_client(&format!("Loopback {name}"), &more);
        let (uri, pkce) = (format!("http://{name}:3118/callback"), Pkce::new());
        let url = authorization_url(&client.id, &uri, &pkce, &[]);
        let callback = session.browser.sign_in_and_consent(&url, &world.ana.username, &world.ana.password).await;
        assert!(callback.url.as_str().starts_with(&format!("{uri}?")), "{}", callback.url);
        // The token endpoint compares with the request, and so does not let the port vary.
        let proof = [("code", callback.code()), ("code_verifier", &*pkce.verifier)];
        let fields = |uri| match method {
            "client_secret_post" => {
                [&proof[..], &[("redirect_uri", uri), ("client_id", &*client.id), ("client_secret", client.secret())]]
                    .concat()
            }
            _ => [&proof[..], &[("redirect_uri", uri)]].concat(),
        };
        let redeem = |uri| {
            let ask = session.http.post("/token").field("grant_type", "authorization_code").fields(&fields(uri));
            if method == "client_secret_post" { ask } else { ask.client(&client) }
        };
        let refused = redeem(&registered).send().await;
        assert_eq!((refused.status, &*refused.string("error")), (400, "invalid_grant"), "{refused:?}");
        assert_eq!(redeem(&uri).send().await.status, 200, "{name} {method}");
        let query = |uri: &str| format!("response_type=code&client_id={}&redirect_uri={}", client.id, encode(uri));
        let others = ["/callback/", "/callback?x", "/Callback", "", ".evil.example:3118/callback", ":99999/callback"];
        shown_here(&others.map(|rest| query(&format!("http://{name}{rest}")))).await;
        shown_here(&["http://127.0.0.1:3118/callback", &format!("https://{name}:3118/callback")].map(query)).await;
    }
}

#[tokio::test]
async fn c179_an_operator_registers_a_scheme_without_a_period_by_naming_it() {
    let mut session = session::shared();
    let world = session.world;
    for uri in ["vscode://publisher.extension/callback", "myapp:/cb"] {
        let more = [&APP[..], &PUBLIC, &["--redirect-uri", uri]].concat();
        let client = world.stack.cli().create_client("Editor", &more);
        let url = authorization_url(&client.id, uri, &Pkce::new(), &[]);
        let callback = session.browser.sign_in_and_consent(&url, &world.ana.username, &world.ana.password).await;
        assert!(callback.url.as_str().starts_with(&format!("{uri}?")), "{}", callback.url);
        callback.assert_granted();
        let query = |uri: &str| format!("response_type=code&client_id={}&redirect_uri={}", client.id, encode(uri));
        let others =
            ["vscode://evil.extension/callback", "vscode-insiders://publisher.extension/callback", "myapp:/cb/"];
        shown_here(&others.map(query)).await;
    }
}

#[test]
fn c003_c006_c007_a_redirect_uri_that_no_client_should_have_is_not_registered() {
    let cli = World::shared().stack.cli();
    let bad = [
        "http://app.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "https://app.example/cb#x",
        "https://user@app.example/cb",
        "javascript:alert(1)",
        "JAVASCRIPT:/cb",
        "vbscript:/cb",
        "view-source:https://app.example/cb",
        "urn:ietf:wg:oauth:2.0:oob",
        "/cb",
        "https://*.app.example/cb ",
    ];
    for uri in bad {
        let args = ["client", "create", "--name", "Bad", "--grant", "authorization_code", "--redirect-uri", uri];
        assert_fails(&cli.finish(&args, ""), uri.trim());
    }
}

#[tokio::test]
async fn c004_without_a_known_client_the_error_is_shown_here() {
    let spa = &World::shared().spa.id;
    let (rest, cb) = ("response_type=code&state=s&code_challenge_method=S256", encode(CALLBACK));
    let off = World::shared().stack.cli();
    let disabled = off.create_client("Gone", &["--grant", "authorization_code", "--redirect-uri", CALLBACK]);
    off.run(&["client", "disable", &disabled.id]);
    shown_here(&[
        String::new(),
        format!("{rest}&redirect_uri={cb}"),
        format!("{rest}&client_id=&redirect_uri={cb}"),
        format!("{rest}&client_id=nobody&redirect_uri={cb}"),
        format!("{rest}&client_id={spa}&client_id={spa}&redirect_uri={cb}"),
        format!("{rest}&client_id={spa}&client_id=nobody&redirect_uri={cb}"),
        format!("{rest}&client_id={}&redirect_uri={cb}", spa.to_uppercase() + "X"),
        format!("{rest}&client_id={}&redirect_uri={cb}", disabled.id),
    ])
    .await;
}

#[tokio::test]
async fn c005_a_client_of_several_redirect_uris_must_name_one() {
    let cli = World::shared().stack.cli();
    let base = ["--auth-method", "none", "--grant", "authorization_code", "--api", ORDERS, "--redirect-uri", CALLBACK];
    let several = cli.create_client("Several", &[&base[..], &["--redirect-uri", "https://app.example/2"]].concat());
    let query = |id: &str| {
        let pkce = Pkce::new();
        format!("response_type=code&client_id={id}&code_challenge={}&code_challenge_method=S256", pkce.challenge)
    };
    shown_here(&[query(&several.id), format!("{}&redirect_uri=", query(&several.id))]).await;
    let one = cli.create_client("One", &base);
    let mut session = session::shared();
    let ana = &World::shared().ana;
    let url = format!("/authorize?{}", query(&one.id));
    let callback = session.browser.sign_in_and_consent(&url, &ana.username, &ana.password).await;
    assert!(callback.url.as_str().starts_with(CALLBACK), "{}", callback.url);
    callback.assert_granted();
}

#[tokio::test]
async fn c008_a_query_of_the_redirect_uri_is_kept() {
    let mut session = session::shared();
    let world = session.world;
    let uri = "https://app.example/cb?tenant=a%26b";
    let more = ["--auth-method", "none", "--grant", "authorization_code", "--api", ORDERS, "--redirect-uri", uri];
    let client = world.stack.cli().create_client("With query", &more);
    let url = authorization_url(&client.id, uri, &Pkce::new(), &[("state", "s")]);
    let callback = session.browser.sign_in_and_consent(&url, &world.ana.username, &world.ana.password).await;
    assert!(callback.url.as_str().starts_with(&format!("{uri}&")), "{}", callback.url);
    assert_eq!((callback.state.as_deref(), callback.iss.as_deref()), (Some("s"), Some(world.stack.issuer())));
    callback.assert_granted();
}

/// The arguments that register an ordinary app.
const APP: [&str; 4] = ["--grant", "authorization_code", "--api", ORDERS];
const PUBLIC: [&str; 2] = ["--auth-method", "none"];

#[tokio::test]
async fn c001_a_registered_query_is_part_of_the_text() {
    let uri = "https://app.example/cb?a=1&b=2";
    let more = [&APP[..], &PUBLIC, &["--redirect-uri", uri]].concat();
    let client = World::shared().stack.cli().create_client("Exact query", &more);
    let others = [
        "https://app.example/cb",
        "https://app.example/cb?",
        "https://app.example/cb?a=1",
        "https://app.example/cb?b=2&a=1",
        "https://app.example/cb?a=1&b=2&",
        "https://app.example/cb?a=1&b=2&c=3",
        "https://app.example/cb?a=1&b=%32",
        "https://app.example/cb?a=1&amp;b=2",
        "https://app.example/cb?A=1&b=2",
    ];
    let query = |uri: &str| format!("response_type=code&client_id={}&redirect_uri={}", client.id, encode(uri));
    shown_here(&others.map(query)).await;
    let mut session = session::shared();
    let world = session.world;
    let good = authorization_url(&client.id, uri, &Pkce::new(), &[]);
    session.browser.sign_in_and_consent(&good, &world.ana.username, &world.ana.password).await.assert_granted();
}

#[tokio::test]
async fn c002_what_only_looks_like_the_loopback_address_is_refused() {
    let world = World::shared();
    let more = [&APP[..], &PUBLIC, &["--redirect-uri", "http://127.0.0.1/cb"]].concat();
    let native = world.stack.cli().create_client("Lookalikes", &more);
    let others = [
        "http://127.0.0.1:80@evil.example/cb",
        "http://127.0.0.1@evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1:51004.evil.example/cb",
        "http://127.0.0.1:51004\\@evil.example/cb",
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1:-1/cb",
        "http://127.0.0.1:x/cb",
        "http://127.0.0.1:51004/cb?x",
        "http://127.0.0.1:51004/cb#x",
        "http://127.0.0.1:51004/CB",
        "http://127.0.0.1:51004",
        "http://user@127.0.0.1:51004/cb",
        "http://127.1:51004/cb",
        "http://2130706433:51004/cb",
        "http://0x7f000001:51004/cb",
        "http://[::ffff:127.0.0.1]:51004/cb",
        "http://[::1]:51004/cb",
        "http://0.0.0.0:51004/cb",
    ];
    let query = |uri: &str| format!("response_type=code&client_id={}&redirect_uri={}", native.id, encode(uri));
    shown_here(&others.map(query)).await;
}

#[tokio::test]
async fn c006_a_private_use_scheme_with_a_period_gets_its_answer() {
    let mut session = session::shared();
    let world = session.world;
    let uri = "com.example.app:/cb";
    let native = world.stack.cli().create_client("Phone app", &[&APP[..], &PUBLIC, &["--redirect-uri", uri]].concat());
    let url = authorization_url(&native.id, uri, &Pkce::new(), &[]);
    let callback = session.browser.sign_in_and_consent(&url, &world.ana.username, &world.ana.password).await;
    assert!(callback.url.as_str().starts_with("com.example.app:/cb?"), "{}", callback.url);
    callback.assert_granted();
    let others = ["com.example.app:/cb/", "com.example.app://cb", "COM.example.app:/cb", "com.example.app:/cb?x"];
    let query = |uri: &str| format!("response_type=code&client_id={}&redirect_uri={}", native.id, encode(uri));
    shown_here(&others.map(query)).await;
}

#[tokio::test]
async fn o12_a_redirect_uri_that_is_not_registered_or_not_clear_is_an_error_page() {
    let world = World::shared();
    let (mut session, _) = person(world, "o12");
    let one = app(world, "O12", &[]);
    let two = app(world, "O12 two", &["--redirect-uri", OTHER_CALLBACK]);
    let with_query = ["--grant", "authorization_code", "--redirect-uri", "https://app.example/cb?foo=bar"];
    let queried = world.stack.cli().create_client("O12 query", &with_query);
    drop(session.signed_in("o12", &one, &[("scope", "openid")]).await);
    let rows = [
        (&one, Some("https://app.example/nobodys")),
        (&one, Some("https://evil.example/cb")),
        (&one, Some("https://app.example/cb?foo=bar")),
        (&one, Some("https://app.example/cb?")),
        (&two, None),
        (&two, Some("")),
        (&two, Some("https://app.example/cb?foo=bar")),
        (&queried, Some("https://app.example/cb")),
        (&queried, Some("https://app.example/cb?foo=other")),
        (&queried, Some("https://app.example/cb?foo=bar&more=1")),
        (&queried, Some("https://app.example/cb?more=1&foo=bar")),
    ];
    for (client, redirect_uri) in rows {
        let good = authorization_url(&client.id, "here", &Pkce::new(), &[("scope", "openid"), ("state", "s")]);
        let asked = match redirect_uri {
            Some(uri) => good.replace("=here", &format!("={}", encode(uri))),
            None => good.replace("&redirect_uri=here", ""),
        };
        let _case = Case::new(&asked);
        assert_shown_here(&session.browser.go(&asked).await.reply);
    }
}
