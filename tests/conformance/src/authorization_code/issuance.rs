//! Codes and the tokens they give: whose they are, and how long they live.

use harness::{Jwt, Pkce, free_port, jeton, run_bounded};

use crate::support::handles::COUNTED;
use crate::support::session::{self, Code, assert_granted, assert_refused, server_time, tokens, until, words};
use crate::support::world::{CALLBACK, ORDERS, World};

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
