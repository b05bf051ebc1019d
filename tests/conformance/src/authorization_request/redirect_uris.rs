//! A. The authorization endpoint: valid requests, and the places its answers may go to.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Browser, Jwt, Landing, Pkce, RegisteredClient, authorization_url};
use serde_json::json;

use crate::support::pages::{
    answered, asked_anew, asks_for_consent, assert_page_headers, assert_shown_here, assert_turned_down, cors_headers,
    encode, fragment, shown_here, sign_in, three_pages, url,
};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{
    self, Code, assert_fails, assert_granted, assert_no_store, assert_refused, reach, tokens,
};
use crate::support::world::{ALGORITHMS, CALLBACK, ORDERS, PARCELS, VAULT, World};

/// A `state` with characters that are hard to encode: any text is a valid `state`.
const ODD: &str = " !\"#$%&'()*+,-./0:;<=>?@A[\\]^_`a{|}~%20%ff&amp;é💡\u{a0}";

pub(crate) fn odd(length: usize) -> String {
    ODD.chars().cycle().take(length).collect()
}

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
    for uri in ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", "http://[::1]/cb", "http://[::1]:51004/cb"] {
        let pkce = Pkce::new();
        let url = authorization_url(&native.id, uri, &pkce, &[]);
        let callback = session.browser.sign_in_and_consent(&url, &world.ana.username, &world.ana.password).await;
        assert!(callback.url.as_str().starts_with(&format!("{uri}?")), "{}", callback.url);
        let fields = [("code", callback.code()), ("redirect_uri", uri), ("code_verifier", &*pkce.verifier)];
        let reply = session.redemption(&native, &fields).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let query = |uri: &str| format!("response_type=code&client_id={}&redirect_uri={}", native.id, encode(uri));
    let others =
        ["http://127.0.0.1:51004/cb/", "http://localhost:51004/cb", "http://127.0.0.2/cb", "https://127.0.0.1/cb"];
    shown_here(&others.map(query)).await;
}

#[test]
fn c003_c006_c007_a_redirect_uri_that_no_client_should_have_is_not_registered() {
    let cli = World::shared().stack.cli();
    let bad = [
        "http://app.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "https://app.example/cb#x",
        "https://user@app.example/cb",
        "myapp:/cb",
        "javascript:alert(1)",
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

#[tokio::test]
async fn c009_c010_c011_c013_a_request_without_a_good_challenge_gets_no_code() {
    let mut session = session::shared();
    let world = session.world;
    let pkce = Pkce::new();
    drop(session.code(&world.spa).await);
    for client in [&world.spa, &world.web] {
        let good = authorization_url(&client.id, CALLBACK, &pkce, &[]);
        let challenge = format!("&code_challenge={}", pkce.challenge);
        let method = "&code_challenge_method=S256";
        let rows = [
            good.replace(&challenge, "").replace(method, ""),
            good.replace(&challenge, ""),
            good.replace(method, ""),
            good.replace(method, "&code_challenge_method=plain"),
            good.replace(method, "&code_challenge_method=s256"),
            good.replace(&challenge, "&code_challenge=short"),
            good.replace(&challenge, &format!("{challenge}%21")),
        ];
        for url in rows {
            let callback = session.browser.sign_in_and_consent(&url, "", "").await;
            assert_eq!((callback.error.as_deref(), &callback.code), (Some("invalid_request"), &None), "{url}");
        }
    }
}

#[tokio::test]
async fn c012_a_code_is_bound_to_the_challenge_it_was_asked_with() {
    let mut session = session::shared();
    let world = session.world;
    let (first, second) = (Pkce::new(), Pkce::new());
    let one = session.authorize(&world.spa, &first, &[]).await.code().to_owned();
    let two = session.authorize(&world.spa, &second, &[]).await.code().to_owned();
    let crossed = [(one.clone(), &second), (two.clone(), &first)];
    for (code, pkce) in crossed {
        let reply = session.redeem(&world.spa, &Code { code, verifier: pkce.verifier.clone() }).await;
        assert_refused(&reply, "invalid_grant");
    }
    for (code, pkce) in [(one, &first), (two, &second)] {
        let reply = session.redeem(&world.spa, &Code { code, verifier: pkce.verifier.clone() }).await;
        assert_granted(&reply);
    }
}

#[tokio::test]
async fn c014_c015_c018_c025_every_error_has_the_state_and_the_issuer() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.spa).await);
    let state = odd(1_000);
    let rows = [
        ("response_type=code", "response_type=token", "unsupported_response_type"),
        ("response_type=code", "response_type=code+id_token", "unsupported_response_type"),
        ("response_type=code", "response_type=", "invalid_request"),
        ("response_type=code&", "", "invalid_request"),
        ("&state=", "&scope=read&scope=read&state=", "invalid_request"),
        ("&state=", "&other=1&other=2&state=", "invalid_request"),
        ("&state=", "&response_mode=web_message&state=", "invalid_request"),
        ("&state=", "&prompt=none+login&state=", "invalid_request"),
        ("&state=", "&max_age=-1&state=", "invalid_request"),
        ("&state=", "&request=a.b.c&state=", "request_not_supported"),
        ("&state=", "&request_uri=https%3A%2F%2Fapp.example%2Fr&state=", "request_uri_not_supported"),
        ("&state=", "&scope=admin&state=", "invalid_scope"),
        ("&state=", "&resource=https%3A%2F%2Fother.example&state=", "invalid_target"),
        ("&code_challenge_method=S256", "&code_challenge_method=plain", "invalid_request"),
    ];
    let good = authorization_url(&world.spa.id, CALLBACK, &Pkce::new(), &[("state", &state)]);
    for (from, to, error) in rows {
        let callback = session.browser.go(&good.replacen(from, to, 1)).await.callback();
        let callback = callback.unwrap_or_else(|| panic!("{to}: no answer to the client"));
        assert!(callback.url.as_str().starts_with(&format!("{CALLBACK}?")), "{}", callback.url);
        assert_eq!((callback.error.as_deref(), &callback.code), (Some(error), &None), "{to}");
        assert_eq!(callback.state.as_ref(), Some(&state), "{to}");
        assert_eq!(callback.iss.as_deref(), Some(world.stack.issuer()), "{to}");
    }
}

