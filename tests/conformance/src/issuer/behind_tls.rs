//! TLS ends in front of the server, at another host name: the issuer comes from the configuration.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use harness::{Ask, Http, Jwt, Landing, Pkce, Reply, Stack, authorization_url, forms};
use serde_json::Value;
use url::Url;

use crate::account::{shows_account, sign_in};
use crate::support::devices::{asked, question, television};
use crate::support::pages::{answered, as_far_as_consent};
use crate::support::published::{DOCUMENTS, document};
use crate::support::relying_party::{app, person};
use crate::support::session::assert_granted;
use crate::support::world::{CALLBACK, ORDERS, World};

const HOST: &str = "login.jeton.test";

/// Headers about the original request that a careless proxy or a client may send.
const LIES: [(&str, &str); 9] = [
    ("host", "evil.example"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-server", "evil.example"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-port", "1"),
    ("x-forwarded-prefix", "/evil"),
    ("x-original-host", "evil.example"),
    ("x-original-url", "http://evil.example/evil"),
    ("forwarded", "for=203.0.113.7;host=evil.example;proto=http"),
];

/// Returns header sets: one for each lie, one with all of them, and one with none.
fn told() -> Vec<Vec<(&'static str, &'static str)>> {
    LIES.iter().map(|lie| vec![*lie]).chain([LIES.to_vec(), Vec::new()]).collect()
}

/// The stack that this module's tests share.
fn world() -> &'static World {
    static WORLD: LazyLock<World> = LazyLock::new(|| World::on(Stack::builder().behind_tls(HOST).start()));
    let issuer = WORLD.stack.issuer();
    assert!(issuer.starts_with("https://login.jeton.test:"), "{issuer}");
    &WORLD
}

/// Returns every string in a document.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[tokio::test]
async fn c040_c116_https_in_front_every_url_of_the_documents_is_of_the_configured_issuer() {
    let (http, issuer) = (world().stack.http(), world().stack.issuer());
    for path in DOCUMENTS {
        for lies in told() {
            let ask = lies.iter().fold(http.get(path), |ask, (name, value)| ask.header(name, value));
            let found = ask.send().await.json();
            assert_eq!(found["issuer"], issuer, "{lies:?}");
            let urls: Vec<&str> = texts(&found).into_iter().filter(|text| text.contains("://")).collect();
            assert!(urls.len() >= 7, "{urls:?}");
            assert!(urls.iter().all(|url| *url == issuer || url.starts_with(&format!("{issuer}/"))), "{urls:?}");
        }
    }
}

#[tokio::test]
async fn https_in_front_subdomains_must_use_tls_only_where_that_is_asked_for() {
    let asked = Stack::builder().behind_tls(HOST).env("JETON_HSTS_INCLUDE_SUBDOMAINS", "true").start();
    let rows = [(&asked, "max-age=63072000; includeSubDomains"), (&world().stack, "max-age=63072000")];
    for (stack, wanted) in rows {
        for path in DOCUMENTS {
            let reply = stack.http().get(path).send().await;
            assert_eq!(reply.header("strict-transport-security"), Some(wanted), "{path}");
        }
    }
}

