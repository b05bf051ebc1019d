//! PKCE at the authorization endpoint (RFC 7636).

use harness::{Pkce, authorization_url};

use crate::support::pages::{answered, encode};
use crate::support::relying_party::app;
use crate::support::session::{self, Code, Session, assert_fails, assert_granted, assert_refused};
use crate::support::world::{CALLBACK, World};

#[tokio::test]
async fn c009_c010_c011_c013_a_request_without_a_good_challenge_gets_no_code() {
    let mut session = session::shared();
    let world = session.world;
    let pkce = Pkce::new();
    drop(session.code(&world.spa).await);
    for client in [&world.spa, &world.web] {
        let good = authorization_url(&client.id, CALLBACK, &pkce, &[]);
        let challenge = format!("&code_challenge={}", pkce.challenge);
        let method = "&code_challenge_method=S256";
        let rows = [
            good.replace(&challenge, "").replace(method, ""),
            good.replace(&challenge, ""),
            good.replace(method, ""),
            good.replace(method, "&code_challenge_method=plain"),
            good.replace(method, "&code_challenge_method=s256"),
            good.replace(&challenge, "&code_challenge=short"),
            good.replace(&challenge, &format!("{challenge}%21")),
        ];
        for url in rows {
            let callback = session.browser.sign_in_and_consent(&url, "", "").await;
            assert_eq!((callback.error.as_deref(), &callback.code), (Some("invalid_request"), &None), "{url}");
        }
    }
}

#[tokio::test]
async fn c012_a_code_is_bound_to_the_challenge_it_was_asked_with() {
    let mut session = session::shared();
    let world = session.world;
    let (first, second) = (Pkce::new(), Pkce::new());
    let one = session.authorize(&world.spa, &first, &[]).await.code().to_owned();
    let two = session.authorize(&world.spa, &second, &[]).await.code().to_owned();
    let crossed = [(one.clone(), &second), (two.clone(), &first)];
    for (code, pkce) in crossed {
        let reply = session.redeem(&world.spa, &Code { code, verifier: pkce.verifier.clone() }).await;
        assert_refused(&reply, "invalid_grant");
    }
    for (code, pkce) in [(one, &first), (two, &second)] {
        let reply = session.redeem(&world.spa, &Code { code, verifier: pkce.verifier.clone() }).await;
        assert_granted(&reply);
    }
}

#[tokio::test]
async fn c012_the_challenge_itself_is_no_verifier() {
    let mut session = session::shared();
    let world = session.world;
    let pkce = Pkce::new();
    let code = session.authorize(&world.spa, &pkce, &[]).await.code().to_owned();
    // If the method were forgotten and `plain` assumed, this challenge would be its own verifier.
    let plain = Code { code: code.clone(), verifier: pkce.challenge.clone() };
    assert_refused(&session.redeem(&world.spa, &plain).await, "invalid_grant");
    let fields = [("code", &*code), ("redirect_uri", CALLBACK), ("code_verifier", &*pkce.challenge)];
    for method in ["plain", "S256"] {
        let ask = session.redemption(&world.spa, &fields).field("code_challenge_method", method);
        assert_refused(&ask.send().await, "invalid_grant");
    }
    assert_granted(&session.redeem(&world.spa, &Code { code, verifier: pkce.verifier }).await);
}

#[tokio::test]
async fn c013_a_challenge_has_the_length_and_the_characters_of_rfc_7636() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let mut bad: Vec<String> = [1, 42, 129, 1_000].map(|length| "a".repeat(length)).into();
    bad.extend(["+", "/", "=", " ", "%", "é", "\"", "\u{0}", "\n"].map(|odd| format!("{}{odd}", "a".repeat(42))));
    for challenge in bad {
        let pkce = Pkce { verifier: String::new(), challenge: challenge.clone() };
        let landing = session.browser.go(&authorization_url(&world.web.id, CALLBACK, &pkce, &[])).await;
        let callback = answered(&landing);
        assert_eq!((callback.error.as_deref(), callback.code), (Some("invalid_request"), None), "{challenge}");
    }
    let good = format!("{}-._~", "a".repeat(39));
    let pkce = Pkce { verifier: String::new(), challenge: good };
    answered(&session.browser.go(&authorization_url(&world.web.id, CALLBACK, &pkce, &[])).await).assert_granted();
}

