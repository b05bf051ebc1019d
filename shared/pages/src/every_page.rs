//! Tests that apply to every page.

use std::borrow::Cow;

use crate::every_account_page::{account, account_password, account_sign_in};
use crate::every_mailed_page::mailed_pages;
use crate::introduction::introduction;
use crate::passkey::tests::without_script;
use crate::{
    AccountPasswordChanged, AskedScope, Consent, DemoCallback, DeviceCode, DeviceConsent, Introduction, Notice,
    Picture, Problem, ReturnedError, SignIn, SignOut, Start, Text, WayOn, passkey, second_factor, style,
};

const HOSTILE: &str = r#""'<script>& autofocus onload=x"#;
const HOSTILE_PATH: &str = r#"/"'<script>& autofocus onload=x"#;

/// Renders every page in every variant, with `v` for each value and `path` for each link.
pub(crate) fn pages(v: &str, path: &str) -> Vec<(&'static str, String)> {
    let mut pages = vec![
        ("sign-in", sign_in(v, None)),
        ("sign-in again", sign_in(v, Some(v))),
        ("consent", consent(v, path, false)),
        ("consent for an app", consent(v, path, true)),
        ("device code", DeviceCode { action: "/", user_code: v, alert: None }.render().unwrap()),
        (
            "device code again",
            DeviceCode { action: "/", user_code: v, alert: Some(Text::verbatim(v)) }.render().unwrap(),
        ),
        ("consent for a device", device_consent(v, path)),
        ("problem", problem(v, path)),
        ("returned error", returned_error(v, WayOn::Link(&format!("com.example.app:{path}")))),
        ("returned error in a form", returned_error(v, WayOn::Form(&format!("com.example.app:{path}"), &[(v, v)]))),
        ("sign-out", sign_out(v, None)),
        ("sign-out for an app", sign_out(v, Some(v))),
        ("notice", Notice { title: Text::verbatim(v), text: Text::verbatim(v) }.render().unwrap()),
        ("account", account(v, path, None)),
        ("account again", account(v, path, Some(v))),
        ("account sign-in", account_sign_in(v, path, None)),
        ("account sign-in again", account_sign_in(v, path, Some(v))),
        ("password", account_password(v, path, None)),
        ("password again", account_password(v, path, Some(v))),
        ("password changed", password_changed(path, true)),
        ("password changed without passkeys", password_changed(path, false)),
        ("start", start(v)),
        ("callback with a code", DemoCallback { code: Some(v), error: None, redeem_curl: v }.render().unwrap()),
        ("callback with an error", DemoCallback { code: None, error: Some((v, v)), redeem_curl: v }.render().unwrap()),
        ("callback with nothing", DemoCallback { code: None, error: None, redeem_curl: v }.render().unwrap()),
    ];
    pages.extend(second_factor::tests::pages(v, path));
    pages.extend(mailed_pages(v, path));
    pages
}

fn password_changed(base: &str, has_passkeys: bool) -> String {
    AccountPasswordChanged { base, ended_others: true, has_passkeys }.render().unwrap()
}

fn problem(v: &str, path: &str) -> String {
    let text = || Text::verbatim(v);
    let page =
        Problem { title: text(), text: text(), hint: Some(text()), continue_to: Some((path, text())), request_id: v };
    page.render().unwrap()
}

fn sign_in(v: &str, alert: Option<&str>) -> String {
    let introduced = introduction(v);
    let registered_itself = alert.map(|_| &introduced);
    let page = SignIn {
        client_name: v,
        registered_itself,
        redirect_host: v,
        username: v,
        action: "/",
        request: v,
        ticket: v,
        forgotten: alert.map(|_| "/"),
        passkey: alert.map(passkey::tests::form),
        sign_up: alert.map(|_| "/"),
        alert: alert.map(Text::verbatim),
    };
    page.render().unwrap()
}

fn returned_error(v: &str, way_on: WayOn<'_>) -> String {
    let page = ReturnedError {
        client_name: v,
        registered_itself: Some(&introduction(v)),
        redirect_host: v,
        error: v,
        explanation: Text::verbatim(v),
        way_on,
        request_id: v,
    };
    page.render().unwrap()
}

fn consent(v: &str, switch_account: &str, is_native: bool) -> String {
    let scopes = &[v, v].map(|token| AskedScope { token, descriptions: vec![v, v] })[..];
    let resources = &[v][..];
    let profile_at = is_native.then_some(v);
    let introduced = Introduction::DescribedBy(Cow::Owned(v.to_owned()));
    let actors = [v.to_owned()];
    let page = Consent {
        client_name: v,
        registered_itself: is_native.then_some(&introduced),
        username: v,
        redirect_host: v,
        is_native,
        scopes,
        resources,
        profile_at,
        actors: &actors,
        logo: is_native.then_some(Picture { media_type: "image/png", bytes: b"any" }),
        website: None,
        policy: None,
        terms: None,
        action: "/",
        request: v,
        ticket: v,
        switch_account,
        changed: is_native,
    };
    page.render().unwrap()
}