#[tokio::test]
async fn c016_an_empty_parameter_is_absent_and_an_unknown_one_is_nothing() {
    let mut session = session::shared();
    let world = session.world;
    let more = [("state", ""), ("scope", ""), ("nonce", ""), ("prompt", ""), ("max_age", ""), ("unknown", "x")];
    let callback = session.authorize(&world.spa, &Pkce::new(), &more).await;
    assert_eq!(callback.state, None);
    callback.assert_granted();
}

#[tokio::test]
async fn o06_c017_a_request_by_post_is_the_same_request() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let url = authorization_url(&world.web.id, CALLBACK, &Pkce::new(), &[("state", "s")]);
    let (path, query) = url.split_once('?').expect("a query");
    let cookies: Vec<String> = session.browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let post = |form: String| session.http.post(path).header("cookie", cookies.join("; ")).raw_form(form);
    let reply = post(query.to_owned()).send().await;
    let location = reply.location().unwrap_or_else(|| panic!("{reply:?}"));
    assert!(location.as_str().starts_with(&format!("{CALLBACK}?code=")), "{location}");
    assert_shown_here(&post(query.replace("cb", "cc")).send().await);
    assert_shown_here(&post(String::new()).send().await);
    let spoiled = post(query.replace("=code&", "=token&")).send().await.location().expect("an answer to the client");
    assert!(spoiled.query_pairs().any(|(_, value)| value == "unsupported_response_type"), "{spoiled}");
}

#[tokio::test]
async fn c018_c025_every_good_answer_has_the_state_and_the_issuer() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.spa, &world.web] {
        for state in [odd(1_000), odd(1), "0".to_owned(), "%".repeat(50)] {
            let callback = session.authorize(client, &Pkce::new(), &[("state", &state)]).await;
            assert_eq!(callback.state, Some(state));
            assert_eq!(callback.iss.as_deref(), Some(world.stack.issuer()));
            callback.assert_granted();
        }
        let callback = session.authorize(client, &Pkce::new(), &[]).await;
        assert_eq!((callback.state.as_deref(), callback.iss.as_deref()), (None, Some(world.stack.issuer())));
    }
}

#[tokio::test]
async fn c019_a_person_who_is_asked_for_no_scope_grants_the_default_one() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code_with(&world.web, &[]).await;
    let (audience, scope) = reach(&session.redeem(&world.web, &code).await);
    assert_eq!((audience, scope), (vec![ORDERS.to_owned()], vec!["read".to_owned(), "write".to_owned()]));
}

#[tokio::test]
async fn c019_c021_what_may_not_be_asked_for_goes_back_as_an_error() {
    let mut session = session::shared();
    let world = session.world;
    let rows = [
        (("resource", "https://unknown.example"), "invalid_target"),
        (("resource", VAULT), "invalid_target"),
        (("resource", "https://orders.example#a"), "invalid_target"),
        (("scope", "admin"), "invalid_scope"),
        (("scope", "a\\b"), "invalid_scope"),
    ];
    for (more, error) in rows {
        let callback = session.authorize(&world.spa, &Pkce::new(), &[more, ("state", "s")]).await;
        assert_eq!(callback.error.as_deref(), Some(error), "{more:?}: {}", callback.url);
        assert_eq!(callback.code, None);
    }
}

