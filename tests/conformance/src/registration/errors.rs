//! Clients that registered themselves, as people see them: they are marked, named honestly, and not usable as open
//! redirectors.

use harness::{Browser, EmbeddedDynamo, Landing, Pkce, Stack, authorization_url, dynamo_call};
use serde_json::json;

use crate::support::pages::{
    answered, asks_for_a_password, asks_for_consent, assert_page_headers, assert_shown_here, encode, sign_in, url,
};
use crate::support::self_registration::{
    Registration, assert_refused_for, initial_token, metadata, open, register, registered, with_tokens,
};
use crate::support::session::assert_fails;
use crate::support::world::{CALLBACK, World};

const MARK: &str = "This app registered itself on ";

fn assert_marked(landing: &Landing, host: &str) {
    let page = landing.reply.text();
    let (_, after) = page.split_once(MARK).unwrap_or_else(|| panic!("not marked: {page}"));
    let date = after.split('.').next().expect("a date");
    let words: Vec<&str> = date.split(' ').collect();
    assert!(words.len() == 3 && words[2].parse::<u32>().is_ok_and(|year| year > 2024), "{date}");
    assert!(after.split("</p>").next().is_some_and(|note| note.contains(host)), "{page}");
}

#[tokio::test]
async fn c140_every_page_of_an_app_that_registered_itself_says_so() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let mut browser = world.stack.browser();
    let more = [("scope", "openid"), ("nonce", "n"), ("response_mode", "form_post")];
    let page = browser.go(&url(registration.id(), &more)).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
    assert_marked(&page, "app.example");
    let page = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
    assert!(asks_for_consent(&page), "{:?}", page.reply);
    assert_marked(&page, "app.example");
    let sent = browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    assert!(sent.form().input("code").is_some(), "{:?}", sent.reply);
    assert_marked(&sent, "app.example");
    // The operator's apps carry no mark.
    let mut browser = world.stack.browser();
    let page = browser.go(&url(&world.web.id, &[])).await;
    let next = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
    for landing in [page, next] {
        assert!(!landing.reply.text().contains(MARK), "{:?}", landing.reply);
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a row for each name")]
async fn c140_a_name_that_hides_something_or_looks_like_the_operators_is_refused() {
    let world = with_tokens();
    let cli = world.stack.cli();
    let hidden = [
        " ",
        "\u{a0}\u{2003}",
        "a\u{7}",
        "Acme\u{200b}Bank",
        "\u{202e}knaB",
        "a\u{2066}b",
        "a\u{200f}",
        "a\u{61c}b",
        "a\u{feff}",
        "a\u{ad}b",
        "\u{3164}",
        "a\u{2028}b",
        "a\u{e0041}",
        "\u{2800}",
    ];
    let alike = [
        "Acme Bank",
        "ACME BANK",
        "acme  bank",
        "Acme\u{a0}Bank",
        "\u{410}cme Bank",
        "Acme B\u{430}nk",
        "\u{ff21}\u{ff43}\u{ff4d}\u{ff45} Bank",
        "\u{1d400}cme Bank",
        "Acrne Bank",
        "WEB",
        "Sp\u{430}",
    ];
    for name in hidden.iter().chain(&alike) {
        let token = initial_token(world, &[]);
        let token = token["registration_token"].as_str();
        let reply = register(world, token, &metadata(&json!({ "client_name": name }))).await;
        assert_refused_for(&reply, "invalid_client_metadata", "client_name");
    }
    for good in ["Acme Banking", "Müller & Søn", "家計簿", "تطبيق", "Ελλάδα 2", "Acme-Bank 2"] {
        assert_eq!(registered(&metadata(&json!({ "client_name": good }))).await.document["client_name"], good);
    }
    // An existing registration cannot take such a name either.
    let registration = registered(&metadata(&json!({ "client_name": "Budget Planner" }))).await;
    let body = metadata(&json!({ "client_id": registration.id(), "client_name": "acme bank" }));
    assert_refused_for(&registration.ask("PUT", &body).await, "invalid_client_metadata", "client_name");
    for name in [" ", "a\u{7}", "a\u{202e}b", "a\u{200b}b"] {
        assert_fails(
            &cli.finish(&["client", "create", "--name", name, "--introspects", "https://orders.example"], ""),
            "name",
        );
    }
}

/// Returns requests with faults that are found before anybody signs in.
fn faulty(client: &str, more: &str) -> [String; 4] {
    let start = format!("/authorize?client_id={client}&redirect_uri={}&state=s{more}", encode(CALLBACK));
    let good = format!("{start}&response_type=code&code_challenge={}&code_challenge_method=S256", "A".repeat(43));
    [
        format!("{good}&scope=nonsense"),
        format!("{start}&response_type=nonsense"),
        format!("{good}&resource=nonsense"),
        format!(
            "{good}&scope=openid&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22x%22%7D%7D%7D"
        ),
    ]
}

fn way_on(page: &str) -> String {
    let (_, after) = page.split_once("class=\"button\" href=\"").unwrap_or_else(|| panic!("no way on: {page}"));
    after.split('"').next().expect("a link").replace("&#38;", "&")
}

#[tokio::test]
async fn c141_an_error_of_an_app_that_registered_itself_waits_for_a_person() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let http = world.stack.http();
    for request in faulty(registration.id(), "") {
        let reply = http.get(&request).send().await;
        assert_shown_here(&reply);
        assert_eq!(reply.status, 400, "{request}");
        let page = reply.text();
        assert!(page.contains("Dynamic") && page.contains("Continue to") && page.contains("app.example"), "{page}");
        let there = harness::Callback::at(::url::Url::parse(&way_on(page)).expect("a URL"));
        assert!(there.url.as_str().starts_with(CALLBACK) && page.contains(&there.error.clone().expect("an error")));
        assert_eq!((there.state.as_deref(), there.iss.as_deref()), (Some("s"), Some(world.stack.issuer())));
    }
    // An invalid cookie does not count as a session.
    let request = &faulty(registration.id(), "")[0];
    let forged = http.get(request).header("cookie", "__Host-jeton-session=jts_forged").send().await;
    assert_eq!(forged.status, 400, "{forged:?}");
}

