//! Authorization requests of OpenID Connect, and the metadata about them (CONFORMANCE 1 to 16).

use harness::{Jwt, Pkce, Stack, authorization_url, forms, free_port, unescape};
use serde_json::{Value, json};

use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::relying_party::{app, person};
use crate::support::session::{self, Code, assert_granted};
use crate::support::world::{CALLBACK, ORDERS, World};

#[tokio::test]
async fn o01_o02_o04_the_document_of_openid_connect_is_complete_and_true() {
    let session = session::shared();
    let world = session.world;
    let found = document(&session.http, DOCUMENTS[1]).await;
    assert_eq!(found, document(&session.http, DOCUMENTS[0]).await);
    assert_eq!(found["issuer"], world.stack.issuer());
    let sets: [(&str, &[&str]); 8] = [
        ("response_types_supported", &["code"]),
        ("response_modes_supported", &["form_post", "fragment", "query"]),
        ("subject_types_supported", &["pairwise", "public"]),
        ("id_token_signing_alg_values_supported", &["ES256", "EdDSA", "PS256", "RS256"]),
        ("userinfo_signing_alg_values_supported", &["ES256", "EdDSA", "PS256", "RS256"]),
        ("scopes_supported", &["address", "email", "offline_access", "openid", "phone", "profile"]),
        ("claim_types_supported", &["normal"]),
        ("prompt_values_supported", &["consent", "login", "none", "select_account"]),
    ];
    for (name, values) in sets {
        assert_eq!(strings(&found[name]).into_iter().collect::<Vec<_>>(), values, "{name}");
    }
    assert_eq!(found["claims_parameter_supported"], json!(true));
    for name in ["sub", "name", "email_verified", "address", "updated_at", "auth_time", "sid"] {
        assert!(strings(&found["claims_supported"]).contains(name), "{name}");
    }
}

#[tokio::test]
async fn o03_every_endpoint_is_below_the_issuer_and_there() {
    let session = session::shared();
    let world = session.world;
    let found = document(&session.http, DOCUMENTS[1]).await;
    let members = found.as_object().expect("members").iter();
    let urls: Vec<(&String, &str)> = members
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        .map(|(name, url)| (name, url.as_str().expect("a URL")))
        .collect();
    assert_eq!(urls.len(), 7, "{urls:?}");
    for (name, url) in urls {
        assert!(url.starts_with(&format!("{}/", world.stack.issuer())), "{name}: {url}");
        assert_ne!(session.http.get(url).send().await.status, 404, "{name}: {url}");
    }
}

#[tokio::test]
async fn openid_is_not_offered_where_it_is_off() {
    let world = World::with("JETON_OPENID", "false");
    let mut session = world.session();
    let found = document(&session.http, DOCUMENTS[1]).await;
    for name in ["userinfo_endpoint", "scopes_supported", "id_token_signing_alg_values_supported", "claims_supported"] {
        assert!(found.get(name).is_none(), "{name}");
    }
    let client = app(&world, "Off", &[]);
    let callback = session.authorize(&client, &Pkce::new(), &[("scope", "openid read")]).await;
    assert_eq!(callback.error.as_deref(), Some("invalid_scope"));
}

#[tokio::test]
async fn openid_that_is_turned_off_is_off_for_those_who_signed_in_before() {
    let data = tempfile::tempdir().expect("a temporary directory");
    let port = free_port();
    let stack = |openid: &str| Stack::builder().port(port).data(data.path()).env("JETON_OPENID", openid).start();
    let world = World::on(stack("true"));
    let client = app(&world, "Before", &[]);
    let (mut session, _) = person(&world, "before");
    let before = session.signed_in("before", &client, &[("scope", "openid read"), ("resource", ORDERS)]).await;
    assert!(before.json()["id_token"].is_string(), "{before:?}");
    assert_eq!(session.userinfo(&before.string("access_token")).await.status, 200);
    let World { stack: first, service, gateway, ana, spa, web, opaque_service, opaque_spa } = world;
    assert!(first.stop().is_some_and(|status| status.success()));
    let world = World { stack: stack("false"), service, gateway, ana, spa, web, opaque_service, opaque_spa };
    let session = world.session();
    let after = session.refresh(&client, &before.string("refresh_token")).await;
    assert_granted(&after);
    assert!(after.json().get("id_token").is_none(), "{after:?}");
    for reply in [&before, &after] {
        let bearer = format!("Bearer {}", reply.string("access_token"));
        assert_eq!(session.http.get("/userinfo").header("authorization", &bearer).send().await.status, 404);
    }
    assert!(session.is_active(&after.string("access_token")).await);
}

#[tokio::test]
async fn o11_what_only_advises_changes_nothing() {
    let world = World::shared();
    let (mut session, _) = person(world, "o11");
    let client = app(world, "O11", &[]);
    let more = [
        ("scope", "openid"),
        ("display", "popup"),
        ("ui_locales", "fr-CA fr en"),
        ("claims_locales", "fr"),
        ("acr_values", "1 2 pwd"),
        ("login_hint", "o11"),
        ("extra", "foobar"),
    ];
    assert_granted(&session.signed_in("o11", &client, &more).await);
}

