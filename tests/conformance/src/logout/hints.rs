//! Sign-out requests without a good ID token, and ID tokens without a browser (RP-Initiated Logout §2, §3).

use harness::{CountingProxy, Fault, Jwt, Pkce, RegisteredClient, Span, Stack, authorization_url};
use serde_json::json;

use crate::logout::rp_initiated::{OUT, assert_stays_here, logout};
use crate::support::forged::{parts_of, signed_by_the_attacker};
use crate::support::relying_party::{app, person};
use crate::support::rounds::store_without_a_stream;
use crate::support::self_registration::{open, registered_openly};
use crate::support::session::{Session, assert_granted, assert_refused};
use crate::support::world::{CALLBACK, World};

const BACK: &str = "post_logout_redirect_uri";

/// Returns an ID token as it would be if its key had retired: the server knows no key of that name.
fn retired(id_token: &str) -> String {
    let header = json!({"alg": "RS256", "kid": "a-key-that-retired"}).to_string();
    signed_by_the_attacker(&header, &Jwt::read(id_token).claims.to_string())
}

impl Session<'_> {
    /// Presses a button of the page that asks, and returns the address that the browser is sent to.
    async fn asked(&mut self, target: &str, decision: &str) -> Option<String> {
        let page = self.browser.go(target).await;
        assert_stays_here(&page, "Sign out?");
        let done = self.browser.submit(&page, &page.form(), &[("decision", decision)]).await;
        done.reply.header("location").map(str::to_owned)
    }
}

#[tokio::test]
async fn c174_who_confirmed_returns_to_the_address_that_the_named_app_registered() {
    let world = World::shared();
    let (mut session, _) = person(world, "c174");
    let client = app(world, "C174 <App>", &["--post-logout-redirect-uri", OUT]);
    let with_state = Some(format!("{OUT}?state=s%201"));
    for (retires, names_client) in [(false, true), (true, true), (true, false)] {
        let hint = session.signed_in("c174", &client, &[("scope", "openid")]).await.string("id_token");
        let hint = retired(&hint);
        let hint = retires.then_some(("id_token_hint", &*hint));
        let named = names_client.then_some(("client_id", &*client.id));
        let parameters: Vec<_> = [(BACK, OUT), ("state", "s 1")].into_iter().chain(hint).chain(named).collect();
        let page = session.browser.go(&logout(&parameters)).await;
        // Nothing proves that the app sent the request, so the page does not say that it did.
        assert_stays_here(&page, "Afterwards you return to <strong><bdi>C174 &#60;App&#62;</bdi></strong>");
        assert!(!page.reply.text().contains("asks to sign you out"), "{:?}", page.reply);
        assert_eq!(session.asked(&logout(&parameters), "stay").await, None);
        assert!(session.is_signed_in(&client.id).await);
        assert_eq!(session.asked(&logout(&parameters), "sign_out").await, with_state);
        assert!(!session.is_signed_in(&client.id).await);
        // Where nobody is signed in, nobody is asked.
        assert_eq!(session.browser.go(&logout(&parameters)).await.reply.header("location"), with_state.as_deref());
    }
}

#[tokio::test]
async fn c174_what_is_not_registered_for_the_named_app_is_not_followed_and_ends_nothing() {
    let world = World::shared();
    let (mut session, _) = person(world, "c174bad");
    let client = app(world, "C174 bad", &["--post-logout-redirect-uri", OUT]);
    let other = app(world, "C174 other", &["--post-logout-redirect-uri", "https://other.example/out"]);
    let disabled = app(world, "C174 disabled", &["--post-logout-redirect-uri", OUT]);
    world.stack.cli().run(&["client", "disable", &disabled.id]);
    let hint = session.signed_in("c174bad", &client, &[("scope", "openid")]).await.string("id_token");
    let old = retired(&hint);
    let rows: [&[(&str, &str)]; 8] = [
        &[("client_id", &client.id), (BACK, "https://app.example/out/")],
        &[("client_id", &client.id), (BACK, "https://other.example/out")],
        &[("client_id", "nobody"), (BACK, OUT)],
        &[("client_id", &disabled.id), (BACK, OUT)],
        &[("id_token_hint", &old), (BACK, "https://evil.example/out")],
        &[("id_token_hint", &old), ("client_id", &other.id), (BACK, "https://other.example/out")],
        &[("id_token_hint", &old), ("client_id", "nobody")],
        &[("id_token_hint", &hint), ("client_id", &other.id)],
    ];
    for parameters in rows {
        let landing = session.browser.go(&logout(parameters)).await;
        assert_eq!(landing.reply.status, 400, "{parameters:?}: {:?}", landing.reply);
        assert_stays_here(&landing, "You are still signed in");
        let nobody = session.http.get(&logout(parameters)).send().await;
        assert_eq!((nobody.status, nobody.header("location")), (400, None), "{parameters:?}");
        assert!(session.is_signed_in(&client.id).await, "{parameters:?}");
    }
    // Without an address, an app that is not known is nobody: the person is asked, and stays here.
    for parameters in [vec![("client_id", "nobody")], vec![("id_token_hint", &*old)], vec![(BACK, OUT)]] {
        assert_eq!(session.asked(&logout(&parameters), "sign_out").await, None, "{parameters:?}");
        session.signed_in("c174bad", &client, &[("scope", "openid")]).await;
    }
}