#[tokio::test]
async fn c020_scope_is_never_more_than_asked_or_allowed() {
    let session = session::shared();
    let (world, cli) = (session.world, session.world.stack.cli());
    let orders = ("resource", ORDERS);
    let (_, scope) = reach(&session.machine(&world.service, &[orders, ("scope", "read")]).await);
    assert_eq!(scope, ["read"]);
    for wide in ["admin", "read admin", "READ", "ship"] {
        let reply = session.machine(&world.service, &[orders, ("scope", wide)]).await;
        assert_refused(&reply, "invalid_scope");
    }
    for malformed in ["\"", "a\\b", "é", "a\tb", "a\nb"] {
        let reply = session.machine(&world.service, &[orders, ("scope", malformed)]).await;
        assert_refused(&reply, "invalid_scope");
    }
    let narrow = ["--grant", "client_credentials", "--api", ORDERS, "--scope", "read"];
    let narrow = cli.create_client("Narrow", &narrow);
    let (_, scope) = reach(&session.machine(&narrow, &[]).await);
    assert_eq!(scope, ["read"]);
    assert_refused(&session.machine(&narrow, &[("scope", "write")]).await, "invalid_scope");
}

#[tokio::test]
async fn c020_a_person_grants_no_more_scope_than_was_asked() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code_with(&world.spa, &[("scope", "write")]).await;
    let (audience, scope) = reach(&session.redeem(&world.spa, &code).await);
    assert_eq!((audience, scope), (vec![ORDERS.to_owned()], vec!["write".to_owned()]));
}

#[tokio::test]
async fn c021_a_resource_that_is_none_of_the_clients_is_an_invalid_target() {
    let session = session::shared();
    let world = session.world;
    let close = format!("{ORDERS}/");
    let fragment = format!("{ORDERS}#a");
    let unknown = ["https://unknown.example", VAULT, &close, &fragment, "orders", "/orders", "HTTPS://ORDERS.EXAMPLE"];
    for resource in unknown {
        let reply = session.machine(&world.service, &[("resource", resource)]).await;
        assert_refused(&reply, "invalid_target");
        let reply = session.machine(&world.service, &[("resource", ORDERS), ("resource", resource)]).await;
        assert_refused(&reply, "invalid_target");
    }
}

#[tokio::test]
async fn c022_c030_c031_every_page_is_locked_up() {
    let replies = three_pages(World::shared()).await;
    assert_eq!(replies.each_ref().map(|reply| reply.status), [200, 200, 400]);
    replies.iter().for_each(assert_page_headers);
}

#[tokio::test]
async fn c022_c023_a_redirect_with_a_code_is_a_303_that_no_script_of_another_site_reads() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let url = authorization_url(&world.web.id, CALLBACK, &Pkce::new(), &[]);
    let reply = session.browser.go(&url).await.reply;
    assert_eq!(reply.status, 303, "{reply:?}");
    assert_eq!(reply.header("access-control-allow-origin"), None);
    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{reply:?}");
    assert_no_store(&reply);
    let preflight = session.http.ask("OPTIONS", &url).header("origin", "https://evil.example");
    let preflight = preflight.header("access-control-request-method", "GET").send().await;
    assert_eq!(preflight.header("access-control-allow-origin"), None, "{preflight:?}");
}

#[tokio::test]
async fn c026_c114_c115_they_advertise_what_is_on_and_nothing_else() {
    let http = World::shared().stack.http();
    for path in DOCUMENTS {
        let document = document(&http, path).await;
        assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(document["response_types_supported"], json!(["code"]));
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
        let grants = BTreeSet::from(["authorization_code", "client_credentials", "refresh_token"]);
        assert_eq!(strings(&document["grant_types_supported"]), grants);
        let secret = ["client_secret_basic", "client_secret_post", "client_secret_jwt"];
        let methods = BTreeSet::from_iter([&secret[..], &["private_key_jwt", "none"]].concat());
        assert_eq!(strings(&document["token_endpoint_auth_methods_supported"]), methods);
        for off in ["registration_endpoint", "pushed_authorization_request_endpoint", "device_authorization_endpoint"] {
            assert!(document.get(off).is_none(), "{off}");
        }
    }
}

#[tokio::test]
async fn a_repeated_state_is_not_returned() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.spa).await);
    let url = authorization_url(&world.spa.id, CALLBACK, &Pkce::new(), &[("state", "a"), ("state", "b")]);
    let callback = session.browser.go(&url).await.callback().expect("an answer to the client");
    assert_eq!((callback.error.as_deref(), callback.state), (Some("invalid_request"), None));
}