#[tokio::test]
async fn c040_https_in_front_tokens_and_answers_name_the_configured_issuer() {
    let world = world();
    let (mut session, _) = person(world, "https-issuer");
    let client = app(world, "HTTPS issuer", &[]);
    drop(session.signed_in("https-issuer", &client, &[("scope", "openid read")]).await);
    let cookies = cookies(&session.browser.cookies);
    for lies in told() {
        let pkce = Pkce::new();
        let url = authorization_url(&client.id, CALLBACK, &pkce, &[("scope", "openid read")]);
        let ask = session.http.get(&url).header("cookie", &cookies);
        let reply = lies.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send().await;
        let callback = answered(&Landing { url: at(&url), reply });
        assert_eq!(callback.iss.as_deref(), Some(world.stack.issuer()), "{lies:?}");
        let fields = [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", callback.code())];
        let ask = session.http.post("/token").client(&client).fields(&fields).field("code_verifier", &pkce.verifier);
        let reply = lies.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send().await;
        assert_granted(&reply);
        // `identity` checks the issuer.
        session.identity(&client, &reply).await;
        let access = Jwt::read(&reply.string("access_token"));
        assert_eq!(access.text("iss"), world.stack.issuer(), "{lies:?}");
    }
}

/// Turns a path of the site into a URL.
fn at(target: &str) -> Url {
    Url::parse(world().stack.issuer()).and_then(|site| site.join(target)).expect("a URL of the site")
}

fn cookies(cookies: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("; ")
}

#[tokio::test]
async fn c035_https_in_front_every_cookie_is_held_to_the_host_and_to_tls() {
    let world = world();
    let mut browser = world.stack.browser();
    as_far_as_consent(world, &mut browser, &[]).await;
    // The other places where people sign in, and the way back that a browser keeps.
    let (mut account, ana) = (world.stack.browser(), &world.ana);
    assert!(shows_account(&sign_in(&mut account, &ana.username, &ana.password).await));
    let mut device = world.stack.browser();
    let codes = asked(&world.session(), &television(world, "HTTPS TV"), &[]).await;
    question(&mut device, &codes, ana).await;
    let forgotten = device.go("/account/forgotten?request=user_code%3Dwdjbmjht").await;
    drop(device.submit(&forgotten, &forgotten.form(), &[("username", &ana.username)]).await);
    let set_cookies = [browser.set_cookies, account.set_cookies, device.set_cookies];
    for name in ["session", "device", "visit"] {
        let is_set =
            |cookies: &Vec<String>| cookies.iter().any(|line| line.starts_with(&format!("__Host-jeton-{name}=")));
        assert!(set_cookies.iter().all(is_set), "{name}: {set_cookies:?}");
    }
    assert!(set_cookies[2].iter().any(|line| line.starts_with("__Host-jeton-way-back=")), "{set_cookies:?}");
    for cookie in set_cookies.iter().flatten() {
        let parts: Vec<String> = cookie.split(';').map(|part| part.trim().to_ascii_lowercase()).collect();
        let has = |part: &str| parts.iter().any(|known| known == part);
        assert!(cookie.starts_with("__Host-") && has("secure") && has("path=/") && has("httponly"), "{cookie}");
        assert!(has("samesite=lax") || has("samesite=strict"), "{cookie}");
        assert!(!parts.iter().any(|part| part.starts_with("domain=")), "{cookie}");
    }
}

/// Returns the places an answer can lead a browser to: its redirect, and the forms and links of its page, verbatim.
fn ways_out(reply: &Reply) -> Vec<String> {
    let redirect = reply.headers("location").map(str::to_owned);
    let actions = forms(reply.text()).into_iter().filter_map(|form| form.action);
    let links = [" href=\"", " src=\""].map(|start| reply.text().split(start).skip(1));
    let links = links.into_iter().flatten().filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    redirect.chain(actions).chain(links).collect()
}

/// A browser that sends lies with each request and checks every link, form and redirect on its way.
struct Walk<'l> {
    http: Http,
    lies: &'l [(&'static str, &'static str)],
    url: Url,
    jar: BTreeMap<String, String>,
}

