//! Shared code of the page tests: how to reach a page, its contents, and the headers that every page must send.

use std::collections::BTreeMap;

use harness::{
    Ask, Browser, Callback, Http, Landing, Pkce, RegisteredClient, Reply, authorization_url, forms, unescape,
};

use crate::support::case::Case;
use crate::support::session::{self, Session, assert_no_store, assert_plain};
use crate::support::world::{CALLBACK, ORDERS, World};

pub(crate) fn url(client: &str, more: &[(&str, &str)]) -> String {
    authorization_url(client, CALLBACK, &Pkce::new(), more)
}

/// Builds the same request for a client that always asks for consent.
pub(crate) fn asking(client: &str, more: &[(&str, &str)]) -> String {
    url(client, &[more, &[("prompt", "consent")]].concat())
}

/// Returns the link of a consent page that leads to another account.
pub(crate) fn to_another_account(consent: &Landing) -> String {
    let link = consent.reply.text().split("href=\"").find(|link| link.starts_with("/authorize?")).unwrap();
    unescape(link.split('"').next().unwrap())
}

/// Registers a public app that nobody has consented to yet.
pub(crate) fn asked_anew(world: &World) -> RegisteredClient {
    let more = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS, "--auth-method", "none"];
    world.stack.cli().create_client("Asked anew", &more)
}

/// Opens the sign-in page and then the consent page of the spa in a new browser.
pub(crate) async fn as_far_as_consent(world: &World, browser: &mut Browser, more: &[(&str, &str)]) -> Landing {
    let page = browser.go(&asking(&world.spa.id, more)).await;
    let filled = [("username", &*world.ana.username), ("password", &*world.ana.password)];
    let next = browser.submit(&page, &page.form(), &filled).await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
    next
}

/// Asserts that the form was refused: with a page here, and no code.
pub(crate) fn assert_turned_down(landing: &Landing) {
    assert!((400..500).contains(&landing.reply.status), "{:?}", landing.reply);
    assert_eq!(landing.reply.header("location"), None, "{:?}", landing.reply);
    assert_page_headers(&landing.reply);
}

/// Asserts that there is no code: the form was refused, or the app got an error.
pub(crate) fn assert_no_code(landing: &Landing) {
    match landing.callback() {
        Some(callback) => assert!(callback.code.is_none() && callback.error.is_some(), "{}", callback.url),
        None => assert_turned_down(landing),
    }
}

pub(crate) async fn remembered(session: &mut Session<'_>, client: &str) -> bool {
    !asks_for_consent(&session.browser.go(&url(client, &[])).await)
}

/// C030, C031, C039: asserts that the page cannot be framed, loads nothing from elsewhere, sends no referrer, and keeps
/// browsers to https for a year at least.
pub(crate) fn assert_page_headers(reply: &Reply) {
    assert_no_store(reply);
    let header = |name: &str| reply.header(name).unwrap_or_else(|| panic!("no {name}: {reply:?}")).to_lowercase();
    assert_eq!(header("content-type").replace(' ', ""), "text/html;charset=utf-8", "{reply:?}");
    assert_eq!(header("x-frame-options"), "deny", "{reply:?}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{reply:?}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{reply:?}");
    let hsts = header("strict-transport-security");
    let seconds = hsts.split(';').find_map(|part| part.trim().strip_prefix("max-age="));
    assert!(seconds.and_then(|text| text.parse().ok()).is_some_and(|age: u64| age >= 31_536_000), "{hsts}");
    assert_eq!(reply.header("access-control-allow-origin"), None, "{reply:?}");
    let policy = header("content-security-policy");
    assert_eq!(directive(&policy, "frame-ancestors"), Some("'none'"), "{policy}");
    assert_eq!(directive(&policy, "default-src"), Some("'none'"), "{policy}");
    let shows_logo = reply.text().contains("<img class=\"logo\" src=\"data:image/");
    assert_eq!(directive(&policy, "img-src"), shows_logo.then_some("data:"), "{policy}");
    let scripts = directive(&policy, "script-src").unwrap_or("'none'");
    assert!(!scripts.contains("unsafe") && !scripts.contains('*') && !scripts.contains("http"), "{policy}");
    assert!(!directive(&policy, "style-src").unwrap_or_default().contains("unsafe"), "{policy}");
    assert!(matches!(directive(&policy, "base-uri"), Some("'none'" | "'self'")), "{policy}");
}

