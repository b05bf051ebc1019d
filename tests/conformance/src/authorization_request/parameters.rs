//! Parameters of an authorization request: absent, empty, repeated, unknown, and of no supported kind.

use harness::{Landing, Pkce, RegisteredClient, authorization_url};

use crate::support::case::Case;
use crate::support::pages::{
    answered, asks_for_a_password, assert_page_headers, assert_shown_here, fragment, odd, sign_in, url,
};
use crate::support::relying_party::{app, person};
use crate::support::session::{self, Session, assert_granted};
use crate::support::world::{CALLBACK, ORDERS, PARCELS, World};

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
    assert_eq!(fragment(&spoiled)["error"], "unsupported_response_type", "{spoiled}");
}

/// Posts an authorization request as browsers do from another site: without `SameSite=Lax` cookies.
async fn posted(
    session: &Session<'_>,
    client: &RegisteredClient,
    more: &[(&str, &str)],
    site: [(&str, &str); 2],
) -> Landing {
    let target = url(&client.id, more);
    let (path, query) = target.split_once('?').expect("a query");
    let ask = session.http.post(path).raw_form(query);
    let reply = site.into_iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send().await;
    let url = ::url::Url::parse(&format!("{}/authorize", session.world.stack.issuer())).expect("a URL");
    Landing { url, reply }
}

#[tokio::test]
async fn o06_c017_a_request_that_another_site_posts_is_the_same_as_a_link() {
    let world = World::shared();
    let (mut session, _) = person(world, "o06posted");
    let client = app(world, "O06 posted", &[]);
    let id_token = session.signed_in("o06posted", &client, &[("scope", "openid")]).await.string("id_token");
    let silent = [("scope", "openid"), ("state", "s 1"), ("prompt", "none"), ("id_token_hint", &*id_token)];
    let document = ("sec-fetch-dest", "document");
    for (more, site) in [
        (&[("scope", "openid"), ("state", "s 1")][..], [("sec-fetch-site", "cross-site"), document]),
        (&[("scope", "openid"), ("state", "s 1")], [("origin", "https://app.example"), ("accept", "*/*")]),
        (&silent, [("sec-fetch-site", "cross-site"), document]),
    ] {
        let _case = Case::new(format!("{more:?} {site:?}"));
        let page = posted(&session, &client, more, site).await;
        assert_eq!((page.reply.status, page.reply.header("location")), (200, None), "{:?}", page.reply);
        assert_page_headers(&page.reply);
        let callback = answered(&session.browser.submit(&page, &page.form(), &[]).await);
        assert_eq!(callback.state.as_deref(), Some("s 1"), "{}", callback.url);
        callback.assert_granted();
    }
    // A frame shows no page of this site and sends no session, so the answer is the same as before.
    let framed =
        posted(&session, &client, &silent, [("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "iframe")]).await;
    assert_eq!(answered(&framed).error.as_deref(), Some("login_required"));
    // Somebody who is not signed in gets the forms of the request, and is not led around once more.
    let mut stranger = world.stack.browser();
    let page = posted(&session, &client, &[("scope", "openid")], [("sec-fetch-site", "cross-site"), document]).await;
    let page = stranger.submit(&page, &page.form(), &[]).await;
    assert!(asks_for_a_password(&page) && !page.reply.text().contains("posted_again"), "{:?}", page.reply);
    let landing = sign_in(&mut stranger, &page, "o06posted", "correct horse battery staple").await;
    answered(&landing).assert_granted();
}

#[tokio::test]
async fn c015_c017_a_request_that_another_site_posts_repeats_no_parameter_either() {
    let session = session::shared();
    let client = app(session.world, "Posts twice", &[]);
    for more in [
        [("scope", "openid"), ("scope", "openid")],
        [("scope", "openid"), ("scope", "")],
        [("scope", ""), ("scope", "")],
        [("unknown", "1"), ("unknown", "")],
    ] {
        let _case = Case::new(format!("{more:?}"));
        let site = [("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "document")];
        let landing = posted(&session, &client, &more, site).await;
        assert_eq!(answered(&landing).error.as_deref(), Some("invalid_request"));
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
        assert_eq!(callback.url.fragment().is_some(), other.contains("token"), "{other}: {}", callback.url);
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
async fn o11_what_only_advises_changes_nothing() {
    let world = World::shared();
    let (mut session, _) = person(world, "o11");
    let client = app(world, "O11", &[]);
    let more = [
        ("scope", "openid"),
        ("display", "popup"),
        ("ui_locales", "fr-CA fr en"),
        ("claims_locales", "fr"),
        ("acr_values", "1 2 pwd"),
        ("login_hint", "o11"),
        ("extra", "foobar"),
    ];
    assert_granted(&session.signed_in("o11", &client, &more).await);
}

#[tokio::test]
async fn o13_without_a_response_type_the_client_is_told_that_the_request_is_invalid() {
    let world = World::shared();
    let (mut session, _) = person(world, "o13");
    let client = app(world, "O13", &[]);
    for signed_in in [false, true] {
        if signed_in {
            drop(session.signed_in("o13", &client, &[("scope", "openid")]).await);
        }
        let good = url(&client.id, &[("scope", "openid"), ("state", "s"), ("nonce", "n")]);
        for bad in [good.replace("response_type=code&", ""), good.replace("response_type=code&", "response_type=&")] {
            let callback = answered(&session.browser.go(&bad).await);
            assert!(callback.url.as_str().starts_with(&format!("{CALLBACK}?")), "{}", callback.url);
            assert_eq!((callback.error.as_deref(), callback.code.as_deref()), (Some("invalid_request"), None));
            assert_eq!(callback.state.as_deref(), Some("s"), "{}", callback.url);
        }
    }
}