#[tokio::test]
async fn c174_an_app_that_registered_itself_has_nobody_sent_on_who_did_not_confirm() {
    let world = open();
    let (mut session, _) = person(world, "c174self");
    let out = "https://self.example/out";
    let registration = registered_openly(&json!({ "post_logout_redirect_uris": [out] })).await;
    let named = [("client_id", registration.id()), (BACK, out)];
    let nobody = session.browser.go(&logout(&named)).await;
    assert_stays_here(&nobody, "You are not signed in");
    let client = registration.client();
    let hint = session.signed_in("c174self", &client, &[("scope", "openid")]).await.string("id_token");
    let page = session.browser.go(&logout(&named)).await;
    assert_stays_here(&page, "registered itself");
    assert!(page.reply.text().contains("self.example"), "{:?}", page.reply);
    assert_eq!(session.asked(&logout(&named), "sign_out").await.as_deref(), Some(out));
    // Nor does its ID token, once the session is over.
    let hinted = logout(&[("id_token_hint", &hint), (BACK, out)]);
    assert_stays_here(&session.browser.go(&hinted).await, "You are not signed in");
}

#[tokio::test]
async fn c180_a_servers_request_ends_the_session_of_its_id_token_and_no_other() {
    let world = World::shared();
    let (mut session, _) = person(world, "c180");
    let plain = app(world, "C180", &["--post-logout-redirect-uri", OUT]);
    let pairwise = app(world, "C180 pairwise", &["--subject-type", "pairwise"]);
    for client in [&plain, &pairwise] {
        let mut elsewhere = world.session();
        let other = elsewhere.signed_in("c180", client, &[("scope", "openid read")]).await;
        let reply = session.signed_in("c180", client, &[("scope", "openid read")]).await;
        let hint = reply.string("id_token");
        for method in ["GET", "POST"] {
            let ended = ask(&session, method, &[("id_token_hint", &hint)]).await;
            assert_eq!(ended.status, 200, "{ended:?}");
            let says = if method == "GET" { "You are signed out" } else { "You are not signed in" };
            assert!(ended.text().contains(says), "{ended:?}");
            assert!(!session.is_signed_in(&client.id).await);
            assert_refused(&session.refresh(client, &reply.string("refresh_token")).await, "invalid_grant");
            assert!(!session.is_active(&reply.string("access_token")).await);
        }
        // Not the one of another browser, nor one that began later on this one.
        assert!(elsewhere.is_signed_in(&client.id).await);
        assert_granted(&session.refresh(client, &other.string("refresh_token")).await);
        session.signed_in("c180", client, &[("scope", "openid")]).await;
        assert!(ask(&session, "GET", &[("id_token_hint", &hint)]).await.text().contains("Nothing was changed"));
        assert!(session.is_signed_in(&client.id).await);
    }
    let hint = session.signed_in("c180", &plain, &[("scope", "openid")]).await.string("id_token");
    let away = ask(&session, "POST", &[("id_token_hint", &hint), (BACK, OUT)]).await;
    assert_eq!((away.status, away.header("location")), (303, Some(OUT)));
    assert!(!session.is_signed_in(&plain.id).await);
    // Without an address, the way leads to a page here, and the ID token is not in it.
    let hint = session.signed_in("c180", &plain, &[("scope", "openid")]).await.string("id_token");
    let here = ask(&session, "POST", &[("id_token_hint", &hint)]).await;
    assert_eq!((here.status, here.header("location")), (303, Some("/logout")));
    assert!(!session.is_signed_in(&plain.id).await);
}

