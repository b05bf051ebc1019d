//! The `state` and `iss` of every answer (RFC 6749 §4.1.2, RFC 9207).

use harness::{Pkce, authorization_url};

use crate::support::pages::{answered, asked_anew, assert_shown_here, odd, sign_in, url};
use crate::support::published::{DOCUMENTS, document};
use crate::support::relying_party::{app, person};
use crate::support::session::{self};
use crate::support::world::{CALLBACK, World};

#[tokio::test]
async fn c014_c015_c018_c025_every_error_has_the_state_and_the_issuer() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.spa).await);
    let state = odd(1_000);
    let rows = [
        ("response_type=code", "response_type=token", "unsupported_response_type"),
        ("response_type=code", "response_type=code+id_token", "unsupported_response_type"),
        ("response_type=code", "response_type=", "invalid_request"),
        ("response_type=code&", "", "invalid_request"),
        ("&state=", "&scope=read&scope=read&state=", "invalid_request"),
        ("&state=", "&other=1&other=2&state=", "invalid_request"),
        ("&state=", "&response_mode=web_message&state=", "invalid_request"),
        ("&state=", "&prompt=none+login&state=", "invalid_request"),
        ("&state=", "&max_age=-1&state=", "invalid_request"),
        ("&state=", "&request_uri=https%3A%2F%2Fapp.example%2Fr&state=", "request_uri_not_supported"),
        ("&state=", "&registration=%7B%7D&state=", "registration_not_supported"),
        ("&state=", "&scope=admin&state=", "invalid_scope"),
        ("&state=", "&resource=https%3A%2F%2Fother.example&state=", "invalid_target"),
        ("&code_challenge_method=S256", "&code_challenge_method=plain", "invalid_request"),
    ];
    let good = authorization_url(&world.spa.id, CALLBACK, &Pkce::new(), &[("state", &state)]);
    for (from, to, error) in rows {
        let callback = session.browser.go(&good.replacen(from, to, 1)).await.callback();
        let callback = callback.unwrap_or_else(|| panic!("{to}: no answer to the client"));
        // An app that asks for a token reads the fragment, whether or not the response type is offered.
        let place = if to.contains("token") { '#' } else { '?' };
        assert!(callback.url.as_str().starts_with(&format!("{CALLBACK}{place}")), "{}", callback.url);
        assert_eq!((callback.error.as_deref(), &callback.code), (Some(error), &None), "{to}");
        assert_eq!(callback.state.as_ref(), Some(&state), "{to}");
        assert_eq!(callback.iss.as_deref(), Some(world.stack.issuer()), "{to}");
    }
}

#[tokio::test]
async fn c018_c025_every_good_answer_has_the_state_and_the_issuer() {
    let mut session = session::shared();
    let world = session.world;
    for client in [&world.spa, &world.web] {
        for state in [odd(1_000), odd(1), "0".to_owned(), "%".repeat(50)] {
            let callback = session.authorize(client, &Pkce::new(), &[("state", &state)]).await;
            assert_eq!(callback.state, Some(state));
            assert_eq!(callback.iss.as_deref(), Some(world.stack.issuer()));
            callback.assert_granted();
        }
        let callback = session.authorize(client, &Pkce::new(), &[]).await;
        assert_eq!((callback.state.as_deref(), callback.iss.as_deref()), (None, Some(world.stack.issuer())));
    }
}

#[tokio::test]
async fn c018_the_state_survives_every_way_to_an_error_and_every_page() {
    let mut session = session::shared();
    let world = session.world;
    let spa = asked_anew(world);
    let state = odd(1_500);
    let more = |prompt| [("state", &*state), ("prompt", prompt)];
    let stranger = answered(&session.browser.go(&url(&spa.id, &more("none"))).await);
    let page = session.browser.go(&url(&spa.id, &[("state", &state)])).await;
    let wrong = sign_in(&mut session.browser, &page, "nobody at all", "wrong").await;
    let consent = sign_in(&mut session.browser, &wrong, &world.ana.username, &world.ana.password).await;
    let denied = session.browser.submit(&consent, &consent.form(), &[("decision", "deny")]).await;
    let unasked = answered(&session.browser.go(&url(&spa.id, &more("none"))).await);
    for (callback, error) in
        [(stranger, "login_required"), (answered(&denied), "access_denied"), (unasked, "consent_required")]
    {
        assert_eq!(callback.error.as_deref(), Some(error));
        assert_eq!(callback.state.as_ref(), Some(&state), "{error}");
    }
}

