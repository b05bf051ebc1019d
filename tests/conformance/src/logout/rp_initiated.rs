//! Sign-out: requests that an app may make, and questions that a person is asked (CONFORMANCE 33).

use harness::{Landing, Pkce, Stack, authorization_url};

use crate::support::handles::with_another_end;
use crate::support::pages::odd;
use crate::support::pages::{assert_leads_anywhere, assert_page_headers, assert_shown_here};
use crate::support::relying_party::{app, person};
use crate::support::session::{Session, assert_no_store};
use crate::support::world::{CALLBACK, World};

pub(super) const OUT: &str = "https://app.example/out";
const OUT_WITH_QUERY: &str = "https://app.example/out?from=jeton";
const COOKIE: &str = "jeton-session";

/// Builds a sign-out request.
pub(super) fn logout(parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("/logout?{}", query.extend_pairs(parameters).finish())
}

impl Session<'_> {
    /// Returns whether the client gets a code without a question.
    pub(super) async fn is_signed_in(&mut self, client: &str) -> bool {
        let silent = authorization_url(client, CALLBACK, &Pkce::new(), &[("scope", "openid"), ("prompt", "none")]);
        let callback = self.browser.go(&silent).await.callback().expect("a callback");
        assert!(callback.code.is_some() || callback.error.as_deref() == Some("login_required"), "{callback:?}");
        callback.code.is_some()
    }
}

/// Asserts that the page leads nowhere else.
pub(super) fn assert_stays_here(landing: &Landing, says: &str) {
    assert_eq!(landing.reply.header("location"), None, "{:?}", landing.reply);
    assert!(landing.reply.text().contains(says), "{says}: {:?}", landing.reply);
    assert_page_headers(&landing.reply);
}

#[tokio::test]
async fn o33_c128_an_app_with_an_id_token_signs_a_person_out_and_has_them_back_with_its_state() {
    let world = World::shared();
    let (mut session, _) = person(world, "o33");
    let out = ["--post-logout-redirect-uri", OUT, "--post-logout-redirect-uri", OUT_WITH_QUERY];
    let plain = app(world, "O33", &out);
    let pairwise = app(world, "O33 pairwise", &[&out[..], &["--subject-type", "pairwise"]].concat());
    let state = odd(128);
    for (client, uri, state) in
        [(&plain, OUT, Some(&*state)), (&plain, OUT_WITH_QUERY, Some("1")), (&pairwise, OUT, None)]
    {
        let hint = session.signed_in("o33", client, &[("scope", "openid")]).await.string("id_token");
        assert!(session.is_signed_in(&client.id).await);
        let cookies = session.browser.cookies.clone();
        let state = state.map(|state| ("state", state));
        let parameters = [("id_token_hint", &*hint), ("post_logout_redirect_uri", uri), ("client_id", &client.id)];
        let parameters: Vec<(&str, &str)> = parameters.into_iter().chain(state).collect();
        let landing = session.browser.go(&logout(&parameters)).await;
        assert_eq!(landing.reply.status, 303, "{:?}", landing.reply);
        assert_no_store(&landing.reply);
        let location = landing.reply.location().expect("a redirect");
        let expected = url::Url::parse_with_params(uri, state).expect("a URL");
        let pairs = |url: &url::Url| url.query_pairs().into_owned().collect::<Vec<_>>();
        assert_eq!((location.path(), pairs(&location)), (expected.path(), pairs(&expected)), "{location}");
        assert!(!session.browser.cookies.contains_key(COOKIE), "the browser forgets the session");
        assert!(!session.is_signed_in(&client.id).await);
        // The server has ended the session, too: the old cookies do not work.
        session.browser.cookies = cookies;
        assert!(!session.is_signed_in(&client.id).await);
        // A second sign-out is no error: without a session the browser is redirected at once.
        let again = session.browser.go(&logout(&parameters)).await;
        assert_eq!(again.reply.location(), Some(location));
    }
}

#[tokio::test]
async fn o33_without_an_address_there_is_a_page() {
    let world = World::shared();
    let (mut session, _) = person(world, "o33page");
    let client = app(world, "O33 page", &["--post-logout-redirect-uri", OUT]);
    let hint = session.signed_in("o33page", &client, &[("scope", "openid")]).await.string("id_token");
    let landing = session.browser.go(&logout(&[("id_token_hint", &hint), ("state", "s")])).await;
    assert_eq!(landing.reply.status, 200);
    assert_stays_here(&landing, "You are signed out");
    assert!(!session.is_signed_in(&client.id).await);
    // C180: a sign-out that ended nothing does not say that it did.
    assert_stays_here(&session.browser.go("/logout").await, "You are not signed in");
}

