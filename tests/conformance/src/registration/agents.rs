//! Registrations as agents and their libraries send them, and what such a client can use afterwards.

use std::sync::LazyLock;

use harness::{Pkce, RegisteredClient, Reply, Stack, authorization_url};
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::pages::{asks_for_consent, assert_shown_here, sign_in};
use crate::support::self_registration::{Registration, ask, assert_refused_for, initial_token, register, with_tokens};
use crate::support::session::{Session, assert_granted, assert_refused, reach, tokens};
use crate::support::world::{CALLBACK, ORDERS, PARCELS, World};

/// The API of the agents, which `jeton dev` creates.
const MCP: &str = "http://localhost:3000/mcp";
const LOOPBACK: &str = "http://localhost:3118/callback";
const DAY: u64 = 24 * 3600;

/// A stack that one command starts for a developer of agents.
static AGENTS: LazyLock<World> = LazyLock::new(|| {
    let stack = Stack::builder().arg("--registration").arg("open").arg("--registration-scheme").arg("vscode");
    let stack = stack.arg("--registration-api").arg(&format!("{MCP} mcp:read mcp:tools"));
    let year = (365 * DAY).to_string();
    World::on(stack.arg("--registration-api").arg(PLAIN).env("JETON_GRANT_SECONDS", &year).start())
});

/// An API without scopes, which is created too.
const PLAIN: &str = "https://plain.example/";

async fn registered(more: &Value) -> Registration {
    let mut whole = json!({ "redirect_uris": [LOOPBACK], "token_endpoint_auth_method": "none" });
    whole.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
    Registration::of(&register(&AGENTS, None, &whole).await)
}

/// Asks for a code at `redirect_uri`, with Ana's consent, and redeems it with these further fields.
async fn redeemed(
    session: &mut Session<'_>,
    client: &RegisteredClient,
    redirect_uri: &str,
    more: &[(&str, &str)],
    fields: &[(&str, &str)],
) -> Reply {
    let (pkce, ana) = (Pkce::new(), &session.world.ana);
    let url = authorization_url(&client.id, redirect_uri, &pkce, more);
    let callback = session.browser.sign_in_and_consent(&url, &ana.username, &ana.password).await;
    assert!(callback.url.as_str().starts_with(&format!("{redirect_uri}?")), "{}", callback.url);
    let code = callback.code().to_owned();
    let proof = [("code", &*code), ("redirect_uri", redirect_uri), ("code_verifier", &*pkce.verifier)];
    session.redemption(client, &[&proof[..], fields].concat()).send().await
}

/// Returns the error of a request that is answered without a page.
async fn silent_error(client: &str, more: &[(&str, &str)]) -> Option<String> {
    let more = [more, &[("prompt", "none")]].concat();
    let landing = AGENTS.stack.browser().go(&authorization_url(client, LOOPBACK, &Pkce::new(), &more)).await;
    landing.callback().and_then(|callback| callback.error)
}