#[tokio::test]
async fn c018_a_long_state_comes_back_whole_and_no_answer_goes_without_its_state() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    let state = |bytes: usize| "s".repeat(bytes);
    for more in [&[][..], &[("scope", "admin")], &[("prompt", "none")]] {
        for bytes in [4096, 4097, 8192] {
            let state = state(bytes);
            let asked = [more, &[("state", &*state)]].concat();
            let callback = answered(&session.browser.go(&url(&world.web.id, &asked)).await);
            assert_eq!(callback.state.map(|state| state.len()), Some(bytes), "{more:?}");
        }
        let state = state(8193);
        let asked = [more, &[("state", &*state)]].concat();
        let page = session.browser.go(&url(&world.web.id, &asked)).await;
        assert_shown_here(&page.reply);
        assert!(page.reply.text().contains("8192 bytes"), "{:?}", page.reply);
    }
}

#[tokio::test]
async fn c018_each_character_of_a_state_comes_back_as_it_went() {
    let mut session = session::shared();
    let world = session.world;
    drop(session.code(&world.web).await);
    for code in (0x20..0x7f).chain([0xa0, 0xe9, 0x20ac, 0x1_f4a1]) {
        let state: String = char::from_u32(code).into_iter().collect();
        let good = answered(&session.browser.go(&url(&world.web.id, &[("state", &state)])).await);
        assert_eq!((good.state.as_ref(), good.error.as_ref()), (Some(&state), None), "{code:#x}");
        let bad = answered(&session.browser.go(&url(&world.web.id, &[("state", &state), ("scope", "admin")])).await);
        assert_eq!((bad.state, bad.error.as_deref()), (Some(state), Some("invalid_scope")), "{code:#x}");
    }
}

#[tokio::test]
async fn o08_c025_iss_is_the_issuer_of_the_metadata_byte_for_byte() {
    let mut session = session::shared();
    let world = session.world;
    let document = session.http.get("/.well-known/oauth-authorization-server").send().await;
    let issuer = document.string("issuer");
    let good = session.authorize(&world.web, &Pkce::new(), &[]).await;
    let bad = session.authorize(&world.web, &Pkce::new(), &[("scope", "admin")]).await;
    for callback in [good, bad] {
        assert_eq!(callback.iss.as_ref(), Some(&issuer), "{}", callback.url);
    }
    assert_eq!(document.json()["authorization_response_iss_parameter_supported"], true);
}

#[tokio::test]
async fn c026_both_documents_say_that_iss_comes_with_the_answer() {
    let http = World::shared().stack.http();
    for path in DOCUMENTS {
        assert_eq!(document(&http, path).await["authorization_response_iss_parameter_supported"], true, "{path}");
    }
}

/// Returns 128 characters that are hard to encode; `turn` rotates them.
fn odd_state(turn: usize) -> String {
    let odd = " !\"#$%&'()*+,-./0:;<=>?@A[\\]^_`a{|}~%20%ff%00&amp;&lt;<b>\u{e9}\u{1f4a1}\u{a0}+?#=";
    odd.chars().cycle().skip(turn * 7).take(128).collect()
}

#[tokio::test]
async fn o07_a_state_of_128_odd_characters_comes_back_exactly_and_none_comes_unasked() {
    let world = World::shared();
    let (mut session, _) = person(world, "o07");
    let client = app(world, "O07", &[]);
    drop(session.signed_in("o07", &client, &[("scope", "openid")]).await);
    let answers: [&[(&str, &str)]; 4] = [
        &[("scope", "openid")],
        &[("scope", "openid"), ("prompt", "none")],
        &[("scope", "openid nonsense")],
        &[("scope", "openid"), ("registration", "{}")],
    ];
    for more in answers {
        for turn in 0..12 {
            let state = odd_state(turn);
            assert_eq!(state.chars().count(), 128);
            let asked = [more, &[("state", &state)]].concat();
            let callback = answered(&session.browser.go(&url(&client.id, &asked)).await);
            assert_eq!(callback.state.as_ref(), Some(&state), "{more:?}: {}", callback.url);
        }
        let callback = answered(&session.browser.go(&url(&client.id, more)).await);
        assert!(!callback.url.query_pairs().any(|(name, _)| name == "state"), "{more:?}: {}", callback.url);
        assert_eq!(callback.url.fragment(), None, "{}", callback.url);
    }
}