#[tokio::test]
async fn a_client_without_the_code_grant_is_told_so() {
    let mut session = session::shared();
    let world = session.world;
    let more = ["--grant", "client_credentials", "--api", ORDERS, "--redirect-uri", CALLBACK];
    let client = world.stack.cli().create_client("Machine with a redirect URI", &more);
    drop(session.code(&world.spa).await);
    let url = authorization_url(&client.id, CALLBACK, &Pkce::new(), &[("state", "s")]);
    let callback = session.browser.go(&url).await.callback().expect("an answer to the client");
    assert_eq!((callback.error.as_deref(), callback.state.as_deref()), (Some("unauthorized_client"), Some("s")));
}

#[tokio::test]
async fn resource_chooses_the_audience_and_may_be_repeated() {
    let session = session::shared();
    let world = session.world;
    let (audience, scope) = reach(&session.machine(&world.service, &[("resource", PARCELS)]).await);
    assert_eq!((audience, scope), (vec![PARCELS.to_owned()], vec!["ship".to_owned()]));
    let two = [("resource", PARCELS), ("resource", ORDERS)];
    let (audience, scope) = reach(&session.machine(&world.service, &two).await);
    assert_eq!(audience, [ORDERS, PARCELS]);
    assert_eq!(scope, ["read", "ship", "write"]);
}

#[tokio::test]
async fn resources_that_no_single_token_serves_are_an_invalid_target() {
    let session = session::shared();
    let world = session.world;
    for (_, other) in &ALGORITHMS[1..] {
        let reply = session.machine(&world.service, &[("resource", ORDERS), ("resource", other)]).await;
        assert_refused(&reply, "invalid_target");
    }
}

#[tokio::test]
async fn a_person_grants_several_apis_and_each_token_is_for_some_of_them() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code_with(&world.spa, &[("resource", ORDERS), ("resource", PARCELS)]).await;
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    let narrowed = session.redemption(&world.spa, &fields).field("resource", PARCELS).send().await;
    let (audience, scope) = reach(&narrowed);
    assert_eq!((audience, scope), (vec![PARCELS.to_owned()], vec!["ship".to_owned()]));
    // Narrowing the access token did not narrow the grant.
    let other = session.refresh_with(&world.spa, &tokens(&narrowed).refresh, &[("resource", ORDERS)]).await;
    assert_eq!(reach(&other).0, [ORDERS]);
    let all = session.refresh(&world.spa, &tokens(&other).refresh).await;
    assert_eq!(reach(&all).0, [ORDERS, PARCELS]);
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
async fn c012_the_challenge_itself_is_no_verifier() {
    let mut session = session::shared();
    let world = session.world;
    let pkce = Pkce::new();
    let code = session.authorize(&world.spa, &pkce, &[]).await.code().to_owned();
    // If the method were forgotten and `plain` assumed, this challenge would be its own verifier.
    let plain = Code { code: code.clone(), verifier: pkce.challenge.clone() };
    assert_refused(&session.redeem(&world.spa, &plain).await, "invalid_grant");
    let fields = [("code", &*code), ("redirect_uri", CALLBACK), ("code_verifier", &*pkce.challenge)];
    for method in ["plain", "S256"] {
        let ask = session.redemption(&world.spa, &fields).field("code_challenge_method", method);
        assert_refused(&ask.send().await, "invalid_grant");
    }
    assert_granted(&session.redeem(&world.spa, &Code { code, verifier: pkce.verifier }).await);
}

#[tokio::test]
async fn c013_a_challenge_has_the_length_and_the_characters_of_rfc_7636() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let mut bad: Vec<String> = [1, 42, 129, 1_000].map(|length| "a".repeat(length)).into();
    bad.extend(["+", "/", "=", " ", "%", "é", "\"", "\u{0}", "\n"].map(|odd| format!("{}{odd}", "a".repeat(42))));
    for challenge in bad {
        let pkce = Pkce { verifier: String::new(), challenge: challenge.clone() };
        let landing = session.browser.go(&authorization_url(&world.web.id, CALLBACK, &pkce, &[])).await;
        let callback = answered(&landing);
        assert_eq!((callback.error.as_deref(), callback.code), (Some("invalid_request"), None), "{challenge}");
    }
    let good = format!("{}-._~", "a".repeat(39));
    let pkce = Pkce { verifier: String::new(), challenge: good };
    answered(&session.browser.go(&authorization_url(&world.web.id, CALLBACK, &pkce, &[])).await).assert_granted();
}

