//! Pages: their headers, their forms, and text that stays text.

use harness::{Pkce, Stack, authorization_url};

use crate::support::case::Case;
use crate::support::log::requests;
use crate::support::pages::{
    assert_leads_anywhere, assert_page_headers, directive, every_page, signed_in, three_pages, url,
};
use crate::support::session::assert_no_store;
use crate::support::world::{CALLBACK, World};

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
async fn c039_browsers_are_told_to_stay_with_https() {
    for reply in three_pages(World::shared()).await {
        let hsts = reply.header("strict-transport-security").unwrap_or_default();
        assert!(hsts.contains("max-age="), "{reply:?}");
    }
}

#[tokio::test]
async fn c168_c169_a_form_may_lead_to_the_app_and_from_there_to_anywhere() {
    let [sign_in, consent, error] = three_pages(World::shared()).await;
    for reply in [sign_in, consent] {
        assert_leads_anywhere(&reply);
    }
    // A page without a form posts nothing.
    let policy = error.header("content-security-policy").unwrap_or_default();
    assert_eq!(directive(policy, "form-action"), Some("'none'"), "{policy}");
    assert_eq!(error.header("cross-origin-opener-policy"), None, "{error:?}");
}

#[tokio::test]
async fn c172_every_error_page_names_its_request_for_support() {
    let world = World::on(Stack::start());
    let mut ids = std::collections::BTreeSet::new();
    let mut pages = 0;
    for (name, reply) in every_page(&world).await {
        // The other pages have a form to go on with.
        if harness::forms(reply.text()).is_empty() {
            let _case = Case::new(name);
            let id = reply.text().split("Request ID, if you ask for help: <code>").nth(1).expect("a request id");
            let id = id.split('<').next().expect("an id").to_owned();
            assert!(requests(&world.stack).iter().any(|line| line["request_id"] == *id), "{id} is not in the log");
            ids.insert(id);
            pages += 1;
        }
    }
    assert!(pages > 10 && ids.len() == pages, "{pages} pages, {ids:?}");
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

#[tokio::test]
async fn c030_c031_c039_every_page_of_every_error_is_locked_up() {
    let world = World::on(Stack::start());
    for (name, reply) in every_page(&world).await {
        let _case = Case::new(name);
        assert!(!(300..400).contains(&reply.status) && reply.status < 500, "{name}: {reply:?}");
        assert_page_headers(&reply);
    }
}

#[tokio::test]
async fn c031_no_page_of_any_error_holds_anything_of_another_site() {
    let world = World::on(Stack::start());
    for (name, reply) in every_page(&world).await {
        let page = reply.text();
        let foreign = ["src=", "href=\"http", "href=\"//", "url(", "@import", "<iframe", "<script", "<object", "<link"];
        for foreign in foreign {
            assert!(!page.contains(foreign), "{name} holds {foreign}: {reply:?}");
        }
        // Where the issuer is http, on a developer's own machine, a page tells which address is not registered.
        let told = name == "redirect URI of nobody";
        assert_eq!(page.contains("evil.example"), told, "{name} repeats what it was asked: {reply:?}");
    }
}

#[tokio::test]
async fn c031_c039_a_redirect_tells_no_referrer_and_keeps_to_https() {
    let world = World::shared();
    let mut session = signed_in(world).await;
    let good = session.browser.go(&url(&world.web.id, &[])).await;
    let bad = session.browser.go(&url(&world.web.id, &[("scope", "admin")])).await;
    for landing in [good, bad] {
        let reply = &landing.reply;
        assert!(landing.callback().is_some(), "{reply:?}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{reply:?}");
        assert!(reply.header("strict-transport-security").is_some_and(|value| value.contains("max-age=")), "{reply:?}");
        assert_no_store(reply);
    }
}
