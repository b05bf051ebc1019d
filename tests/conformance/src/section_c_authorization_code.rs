//! C. The authorization code: what binds it, and that it is good once (RFC 6749 §4.1, RFC 7636).

use futures::StreamExt;
use futures::stream::iter;
use harness::{Jwt, Pkce, RegisteredClient, Reply};

use crate::handles::{ALPHABET, COUNTED, warm, xorshift};
use crate::people::{guess, url};
use crate::races;
use crate::session::{Code, Session, assert_granted, assert_refused, tokens, words};
use crate::world::{CALLBACK, ORDERS, World};

/// Redemptions of `code` by the spa that must all fail for what they bring along.
async fn spoiled(session: &Session<'_>, code: &Code) -> Vec<harness::Reply> {
    let world = session.world;
    let (good, verifier) = ((("code", &*code.code), ("redirect_uri", CALLBACK)), ("code_verifier", &*code.verifier));
    let other = Pkce::new();
    let other_verifier = ("code_verifier", &*other.verifier);
    let rows: [(&RegisteredClient, Vec<(&str, &str)>); 9] = [
        (&world.spa, vec![good.0, good.1]),
        (&world.spa, vec![good.0, good.1, other_verifier]),
        (&world.spa, vec![good.0, good.1, ("code_verifier", "short")]),
        (&world.spa, vec![good.0, good.1, ("code_verifier", &code.verifier[1..])]),
        (&world.spa, vec![good.0, ("redirect_uri", "https://app.example/other"), verifier]),
        (&world.spa, vec![good.0, ("redirect_uri", "https://app.example/cb/"), verifier]),
        (&world.opaque_spa, vec![good.0, good.1, verifier]),
        (&world.web, vec![good.0, good.1, verifier]),
        (&world.web, vec![good.0, good.1, other_verifier]),
    ];
    let mut replies = Vec::new();
    for (client, fields) in rows {
        replies.push(session.redemption(client, &fields).send().await);
    }
    replies
}

#[tokio::test]
async fn c042_a_code_yields_one_token_under_concurrent_redemption() {
    races::a_code_is_redeemed_once(&mut World::shared().session()).await;
}

#[tokio::test]
async fn c043_c110_a_replay_revokes_what_the_code_gave() {
    let world = World::shared();
    let mut session = world.session();
    for client in [&world.spa, &world.web] {
        let code = session.code(client).await;
        let first = tokens(&session.redeem(client, &code).await);
        let second = tokens(&session.refresh(client, &first.refresh).await);
        assert_refused(&session.redeem(client, &code).await, "invalid_grant");
        for access in [&first.access, &second.access] {
            assert!(!session.is_active(access).await);
        }
        assert_refused(&session.refresh(client, &second.refresh).await, "invalid_grant");
        assert_refused(&session.redeem(client, &code).await, "invalid_grant");
    }
}

#[tokio::test]
async fn c043_a_replay_revokes_opaque_tokens_too() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code(&world.opaque_spa).await;
    let tokens = tokens(&session.redeem(&world.opaque_spa, &code).await);
    assert!(session.is_active(&tokens.access).await);
    assert_refused(&session.redeem(&world.opaque_spa, &code).await, "invalid_grant");
    assert!(!session.is_active(&tokens.access).await);
}

#[tokio::test]
async fn c044_a_failed_replay_revokes_nothing() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code(&world.spa).await;
    let tokens = tokens(&session.redeem(&world.spa, &code).await);
    for reply in spoiled(&session, &code).await {
        assert_refused(&reply, "invalid_grant");
    }
    assert!(session.is_active(&tokens.access).await);
    assert_granted(&session.refresh(&world.spa, &tokens.refresh).await);
}

#[tokio::test]
async fn c044_c045_a_crowd_without_the_proof_burns_and_revokes_nothing() {
    races::a_crowd_without_the_proof_burns_nothing(&mut World::shared().session()).await;
}

#[tokio::test]
async fn c045_c046_c047_c049_a_failed_redemption_does_not_burn_the_code() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code(&world.spa).await;
    for reply in spoiled(&session, &code).await {
        assert_refused(&reply, "invalid_grant");
    }
    assert_granted(&session.redeem(&world.spa, &code).await);
}

#[tokio::test]
async fn c045_a_thief_who_is_as_fast_as_the_holder_breaks_nothing() {
    races::the_holder_and_a_thief_race(&mut World::shared().session()).await;
}

#[tokio::test]
async fn c048_c049_without_pkce_the_redirect_uri_binds_and_a_verifier_is_refused() {
    let world = World::shared();
    let more = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS, "--pkce", "optional"];
    let client = world.stack.cli().create_client("Old app", &more);
    let mut session = world.session();
    let url =
        format!("/authorize?response_type=code&client_id={}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb", client.id);
    let ana = &world.ana;
    let callback = session.browser.sign_in_and_consent(&url, &ana.username, &ana.password).await;
    let (code, redirect) = (("code", callback.code()), ("redirect_uri", CALLBACK));
    let verifier = Pkce::new().verifier;
    let rows: [&[(&str, &str)]; 3] = [
        &[code, redirect, ("code_verifier", &verifier)],
        &[code],
        &[code, ("redirect_uri", "https://app.example/other")],
    ];
    for fields in rows {
        assert_refused(&session.redemption(&client, fields).send().await, "invalid_grant");
    }
    assert_granted(&session.redemption(&client, &[code, redirect]).send().await);
}

