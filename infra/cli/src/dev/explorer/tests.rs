//! Tests of the table of flows, of the rendered pages, and of their policy.

use std::collections::BTreeSet;

use askama::Template;
use http::header;
use lambda_http::{Body, Request};
use protocol::{Parameters, Secret};

use crate::dev::demo::Demo;
use crate::dev::explorer::Explorer;
use crate::dev::explorer::clients::Secrets;
use crate::dev::explorer::facts::{Facts, placeholders};
use crate::dev::explorer::flows::ALL;
use crate::dev::explorer::model::{
    Act, ActKind, Action, Change, Credentials, Flow, Parameter, Request as Wanted, Signed,
};
use crate::dev::explorer::platform::{Played, PlayedKey};
use crate::dev::explorer::policy::{SCRIPT, SHEET, policy};
use crate::dev::explorer::view::{Callback, FlowPage, Index};

fn demo() -> Demo {
    let secret = |text: &str| Secret::new(text.to_owned());
    let key = |of, seed| PlayedKey::from_seed(of, [seed; 32]).unwrap();
    let (platform, provider) = (key(Played::Platform, 7), key(Played::Provider, 8));
    let (service, api, agent) = (secret("jtk_service"), secret("jtk_api"), secret("jtk_agent"));
    let explorer = Secrets { service, api, agent, platform, provider };
    let issuer = "http://127.0.0.1:9000".to_owned();
    Demo { issuer, service_secret: secret("jtk_demo"), api_secret: secret("jtk_demo"), explorer }
}

fn facts() -> Facts {
    Facts::new(&demo(), "")
}

/// Renders every page: its name and its text.
fn rendered() -> Vec<(&'static str, String)> {
    rendered_with(&facts())
}

fn rendered_with(facts: &Facts) -> Vec<(&'static str, String)> {
    let mut pages = vec![
        ("index", Index::new(facts).render().unwrap()),
        ("callback", Callback::new(facts, &Parameters::parse(b"code=c&state=s").unwrap()).render().unwrap()),
    ];
    pages.extend(ALL.iter().map(|flow| (flow.id, FlowPage::new(flow, facts).render().unwrap())));
    pages
}

