//! C. The authorization code: its bindings, and its single use (RFC 6749 §4.1, RFC 7636).

use futures::StreamExt;
use futures::stream::iter;
use harness::{Jwt, Pkce, RegisteredClient, free_port, jeton, run_bounded};

use crate::support::handles::{ALPHABET, COUNTED, warm, xorshift};
use crate::support::races;
use crate::support::session::{self, Code, Session, assert_granted, assert_refused, server_time, tokens, until, words};
use crate::support::stored::{Stored, is_kept};
use crate::support::world::{CALLBACK, ORDERS, World};

/// Sends redemptions of `code` by the spa that must all fail because of their parameters.
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
    races::a_code_is_redeemed_once(&mut session::shared()).await;
}

#[tokio::test]
async fn c043_c110_a_replay_revokes_what_the_code_gave() {
    let mut session = session::shared();
    let world = session.world;
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
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.opaque_spa).await;
    let tokens = tokens(&session.redeem(&world.opaque_spa, &code).await);
    assert!(session.is_active(&tokens.access).await);
    assert_refused(&session.redeem(&world.opaque_spa, &code).await, "invalid_grant");
    assert!(!session.is_active(&tokens.access).await);
}

#[tokio::test]
async fn c044_a_failed_replay_revokes_nothing() {
    let mut session = session::shared();
    let world = session.world;
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
    races::a_crowd_without_the_proof_burns_nothing(&mut session::shared()).await;
}

#[tokio::test]
async fn c045_c046_c047_c049_a_failed_redemption_does_not_burn_the_code() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.spa).await;
    for reply in spoiled(&session, &code).await {
        assert_refused(&reply, "invalid_grant");
    }
    assert_granted(&session.redeem(&world.spa, &code).await);
}

#[tokio::test]
async fn c045_a_thief_who_is_as_fast_as_the_holder_breaks_nothing() {
    races::the_holder_and_a_thief_race(&mut session::shared()).await;
}

#[tokio::test]
async fn c048_c049_without_pkce_the_redirect_uri_binds_and_a_verifier_is_refused() {
    let mut session = session::shared();
    let world = session.world;
    let more = ["--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS, "--pkce", "optional"];
    let client = world.stack.cli().create_client("Old app", &more);
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
    let mut session = session::shared();
    let world = session.world;
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
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.web).await;
    let reply = session.redeem(&world.web, &code).await;
    let jwt = Jwt::read(&tokens(&reply).access);
    assert_eq!((jwt.text("sub"), jwt.text("client_id")), (&*world.ana.sub, &*world.web.id));
    assert_eq!(words(&reply.string("scope")), ["read", "write"]);
}

#[tokio::test]
async fn an_app_without_the_refresh_grant_gets_no_refresh_token() {
    let mut session = session::shared();
    let world = session.world;
    let more = ["--auth-method", "none", "--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    let client = world.stack.cli().create_client("Brief app", &more);
    let code = session.code(&client).await;
    let reply = session.redeem(&client, &code).await;
    assert_granted(&reply);
    assert!(reply.json().get("refresh_token").is_none(), "{reply:?}");
}

#[tokio::test]
async fn with_pkce_the_redirect_uri_need_not_be_repeated() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.spa).await;
    let fields = [("code", &*code.code), ("code_verifier", &*code.verifier)];
    assert_granted(&session.redemption(&world.spa, &fields).send().await);
}

#[tokio::test]
async fn a_code_is_of_one_kind_and_nothing_else_passes_for_it() {
    let mut session = session::shared();
    let world = session.world;
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
    let mut session = session::shared();
    let world = session.world;
    let (one, two) = (session.code(&world.spa).await, session.code(&world.spa).await);
    assert_ne!(one.code, two.code);
    let tokens = tokens(&session.redeem(&world.spa, &one).await);
    assert_granted(&session.redeem(&world.spa, &two).await);
    // A replay of one code does not affect the other.
    assert_refused(&session.redeem(&world.spa, &two).await, "invalid_grant");
    assert!(session.is_active(&tokens.access).await);
}

#[tokio::test]
async fn c041_c058_an_expired_code_is_refused_though_it_is_still_stored() {
    let world = World::with("JETON_CODE_SECONDS", "1");
    let mut session = world.session();
    let code = session.code(&world.spa).await;
    let issued = server_time(&session).await;
    until(&session, issued + 2).await;
    for _ in 0..2 {
        assert_refused(&session.redeem(&world.spa, &code).await, "invalid_grant");
    }
}