#[tokio::test]
async fn c128_who_cannot_be_trusted_neither_signs_anybody_out_nor_has_anybody_sent_on() {
    let world = World::shared();
    let (mut session, _) = person(world, "c128");
    let client = app(world, "C128", &["--post-logout-redirect-uri", OUT]);
    let other = app(world, "C128 other", &["--post-logout-redirect-uri", "https://other.example/out"]);
    let reply = session.signed_in("c128", &client, &[("scope", "openid")]).await;
    let (hint, access_token) = (reply.string("id_token"), reply.string("access_token"));
    let (start, end) = hint.split_at(hint.len() - 8);
    let forged = format!("{}{end}", with_another_end(start));
    let long = "a".repeat(9_000);
    let to = "post_logout_redirect_uri";
    let rows: [&[(&str, &str)]; 15] = [
        &[("id_token_hint", &hint), (to, "https://app.example/out/")],
        &[("id_token_hint", &hint), (to, "https://app.example/OUT")],
        &[("id_token_hint", &hint), (to, "https://app.example/out?x=1")],
        &[("id_token_hint", &hint), (to, "https://app.example:444/out")],
        &[("id_token_hint", &hint), (to, "https://app.example/out#x")],
        &[("id_token_hint", &hint), (to, "javascript:alert(1)")],
        &[("id_token_hint", &hint), (to, CALLBACK)],
        &[("id_token_hint", &hint), (to, "https://other.example/out")],
        &[("id_token_hint", &hint), (to, OUT), ("client_id", &other.id)],
        &[("id_token_hint", &hint), (to, OUT), (to, OUT)],
        &[("id_token_hint", &hint), (to, OUT), ("state", &long)],
        &[("id_token_hint", &forged), (to, OUT)],
        &[("id_token_hint", &access_token), (to, OUT)],
        &[("id_token_hint", "a.b.c"), (to, OUT)],
        &[("id_token_hint", "eyJhbGciOiJub25lIn0.e30."), (to, OUT)],
    ];
    for parameters in rows {
        let landing = session.browser.go(&logout(parameters)).await;
        assert_shown_here(&landing.reply);
        assert_stays_here(&landing, "Sign out");
        assert!(session.is_signed_in(&client.id).await, "{parameters:?}");
    }
    for method in ["PUT", "DELETE"] {
        let reply = session.http.ask(method, "/logout").send().await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD, POST")));
    }
    assert_eq!(session.http.get("/logout/other").send().await.status, 404);
}

#[tokio::test]
async fn c128_without_a_hint_or_with_one_of_somebody_else_the_person_is_asked() {
    let world = World::shared();
    let (mut session, _) = person(world, "asked");
    let (mut stranger, _) = person(world, "stranger");
    let client = app(world, "Asked", &["--post-logout-redirect-uri", OUT]);
    session.signed_in("asked", &client, &[("scope", "openid")]).await;
    let hint = stranger.signed_in("stranger", &client, &[("scope", "openid")]).await.string("id_token");
    let unproven = logout(&[("post_logout_redirect_uri", OUT), ("client_id", &client.id), ("state", "s")]);
    let of_another = logout(&[("post_logout_redirect_uri", OUT), ("id_token_hint", &hint)]);
    for target in ["/logout", &*unproven, &*of_another] {
        let page = session.browser.go(target).await;
        assert_stays_here(&page, "Sign out?");
        let stayed = session.browser.submit(&page, &page.form(), &[("decision", "stay")]).await;
        assert_stays_here(&stayed, "You are still signed in");
        assert!(session.is_signed_in(&client.id).await);
    }
    // Only the form of this browser can end the session.
    let (page, foreign) = (session.browser.go("/logout").await, {
        stranger.signed_in("stranger", &client, &[("scope", "openid")]).await;
        stranger.browser.go("/logout").await
    });
    let ticket = |page: &Landing| page.form().input("ticket").expect("a ticket").value.clone();
    let (own, foreign) = (ticket(&page), ticket(&foreign));
    for (ticket, decision) in [(&*foreign, "sign_out"), ("", "sign_out"), ("jto_AAAA", "sign_out"), (&own, "else")] {
        let filled = [("ticket", ticket), ("decision", decision)];
        let refused = session.browser.submit(&page, &page.form(), &filled).await;
        assert_eq!(refused.reply.status, 400, "{:?}", refused.reply);
        assert!(session.is_signed_in(&client.id).await);
    }
    let cookie = format!("{COOKIE}={}", session.browser.cookies[COOKIE]);
    let from_elsewhere = session.http.post("/logout/confirm").header("cookie", &cookie);
    let from_elsewhere = from_elsewhere.field("ticket", &own).field("decision", "sign_out");
    assert_eq!(from_elsewhere.header("sec-fetch-site", "cross-site").send().await.status, 400);
    assert!(session.is_signed_in(&client.id).await);
    let done = session.browser.submit(&page, &page.form(), &[("decision", "sign_out")]).await;
    assert_stays_here(&done, "You are signed out");
    assert!(!session.is_signed_in(&client.id).await);
}