fn requests(flow: &'static Flow) -> impl Iterator<Item = &'static Wanted> {
    let acts = flow.attacks.iter().flat_map(|attack| attack.acts);
    let of_acts = acts.filter_map(|act| match &act.kind {
        ActKind::Send(request) => Some(request),
        ActKind::Repeat(..) | ActKind::Sign(_) | ActKind::Check(_) | ActKind::Back => None,
    });
    flow.steps.iter().filter_map(|step| step.request()).chain(of_acts)
}

/// Returns the JWTs that the page signs in the steps and the attacks of a flow.
fn signed(flow: &'static Flow) -> impl Iterator<Item = &'static Signed> {
    let of_steps = flow.steps.iter().filter_map(|step| match &step.action {
        Action::Sign(signed) => Some(signed),
        Action::Make(_)
        | Action::Visit(_)
        | Action::Open(_)
        | Action::Arrive(_)
        | Action::Send(_)
        | Action::Verify(_)
        | Action::Enter
        | Action::Leak => None,
    });
    let acts = flow.attacks.iter().flat_map(|attack| attack.acts);
    of_steps.chain(acts.filter_map(|act| match &act.kind {
        ActKind::Sign(signed) => Some(signed),
        ActKind::Repeat(..) | ActKind::Send(_) | ActKind::Check(_) | ActKind::Back => None,
    }))
}

fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    page.split(&format!(" {attribute}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn every_flow_of_the_list_has_a_page_with_steps_and_attacks() {
    let ids: Vec<&str> = ALL.iter().map(|flow| flow.id).collect();
    for id in [
        "authorization-code",
        "client-credentials",
        "device",
        "dpop",
        "refresh",
        "openid-connect",
        "pushed-requests",
        "identity-assertion",
        "identity-assertion-for-others",
        "introspection",
        "revocation",
        "token-exchange",
        "workload-identity",
        "sign-out",
        "implicit",
        "password",
    ] {
        assert!(ids.contains(&id), "{id}");
    }
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len());
    for flow in ALL {
        assert!(flow.steps.len() >= 2 && flow.attacks.len() >= 3, "{}", flow.id);
        let outdated = ["implicit", "password"].contains(&flow.id);
        assert_eq!(flow.warning.is_some(), outdated, "{}", flow.id);
    }
}

#[test]
fn every_parameter_and_every_attack_names_its_meaning_and_a_section_of_a_specification() {
    let named = |source: &str| {
        let known = source.starts_with("RFC ") || source.starts_with("OpenID Connect ");
        known && source.split_once('§').is_some_and(|(_, section)| section.starts_with(|c: char| c.is_ascii_digit()))
    };
    for flow in ALL {
        let of_requests = requests(flow).flat_map(|request| request.parameters);
        let claims = signed(flow).flat_map(|signed| signed.claims);
        let all = flow.steps.iter().flat_map(|step| step.answer).chain(of_requests).chain(claims);
        for Parameter { name, meaning, source, .. } in all {
            assert!(named(source), "{}: {name}: {source}", flow.id);
            assert!(meaning.ends_with('.') && meaning.len() > 12, "{}: {name}: {meaning}", flow.id);
        }
        for attack in flow.attacks {
            assert!(named(attack.source), "{}: {}", flow.id, attack.source);
            assert!(!attack.without.is_empty() && !attack.story.is_empty(), "{}: {}", flow.id, attack.id);
        }
    }
}

#[test]
fn names_are_unique_and_attacks_repeat_steps_and_parameters_that_exist() {
    for flow in ALL {
        let steps: BTreeSet<&str> = flow.steps.iter().map(|step| step.id).collect();
        let attacks: BTreeSet<&str> = flow.attacks.iter().map(|attack| attack.id).collect();
        assert_eq!((steps.len(), attacks.len()), (flow.steps.len(), flow.attacks.len()), "{}", flow.id);
        for Act { kind, says, .. } in flow.attacks.iter().flat_map(|attack| attack.acts) {
            assert!(says.ends_with('.'), "{says}");
            let ActKind::Repeat(id, changes) = kind else { continue };
            let request = flow.step(id).and_then(|step| step.request()).unwrap_or_else(|| panic!("{}: {id}", flow.id));
            for change in *changes {
                let (Change::Leave(name) | Change::InQuery(name)) = change else { continue };
                assert!(request.parameters.iter().any(|of| of.name == *name), "{}: {id}: {name}", flow.id);
            }
        }
    }
}

/// Returns the placeholders that a step fills.
fn fills(action: &Action) -> Vec<&'static str> {
    match action {
        Action::Make(names) => names
            .iter()
            .copied()
            .chain(["code_challenge"])
            .chain(names.contains(&"dpop_key").then_some("dpop_jkt"))
            .collect(),
        Action::Sign(signed) => vec![signed.fills],
        Action::Visit(_) => vec!["code", "returned_state", "iss", "callback_url"],
        Action::Enter => vec!["username", "password"],
        Action::Open(_) | Action::Arrive(_) | Action::Send(_) | Action::Verify(_) | Action::Leak => Vec::new(),
    }
}

#[test]
fn every_placeholder_of_a_request_is_filled_by_an_earlier_step() {
    let facts = facts();
    for flow in ALL {
        let mut filled: BTreeSet<&str> = BTreeSet::new();
        for step in flow.steps {
            for parameter in step.request().map_or(&[][..], |request| request.parameters) {
                for name in placeholders(&facts.fill(parameter.value)) {
                    assert!(filled.contains(name), "{}: {}: {name}", flow.id, step.id);
                }
            }
            filled.extend(fills(&step.action));
            filled.extend(step.keeps.iter().map(|(_, name)| *name));
            let is_implicit = step.arrows.iter().any(|arrow| arrow.label.contains("redirect with access_token"));
            filled.extend(is_implicit.then_some("access_token"));
        }
        filled.extend(signed(flow).map(|signed| signed.fills));
        for request in requests(flow) {
            let credentials = match request.credentials {
                Credentials::Basic(_, secret) => facts.fill(secret),
                Credentials::Bearer(name) | Credentials::Proof(name) => format!("{{{name}}}"),
                Credentials::Dpop(token, proof) => format!("{{{token}}}{{{proof}}}"),
                Credentials::None => String::new(),
            };
            let texts = request.parameters.iter().map(|of| facts.fill(of.value)).chain([credentials]);
            for text in texts {
                assert!(placeholders(&text).iter().all(|name| filled.contains(name)), "{}: {text}", flow.id);
            }
        }
    }
}

#[test]
fn every_claim_that_the_page_signs_is_known_when_it_signs() {
    let facts = facts();
    for claim in ALL.iter().flat_map(signed).flat_map(|signed| signed.claims) {
        for name in placeholders(&facts.fill(claim.value)) {
            assert!(claim.value == format!("{{{name}}}"), "{}: only a whole value is made at that moment", claim.value);
            assert!(SCRIPT.contains(&format!("\n  {name}: (")), "the script makes no {name}");
        }
    }
}

#[test]
fn the_key_of_an_issuer_is_on_the_page_that_plays_it_and_on_no_other() {
    let facts = facts();
    for (key, plays) in [(facts.platform, "workload-identity"), (facts.provider, "identity-assertion")] {
        let (private, public) = (key.private_jwk(), key.issuer(grants::Timestamp::from_seconds(1)).unwrap());
        assert!(!format!("{public:?}").contains(private["d"].as_str().unwrap()));
        for (name, page) in rendered() {
            assert_eq!(page.contains(private["d"].as_str().unwrap()), name == plays, "{name}");
        }
    }
}

#[test]
fn every_page_has_exactly_the_script_and_the_styles_that_its_policy_allows() {
    let policy = policy();
    assert!(policy.starts_with("default-src 'none'; ") && policy.contains("; connect-src 'self'; "), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    for (name, page) in rendered() {
        let scripts: Vec<&str> =
            page.split("<script>").skip(1).map(|rest| rest.split("</script>").next().unwrap()).collect();
        let styles: Vec<&str> =
            page.split("<style>").skip(1).map(|rest| rest.split("</style>").next().unwrap()).collect();
        assert!(scripts.iter().all(|script| *script == SCRIPT), "{name}");
        assert_eq!(scripts.len(), usize::from(name != "index"), "{name}");
        assert_eq!(styles, [pages::SHEET, SHEET], "{name}");
        assert!(policy.contains(&format!("script-src {};", pages::source_of(SCRIPT))));
        for style in styles {
            assert!(policy.contains(&pages::source_of(style)), "{name}");
        }
    }
}

#[test]
fn the_script_and_the_style_load_nothing_and_survive_html_parsing() {
    for forbidden in ["</", "<!--", "\r", "\0"] {
        assert!(!SCRIPT.contains(forbidden) && !SHEET.contains(forbidden), "{forbidden:?}");
    }
    for forbidden in
        ["http:", "https:", "innerHTML", "eval(", "import(", "document.write", "localStorage", "document.cookie"]
    {
        assert!(!SCRIPT.contains(forbidden), "{forbidden:?}");
    }
    assert!(!SHEET.contains("url(") && !SHEET.contains("@import"));
}

#[test]
fn every_page_loads_nothing_and_links_to_this_server_only() {
    for (name, page) in rendered() {
        for attribute in ["src", "style", "srcset", "action", "onclick"] {
            assert!(values(&page, attribute).is_empty(), "{name}: {attribute}");
        }
        for href in values(&page, "href") {
            assert!(href.starts_with('/') || href.starts_with('#'), "{name}: {href}");
        }
        let ids = values(&page, "id");
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: {ids:?}");
        for target in ["for", "aria-labelledby", "aria-describedby"].iter().flat_map(|of| values(&page, of)) {
            assert!(ids.contains(&target), "{name}: {target}");
        }
        for target in values(&page, "href").iter().filter_map(|href| href.strip_prefix('#')) {
            assert!(ids.contains(&target), "{name}: #{target}");
        }
    }
}

#[test]
fn behind_an_issuer_with_a_path_every_page_and_request_begins_with_it() {
    let demo = Demo { issuer: "https://id.example/auth".to_owned(), ..demo() };
    for (name, page) in rendered_with(&Facts::new(&demo, "/auth")) {
        for href in values(&page, "href") {
            assert!(href.starts_with("/auth/") || href.starts_with('#'), "{name}: {href}");
        }
        let text = page.split("<script>").next().unwrap();
        for path in ["authorize", "token", "introspect", "revoke", "userinfo", "logout", ".well-known/jwks.json"] {
            for method in ["GET", "POST"] {
                assert!(!text.contains(&format!("{method} /{path}\n")), "{name}: {method} /{path}");
                assert!(!text.contains(&format!("{method} /{path} HTTP")), "{name}: {method} /{path}");
            }
            assert!(!text.contains(&format!("https://id.example/{path}")), "{name}: {path}");
        }
    }
}

#[test]
fn every_placeholder_of_a_command_is_in_single_quotes() {
    let facts = facts();
    for flow in ALL {
        let page = FlowPage::new(flow, &facts).render().unwrap();
        let commands = page.split(" data-template=\"").skip(1).filter_map(|rest| rest.split_once('"'));
        let mut found = 0;
        for (template, _) in commands.filter(|(_, after)| after.starts_with(" data-command")) {
            found += usize::from(template.contains('{'));
            let template = template.replace("&#39;", "'");
            for (index, part) in template.split('\'').enumerate().filter(|_| !template.contains("openssl")) {
                assert!(index % 2 == 1 || placeholders(part).is_empty(), "{}: {template}", flow.id);
            }
        }
        assert!(found > 0 || flow.id == "client-credentials", "{}: no command has a placeholder", flow.id);
    }
}

#[test]
fn without_the_script_a_page_is_a_text_with_its_diagram_and_no_button() {
    let facts = facts();
    for flow in ALL {
        let page = FlowPage::new(flow, &facts).render().unwrap();
        let text = page.split("<script>").next().unwrap();
        assert!(text.contains("<noscript>"));
        for button in text.split("<button").skip(1) {
            let tag = button.split('>').next().unwrap();
            assert!(tag.contains(" data-needs-script hidden"), "{}: {tag}", flow.id);
        }
        for step in flow.steps {
            assert!(text.contains(&format!("data-lights=\"{}\"", step.id)), "{}: {}", flow.id, step.id);
            for arrow in step.arrows {
                assert!(text.contains(&format!(">{}<", arrow.label)), "{}: {}", flow.id, arrow.label);
            }
        }
        // Placeholders are read as capitals.
        let shown = text
            .split("<code")
            .filter_map(|code| code.split_once('>'))
            .map(|(_, text)| text.split('<').next().unwrap());
        assert!(shown.clone().all(|code| placeholders(code).is_empty()), "{}", flow.id);
    }
}

#[test]
fn a_page_answers_get_and_nothing_else_is_there() {
    let explorer = Explorer::new(&demo(), "");
    let request = |method: &str, path: &str| -> Request {
        http::Request::builder().method(method).uri(path).header("referer", "http://a/?x=1").body(Body::Empty).unwrap()
    };
    for path in ["/explorer", "/explorer/", "/explorer/callback", "/explorer/refresh"] {
        let response = explorer.answer(path, &request("GET", path)).unwrap().unwrap();
        assert_eq!(response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap(), policy(), "{path}");
        assert!(explorer.answer(path, &request("POST", path)).is_none(), "{path}");
    }
    for path in ["/explorer/nothing", "/explorers", "/explorerrefresh", "/explorer/refresh/x", "/"] {
        assert!(explorer.answer(path, &request("GET", path)).is_none(), "{path}");
    }
    for bad in ["", "?user_code=", "?user_code=AEIOU", "?user_code=BCDF-GHJK&user_code=BCDF-GHJK"] {
        let path = format!("/explorer/qr{bad}");
        assert!(explorer.answer("/explorer/qr", &request("GET", &path)).is_none(), "{path}");
    }
    let path = "/explorer/qr?user_code=bcdf-ghjk";
    let picture = explorer.answer("/explorer/qr", &request("GET", path)).unwrap().unwrap();
    assert_eq!(picture.headers()[header::CONTENT_TYPE], "image/svg+xml");
    let Body::Text(svg) = picture.body() else { panic!("{:?}", picture.body()) };
    assert!(svg.contains("QR code of http://127.0.0.1:9000/device?user_code=BCDF-GHJK"), "{svg}");
    assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>") && svg.contains("h1v1h-1z"), "{svg}");
    let seen = explorer.answer("/explorer/seen", &request("GET", "/explorer/seen")).unwrap().unwrap();
    assert_eq!(seen.body(), &Body::Text(r#"{"referer":"http://a/?x=1"}"#.to_owned()));
}
