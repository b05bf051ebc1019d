//! Responses of the authorization endpoint: redirects, response modes, and no CORS.

use harness::{Pkce, authorization_url, forms, unescape};
use serde_json::json;

use crate::support::pages::{
    answered, assert_leads_anywhere, assert_page_headers, cors_headers, sign_in, signed_in, three_pages, url,
};
use crate::support::published::{DOCUMENTS, document};
use crate::support::relying_party::{app, person};
use crate::support::session::{self, Code, assert_granted, assert_no_store, assert_plain};
use crate::support::world::{CALLBACK, World};

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
        format!("{good}&registration=x"),
        format!("{good}&other=1&other=2"),
        format!("{good}&max_age=x"),
        format!("{good}&prompt=none"),
    ];
    for bad in &spoiled {
        let callback = answered(&world.stack.browser().go(bad).await);
        assert_eq!(callback.url.as_str().split(['?', '#']).next(), Some(CALLBACK), "{bad}");
        assert_eq!(callback.url.fragment().is_some(), bad.contains("response_type=token"), "{}", callback.url);
        let told = callback.url.query().or(callback.url.fragment()).expect("parameters");
        let names: Vec<String> =
            ::url::form_urlencoded::parse(told.as_bytes()).map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["error", "error_description", "state", "iss"], "{bad}");
        let elsewhere = bad.replace("app.example", "evil.example");
        let landing = world.stack.browser().go(&elsewhere).await;
        assert!(landing.callback().is_none() && landing.reply.status == 400, "{elsewhere} {:?}", landing.reply);
    }
    let page = world.stack.browser().go(&good).await;
    assert!(page.callback().is_none() && page.reply.status == 200, "{:?}", page.reply);
}

#[tokio::test]
async fn form_post_brings_the_answer_in_a_form_of_a_page_that_can_do_nothing_else() {
    let world = World::shared();
    let (mut session, _) = person(world, "formpost");
    let client = app(world, "Form post", &[]);
    session.signed_in("formpost", &client, &[("scope", "openid")]).await;
    let (pkce, state) = (Pkce::new(), "a\"b<c>&'é");
    let more = [("scope", "openid"), ("response_mode", "form_post"), ("state", state)];
    let landing = session.browser.go(&authorization_url(&client.id, CALLBACK, &pkce, &more)).await;
    assert_eq!(landing.reply.status, 200, "{:?}", landing.reply);
    let [form] = &forms(landing.reply.text())[..] else { panic!("one form: {:?}", landing.reply) };
    assert_eq!((form.method.as_str(), form.action.as_deref()), ("post", Some(CALLBACK)));
    let value = |name: &str| form.input(name).map(|input| unescape(&input.value));
    assert_eq!(value("state").as_deref(), Some(state));
    assert_eq!(value("iss").as_deref(), Some(world.stack.issuer()));
    let policy = landing.reply.header("content-security-policy").expect("a policy");
    assert_page_headers(&landing.reply);
    assert_leads_anywhere(&landing.reply);
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    let code = Code { code: value("code").expect("a code"), verifier: pkce.verifier };
    assert_granted(&session.redeem(&client, &code).await);
    let denied = [("scope", "nonsense"), ("response_mode", "form_post")];
    let landing = session.browser.go(&authorization_url(&client.id, CALLBACK, &Pkce::new(), &denied)).await;
    let [form] = &forms(landing.reply.text())[..] else { panic!("one form: {:?}", landing.reply) };
    assert_eq!(form.input("error").map(|input| input.value.as_str()), Some("invalid_scope"));
    assert_plain(&form.input("error_description").map(|input| unescape(&input.value)).expect("a description"));
    assert_page_headers(&landing.reply);
}

#[tokio::test]
async fn o09_a_code_comes_in_the_query_unless_it_is_asked_for_in_the_fragment() {
    let world = World::shared();
    let (mut session, _) = person(world, "o09");
    let client = app(world, "O09", &[]);
    session.signed_in("o09", &client, &[("scope", "openid")]).await;
    for (mode, in_fragment) in [(None, false), (Some("query"), false), (Some("fragment"), true)] {
        let more: Vec<(&str, &str)> =
            [("scope", "openid")].into_iter().chain(mode.map(|mode| ("response_mode", mode))).collect();
        let landing = session.browser.go(&authorization_url(&client.id, CALLBACK, &Pkce::new(), &more)).await;
        let location = landing.reply.location().expect("a redirect");
        assert_eq!(location.fragment().is_some_and(|text| text.contains("code=")), in_fragment, "{location}");
        assert_eq!(location.query().is_some_and(|text| text.contains("code=")), !in_fragment, "{location}");
    }
}

#[tokio::test]
async fn c038_there_is_no_web_message_mode() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    for mode in ["web_message", "FORM_POST", "x"] {
        let landing = session.browser.go(&url(&world.web.id, &[("response_mode", mode)])).await;
        let callback = answered(&landing);
        assert_eq!((callback.error.as_deref(), callback.code), (Some("invalid_request"), None), "{mode}");
        assert!(!landing.reply.text().contains("postMessage"), "{mode}: {:?}", landing.reply);
    }
    for path in DOCUMENTS {
        let document = document(&session.http, path).await;
        let modes = ["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"];
        assert_eq!(document["response_modes_supported"], json!(modes), "{path}");
    }
}