#[tokio::test]
async fn c141_it_is_redirected_when_somebody_is_signed_in_or_nothing_may_be_shown() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let mut ana = world.stack.browser();
    let page = ana.go(&url(&world.web.id, &[])).await;
    drop(sign_in(&mut ana, &page, &world.ana.username, &world.ana.password).await);
    for request in faulty(registration.id(), "") {
        assert!(answered(&ana.go(&request).await).error.is_some(), "{request}");
    }
    let mut stranger = world.stack.browser();
    for request in faulty(registration.id(), "&prompt=none") {
        assert!(answered(&stranger.go(&request).await).error.is_some(), "{request}");
    }
    for request in faulty(&world.web.id, "") {
        assert!(answered(&stranger.go(&request).await).error.is_some(), "the operator's app: {request}");
    }
}

#[tokio::test]
async fn c141_an_error_in_a_form_waits_for_its_button() {
    let world = with_tokens();
    let registration = registered(&metadata(&json!({}))).await;
    let request = &faulty(registration.id(), "&response_mode=form_post")[0];
    let page = world.stack.browser().go(request).await;
    assert_eq!(page.reply.status, 400, "{:?}", page.reply);
    assert_page_headers(&page.reply);
    assert!(!page.reply.text().contains("<script"), "{:?}", page.reply);
    let form = page.form();
    assert_eq!((form.action.as_deref(), &*form.method), (Some(CALLBACK), "post"));
    let value = |name: &str| form.input(name).map(|input| input.value.clone());
    assert_eq!((value("error").as_deref(), value("state").as_deref()), (Some("invalid_scope"), Some("s")));
    let policy = page.reply.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("form-action 'self' https://app.example"), "{policy}");
    // With `prompt=none`, or with a session, the form submits itself as before.
    let request = &faulty(registration.id(), "&response_mode=form_post&prompt=none")[0];
    let sent = world.stack.browser().go(request).await;
    assert!(sent.reply.status == 200 && sent.reply.text().contains("<script"), "{:?}", sent.reply);
}

/// Returns the error of a request without PKCE, if there is one.
async fn without_pkce(world: &World, client: &str, more: &str) -> Option<String> {
    let request = format!("/authorize?response_type=code&client_id={client}&state=s{more}&prompt=none");
    let error = answered(&world.stack.browser().go(&request).await).error;
    error.filter(|error| error != "login_required")
}

async fn assert_needs(world: &World, registration: &Registration, neither: bool, nonce: bool) {
    let refused = |needed: bool| needed.then(|| "invalid_request".to_owned());
    assert_eq!(without_pkce(world, registration.id(), "&scope=openid").await, refused(neither));
    assert_eq!(without_pkce(world, registration.id(), "&scope=openid&nonce=n").await, refused(nonce));
    assert_eq!(without_pkce(world, registration.id(), "&scope=profile&nonce=n").await, refused(neither));
    let pkce = format!("&code_challenge={}&code_challenge_method=S256", "A".repeat(43));
    assert_eq!(without_pkce(world, registration.id(), &pkce).await, None);
}

#[tokio::test]
async fn c142_a_client_that_registers_itself_needs_pkce_or_if_it_is_confidential_a_nonce() {
    let world = with_tokens();
    let confidential = registered(&metadata(&json!({}))).await;
    assert_needs(world, &confidential, true, false).await;
    let public = registered(&metadata(&json!({ "token_endpoint_auth_method": "none" }))).await;
    assert_needs(world, &public, true, true).await;
    let shown = |id: &str| world.stack.cli().run(&["client", "show", id])["pkce"].clone();
    assert_eq!([shown(confidential.id()), shown(public.id())], [json!("nonce"), json!("required")]);
}