/// Returns the description of the error of a request without PKCE; none if only a sign-in is missing.
async fn without_pkce(session: &mut Session<'_>, client: &str, more: &str) -> Option<String> {
    let uri = encode(CALLBACK);
    let request =
        format!("/authorize?response_type=code&client_id={client}&redirect_uri={uri}&state=s{more}&prompt=none");
    let told = answered(&session.browser.go(&request).await);
    if told.error.as_deref() == Some("login_required") {
        return None;
    }
    assert_eq!(told.error.as_deref(), Some("invalid_request"), "{told:?}");
    let description = told.url.query_pairs().find(|(name, _)| name == "error_description");
    Some(description.expect("a description").1.into_owned())
}

const OPENID: &str = "&scope=openid";
const WITH_NONCE: &str = "&scope=openid&nonce=n";
const NO_OPENID: &str = "&scope=read&nonce=n";

#[tokio::test]
async fn c010_c177_a_confidential_client_may_send_a_nonce_with_openid_instead_unless_it_is_registered_otherwise() {
    let world = World::shared();
    let mut session = world.session();
    let usual = app(world, "C177 usual", &[]);
    let strict = app(world, "C177 strict", &["--pkce", "required"]);
    let excused = app(world, "C177 excused", &["--pkce", "optional"]);
    let public = app(world, "C177 public", &["--auth-method", "none"]);
    let shown = |id: &str| world.stack.cli().run(&["client", "show", id])["pkce"].as_str().unwrap().to_owned();
    assert_eq!(
        [&usual, &strict, &excused, &public].map(|client| shown(&client.id)),
        ["nonce", "required", "optional", "required"]
    );
    let rows = [(&usual, [true, false, true]), (&strict, [true; 3]), (&excused, [false; 3]), (&public, [true; 3])];
    for (client, refused) in rows {
        for (more, expected) in [OPENID, WITH_NONCE, NO_OPENID].into_iter().zip(refused) {
            let told = without_pkce(&mut session, &client.id, more).await;
            assert_eq!(told.is_some(), expected, "{} {more}", client.id);
            // The operator is told what to do, where there is something to do.
            let names_the_option = told.is_none_or(|told| told.contains("--pkce optional") == client.secret.is_some());
            assert!(names_the_option, "{} {more}", client.id);
        }
    }
}

#[tokio::test]
async fn c177_a_sign_in_without_pkce_and_with_a_nonce_is_complete_and_echoes_the_nonce() {
    let world = World::shared();
    let mut session = world.session();
    let client = app(world, "C177 nonce", &[]);
    let uri = encode(CALLBACK);
    let request = format!(
        "/authorize?response_type=code&client_id={}&redirect_uri={uri}&state=s&scope=openid&nonce=n177",
        client.id
    );
    let callback = session.browser.sign_in_and_consent(&request, &world.ana.username, &world.ana.password).await;
    let fields = [("code", callback.code()), ("redirect_uri", CALLBACK)];
    // A verifier for a code without a challenge is a downgrade (RFC 9700 2.1.1), and leaves the code as it was.
    let verifier = "v".repeat(43);
    let verifier = [&fields[..], &[("code_verifier", &*verifier)]].concat();
    assert_refused(&session.redemption(&client, &verifier).send().await, "invalid_grant");
    let reply = session.redemption(&client, &fields).send().await;
    assert_granted(&reply);
    assert_eq!(session.identity(&client, &reply).await["nonce"], "n177");
}

#[tokio::test]
async fn c177_the_rule_of_a_client_can_be_changed_later() {
    let world = World::shared();
    let (cli, mut session) = (world.stack.cli(), world.session());
    let rows =
        [("required", "nonce", [true, false]), ("nonce", "optional", [false; 2]), ("optional", "required", [true; 2])];
    for (first, rule, refused) in rows {
        let client = app(world, "C177 changed", &["--pkce", first]);
        assert_eq!(cli.run(&["client", "update", &client.id, "--pkce", rule])["pkce"], rule);
        for (more, expected) in [OPENID, WITH_NONCE].into_iter().zip(refused) {
            let told = without_pkce(&mut session, &client.id, more).await;
            assert_eq!(told.is_some(), expected, "{rule} {more}");
        }
    }
    let public = app(world, "C177 stays", &["--auth-method", "none"]);
    for rule in ["nonce", "optional"] {
        assert_fails(&cli.finish(&["client", "update", &public.id, "--pkce", rule], ""), "PKCE");
    }
    assert_fails(&cli.finish(&["client", "update", "nobody", "--pkce", "optional"], ""), "nobody");
    assert_eq!(cli.finish(&["client", "update", &public.id], "").status.code(), Some(2), "nothing to change");
}