impl Walk<'_> {
    /// Sends a request to the current place and checks that the answer leads nowhere but to the site or the app.
    async fn send(&mut self, ask: Ask) -> Reply {
        let ask = self.lies.iter().fold(ask, |ask, (name, value)| ask.header(name, value));
        let reply = ask.header("cookie", cookies(&self.jar)).send().await;
        for way in ways_out(&reply).into_iter().filter(|way| !way.starts_with(CALLBACK)) {
            let there = self.url.join(&way).expect("a URL");
            assert_eq!(there.origin(), at("/").origin(), "{way} with {:?}: {reply:?}", self.lies);
        }
        for line in reply.headers("set-cookie") {
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.jar.insert(name.to_owned(), value.to_owned());
        }
        reply
    }

    /// Follows the redirect or submits the form.
    async fn step(&mut self, reply: Reply) -> Reply {
        if let Some(location) = reply.header("location") {
            self.url = self.url.join(location).expect("a URL");
            return self.send(self.http.get(self.url.as_str())).await;
        }
        let form = Landing { url: self.url.clone(), reply }.form();
        self.url = self.url.join(form.action.as_deref().expect("an action")).expect("a URL");
        let ana = &world().ana;
        let credentials = [("username", &*ana.username), ("password", &*ana.password)];
        let answer = if form.buttons.is_empty() { &credentials[..] } else { &[("decision", "allow")] };
        let filled = form.filled(answer);
        let ask = filled.iter().fold(self.http.post(self.url.as_str()), |ask, (name, value)| ask.field(name, value));
        self.send(ask.header("origin", "null").header("sec-fetch-site", "same-origin")).await
    }
}

#[tokio::test]
async fn https_in_front_no_redirect_and_no_form_leaves_the_issuer_before_the_app() {
    let world = world();
    let target = authorization_url(&world.web.id, CALLBACK, &Pkce::new(), &[("prompt", "consent")]);
    for lies in told() {
        let http = world.stack.http();
        let mut walk = Walk { http, lies: &lies, url: at(&target), jar: BTreeMap::new() };
        let mut reply = walk.send(walk.http.get(walk.url.as_str())).await;
        for _ in 0..6 {
            if reply.header("location").is_some_and(|location| location.starts_with(CALLBACK)) {
                break;
            }
            reply = walk.step(reply).await;
        }
        answered(&Landing { url: walk.url, reply }).assert_granted();
    }
}

#[tokio::test]
async fn https_in_front_a_person_signs_in_and_the_app_gets_what_it_needs() {
    let world = world();
    let (mut session, sub) = person(world, "https-story");
    let client = app(world, "HTTPS story", &[]);
    let reply = session.signed_in("https-story", &client, &[("scope", "openid email offline_access read")]).await;
    assert_eq!(session.identity(&client, &reply).await["sub"], *sub);
    let told = session.userinfo(&reply.string("access_token")).await.json();
    assert_eq!((&told["sub"], &told["email"]), (&sub.as_str().into(), &"ada@example.com".into()));
    let again = session.refresh(&client, &reply.string("refresh_token")).await;
    assert_eq!(session.identity(&client, &again).await["sub"], *sub);
    assert!(session.is_active(&again.string("access_token")).await);
    let machine = session.machine(&world.service, &[("resource", ORDERS)]).await;
    assert!(session.is_active(&machine.string("access_token")).await);
    assert_eq!(session.revoke(&client, &again.string("refresh_token")).await.status, 200);
    assert!(!session.is_active(&again.string("access_token")).await);
    // The keys are at the address in the metadata.
    let keys = document(&session.http, DOCUMENTS[1]).await["jwks_uri"].as_str().expect("a URL").to_owned();
    assert!(keys.starts_with(world.stack.issuer()), "{keys}");
}

#[tokio::test]
async fn https_in_front_an_error_is_shown_here_and_repeats_no_lie() {
    let world = world();
    let http = world.stack.http();
    for lies in told() {
        let mismatch = format!("/authorize?client_id={}&redirect_uri=https%3A%2F%2Fevil.example%2Fcb", world.web.id);
        for bad in ["/authorize?client_id=nobody", "/authorize", "/nowhere", &mismatch] {
            let reply = lies.iter().fold(http.get(bad), |ask, (name, value)| ask.header(name, value)).send().await;
            assert!((400..500).contains(&reply.status), "{reply:?}");
            assert_eq!(reply.header("location"), None, "{reply:?}");
            assert!(!reply.text().contains("evil"), "{reply:?}");
        }
    }
}