#[tokio::test]
async fn c128_a_person_who_agrees_is_sent_on_by_a_good_hint_of_somebody_else() {
    let world = World::shared();
    let (mut session, _) = person(world, "agrees");
    let (mut earlier, _) = person(world, "earlier");
    let client = app(world, "Agrees", &["--post-logout-redirect-uri", OUT]);
    session.signed_in("agrees", &client, &[("scope", "openid")]).await;
    let hint = earlier.signed_in("earlier", &client, &[("scope", "openid")]).await.string("id_token");
    let page = session.browser.go(&logout(&[("post_logout_redirect_uri", OUT), ("id_token_hint", &hint)])).await;
    assert_leads_anywhere(&page.reply);
    let done = session.browser.submit(&page, &page.form(), &[("decision", "sign_out")]).await;
    assert_eq!(done.reply.header("location"), Some(OUT));
    assert!(!session.is_signed_in(&client.id).await);
}

#[tokio::test]
async fn c128_c138_a_person_is_not_sent_on_to_an_address_that_was_taken_away_while_the_page_was_open() {
    let world = World::shared();
    let (mut session, _) = person(world, "led-away");
    let cli = world.stack.cli();
    let [moved, gone] = ["Moved away", "Gone"].map(|name| app(world, name, &["--post-logout-redirect-uri", OUT]));
    let elsewhere = ["--add-post-logout-redirect-uri", "https://app.example/moved"];
    let elsewhere = [&elsewhere[..], &["--remove-post-logout-redirect-uri", OUT]].concat();
    for (client, change) in [
        (&moved, [&["client", "update", &moved.id][..], &elsewhere].concat()),
        (&gone, vec!["client", "delete", &*gone.id]),
    ] {
        session.signed_in("led-away", client, &[("scope", "openid")]).await;
        let page = session.browser.go(&logout(&[("post_logout_redirect_uri", OUT), ("client_id", &client.id)])).await;
        assert_stays_here(&page, "Sign out?");
        cli.run(&change);
        let refused = session.browser.submit(&page, &page.form(), &[("decision", "sign_out")]).await;
        assert_eq!(refused.reply.status, 400, "{change:?}: {:?}", refused.reply);
        assert_stays_here(&refused, "");
    }
}

#[tokio::test]
async fn o33_c154_a_request_that_another_site_posts_is_the_same_as_a_link_and_its_id_token_is_in_no_address() {
    let world = World::shared();
    let (mut session, _) = person(world, "posted");
    let client = app(world, "Posted", &["--post-logout-redirect-uri", OUT]);
    let hint = session.signed_in("posted", &client, &[("scope", "openid")]).await.string("id_token");
    let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", OUT), ("state", "s 1")];
    // Browsers do not send a `SameSite=Lax` cookie when another site posts a form.
    let posted = session.http.post("/logout").fields(&fields).header("sec-fetch-site", "cross-site").send().await;
    assert_eq!((posted.status, posted.header("location")), (200, None), "{posted:?}");
    assert!(posted.text().contains("posted_again") && !posted.text().contains("?id_token_hint"), "{posted:?}");
    let url = url::Url::parse(&format!("{}/logout", world.stack.issuer())).expect("a URL");
    let form = Landing { url, reply: posted };
    let landing = session.browser.submit(&form, &form.form(), &[]).await;
    assert_eq!(landing.reply.header("location"), Some("https://app.example/out?state=s%201"));
    assert!(!session.is_signed_in(&client.id).await);
    let json = session.http.post("/logout").header("content-type", "application/json").body("{}").send().await;
    assert_shown_here(&json);
    // C015: it repeats no parameter either, also none without a value.
    for twice in ["state=&state=", "unknown=1&unknown="] {
        let ask = session.http.post("/logout").raw_form(format!("client_id={}&{twice}", client.id));
        let refused = ask.header("sec-fetch-site", "cross-site").send().await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert_shown_here(&refused);
    }
}

#[tokio::test]
async fn c174_c175_an_address_that_was_registered_a_moment_ago_is_followed_and_no_other() {
    let world = World::on(Stack::start());
    let (mut session, cli) = (world.session(), world.stack.cli());
    let moving = ["--id", "moving-out", "--grant", "authorization_code", "--redirect-uri", CALLBACK];
    let to = "post_logout_redirect_uri";
    let option = format!("--{}", to.replace('_', "-"));
    let first = cli.create_client("Moving", &[&moving[..], &[&option, OUT]].concat());
    let request = |uri: &str| logout(&[("client_id", &first.id), (to, uri)]);
    let known = session.browser.go(&request(OUT)).await;
    assert_eq!(known.reply.header("location"), Some(OUT), "{:?}", known.reply);
    cli.run(&["client", "delete", &first.id]);
    cli.create_client("Moved", &[&moving[..], &[&option, OUT_WITH_QUERY]].concat());
    for uri in ["https://app.example/elsewhere", "https://evil.example/"] {
        let refused = session.browser.go(&request(uri)).await;
        assert_eq!(refused.reply.status, 400, "{uri}: {:?}", refused.reply);
        assert_stays_here(&refused, "");
    }
    let found = session.browser.go(&request(OUT_WITH_QUERY)).await;
    assert_eq!(found.reply.header("location"), Some(OUT_WITH_QUERY), "{:?}", found.reply);
    // The former address was read again with the rest.
    let former = session.browser.go(&request(OUT)).await;
    assert_eq!(former.reply.status, 400, "{:?}", former.reply);
}