#[tokio::test]
async fn c142_a_token_or_the_deployment_excuses_confidential_clients() {
    let world = with_tokens();
    let made = initial_token(world, &["--pkce", "optional", "--uses", "2"]);
    assert_eq!(made["pkce"], "optional");
    assert_eq!(initial_token(world, &[])["pkce"], "required");
    let token = made["registration_token"].as_str();
    let excused = Registration::of(&register(world, token, &metadata(&json!({}))).await);
    assert_needs(world, &excused, false, false).await;
    assert_eq!(world.stack.cli().run(&["client", "show", excused.id()])["pkce"], "optional");
    let public = metadata(&json!({ "token_endpoint_auth_method": "none" }));
    assert_needs(world, &Registration::of(&register(world, token, &public).await), true, true).await;
    assert_needs(open(), &Registration::of(&register(open(), None, &metadata(&json!({}))).await), true, false).await;
    let lenient = Stack::builder().arg("--registration").arg("open").env("JETON_REGISTRATION_PKCE", "optional");
    let lenient = World::on(lenient.start());
    assert_eq!(lenient.stack.env_file().get("JETON_REGISTRATION_PKCE"), "optional");
    let excused = Registration::of(&register(&lenient, None, &metadata(&json!({}))).await);
    assert_needs(&lenient, &excused, false, false).await;
}

#[tokio::test]
async fn c143_a_host_after_a_private_use_scheme_is_neither_registered_nor_taken_for_one() {
    let world = with_tokens();
    let thief = "com.evil.stealer://app.example/cb";
    let native = |uri: &str| json!({ "redirect_uris": [uri], "application_type": "native", "client_name": "Native" });
    for more in [&[][..], &["--redirect-host", "app.example"]] {
        let token = initial_token(world, more);
        let reply = register(world, token["registration_token"].as_str(), &native(thief)).await;
        assert_refused_for(&reply, "invalid_redirect_uri", "redirect_uris");
    }
    let token = initial_token(world, &["--redirect-host", "com.example.app:", "--uses", "2"]);
    let token = token["registration_token"].as_str();
    assert_eq!(register(world, token, &native("com.example.app:/cb")).await.status, 201);
    let reply = register(world, token, &native("com.evil.stealer:/cb")).await;
    assert_refused_for(&reply, "invalid_redirect_uri", "redirect_uris");
    let cli = world.stack.cli();
    let create = ["client", "create", "--name", "Thief", "--grant", "authorization_code", "--redirect-uri"];
    assert_fails(&cli.finish(&[&create[..], &[thief]].concat(), ""), "no host");
    let pairwise = [&create[..], &["com.example.app:/cb", "--subject-type", "pairwise"]].concat();
    assert_fails(&cli.finish(&pairwise, ""), "--sector");
    let named = cli.run(&[&pairwise[..], &["--sector", "app.example"]].concat());
    assert_eq!(named["relying_party"]["sector"], "app.example");
}

#[tokio::test]
async fn c143_one_that_an_earlier_version_registered_is_listed_matched_and_named_by_its_scheme() {
    let store = EmbeddedDynamo::start();
    let stack = Stack::builder().store(&store.endpoint()).start();
    let cli = stack.cli();
    let more = ["--grant", "authorization_code", "--redirect-uri", "com.evil.stealer:/cb", "--auth-method", "none"];
    let client = cli.create_client("Old native app", &more);
    let thief = "com.evil.stealer://app.example/cb";
    let table = stack.env_file().get("JETON_TABLE_REGISTRY");
    let update = json!({
        "TableName": table,
        "Key": {"id": {"S": format!("client#{}", client.id)}},
        "UpdateExpression": "SET redirect_uris = :uris",
        "ExpressionAttributeValues": {":uris": {"L": [{"S": thief}]}},
    });
    dynamo_call(&store.endpoint(), "UpdateItem", &update).await;
    let listed = cli.run(&["client", "list"]);
    let shown = listed.as_array().expect("clients").iter().find(|one| one["client_id"] == client.id.as_str());
    assert_eq!(shown.map(|shown| &shown["redirect_uris"]), Some(&json!([thief])));
    cli.create_user("ana", "correct horse battery staple");
    let mut browser: Browser = stack.browser();
    let page = browser.go(&authorization_url(&client.id, thief, &Pkce::new(), &[])).await;
    let next = sign_in(&mut browser, &page, "ana", "correct horse battery staple").await;
    assert!(asks_for_consent(&next), "{:?}", next.reply);
    for landing in [&page, &next] {
        let shown = landing.reply.text();
        assert!(shown.contains("<bdi>com.evil.stealer:</bdi>") && !shown.contains("<bdi>app.example</bdi>"), "{shown}");
    }
    let sent = browser.submit(&next, &next.form(), &[("decision", "allow")]).await;
    assert!(answered(&sent).url.as_str().starts_with(thief), "{:?}", sent.reply);
}
