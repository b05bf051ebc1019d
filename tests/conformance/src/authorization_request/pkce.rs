//! PKCE at the authorization endpoint (RFC 7636).

use harness::{Pkce, authorization_url};

use crate::support::pages::answered;
use crate::support::session::{self, Code, assert_granted, assert_refused};
use crate::support::world::CALLBACK;

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