#[tokio::test]
async fn o14_c037_prompt_and_max_age_decide_whether_a_person_signs_in_again() {
    let world = World::shared();
    let (mut session, _) = person(world, "o14");
    let client = app(world, "O14", &[]);
    let time = |claims: &Value| claims["auth_time"].as_u64().expect("auth_time");
    let reply = session.signed_in("o14", &client, &[("scope", "openid")]).await;
    let first = session.identity(&client, &reply).await;
    let hint = reply.string("id_token");
    let silent = [("scope", "openid"), ("prompt", "none"), ("id_token_hint", &*hint), ("max_age", "1000")];
    let again = session.signed_in("o14", &client, &silent).await;
    let second = session.identity(&client, &again).await;
    assert_eq!((time(&second), &second["sub"]), (time(&first), &first["sub"]));
    crate::support::session::until(&session, time(&first) + 1).await;
    let url = |more: &[(&str, &str)]| authorization_url(&client.id, CALLBACK, &Pkce::new(), more);
    for more in [("prompt", "login"), ("max_age", "0"), ("prompt", "select_account")] {
        let landing = session.browser.go(&url(&[("scope", "openid"), more])).await;
        assert!(landing.form().input("password").is_some(), "{more:?}: {:?}", landing.reply);
    }
    let fresh = session.signed_in("o14", &client, &[("scope", "openid"), ("prompt", "login")]).await;
    assert!(time(&session.identity(&client, &fresh).await) > time(&first));
    let consent = session.browser.go(&url(&[("scope", "openid"), ("prompt", "consent")])).await;
    assert!(consent.form().buttons.contains(&("decision".to_owned(), "allow".to_owned())), "{:?}", consent.reply);
}

#[tokio::test]
async fn o14_nobody_is_taken_for_somebody_else_and_silence_is_an_error() {
    let world = World::shared();
    let (mut session, _) = person(world, "o14a");
    let (mut other, _) = person(world, "o14b");
    let client = app(world, "O14 hints", &[]);
    let hint = other.signed_in("o14b", &client, &[("scope", "openid")]).await.string("id_token");
    let silent = |hint: &str| {
        let more = [("scope", "openid"), ("prompt", "none"), ("state", "s"), ("id_token_hint", hint)];
        authorization_url(&client.id, CALLBACK, &Pkce::new(), &more)
    };
    let error = |landing: &harness::Landing| landing.callback().and_then(|callback| callback.error);
    assert_eq!(error(&session.browser.go(&silent(&hint)).await).as_deref(), Some("login_required"));
    session.signed_in("o14a", &client, &[("scope", "openid")]).await;
    for hint in [&*hint, "nonsense", &format!("{hint}A")] {
        let landing = session.browser.go(&silent(hint)).await;
        assert_eq!(error(&landing).as_deref(), Some("login_required"), "{hint}");
        assert_eq!(landing.callback().and_then(|callback| callback.state).as_deref(), Some("s"));
    }
    // With a sign-in page, the expected person may still sign in, and anybody else is refused.
    let more = [("scope", "openid"), ("id_token_hint", &*hint)];
    let callback = session
        .browser
        .sign_in_and_consent(
            &authorization_url(&client.id, CALLBACK, &Pkce::new(), &more),
            "o14a",
            "correct horse battery staple",
        )
        .await;
    assert_eq!(callback.error.as_deref(), Some("login_required"));
    let reply = session.signed_in("o14b", &client, &more).await;
    assert_eq!(Jwt::read(&reply.string("id_token")).text("sub"), Jwt::read(&hint).text("sub"));
}

#[tokio::test]
async fn a_kind_of_sign_in_that_there_is_not_is_refused() {
    let mut session = session::shared();
    let world = session.world;
    let client = app(world, "Contexts", &[]);
    let asked = |acr: &str| json!({ "id_token": { "acr": { "essential": true, "value": acr } } }).to_string();
    let callback = session.authorize(&client, &Pkce::new(), &[("scope", "openid"), ("claims", &asked("mfa"))]).await;
    assert_eq!(callback.error.as_deref(), Some("unmet_authentication_requirements"));
    let callback = session.authorize(&client, &Pkce::new(), &[("scope", "openid"), ("claims", &asked("pwd"))]).await;
    callback.assert_granted();
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
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action https://app.example;"), "{policy}");
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    let code = Code { code: value("code").expect("a code"), verifier: pkce.verifier };
    assert_granted(&session.redeem(&client, &code).await);
    let denied = [("scope", "openid nonsense"), ("response_mode", "form_post")];
    let landing = session.browser.go(&authorization_url(&client.id, CALLBACK, &Pkce::new(), &denied)).await;
    let [form] = &forms(landing.reply.text())[..] else { panic!("one form: {:?}", landing.reply) };
    assert_eq!(form.input("error").map(|input| input.value.as_str()), Some("invalid_scope"));
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
async fn a_person_sees_which_claims_are_asked_for_one_by_one() {
    let world = World::shared();
    let (mut session, _) = person(world, "seen");
    let client = app(world, "Seen", &[]);
    session.signed_in("seen", &client, &[("scope", "openid")]).await;
    let claims = json!({ "userinfo": { "phone_number": null } }).to_string();
    let more = [("scope", "openid"), ("claims", &*claims)];
    let url = authorization_url(&client.id, CALLBACK, &Pkce::new(), &more);
    let page = session.browser.go(&url).await;
    assert!(page.reply.text().contains("See your phone number"), "{:?}", page.reply);
    let allowed = session.browser.submit(&page, &page.form(), &[("decision", "allow")]).await;
    allowed.callback().expect("a callback").assert_granted();
    // The person consented already and is not asked again.
    session.browser.go(&url).await.callback().expect("a callback").assert_granted();
}