/// Returns registrations that agents and editors send.
fn shapes() -> [Value; 9] {
    let (native, web) = ("native", "https://claude.example/api/mcp/auth_callback");
    [
        json!({ "redirect_uris": [LOOPBACK], "token_endpoint_auth_method": "none" }),
        json!({ "redirect_uris": ["http://127.0.0.1:3118/callback"], "token_endpoint_auth_method": "none" }),
        json!({ "redirect_uris": ["http://[::1]:3118/callback"], "application_type": native }),
        json!({ "redirect_uris": ["https://vscode.dev/redirect", "http://127.0.0.1:33418/"], "application_type": native }),
        json!({ "redirect_uris": ["https://vscode.dev/redirect", "http://localhost/", "com.example.app:/cb"] }),
        json!({ "redirect_uris": ["vscode://vscode.mcp/callback", "http://127.0.0.1/"], "client_name": "Editor" }),
        json!({ "redirect_uris": [web], "application_type": native, "grant_types": ["authorization_code", "refresh_token"] }),
        json!({
            "redirect_uris": [web], "client_name": "Agent", "client_uri": "", "logo_uri": "logo.png", "contacts": "a@b",
            "policy_uri": "http://agent.example", "tos_uri": 7, "software_id": {}, "software_version": "x".repeat(300),
            "scope": "claudeai", "response_types": ["code"], "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        }),
        json!({ "redirect_uris": [LOOPBACK], "client_name": "n".repeat(120), "grant_types": [], "response_types": [] }),
    ]
}

#[tokio::test]
async fn c163_c164_what_agents_register_is_registered_and_told_as_it_is() {
    for shape in shapes() {
        let _case = Case::new(&shape);
        let told = Registration::of(&register(&AGENTS, None, &shape).await).document;
        assert_eq!(told["redirect_uris"], shape["redirect_uris"]);
        assert!(told["grant_types"].as_array().is_some_and(|all| all.contains(&json!("authorization_code"))));
        assert_eq!(told["response_types"], json!(["code"]));
        for member in ["client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts", "software_id", "software_version"]
        {
            assert!(told.get(member).is_none(), "{member}: {told}");
        }
        let name = told["client_name"].as_str().unwrap_or_default();
        assert!((1..=100).contains(&name.chars().count()), "{name}");
        let on_a_device = !shape["redirect_uris"].to_string().contains("claude.example");
        let kind = if on_a_device || shape["application_type"] == "native" { "native" } else { "web" };
        assert_eq!(told["application_type"], kind, "{told}");
        // A client may send back what it read (RFC 7592 §2.2).
        let mut again = told.clone();
        let members = again.as_object_mut().expect("members");
        for given in ["registration_access_token", "registration_client_uri", "client_id_issued_at"] {
            members.remove(given);
        }
        members.remove("client_secret_expires_at");
        let place = format!("/register/{}", told["client_id"].as_str().expect("an id"));
        let token = told["registration_access_token"].as_str();
        let replaced = ask(&AGENTS.stack.http(), "PUT", &place, token, &again).send().await;
        assert_eq!(replaced.status, 200, "{replaced:?}");
    }
}

#[tokio::test]
async fn c163_a_type_that_is_told_keeps_its_rules() {
    for (uris, kind, good) in [
        (json!(["https://app.example/cb"]), "web", true),
        (json!([LOOPBACK]), "web", false),
        (json!(["https://localhost/cb"]), "web", false),
        (json!(["https://app.example/cb", LOOPBACK]), "web", false),
        (json!(["com.example.app:/cb"]), "web", false),
        (json!(["https://app.example/cb", LOOPBACK, "com.example.app:/cb"]), "native", true),
        (json!(["http://app.example/cb"]), "native", false),
        (json!(["http://localhost.evil.example/cb"]), "native", false),
    ] {
        let _case = Case::new(format!("{uris} {kind}"));
        let reply = register(&AGENTS, None, &json!({ "redirect_uris": uris, "application_type": kind })).await;
        if good {
            Registration::of(&reply);
        } else {
            assert_refused_for(&reply, "invalid_redirect_uri", "redirect_uris");
        }
    }
}

#[tokio::test]
async fn c163_each_uri_of_a_mixed_set_is_held_by_the_hosts_of_the_token() {
    let world = with_tokens();
    let made = initial_token(world, &["--redirect-host", "app.example", "--redirect-host", "localhost"]);
    let token = made["registration_token"].as_str();
    for strange in ["https://evil.example/cb", "http://127.0.0.1/cb", "com.example.app:/cb"] {
        let asked = json!({ "redirect_uris": [CALLBACK, LOOPBACK, strange] });
        assert_refused_for(&register(world, token, &asked).await, "invalid_redirect_uri", "redirect_uris");
    }
    Registration::of(&register(world, token, &json!({ "redirect_uris": [CALLBACK, LOOPBACK] })).await);
}

#[tokio::test]
async fn c162_c165_an_agent_without_scope_and_with_any_port_gets_a_token_of_its_api_and_refreshes_it() {
    let registration = registered(&json!({ "grant_types": ["authorization_code", "refresh_token"] })).await;
    let (client, mut session) = (registration.client(), AGENTS.session());
    for redirect_uri in [LOOPBACK, "http://localhost:51004/callback", "http://localhost/callback"] {
        for spelt in [MCP, "HTTP://LOCALHOST:3000/mcp"] {
            let resource = [("resource", spelt)];
            let reply = redeemed(&mut session, &client, redirect_uri, &resource, &resource).await;
            let (audience, scope) = reach(&reply);
            assert_eq!((audience, scope), (vec![MCP.to_owned()], vec!["mcp:read".to_owned(), "mcp:tools".to_owned()]));
            let refreshed = session.refresh_with(&client, &tokens(&reply).refresh, &resource).await;
            assert_eq!(reach(&refreshed).0, [MCP]);
        }
    }
    for other in
        ["http://127.0.0.1:3118/callback", "http://localhost:3118/callback/", "https://localhost:3118/callback"]
    {
        let page = AGENTS.stack.browser().go(&authorization_url(&client.id, other, &Pkce::new(), &[])).await;
        assert_shown_here(&page.reply);
        // A developer sees why.
        let shown = page.reply.text();
        assert!(shown.contains(&format!("The request has {other}.")), "{shown}");
        assert!(shown.contains(&format!("Registered: {LOOPBACK}.")), "{shown}");
    }
}

#[tokio::test]
async fn c165_an_agent_asks_for_more_within_its_policy_with_a_new_consent_and_never_for_more_than_that() {
    let registration = registered(&json!({ "scope": "mcp:read" })).await;
    assert_eq!(registration.document["scope"], "mcp:read");
    let (client, mut session, resource) = (registration.client(), AGENTS.session(), ("resource", MCP));
    let first = redeemed(&mut session, &client, LOOPBACK, &[resource], &[]).await;
    assert_eq!(reach(&first), (vec![MCP.to_owned()], vec!["mcp:read".to_owned()]), "what it registered");
    let more = [resource, ("scope", "mcp:read mcp:tools")];
    let page = session.browser.go(&authorization_url(&client.id, LOOPBACK, &Pkce::new(), &more)).await;
    assert!(asks_for_consent(&page) && page.reply.text().contains("mcp:tools"), "{:?}", page.reply);
    let second = redeemed(&mut session, &client, LOOPBACK, &more, &[]).await;
    assert_eq!(reach(&second).1, ["mcp:read", "mcp:tools"]);
    for (asked, error) in [
        (vec![resource, ("scope", "mcp:read read")], "invalid_scope"),
        (vec![("resource", ORDERS)], "invalid_target"),
        (vec![("resource", ORDERS), ("scope", "read")], "invalid_target"),
        (vec![("scope", "read")], "invalid_scope"),
        (vec![("resource", PARCELS), resource], "invalid_target"),
    ] {
        assert_eq!(silent_error(&client.id, &asked).await.as_deref(), Some(error), "{asked:?}");
    }
}

#[tokio::test]
async fn c164_c165_a_scope_of_another_server_is_replaced_by_what_the_policy_opens() {
    let registration = registered(&json!({ "scope": "claudeai" })).await;
    let told = registration.document["scope"].as_str().expect("a scope").to_owned();
    assert_eq!(told, "address email mcp:read mcp:tools offline_access openid phone profile");
    let (client, mut session) = (registration.client(), AGENTS.session());
    let more = [("resource", MCP), ("scope", "mcp:tools openid")];
    let reply = redeemed(&mut session, &client, LOOPBACK, &more, &[]).await;
    assert_eq!(reply.string("scope"), "mcp:tools openid");
    assert_eq!(silent_error(&client.id, &[("scope", "claudeai")]).await.as_deref(), Some("invalid_scope"));
}

#[tokio::test]
async fn c165_the_policy_of_an_initial_token_is_the_limit() {
    let world = with_tokens();
    let cli = world.stack.cli();
    let api = "https://limited.example/v1";
    cli.create_api(api, "see change", &[]);
    let made = initial_token(world, &["--scope", "openid see", "--api", api]);
    let token = made["registration_token"].as_str();
    let asked = json!({ "redirect_uris": [CALLBACK], "scope": "see change" });
    let registration = Registration::of(&register(world, token, &asked).await);
    assert_eq!(registration.document["scope"], "see");
    let (client, mut session, resource) = (registration.client(), world.session(), ("resource", api));
    let code = session.code_with(&client, &[resource]).await;
    assert_eq!(reach(&session.redeem(&client, &code).await), (vec![api.to_owned()], vec!["see".to_owned()]));
    let refused = |more: Vec<(&'static str, &'static str)>| {
        let url = authorization_url(&client.id, CALLBACK, &Pkce::new(), &[&more[..], &[("prompt", "none")]].concat());
        async move { world.stack.browser().go(&url).await.callback().and_then(|callback| callback.error) }
    };
    assert_eq!(refused(vec![resource, ("scope", "see change")]).await.as_deref(), Some("invalid_scope"));
    assert_eq!(refused(vec![("resource", ORDERS)]).await.as_deref(), Some("invalid_target"));
    // A replacement stays within the same policy.
    let mut wider = asked.clone();
    wider["client_id"] = json!(client.id);
    wider["scope"] = json!("openid see change read");
    assert_eq!(registration.ask("PUT", &wider).await.json()["scope"], "openid see");
    let shown = cli.run(&["client", "show", &client.id]);
    assert_eq!((&shown["scope"], &shown["apis"]), (&json!("openid see"), &json!([api])));
}

#[tokio::test]
async fn c178_a_registration_tells_its_end_and_lasts_longer_than_what_is_granted_to_it() {
    let registration = registered(&json!({ "grant_types": ["authorization_code", "refresh_token"] })).await;
    let (document, client) = (&registration.document, registration.client());
    let times = ["client_id_expires_at", "client_id_issued_at"].map(|name| document[name].as_u64().expect("a time"));
    assert_eq!(times[0], times[1] + 90 * DAY);
    assert!(document.get("client_secret_expires_at").is_none(), "{document}");
    let place = format!("/register/{}", client.id);
    let end = async || {
        let read = ask(&AGENTS.stack.http(), "GET", &place, Some(registration.token()), &json!(null)).send().await;
        read.json()["client_id_expires_at"].as_u64().expect("a time")
    };
    let mut session = AGENTS.session();
    // A grant of a session does not outlive the registration, so nothing is written.
    assert_granted(&redeemed(&mut session, &client, LOOPBACK, &[("scope", "openid")], &[]).await);
    assert_eq!(end().await, times[0]);
    let offline = [("scope", "openid offline_access")];
    let reply = redeemed(&mut session, &client, LOOPBACK, &offline, &[]).await;
    let extended = end().await;
    assert!(extended > times[1] + 365 * DAY && extended < times[1] + 400 * DAY, "{extended}");
    assert_granted(&redeemed(&mut session, &client, LOOPBACK, &offline, &[]).await);
    assert_eq!(end().await, extended, "the next grant needs no extension");
    assert_granted(&session.refresh(&client, &tokens(&reply).refresh).await);
    // A replacement does not shorten it.
    let put = json!({ "client_id": client.id, "redirect_uris": [LOOPBACK], "token_endpoint_auth_method": "none" });
    let replaced = ask(&AGENTS.stack.http(), "PUT", &place, Some(registration.token()), &put).send().await;
    assert_eq!((replaced.status, end().await), (200, extended));
    let shown = AGENTS.stack.cli().run(&["client", "show", &client.id]);
    assert_eq!(shown["self_registered"]["ends_at"], extended);
}

#[tokio::test]
async fn c178_a_life_that_an_operator_limited_is_not_extended() {
    let world = with_tokens();
    let made = initial_token(world, &["--client-lifetime", "5000"]);
    let asked = json!({ "redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token"] });
    let registration = Registration::of(&register(world, made["registration_token"].as_str(), &asked).await);
    let end = registration.document["client_id_expires_at"].clone();
    assert_eq!(end, registration.document["client_secret_expires_at"]);
    let (client, mut session) = (registration.client(), world.session());
    let code = session.code_with(&client, &[("scope", "openid offline_access")]).await;
    assert_granted(&session.redeem(&client, &code).await);
    assert_eq!(registration.ask("GET", &json!(null)).await.json()["client_id_expires_at"], end);
    let endless = crate::support::self_registration::registered(&asked).await.document;
    assert!(endless.get("client_id_expires_at").is_none() && endless["client_secret_expires_at"] == 0, "{endless}");
}

#[tokio::test]
async fn c179_a_scheme_without_a_period_is_for_who_the_operator_named() {
    let world = with_tokens();
    let named = initial_token(world, &["--redirect-scheme", "Cursor:", "--redirect-host", "app.example"]);
    assert_eq!(named["redirect_schemes"], json!(["cursor"]));
    let plain = initial_token(world, &[]);
    let [named, plain] = [&named, &plain].map(|made| made["registration_token"].as_str());
    let cursor = json!({ "redirect_uris": ["cursor://anysphere.cursor-mcp/oauth/callback"] });
    let vscode = json!({ "redirect_uris": ["vscode:/callback"] });
    for (world, token, asked) in [(world, plain, &cursor), (world, named, &vscode), (&*AGENTS, None, &cursor)] {
        assert_refused_for(&register(world, token, asked).await, "invalid_redirect_uri", "redirect_uris");
    }
    let script = json!({ "redirect_uris": ["javascript:alert(1)"] });
    assert_refused_for(&register(&AGENTS, None, &script).await, "invalid_redirect_uri", "redirect_uris");
    for (world, token, asked) in [(world, named, &cursor), (&*AGENTS, None, &vscode)] {
        let client = Registration::of(&register(world, token, asked).await).client();
        let uri = asked["redirect_uris"][0].as_str().expect("a URI");
        let (mut browser, pkce) = (world.stack.browser(), Pkce::new());
        let url = authorization_url(&client.id, uri, &pkce, &[("scope", "openid")]);
        let page = browser.go(&url).await;
        let scheme = uri.split(':').next().expect("a scheme");
        assert!(page.reply.text().contains(&format!("<bdi>{scheme}:</bdi>")), "{:?}", page.reply);
        let next = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
        assert!(asks_for_consent(&next) && next.reply.text().contains(&format!("<bdi>{scheme}:</bdi>")));
        let callback = browser.submit(&next, &next.form(), &[("decision", "allow")]).await.callback();
        let callback = callback.expect("an answer");
        assert!(callback.url.as_str().starts_with(uri), "{}", callback.url);
        callback.assert_granted();
    }
}

#[test]
fn c179_an_operator_names_a_scheme_and_none_that_runs_scripts() {
    let cli = with_tokens().stack.cli();
    for bad in ["javascript", "data:", "https", "com.example.app", "vs code", ""] {
        let finished = cli.finish(&["registration-token", "create", "--redirect-scheme", bad], "");
        crate::support::session::assert_fails(&finished, "scheme");
    }
    let finished = cli.finish(&["registration-token", "create", "--redirect-host", "vscode:"], "");
    crate::support::session::assert_fails(&finished, "--redirect-scheme");
    let env = AGENTS.stack.env_file();
    assert_eq!(env.get("JETON_REGISTRATION_SCHEMES"), "vscode");
    assert_eq!(env.get("JETON_REGISTRATION_APIS"), format!("{MCP},{PLAIN}"));
}

#[tokio::test]
async fn c166_a_resource_is_the_api_however_it_is_spelt_and_the_token_names_it_as_it_was_created() {
    let (client, mut session) = (registered(&json!({})).await.client(), AGENTS.session());
    for spelt in ["https://plain.example", "https://PLAIN.example:443/", PLAIN] {
        let resource = [("resource", spelt)];
        let reply = redeemed(&mut session, &client, LOOPBACK, &resource, &resource).await;
        assert_eq!(harness::Jwt::read(&reply.string("access_token")).audience(), [PLAIN], "{spelt}");
    }
    let two = [("resource", PLAIN), ("resource", MCP)];
    // Of several APIs of a grant the token is for the one that is named.
    assert_refused(&redeemed(&mut session, &client, LOOPBACK, &two, &[]).await, "invalid_target");
    let named = redeemed(&mut session, &client, LOOPBACK, &two, &[("resource", "https://plain.example")]).await;
    assert_eq!(harness::Jwt::read(&named.string("access_token")).audience(), [PLAIN]);
}