#[tokio::test]
async fn c014_no_response_type_but_code_is_served() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let good = authorization_url(&world.web.id, CALLBACK, &Pkce::new(), &[("state", "s")]);
    let others =
        ["id_token", "none", "token+id_token", "code+token", "code+id_token+token", "CODE", "codes", "code+code", "x"];
    for other in others {
        let url = good.replace("response_type=code&", &format!("response_type={other}&"));
        let callback = answered(&session.browser.go(&url).await);
        assert_eq!(callback.error.as_deref(), Some("unsupported_response_type"), "{other}: {}", callback.url);
        assert_eq!((callback.code.as_ref(), callback.state.as_deref()), (None, Some("s")), "{other}");
        assert!(!callback.url.as_str().contains("token="), "{other}: {}", callback.url);
    }
}

#[tokio::test]
async fn c015_no_parameter_may_be_repeated_but_resource() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.spa).await);
    let pkce = Pkce::new();
    let good = authorization_url(&world.spa.id, CALLBACK, &pkce, &[("state", "s"), ("scope", "read")]);
    let repeated = [
        "response_type=code",
        "response_type=token",
        "scope=read",
        "scope=write",
        "nonce=a&nonce=a",
        "prompt=consent&prompt=consent",
        "max_age=1&max_age=2",
        "response_mode=query&response_mode=query",
        "code_challenge_method=S256",
        &format!("code_challenge={}", pkce.challenge),
        &format!("code_challenge={}", Pkce::new().challenge),
        "scope=",
        "unknown=&unknown=",
    ];
    for more in repeated {
        let callback = answered(&session.browser.go(&format!("{good}&{more}")).await);
        assert_eq!((callback.error.as_deref(), callback.code), (Some("invalid_request"), None), "{more}");
    }
    let resources = [("resource", ORDERS), ("resource", PARCELS)];
    session.authorize(&world.spa, &Pkce::new(), &resources).await.assert_granted();
}

#[tokio::test]
async fn c018_the_state_survives_every_way_to_an_error_and_every_page() {
    let mut session = session::shared();
    let world = session.world;
    let spa = asked_anew(world);
    let state = odd(1_500);
    let more = |prompt| [("state", &*state), ("prompt", prompt)];
    let stranger = answered(&session.browser.go(&url(&spa.id, &more("none"))).await);
    let page = session.browser.go(&url(&spa.id, &[("state", &state)])).await;
    let wrong = sign_in(&mut session.browser, &page, "nobody at all", "wrong").await;
    let consent = sign_in(&mut session.browser, &wrong, &world.ana.username, &world.ana.password).await;
    let denied = session.browser.submit(&consent, &consent.form(), &[("decision", "deny")]).await;
    let unasked = answered(&session.browser.go(&url(&spa.id, &more("none"))).await);
    for (callback, error) in
        [(stranger, "login_required"), (answered(&denied), "access_denied"), (unasked, "consent_required")]
    {
        assert_eq!(callback.error.as_deref(), Some(error));
        assert_eq!(callback.state.as_ref(), Some(&state), "{error}");
    }
}

#[tokio::test]
async fn c018_each_character_of_a_state_comes_back_as_it_went() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    for code in (0x20..0x7f).chain([0xa0, 0xe9, 0x20ac, 0x1_f4a1]) {
        let state: String = char::from_u32(code).into_iter().collect();
        let good = answered(&session.browser.go(&url(&world.web.id, &[("state", &state)])).await);
        assert_eq!((good.state.as_ref(), good.error.as_ref()), (Some(&state), None), "{code:#x}");
        let bad = answered(&session.browser.go(&url(&world.web.id, &[("state", &state), ("scope", "admin")])).await);
        assert_eq!((bad.state, bad.error.as_deref()), (Some(state), Some("invalid_scope")), "{code:#x}");
    }
}

#[tokio::test]
async fn c022_no_page_lets_scripts_of_other_sites_in() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let good = url(&world.web.id, &[]);
    let asks = ["GET", "POST", "OPTIONS", "HEAD", "PUT"].into_iter().flat_map(|method| {
        let paths = [&*good, "/authorize", "/authorize?client_id=nobody", "/authorize/sign-in", "/authorize/consent"];
        paths.map(|path| session.http.ask(method, path))
    });
    for ask in asks {
        let ask = ask.header("origin", "https://evil.example").header("access-control-request-method", "GET");
        let reply = ask.header("access-control-request-headers", "authorization").send().await;
        assert_eq!(cors_headers(&reply), [""; 0], "{reply:?}");
    }
    let callback = session.browser.go(&good).await;
    answered(&callback).assert_granted();
    assert_eq!(cors_headers(&callback.reply), [""; 0]);
}

#[tokio::test]
async fn c022_a_preflight_of_a_page_is_refused() {
    let http = World::shared().stack.http();
    for path in ["/authorize", "/authorize/sign-in", "/authorize/consent"] {
        let ask = http.ask("OPTIONS", path).header("origin", "https://evil.example");
        let reply = ask.header("access-control-request-method", "POST").send().await;
        assert_eq!(reply.status, 405, "{path}: {reply:?}");
        assert!(reply.header("allow").is_some_and(|allowed| !allowed.contains("OPTIONS")), "{path}: {reply:?}");
    }
}