#[tokio::test]
async fn c180_an_end_whose_answer_was_lost_is_told_as_an_end() {
    let store = store_without_a_stream();
    let proxy = CountingProxy::to(&store.endpoint());
    let world = World::on(Stack::builder().store(&proxy.endpoint()).start());
    let (mut session, _) = person(&world, "c180lost");
    let client = app(&world, "C180 lost", &[]);
    // More calls than the request makes, so that the last ones are not reached.
    for place in 0..5 {
        let hint = session.signed_in("c180lost", &client, &[("scope", "openid")]).await.string("id_token");
        proxy.break_call(place, Fault::AnswerLost, Span::Once);
        let ended = ask(&session, "GET", &[("id_token_hint", &hint)]).await;
        proxy.heal();
        assert!(ended.text().contains("You are signed out"), "call {place}: {ended:?}");
    }
}

#[tokio::test]
async fn c172_head_ends_no_session_and_gives_no_code() {
    let world = World::shared();
    let (mut session, _) = person(world, "c172head");
    let client = app(world, "C172 head", &[]);
    let reply = session.signed_in("c172head", &client, &[("scope", "openid read")]).await;
    let hint = reply.string("id_token");
    let cookies: Vec<String> = session.browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let silent = authorization_url(&client.id, CALLBACK, &Pkce::new(), &[("prompt", "none"), ("scope", "openid read")]);
    for (path, cookie) in [(logout(&[("id_token_hint", &hint)]), ""), (silent, &*cookies.join("; "))] {
        let reply = session.http.ask("HEAD", &path).header("cookie", cookie).send().await;
        assert!(!reply.header("location").unwrap_or_default().contains("code="), "{reply:?}");
    }
    let hinted = session.http.ask("HEAD", &logout(&[("id_token_hint", &hint)])).header("cookie", cookies.join("; "));
    assert_eq!(hinted.send().await.status, 200);
    assert!(session.is_signed_in(&client.id).await);
    assert_granted(&session.refresh(&client, &reply.string("refresh_token")).await);
}

/// Sends a sign-out request without a cookie, as an app's server does.
async fn ask(session: &Session<'_>, method: &str, parameters: &[(&str, &str)]) -> harness::Reply {
    if method == "GET" {
        return session.http.get(&logout(parameters)).send().await;
    }
    session.http.post("/logout").fields(parameters).send().await
}

#[tokio::test]
async fn c180_a_request_without_a_browser_ends_nothing_unless_the_id_token_is_proven() {
    let world = World::shared();
    let (mut session, _) = person(world, "c180bad");
    let client = app(world, "C180 bad", &[]);
    let reply = session.signed_in("c180bad", &client, &[("scope", "openid read")]).await;
    let hint = reply.string("id_token");
    let [header, claims, signature] = parts_of(&hint);
    let [access_header, access_claims, access_signature] = parts_of(&reply.string("access_token")).map(str::to_owned);
    let tokens = [
        retired(&hint),
        format!("{header}.{claims}."),
        format!("{header}.{claims}.{}", signature.chars().rev().collect::<String>()),
        format!("{access_header}.{access_claims}.{access_signature}"),
        format!("{header}.{access_claims}.{signature}"),
    ];
    for token in tokens {
        let answer = session.http.get(&logout(&[("id_token_hint", &token)])).send().await;
        assert!(!answer.text().contains("You are signed out"), "{token}: {answer:?}");
        assert!(session.is_signed_in(&client.id).await, "{token}");
    }
    assert_granted(&session.refresh(&client, &reply.string("refresh_token")).await);
    // A browser that shows a session is asked about that one, whatever the ID token names.
    let mut stranger = person(world, "c180stranger").0;
    stranger.signed_in("c180stranger", &client, &[("scope", "openid")]).await;
    assert_stays_here(&stranger.browser.go(&logout(&[("id_token_hint", &hint)])).await, "Sign out?");
    assert!(session.is_signed_in(&client.id).await && stranger.is_signed_in(&client.id).await);
    ends_nothing_for(&mut session, &client, &hint).await;
}

/// Disables the app, whose ID tokens then prove nothing.
async fn ends_nothing_for(session: &mut Session<'_>, client: &RegisteredClient, hint: &str) {
    let other = app(session.world, "C180 witness", &[]);
    session.signed_in("c180bad", &other, &[("scope", "openid")]).await;
    // The registry of `/logout` has not read this client yet when the test begins, and reads it again within a minute.
    let fresh = app(session.world, "C180 disabled", &[]);
    let of_fresh = session.signed_in("c180bad", &fresh, &[("scope", "openid")]).await.string("id_token");
    session.world.stack.cli().run(&["client", "disable", &fresh.id]);
    let answer = session.http.get(&logout(&[("id_token_hint", &of_fresh)])).send().await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(session.is_signed_in(&other.id).await);
    let ended = session.http.get(&logout(&[("id_token_hint", hint)])).send().await;
    assert!(ended.text().contains("You are signed out"), "{ended:?}");
    assert!(!session.is_signed_in(&client.id).await);
}