/// C168, C169: asserts that the answer to a form of the page may redirect to an app, and on from there, to any origin or
/// scheme, and that a popup keeps its opener. Browsers apply `form-action` to the redirects that follow a form, and no list
/// can name where an app sends its users.
pub(crate) fn assert_leads_anywhere(reply: &Reply) {
    let policy = reply.header("content-security-policy").unwrap_or_default();
    assert_eq!(directive(policy, "form-action"), None, "{policy}");
    assert_eq!(reply.header("cross-origin-opener-policy"), None, "{reply:?}");
}

pub(crate) fn directive<'a>(policy: &'a str, name: &str) -> Option<&'a str> {
    let mut directives = policy.split(';').map(str::trim);
    directives.find_map(|directive| directive.strip_prefix(name)?.strip_prefix(' ')).map(str::trim)
}

/// Returns the sign-in page, the consent page, and an error page.
pub(crate) async fn three_pages(world: &World) -> [Reply; 3] {
    let mut browser = world.stack.browser();
    let sign_in = browser.go(&asking(&world.spa.id, &[])).await;
    let filled = [("username", &*world.ana.username), ("password", &*world.ana.password)];
    let consent = browser.submit(&sign_in, &sign_in.form(), &filled).await;
    let error = browser.go("/authorize?client_id=nobody").await;
    [sign_in.reply, consent.reply, error.reply]
}

pub(crate) fn asks_for_a_password(landing: &Landing) -> bool {
    landing.reply.status == 200 && landing.callback().is_none() && landing.form().input("password").is_some()
}

pub(crate) fn asks_for_consent(landing: &Landing) -> bool {
    landing.reply.status == 200
        && landing.callback().is_none()
        && landing.form().buttons.iter().any(|(name, _)| name == "decision")
}

pub(crate) async fn sign_in(browser: &mut Browser, page: &Landing, username: &str, password: &str) -> Landing {
    let filled = [("username", username), ("password", password)];
    browser.submit(page, &page.form(), &filled).await
}

/// Returns a session in which Ana is signed in and has consented to the web app.
pub(crate) async fn signed_in(world: &World) -> Session<'_> {
    let mut session = world.session();
    drop(session.code(&world.web).await);
    session
}

/// Asserts an error page for a person, without a redirect.
pub(crate) fn assert_shown_here(reply: &Reply) {
    assert!((400..500).contains(&reply.status), "{reply:?}");
    assert_eq!(reply.header("location"), None, "{reply:?}");
    assert_page_headers(reply);
    assert!(!reply.text().contains("http-equiv"), "{reply:?}");
}

pub(crate) async fn shown_here(queries: &[String]) {
    let mut session = session::shared();
    let world = session.world;
    // Whether a person is signed in makes no difference.
    drop(session.code(&world.spa).await);
    for query in queries {
        let _case = Case::new(query);
        let stranger = session.http.get(&format!("/authorize?{query}")).send().await;
        assert_shown_here(&stranger);
        assert_shown_here(&session.browser.go(&format!("/authorize?{query}")).await.reply);
    }
}

pub(crate) fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Returns the callback; panics with the current page when there is none. An error is described in plain characters.
pub(crate) fn answered(landing: &Landing) -> Callback {
    let callback = landing.callback().unwrap_or_else(|| panic!("no answer to the client: {:?}", landing.reply));
    if callback.error.is_some() {
        let in_fragment = ::url::form_urlencoded::parse(callback.url.fragment().unwrap_or_default().as_bytes());
        let mut told = callback.url.query_pairs().chain(in_fragment);
        let description = told.find(|(name, _)| name == "error_description").map(|(_, text)| text.into_owned());
        assert_plain(&description.unwrap_or_default());
    }
    callback
}

/// Returns the names of the CORS headers in a reply.
pub(crate) fn cors_headers(reply: &Reply) -> Vec<&str> {
    reply.headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("access-control-")).collect()
}

/// Returns one page of each kind, with its name: the sign-in pages and every error page.
pub(crate) async fn every_page(world: &World) -> Vec<(&'static str, Reply)> {
    let (mut browser, http) = (world.stack.browser(), world.stack.http());
    let good = asking(&world.spa.id, &[]);
    let page = browser.go(&good).await;
    let wrong = sign_in(&mut browser, &page, "nobody-at-all", "wrong").await;
    let empty = sign_in(&mut browser, &wrong, "", "").await;
    let stale = sign_in(&mut world.stack.browser(), &page, &world.ana.username, &world.ana.password).await;
    let consent = sign_in(&mut browser, &empty, &world.ana.username, &world.ana.password).await;
    let undecided = browser.submit(&consent, &consent.form(), &[]).await;
    drop(browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await);
    let used = browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await;
    let mut pages = vec![
        ("sign-in", page.reply),
        ("wrong password", wrong.reply),
        ("nothing filled in", empty.reply),
        ("another browser's form", stale.reply),
        ("consent", consent.reply),
        ("no decision", undecided.reply),
        ("used form", used.reply),
    ];
    for (name, ask) in bad_asks(&http, &good).into_iter().chain(bad_asks_elsewhere(&http)) {
        pages.push((name, ask.send().await));
    }
    pages
}

