//! Redirect URIs of private-use schemes: how they are named, and which sector they belong to.

use harness::{Browser, EmbeddedDynamo, Pkce, Reply, Stack, authorization_url, dynamo_call};
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::pages::{answered, asks_for_consent, sign_in};
use crate::support::rounds::ROUNDS;
use crate::support::self_registration::{
    Registration, assert_refused_for, initial_token, metadata, open, register, with_tokens,
};
use crate::support::session::assert_fails;
use crate::support::world::World;

const NATIVE: &str = "com.example.app:/cb";

/// Returns redirect URIs of apps that look as if they had a host, one for each round.
fn with_a_host() -> Vec<String> {
    let schemes = ["com.evil.stealer", "example.app", "app.example", "COM.Evil.Stealer", "com.evil-1.x"];
    let rest = [
        "//app.example/cb",
        "//app.example",
        "//app.example:443/cb",
        "//app.example?x=1",
        "//app.example./cb",
        "//APP.example/cb",
        "//127.0.0.1/cb",
        "//[::1]/cb",
        "//localhost/cb",
        "//x.app.example/cb",
    ];
    schemes.iter().flat_map(|scheme| rest.iter().map(move |rest| format!("{scheme}:{rest}"))).collect()
}

fn native(redirect_uri: &str, more: &Value) -> Value {
    let mut whole = metadata(&json!({
        "application_type": "native",
        "redirect_uris": [redirect_uri],
        "token_endpoint_auth_method": "none",
    }));
    whole.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
    whole
}

#[tokio::test]
async fn c143_a_scheme_with_a_host_is_no_redirect_uri_of_any_client() {
    let world = with_tokens();
    let token = initial_token(world, &["--redirect-host", "app.example", "--uses", "9"]);
    let (token, addresses) = (token["registration_token"].as_str(), with_a_host());
    assert_eq!(addresses.len(), ROUNDS);
    for address in &addresses {
        let _case = Case::new(address);
        let reply = register(world, token, &native(address, &json!({}))).await;
        assert_refused_for(&reply, "invalid_redirect_uri", "redirect_uris");
        let reply = register(open(), None, &native(address, &json!({}))).await;
        assert_refused_for(&reply, "invalid_redirect_uri", "redirect_uris");
    }
    // None of the refused requests used up the token.
    let good = json!({ "redirect_uris": ["https://app.example/cb"] });
    Registration::of(&register(world, token, &good).await);
}

#[test]
fn c143_an_operator_registers_no_scheme_with_a_host() {
    let cli = World::shared().stack.cli();
    for address in with_a_host().iter().step_by(7) {
        let app = ["client", "create", "--name", "Bad", "--grant", "authorization_code", "--auth-method", "none"];
        assert_fails(&cli.finish(&[&app[..], &["--redirect-uri", address]].concat(), ""), address);
    }
}

fn assert_named(page: &Reply, name: &str, not: &str) {
    assert!(page.text().contains(name), "{name} is not shown: {page:?}");
    assert!(!page.text().contains(not), "{not} is shown: {page:?}");
}

#[tokio::test]
async fn c143_both_pages_name_a_native_app_by_its_scheme() {
    let world = open();
    let registration = Registration::of(&register(world, None, &native(NATIVE, &json!({}))).await);
    let app = ["--grant", "authorization_code", "--auth-method", "none", "--redirect-uri", NATIVE];
    let of_operator = world.stack.cli().create_client("Native", &app);
    for client in [registration.id(), &of_operator.id] {
        let mut browser = world.stack.browser();
        let scope = [("scope", "openid")];
        let page = browser.go(&authorization_url(client, NATIVE, &Pkce::new(), &scope)).await;
        assert_named(&page.reply, "com.example.app", "app.example");
        let next = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
        assert!(asks_for_consent(&next), "{:?}", next.reply);
        assert_named(&next.reply, "com.example.app", "app.example");
        let callback = browser.submit(&next, &next.form(), &[("decision", "allow")]).await.callback();
        let callback = callback.expect("an answer");
        assert_eq!((callback.url.scheme(), callback.url.path()), ("com.example.app", "/cb"));
        callback.assert_granted();
    }
}

#[tokio::test]
async fn c143_a_native_app_is_pairwise_only_with_a_sector_of_its_own() {
    let world = open();
    for redirect_uri in [NATIVE, "http://127.0.0.1/cb", "http://[::1]:8080/cb"] {
        let _case = Case::new(redirect_uri);
        let pairwise = native(redirect_uri, &json!({ "subject_type": "pairwise" }));
        let reply = register(world, None, &pairwise).await;
        assert_eq!((reply.status, &*reply.string("error")), (400, "invalid_client_metadata"), "{reply:?}");
        let told = reply.string("error_description");
        assert!(told.contains("subject_type") || told.contains("sector_identifier_uri"), "{told}");
        Registration::of(&register(world, None, &native(redirect_uri, &json!({ "subject_type": "public" }))).await);
    }
    let app = ["client", "create", "--name", "Bad", "--grant", "authorization_code", "--auth-method", "none"];
    let pairwise = [&app[..], &["--redirect-uri", NATIVE, "--subject-type", "pairwise"]].concat();
    assert_fails(&world.stack.cli().finish(&pairwise, ""), "sector");
    world.stack.cli().run(&[&pairwise[..], &["--sector", "app.example"]].concat());
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
