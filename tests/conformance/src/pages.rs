//! What every page for people must say to the browser.

use harness::{Pkce, Reply, authorization_url};

use crate::world::{CALLBACK, World};

/// C030, C031: nobody frames the page, nothing foreign is in it, and it says nothing to where it leads.
pub(crate) fn assert_page_headers(reply: &Reply) {
    crate::session::assert_no_store(reply);
    let header = |name: &str| reply.header(name).unwrap_or_else(|| panic!("no {name}: {reply:?}")).to_lowercase();
    assert_eq!(header("content-type").replace(' ', ""), "text/html;charset=utf-8", "{reply:?}");
    assert_eq!(header("x-frame-options"), "deny", "{reply:?}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{reply:?}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{reply:?}");
    assert_eq!(reply.header("access-control-allow-origin"), None, "{reply:?}");
    let policy = header("content-security-policy");
    assert_eq!(directive(&policy, "frame-ancestors"), Some("'none'"), "{policy}");
    assert_eq!(directive(&policy, "default-src"), Some("'none'"), "{policy}");
    let scripts = directive(&policy, "script-src").unwrap_or("'none'");
    assert!(!scripts.contains("unsafe") && !scripts.contains('*') && !scripts.contains("http"), "{policy}");
    assert!(!directive(&policy, "style-src").unwrap_or_default().contains("unsafe"), "{policy}");
    assert!(matches!(directive(&policy, "base-uri"), Some("'none'" | "'self'")), "{policy}");
}

fn directive<'a>(policy: &'a str, name: &str) -> Option<&'a str> {
    let mut directives = policy.split(';').map(str::trim);
    directives.find_map(|directive| directive.strip_prefix(name)?.strip_prefix(' ')).map(str::trim)
}

/// The sign-in page, the consent page, and the page of an error.
async fn three_pages(world: &World) -> [Reply; 3] {
    let mut browser = world.stack.browser();
    let url = authorization_url(&world.spa.id, CALLBACK, &Pkce::new(), &[]);
    let sign_in = browser.go(&url).await;
    let filled = [("username", &*world.ana.username), ("password", &*world.ana.password)];
    let consent = browser.submit(&sign_in, &sign_in.form(), &filled).await;
    let error = browser.go("/authorize?client_id=nobody").await;
    [sign_in.reply, consent.reply, error.reply]
}

#[tokio::test]
async fn c022_c030_c031_every_page_is_locked_up() {
    let replies = three_pages(World::shared()).await;
    assert_eq!(replies.each_ref().map(|reply| reply.status), [200, 200, 400]);
    replies.iter().for_each(assert_page_headers);
}

#[tokio::test]
async fn c039_browsers_are_told_to_stay_with_https() {
    for reply in three_pages(World::shared()).await {
        let hsts = reply.header("strict-transport-security").unwrap_or_default();
        assert!(hsts.contains("max-age="), "{reply:?}");
    }
}

#[tokio::test]
async fn a_form_may_lead_to_the_app_that_waits_for_the_answer() {
    let [sign_in, consent, _] = three_pages(World::shared()).await;
    for reply in [sign_in, consent] {
        let policy = reply.header("content-security-policy").unwrap_or_default();
        // Browsers hold the redirects that follow a form against `form-action` too.
        let sources = directive(policy, "form-action").unwrap_or_else(|| panic!("no form-action: {policy}"));
        assert!(sources.split(' ').any(|source| source == "'self'"), "{policy}");
        assert!(sources.split(' ').any(|source| source == "https://app.example"), "{policy}");
    }
}

#[tokio::test]
async fn c031_a_page_holds_nothing_of_another_site() {
    for reply in three_pages(World::shared()).await {
        let page = reply.text();
        for foreign in
            ["src=\"http", "src=\"//", "href=\"http", "href=\"//", "url(http", "@import", "<iframe", "<script"]
        {
            assert!(!page.contains(foreign), "{foreign}: {reply:?}");
        }
        assert!(page.contains("lang=\""), "{reply:?}");
    }
}

#[tokio::test]
async fn a_form_says_where_it_goes_and_what_its_fields_are() {
    let [sign_in, consent, _] = three_pages(World::shared()).await;
    for (reply, fields) in [(&sign_in, &["username", "password"][..]), (&consent, &[])] {
        let forms = harness::forms(reply.text());
        let [form] = &forms[..] else { panic!("{reply:?}") };
        assert!(form.action.as_deref().is_some_and(|action| action.starts_with('/')), "{form:?}");
        for field in fields {
            assert!(form.input(field).is_some(), "{form:?}");
        }
    }
    for hint in ["autocomplete=\"username\"", "autocomplete=\"current-password\""] {
        assert!(sign_in.text().contains(hint), "{hint}");
    }
    let decisions: Vec<_> = harness::forms(consent.text())[0].buttons.iter().map(|(_, value)| value.clone()).collect();
    assert_eq!(decisions, ["allow", "deny"]);
}

#[tokio::test]
async fn what_a_request_says_is_text_and_never_markup() {
    let world = World::shared();
    let http = world.stack.http();
    let markup = "\"'><script>alert(1)</script>";
    let more = [("state", markup), ("login_hint", markup), ("nonce", markup), ("ui_locales", markup)];
    let good = http.get(&authorization_url(&world.spa.id, CALLBACK, &Pkce::new(), &more)).send().await;
    assert_eq!(good.status, 200);
    let bad = http.get(&authorization_url(markup, markup, &Pkce::new(), &more)).send().await;
    for reply in [good, bad] {
        assert!(!reply.text().contains("<script"), "{reply:?}");
    }
}