#[tokio::test]
async fn c023_every_redirect_after_a_password_or_a_decision_is_a_303() {
    let mut session = session::shared();
    let world = session.world;
    let page = session.browser.go(&url(&world.web.id, &[])).await;
    let cookies: Vec<String> = session.browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let form = page.form();
    let filled = form.filled(&[("username", &world.ana.username), ("password", &world.ana.password)]);
    let ask = session.http.post("/authorize/sign-in").header("cookie", cookies.join("; "));
    let reply = filled.iter().fold(ask, |ask, (name, value)| ask.field(name, value)).send().await;
    assert_eq!(reply.status, 303, "{reply:?}");
    let to = reply.header("location").unwrap_or_default();
    assert!(to.starts_with("/authorize?") || to.starts_with(CALLBACK), "{reply:?}");
    assert!(!to.contains("password") && !to.contains("battery"), "{reply:?}");
    for decision in ["deny", "allow"] {
        drop(sign_in(&mut session.browser, &page, &world.ana.username, &world.ana.password).await);
        let consent = session.browser.go(&url(&world.web.id, &[("prompt", "consent")])).await;
        let landing = session.browser.submit(&consent, &consent.form(), &[("decision", decision)]).await;
        assert_eq!(landing.reply.status, 303, "{decision}: {:?}", landing.reply);
        assert!(landing.callback().is_some(), "{decision}: {:?}", landing.reply);
    }
}

/// RFC 9700 §4.11.2 has an open redirector in mind: an attacker who registers a client. The operator registered this
/// client, so errors are reported at once, to exactly that URI, and without any information about the person. Errors
/// of clients that registered themselves wait for a person (C141).
#[tokio::test]
async fn c024_before_the_sign_in_nothing_is_redirected_but_an_error_to_a_registered_uri() {
    let world = World::shared();
    let good = url(&world.web.id, &[("state", "s")]);
    let spoiled = [
        good.replace("response_type=code&", "response_type=token&"),
        good.replace("response_type=code&", ""),
        good.replace("code_challenge_method=S256", "code_challenge_method=plain"),
        format!("{good}&scope=admin"),
        format!("{good}&resource=https%3A%2F%2Funknown.example"),
        format!("{good}&request=a.b.c"),
        format!("{good}&other=1&other=2"),
        format!("{good}&max_age=x"),
        format!("{good}&prompt=none"),
    ];
    for bad in &spoiled {
        let callback = answered(&world.stack.browser().go(bad).await);
        assert_eq!(callback.url.as_str().split('?').next(), Some(CALLBACK), "{bad}");
        let names: Vec<String> = callback.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["error", "error_description", "state", "iss"], "{bad}");
        let elsewhere = bad.replace("app.example", "evil.example");
        let landing = world.stack.browser().go(&elsewhere).await;
        assert!(landing.callback().is_none() && landing.reply.status == 400, "{elsewhere} {:?}", landing.reply);
    }
    let page = world.stack.browser().go(&good).await;
    assert!(page.callback().is_none() && page.reply.status == 200, "{:?}", page.reply);
}

#[tokio::test]
async fn o08_c025_iss_is_the_issuer_of_the_metadata_byte_for_byte() {
    let mut session = session::shared();
    let world = session.world;
    let document = session.http.get("/.well-known/oauth-authorization-server").send().await;
    let issuer = document.string("issuer");
    let good = session.authorize(&world.web, &Pkce::new(), &[]).await;
    let bad = session.authorize(&world.web, &Pkce::new(), &[("scope", "admin")]).await;
    for callback in [good, bad] {
        assert_eq!(callback.iss.as_ref(), Some(&issuer), "{}", callback.url);
    }
    assert_eq!(document.json()["authorization_response_iss_parameter_supported"], true);
}

#[tokio::test]
async fn c026_both_documents_say_that_iss_comes_with_the_answer() {
    let http = World::shared().stack.http();
    for path in DOCUMENTS {
        assert_eq!(document(&http, path).await["authorization_response_iss_parameter_supported"], true, "{path}");
    }
}

#[tokio::test]
async fn c027_a_nonce_of_any_length_is_accepted_and_gives_no_id_token() {
    let mut session = session::shared();
    let world = session.world;
    for nonce in ["n", &"n".repeat(64), &odd(64)] {
        let code = session.code_with(&world.spa, &[("nonce", nonce)]).await;
        let reply = session.redeem(&world.spa, &code).await;
        assert_granted(&reply);
        assert!(reply.json().get("id_token").is_none(), "{reply:?}");
    }
}