/// Builds requests that are answered with error pages.
fn bad_asks(http: &Http, good: &str) -> Vec<(&'static str, Ask)> {
    let mismatch = good.replace("app.example", "evil.example");
    vec![
        ("nothing asked", http.get("/authorize")),
        ("unknown client", http.get("/authorize?client_id=nobody")),
        ("redirect URI of nobody", http.get(&mismatch)),
        ("repeated client_id", http.get(&format!("{good}&client_id=x"))),
        ("unreadable query", http.get(&format!("{good}&state=%ff"))),
        ("too long", http.get(&format!("{good}&state={}", "a".repeat(40_000)))),
        ("not there", http.get("/authorize/x")),
        ("wrong method", http.ask("PUT", "/authorize")),
        ("wrong method of a form", http.get("/authorize/consent")),
        ("no form", http.post("/authorize/sign-in").header("content-type", "application/json").body("{}")),
        ("empty form", http.post("/authorize/sign-in").raw_form("")),
        ("empty decision", http.post("/authorize/consent").raw_form("")),
        ("too long a form", http.post("/authorize/sign-in").raw_form(vec![b'a'; 1 << 20])),
    ]
}

/// Builds requests that the pages beside `/authorize` answer with error pages.
fn bad_asks_elsewhere(http: &Http) -> [(&'static str, Ask); 14] {
    let too_long = vec![b'a'; 1 << 20];
    [
        ("sign-out of a malformed client", http.get("/logout?client_id=%01")),
        ("wrong method of sign-out", http.ask("PUT", "/logout")),
        ("wrong method of the sign-out form", http.get("/logout/confirm")),
        ("too long a sign-out", http.post("/logout").raw_form(too_long.clone())),
        ("not there below sign-out", http.get("/logout/x")),
        ("unreadable code", http.get("/device?user_code=%ff")),
        ("wrong method of the page for codes", http.ask("PUT", "/device")),
        ("not there below the page for codes", http.get("/device/x")),
        ("no form of a device", http.post("/device/sign-in").header("content-type", "application/json").body("{}")),
        ("wrong method of the account", http.ask("PUT", "/account")),
        ("wrong method of a change", http.get("/account/profile")),
        ("not there below the account", http.get("/account/x")),
        ("no form of the account", http.post("/account/sign-in").body("{}")),
        ("too long a form of the account", http.post("/account/sign-in").raw_form(too_long)),
    ]
}

/// Returns the parameters in the fragment of a URL, which no server sees.
pub(crate) fn fragment(url: &::url::Url) -> BTreeMap<String, String> {
    ::url::form_urlencoded::parse(url.fragment().unwrap_or_default().as_bytes()).into_owned().collect()
}

/// A `state` with characters that are hard to encode: any text is a valid `state`.
const ODD: &str = " !\"#$%&'()*+,-./0:;<=>?@A[\\]^_`a{|}~%20%ff&amp;é💡\u{a0}";

pub(crate) fn odd(length: usize) -> String {
    ODD.chars().cycle().take(length).collect()
}

/// Asserts a page of this site that does not redirect by itself.
pub(crate) fn assert_stays(landing: &Landing) {
    assert_eq!(landing.reply.header("location"), None, "{:?}", landing.reply);
    assert!(!landing.reply.text().contains("http-equiv"), "{:?}", landing.reply);
    assert_page_headers(&landing.reply);
}

/// Continues from an error page by its form or link, and returns the callback.
pub(crate) async fn go_on(browser: &mut Browser, page: &Landing) -> Callback {
    for form in forms(page.reply.text()) {
        let button: Vec<(&str, &str)> =
            form.buttons.iter().take(1).map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if let Some(callback) = browser.submit(page, &form, &button).await.callback() {
            return callback;
        }
    }
    for link in page.reply.text().split("href=\"").skip(1) {
        let target = unescape(link.split('"').next().unwrap_or_default());
        let url = page.url.join(&target).expect("a link");
        if url.origin() != page.url.origin() {
            return Callback::at(url);
        }
        if let Some(callback) = browser.go(url.as_str()).await.callback() {
            return callback;
        }
    }
    panic!("no way on: {:?}", page.reply)
}