#[tokio::test]
async fn c050_ten_thousand_guesses_are_refused_without_a_storage_call() {
    let counted = COUNTED.lock().await;
    let mut session = counted.world.session();
    let (code, refresh) = warm(&mut session).await;
    let mut random = xorshift();
    let guesses: Vec<String> = (0..10_000)
        .map(|round| {
            let model = if round % 2 == 0 { &code.code } else { &refresh };
            let prefix = model.find('_').map_or(0, |place| place + 1);
            let guess = (prefix..model.len()).map(|_| char::from(ALPHABET[random() % 64]));
            model[..prefix].chars().chain(guess).collect()
        })
        .collect();
    let spa = &counted.world.spa;
    counted.proxy.reset();
    let asks = iter(guesses.iter().enumerate()).map(async |(round, guess)| match round % 2 {
        0 => session.redeem(spa, &Code { code: guess.clone(), ..code.clone() }).await,
        _ => session.refresh(spa, guess).await,
    });
    asks.buffer_unordered(16).for_each(async |reply| assert_refused(&reply, "invalid_grant")).await;
    assert_eq!(counted.proxy.calls(), []);
}

#[tokio::test]
async fn a_person_signs_in_and_an_app_gets_tokens_for_that_person() {
    let world = World::shared();
    let mut session = world.session();
    let pkce = Pkce::new();
    let callback = session.authorize(&world.spa, &pkce, &[("state", "s1"), ("scope", "read"), ("nonce", "n")]).await;
    assert!(callback.url.as_str().starts_with("https://app.example/cb?"), "{}", callback.url);
    assert_eq!(callback.state.as_deref(), Some("s1"));
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    let reply = session.redeem(&world.spa, &code).await;
    assert_granted(&reply);
    let jwt = Jwt::read(&reply.string("access_token"));
    assert_eq!((jwt.text("typ"), jwt.text("iss")), ("at+jwt", world.stack.issuer()));
    assert_eq!((jwt.text("sub"), jwt.text("client_id")), (&*world.ana.sub, &*world.spa.id));
    assert_eq!(jwt.audience(), [ORDERS]);
    assert_eq!(jwt.text("scope"), "read");
    assert!(jwt.number("auth_time") <= jwt.number("iat"), "RFC 9068 section 2.2.1");
    assert!(session.is_active(&reply.string("access_token")).await);
}

#[tokio::test]
async fn a_confidential_app_gets_tokens_too() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code(&world.web).await;
    let reply = session.redeem(&world.web, &code).await;
    let jwt = Jwt::read(&tokens(&reply).access);
    assert_eq!((jwt.text("sub"), jwt.text("client_id")), (&*world.ana.sub, &*world.web.id));
    assert_eq!(words(&reply.string("scope")), ["read", "write"]);
}

#[tokio::test]
async fn an_app_without_the_refresh_grant_gets_no_refresh_token() {
    let world = World::shared();
    let more = ["--auth-method", "none", "--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = world.stack.cli().create_client("Brief app", &more);
    let mut session = world.session();
    let code = session.code(&client).await;
    let reply = session.redeem(&client, &code).await;
    assert_granted(&reply);
    assert!(reply.json().get("refresh_token").is_none(), "{reply:?}");
}

#[tokio::test]
async fn with_pkce_the_redirect_uri_need_not_be_repeated() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code(&world.spa).await;
    let fields = [("code", &*code.code), ("code_verifier", &*code.verifier)];
    assert_granted(&session.redemption(&world.spa, &fields).send().await);
}

#[tokio::test]
async fn a_code_is_of_one_kind_and_nothing_else_passes_for_it() {
    let world = World::shared();
    let mut session = world.session();
    let code = session.code(&world.spa).await;
    assert_refused(&session.refresh(&world.spa, &code.code).await, "invalid_grant");
    assert!(!session.is_active(&code.code).await);
    let tokens = tokens(&session.redeem(&world.spa, &code).await);
    for not_a_code in [&tokens.refresh, &tokens.access] {
        let reply = session.redeem(&world.spa, &Code { code: not_a_code.clone(), ..code.clone() }).await;
        assert_refused(&reply, "invalid_grant");
    }
    assert_granted(&session.refresh(&world.spa, &tokens.refresh).await);
}

#[tokio::test]
async fn each_authorization_has_a_code_of_its_own() {
    let world = World::shared();
    let mut session = world.session();
    let (one, two) = (session.code(&world.spa).await, session.code(&world.spa).await);
    assert_ne!(one.code, two.code);
    let tokens = tokens(&session.redeem(&world.spa, &one).await);
    assert_granted(&session.redeem(&world.spa, &two).await);
    // A replay of one says nothing about the other.
    assert_refused(&session.redeem(&world.spa, &two).await, "invalid_grant");
    assert!(session.is_active(&tokens.access).await);
}