#[tokio::test]
async fn o15_c028_a_request_object_is_refused_by_value_and_by_reference() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let good = url(&world.web.id, &[("state", "s")]);
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6InJlYWQifQ.";
    let rows = [
        (format!("request={unsigned}"), "request_not_supported"),
        ("request=x".to_owned(), "request_not_supported"),
        ("request_uri=https%3A%2F%2Fapp.example%2Fr".to_owned(), "request_uri_not_supported"),
        ("request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Ax".to_owned(), "request_uri_not_supported"),
        ("request_uri=x".to_owned(), "request_uri_not_supported"),
    ];
    for (more, error) in rows {
        let callback = answered(&session.browser.go(&format!("{good}&{more}")).await);
        assert_eq!((callback.error.as_deref(), callback.code), (Some(error), None), "{more}");
        assert_eq!(callback.state.as_deref(), Some("s"), "{more}");
    }
    let both = answered(&session.browser.go(&format!("{good}&request=a.b.c&request_uri=x")).await);
    assert!(both.code.is_none() && both.error.is_some(), "{}", both.url);
    // An empty parameter counts as absent (C016).
    answered(&session.browser.go(&format!("{good}&request=&request_uri=")).await).assert_granted();
    for path in DOCUMENTS {
        let document = document(&session.http, path).await;
        assert_eq!(document["request_parameter_supported"], false);
        assert_eq!(document["request_uri_parameter_supported"], false);
    }
}

#[tokio::test]
async fn c028_the_claims_of_a_request_object_replace_nothing() {
    let world = World::shared();
    let claims = format!("{{\"client_id\":\"{}\",\"redirect_uri\":\"{CALLBACK}\"}}", world.spa.id);
    let object = format!("eyJhbGciOiJub25lIn0.{}.", URL_SAFE_NO_PAD.encode(claims));
    shown_here(&[
        format!("request={object}"),
        format!("client_id={}&request={object}", world.opaque_spa.id.to_uppercase() + "X"),
        format!("client_id={}&redirect_uri=https%3A%2F%2Fevil.example%2Fcb&request={object}", world.spa.id),
        "request_uri=https%3A%2F%2Fapp.example%2Fr&client_id=nobody".to_owned(),
    ])
    .await;
}

/// Starts a world whose deployment allows the implicit grant, and registers an app that may use it.
fn with_the_implicit_grant() -> (World, RegisteredClient) {
    let world = World::with("JETON_ALLOW_IMPLICIT_GRANT", "true");
    let client = implicit_app(&world);
    (world, client)
}

fn implicit_app(world: &World) -> RegisteredClient {
    let more = ["--auth-method", "none", "--grant", "implicit", "--redirect-uri", CALLBACK, "--api", ORDERS];
    world.stack.cli().create_client("Old app in a browser", &more)
}

/// Builds a request for a token without PKCE, which has no purpose here.
fn token_url(client: &str, more: &str) -> String {
    format!("/authorize?response_type=token&client_id={client}&redirect_uri={}&state=s+1{more}", encode(CALLBACK))
}