fn device_consent(v: &str, switch_account: &str) -> String {
    let page = DeviceConsent {
        client_name: v,
        username: v,
        user_code: v,
        asked_from: Some(v),
        scopes: &[AskedScope { token: v, descriptions: vec![v] }],
        resources: &[v],
        profile_at: Some(v),
        actors: &[v.to_owned()],
        action: "/",
        request: v,
        ticket: v,
        switch_account,
    };
    page.render().unwrap()
}

fn sign_out(v: &str, client_name: Option<&str>) -> String {
    let introduced = introduction(v);
    let registered_itself = client_name.map(|_| &introduced);
    let page = SignOut {
        username: v,
        client_name,
        leads_to: client_name,
        registered_itself,
        redirect_host: v,
        action: "/",
        request: v,
        ticket: v,
    };
    page.render().unwrap()
}

fn start(v: &str) -> String {
    let (endpoints, clients) = (&[(v, v), (v, v)][..], &[(v, v)][..]);
    let page = Start {
        issuer: v,
        other_issuer: Some(v),
        endpoints,
        explorer: v,
        service_curl: v,
        introspect_curl: v,
        authorize_url: v,
        account: v,
        outbox: v,
        username: v,
        password: v,
        clients,
        storage: v,
    };
    page.render().unwrap()
}

/// Returns the tags of a page as a browser would split them, with all attribute values emptied.
fn tags(page: &str) -> Vec<String> {
    let (mut tags, mut tag, mut inside, mut quoted) = (Vec::new(), String::new(), false, false);
    for c in page.chars() {
        match (c, inside, quoted) {
            ('<', false, _) => inside = true,
            ('>', true, false) => {
                tags.push(std::mem::take(&mut tag));
                inside = false;
            }
            ('"', true, _) => quoted = !quoted,
            (c, true, false) => tag.push(c),
            _ => {}
        }
    }
    tags
}

/// Returns all the values of an attribute in a page.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    page.split(&format!(" {attribute}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn every_value_is_escaped_on_every_page() {
    for ((name, tame), (_, hostile)) in pages("tame", "/tame").iter().zip(&pages(HOSTILE, HOSTILE_PATH)) {
        assert_eq!(tags(tame), tags(hostile), "{name}: a value made or changed a tag");
        assert!(!without_script(hostile).contains("<script"), "{name}");
        let (given, escaped) =
            (tame.matches("tame").count(), hostile.matches("&#34;&#39;&#60;script&#62;&#38; autofocus").count());
        assert_eq!(given, escaped, "{name}: a value is lost or not escaped");
    }
}

#[test]
fn the_style_element_holds_exactly_the_hashed_stylesheet() {
    for (name, page) in pages("v", "/v") {
        let (_, rest) = page.split_once("<style>").unwrap();
        let (sheet, after) = rest.split_once("</style>").unwrap();
        assert_eq!(sheet, style::SHEET, "{name}");
        assert!(!after.contains("<style") && values(&page, "style").is_empty(), "{name}");
    }
}

#[test]
fn no_page_runs_or_loads_anything() {
    for (name, page) in pages("v", "/v") {
        for tag in tags(&without_script(&page)) {
            let element = tag.split_whitespace().next().unwrap();
            assert!(!["script", "link", "iframe", "object", "embed", "base"].contains(&element), "{name}: {tag}");
            assert!(!tag.contains(" on") && (element == "img" || !tag.contains(" src")), "{name}: {tag}");
        }
        assert!(values(&page, "src").iter().all(|source| source.starts_with("data:image/png;")), "{name}");
        assert!(!page.contains("http"), "{name}: a link that nobody gave");
    }
}

#[test]
fn every_page_has_a_language_a_viewport_one_heading_and_one_main_part() {
    for (name, page) in pages("v", "/v") {
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"), "{name}");
        assert!(page.contains(r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#), "{name}");
        for once in ["<h1>", "<main", "<title>", "<footer>Jeton</footer>"] {
            assert_eq!(page.matches(once).count(), 1, "{name}: {once}");
        }
    }
}

#[test]
fn every_reference_inside_a_page_has_its_one_target() {
    for (name, page) in pages("v", "/v") {
        let ids = values(&page, "id");
        for id in &ids {
            assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{name}: {id}");
        }
        let targets = ["for", "aria-describedby"].iter().flat_map(|attribute| values(&page, attribute));
        for target in targets.flat_map(str::split_whitespace) {
            assert!(ids.contains(&target), "{name}: {target}");
        }
    }
}