#[test]
fn c041_no_configuration_makes_a_code_live_longer_than_ten_minutes() {
    for seconds in ["601", "0", "-1", "3600", "1e3", "forever"] {
        let port = free_port().to_string();
        let finished = run_bounded(&jeton(), &["dev", "--port", &port], &[("JETON_CODE_SECONDS", seconds)], "", 10);
        assert!(!finished.status.success(), "{seconds}: {finished:?}");
        assert!(finished.stderr.contains("JETON_CODE_SECONDS"), "{seconds}: {finished:?}");
    }
}

#[tokio::test]
async fn c046_another_clients_code_is_refused_whatever_it_brings_along() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.web).await;
    for other in [&world.spa, &world.opaque_spa] {
        for more in [&[][..], &[("scope", "read")], &[("client_secret", "")]] {
            let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
            let reply = session.redemption(other, &fields).fields(more).send().await;
            assert_refused(&reply, "invalid_grant");
        }
    }
    // The name of the right client in the body does not replace its secret.
    let named = RegisteredClient { secret: None, ..world.web.clone() };
    assert_refused(&session.redeem(&named, &code).await, "invalid_client");
    assert_granted(&session.redeem(&world.web, &code).await);
}

#[tokio::test]
async fn c047_every_wrong_verifier_is_an_invalid_grant() {
    let mut session = session::shared();
    let world = session.world;
    let code = session.code(&world.spa).await;
    let good = &code.verifier;
    let mut wrong: Vec<String> = vec![
        good.to_lowercase(),
        good.to_uppercase(),
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{good}="),
        good.chars().rev().collect(),
    ];
    wrong.extend([1, 42, 43, 128, 129, 4_096].map(|length| "a".repeat(length)));
    wrong.retain(|wrong| wrong != good);
    for verifier in wrong {
        let reply = session.redeem(&world.spa, &Code { verifier: verifier.clone(), ..code.clone() }).await;
        assert_refused(&reply, "invalid_grant");
    }
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", "")];
    assert_refused(&session.redemption(&world.spa, &fields).send().await, "invalid_grant");
    assert_granted(&session.redeem(&world.spa, &code).await);
}

#[tokio::test]
async fn c050_c074_c090_no_code_token_secret_or_password_is_stored_as_it_is() {
    let stored = Stored::start();
    let world = &stored.world;
    let mut session = world.session();
    let unused = session.code(&world.spa).await;
    let used = session.code(&world.web).await;
    let first = tokens(&session.redeem(&world.web, &used).await);
    let second = tokens(&session.refresh(&world.web, &first.refresh).await);
    let opaque = session.tokens(&world.opaque_spa).await;
    let machine = session.machine(&world.opaque_service, &[]).await.string("access_token");
    let mut secrets =
        vec![unused.code, used.code, first.refresh, second.refresh, opaque.access, opaque.refresh, machine];
    secrets.extend([&world.service, &world.web, &world.gateway].map(|client| client.secret().to_owned()));
    secrets.extend([unused.verifier, used.verifier, world.ana.password.clone()]);
    secrets.extend(session.browser.cookies.values().cloned());
    let values = stored.values().await;
    assert!(values.len() > 100, "{} values", values.len());
    assert!(is_kept(&world.web.id, &values), "what is kept is found");
    for secret in secrets {
        assert!(!is_kept(&secret, &values), "{secret} is in the store");
    }
}

#[tokio::test]
async fn c051_a_dpop_key_at_the_authorization_endpoint_changes_nothing() {
    let mut session = session::shared();
    let world = session.world;
    let thumbprint = Pkce::new().challenge;
    let code = session.code_with(&world.spa, &[("dpop_jkt", &thumbprint)]).await;
    let reply = session.redeem(&world.spa, &code).await;
    // `assert_granted` checks that the token type is Bearer.
    assert_granted(&reply);
    assert!(Jwt::read(&reply.string("access_token")).claims.get("cnf").is_none(), "{reply:?}");
}

#[tokio::test]
async fn c052_a_code_is_good_the_moment_it_is_there() {
    let counted = COUNTED.lock().await;
    let world = &counted.world;
    let mut session = world.session();
    drop(session.tokens(&world.spa).await);
    for _ in 0..8 {
        let code = session.code(&world.spa).await;
        counted.proxy.reset();
        assert_granted(&session.redeem(&world.spa, &code).await);
        // One conditional write, which is always consistent, and in parallel a consistent read of the records that
        // the grant depends on.
        let calls = counted.proxy.calls();
        assert!(calls.iter().all(|call| call.is_write() || call.consistent), "{calls:?}");
        let mut operations: Vec<_> = calls.into_iter().map(|call| call.operation).collect();
        operations.sort();
        assert_eq!(operations, ["BatchGetItem", "UpdateItem"]);
    }
}