/// Signs in and returns the consent page of the request.
async fn consent_of(world: &World, browser: &mut Browser, target: &str) -> Landing {
    let page = browser.go(target).await;
    let next = sign_in(browser, &page, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
    next
}

#[tokio::test]
async fn c014_the_implicit_grant_is_off_until_the_deployment_and_the_client_opted_in() {
    let mut session = session::shared();
    let world = session.world;
    let registered = implicit_app(world);
    drop(session.code(&world.spa).await);
    for client in [&registered, &world.spa] {
        let callback = answered(&session.browser.go(&token_url(&client.id, "")).await);
        assert_eq!(callback.error.as_deref(), Some("unsupported_response_type"), "{}", callback.url);
        assert_eq!((callback.state.as_deref(), callback.url.fragment()), (Some("s 1"), None));
    }
    let (world, client) = with_the_implicit_grant();
    let mut session = world.session();
    drop(session.code(&world.spa).await);
    let callback = answered(&session.browser.go(&token_url(&world.spa.id, "")).await);
    let told = fragment(&callback.url);
    assert_eq!((&*told["error"], &*told["state"], callback.url.query()), ("unauthorized_client", "s 1", None));
    assert_eq!(told["iss"], world.stack.issuer());
    // A client of the implicit grant only gets no code.
    let callback = answered(&session.browser.go(&url(&client.id, &[])).await);
    assert_eq!((callback.error.as_deref(), callback.code), (Some("unauthorized_client"), None));
}

#[tokio::test]
async fn c014_the_implicit_grant_is_advertised_only_while_it_is_on() {
    let (on, _) = with_the_implicit_grant();
    let types = vec!["code", "token", "id_token", "id_token token", "token id_token"];
    for (world, types, implicit) in [(World::shared(), vec!["code"], false), (&on, types, true)] {
        for path in DOCUMENTS {
            let document = document(&world.stack.http(), path).await;
            assert_eq!(strings(&document["response_types_supported"]), types.iter().copied().collect(), "{document}");
            let modes = ["form_post", "fragment", "query"];
            assert_eq!(strings(&document["response_modes_supported"]), modes.into(), "{document}");
            assert_eq!(strings(&document["grant_types_supported"]).contains("implicit"), implicit, "{document}");
            assert!(!strings(&document["grant_types_supported"]).contains("password"), "{document}");
        }
    }
}

#[tokio::test]
async fn c014_a_token_of_the_implicit_grant_is_brief_and_all_that_is_given() {
    let (world, client) = with_the_implicit_grant();
    let mut session = world.session();
    let consent = consent_of(&world, &mut session.browser, &token_url(&client.id, "&scope=read")).await;
    let landing = session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await;
    assert_eq!(landing.reply.status, 303, "{:?}", landing.reply);
    assert_eq!(cors_headers(&landing.reply), [""; 0]);
    assert_no_store(&landing.reply);
    let callback = answered(&landing);
    assert!(callback.url.as_str().starts_with(&format!("{CALLBACK}#")), "{}", callback.url);
    let told = fragment(&callback.url);
    let names: Vec<&str> = told.keys().map(String::as_str).collect();
    assert_eq!(names, ["access_token", "expires_in", "iss", "scope", "state", "token_type"]);
    assert_eq!((&*told["token_type"], &*told["scope"], &*told["state"]), ("Bearer", "read", "s 1"));
    assert_eq!(told["iss"], world.stack.issuer());
    let lifetime: u64 = told["expires_in"].parse().expect("a number");
    assert!((1..=300).contains(&lifetime), "{lifetime} s");
    let jwt = Jwt::read(&told["access_token"]);
    assert_eq!((jwt.text("sub"), jwt.text("client_id"), jwt.text("scope")), (&*world.ana.sub, &*client.id, "read"));
    assert!(jwt.number("exp") - jwt.number("iat") <= 300);
    assert!(session.is_active(&told["access_token"]).await);
    // The form works once: it gives no second token.
    let again = session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await;
    assert_turned_down(&again);
    assert_refused(&session.refresh(&client, &told["access_token"]).await, "unauthorized_client");
}

#[tokio::test]
async fn c014_errors_of_the_implicit_grant_go_into_the_fragment_and_to_registered_uris_only() {
    let (world, client) = with_the_implicit_grant();
    let mut session = world.session();
    drop(session.code(&world.spa).await);
    let rows = [
        ("&response_mode=query", "invalid_request"),
        ("&response_mode=query.jwt", "invalid_request"),
        ("&scope=admin", "invalid_scope"),
        ("&scope=read&scope=read", "invalid_request"),
        ("&resource=https%3A%2F%2Funknown.example", "invalid_target"),
        ("&prompt=none", "consent_required"),
    ];
    for (more, error) in rows {
        let callback = answered(&session.browser.go(&token_url(&client.id, more)).await);
        let told = fragment(&callback.url);
        assert_eq!((&*told["error"], &*told["state"]), (error, "s 1"), "{more}: {}", callback.url);
        assert_eq!((told.get("access_token"), callback.url.query()), (None, None), "{more}: {}", callback.url);
    }
    let page = session.browser.go(&token_url(&client.id, "")).await;
    let denied = answered(&session.browser.submit(&page, &page.form(), &[("decision", "deny")]).await);
    assert_eq!((&*fragment(&denied.url)["error"], denied.url.query()), ("access_denied", None));
    for uri in ["https://app.example/cb/", "https://app.example/cb?x", "https://evil.example/cb"] {
        let other = token_url(&client.id, "").replace(&encode(CALLBACK), &encode(uri));
        assert_shown_here(&session.browser.go(&other).await.reply);
    }
}

#[tokio::test]
async fn c014_a_fragment_or_a_mode_of_it_gives_no_code() {
    let (world, _) = with_the_implicit_grant();
    let mut session = world.session();
    drop(session.code(&world.web).await);
    for kind in ["code+token", "token+code", "code+id_token", "code+id_token+token", "token+token", "TOKEN"] {
        let target = url(&world.web.id, &[]).replace("response_type=code&", &format!("response_type={kind}&"));
        let callback = answered(&session.browser.go(&target).await);
        assert!(callback.code.is_none() && !callback.url.as_str().contains("access_token"), "{}", callback.url);
        assert!(callback.url.as_str().contains("error=unsupported_response_type"), "{kind}: {}", callback.url);
    }
}
