//! Refresh tokens of the profile: they stay the same, and rest on what their grants rest on.

use harness::{Jwt, Reply};

use crate::fapi::fixture::{Bank, grants_of, set_time};
use crate::support::counted::COUNTED;
use crate::support::proofs::{Prover, assert_bound, proven};
use crate::support::session::{self, Session, assert_refused};
use crate::support::signed_assertions::now;
use crate::support::world::{ORDERS, World};

/// Asserts that a refresh brought a bound token, and the same refresh token.
fn assert_same(reply: &Reply, refresh: &str) -> String {
    assert_eq!(reply.string("refresh_token"), refresh, "{reply:?}");
    assert_bound(reply)
}

#[tokio::test]
async fn o58_o59_c202_each_refresh_gives_the_same_token_whatever_key_proves_it() {
    let mut session = session::shared();
    let world = session.world;
    let bank = Bank::register(world, "Refreshes", &[]);
    let asked = [("scope", "openid read offline_access"), ("prompt", "consent")];
    let first = bank.granted(&mut session, &Prover::new(), &asked).await;
    let (access, refresh) = (assert_bound(&first), first.string("refresh_token"));
    let mut tokens = vec![access];
    for _ in 0..3 {
        let key = Prover::new();
        let reply = bank.refresh(&session, &refresh, &key).await;
        let token = assert_same(&reply, &refresh);
        assert_eq!(Jwt::read(&token).claims["cnf"]["jkt"], key.thumbprint());
        let told = session.identity(&bank.client, &reply).await;
        assert_eq!((told["sub"].as_str(), told.get("nonce")), (Some(&*world.ana.sub), None));
        tokens.push(token);
    }
    // As long after its last use as a refresh token of another client lives: this one lives as long as its grant.
    let [grant] = &grants_of(world, &bank.client).await[..] else { panic!("one grant") };
    let time = |name: &str| grant[name]["N"].as_str().expect("a time").parse::<u64>().expect("a number");
    assert!(time("refresh_expires_at") >= time("ends_at") - 5, "{grant}");
    for token in &tokens {
        assert!(session.is_active(token).await);
    }
    set_time(world, grant, "ends_at", now() - 1).await;
    assert_refused(&bank.refresh(&session, &refresh, &Prover::new()).await, "invalid_grant");
}

#[tokio::test]
async fn c083_c202_a_refresh_is_one_read_and_no_write() {
    let counted = COUNTED.lock().await;
    let world = &counted.world;
    let mut session = world.session();
    let (bank, key) = (Bank::register(world, "Counted bank", &[]), Prover::new());
    for scope in ["openid read", "openid read offline_access"] {
        let reply = bank.granted(&mut session, &key, &[("scope", scope), ("prompt", "consent")]).await;
        let refresh = reply.string("refresh_token");
        assert_same(&bank.refresh(&session, &refresh, &key).await, &refresh);
        counted.proxy.reset();
        assert_same(&bank.refresh(&session, &refresh, &key).await, &refresh);
        let calls: Vec<String> = counted.proxy.calls().iter().map(|call| call.operation.clone()).collect();
        // The write is the use of the client's assertion; the read is of the grant, the person and the session at once.
        assert_eq!(calls, ["PutItem", "BatchGetItem"], "{scope}");
        let time = grants_of(world, &bank.client).await;
        assert!(time.iter().all(|grant| grant["generation"]["N"] == "1"), "{time:?}");
    }
}

#[tokio::test]
async fn o60_a_refresh_needs_the_client_its_assertion_and_a_proof() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let (bank, other) = (Bank::register(world, "Keeps", &[]), Bank::register(world, "Steals", &[]));
    let refresh = bank.granted(&mut session, &key, &[]).await.string("refresh_token");
    assert_refused(&bank.refreshing(&session, &refresh).send().await, "invalid_request");
    assert_refused(&other.refresh(&session, &refresh, &key).await, "invalid_grant");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", &*refresh), ("client_id", &*bank.client.id)];
    let unauthenticated = proven(session.http.post("/token").fields(&fields), world, &key).send().await;
    assert_refused(&unauthenticated, "invalid_client");
    // Nothing was used up, and nothing ended.
    assert_same(&bank.refresh(&session, &refresh, &key).await, &refresh);
    let more = proven(bank.refreshing(&session, &refresh), world, &key).field("scope", "admin").send().await;
    assert_refused(&more, "invalid_scope");
    let less = proven(bank.refreshing(&session, &refresh), world, &key).field("scope", "read").send().await;
    assert_same(&less, &refresh);
}

#[tokio::test]
async fn o61_a_service_gets_a_bound_token_without_refresh_token_and_id_token() {
    let session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let bank = Bank::register(world, "Serves itself", &["--grant", "client_credentials"]);
    let ask = session.http.post("/token").field("grant_type", "client_credentials").field("resource", ORDERS);
    let reply = proven(bank.authenticated(ask, world), world, &key).send().await;
    let token = assert_bound(&reply);
    assert!(reply.json().get("refresh_token").is_none() && reply.json().get("id_token").is_none(), "{reply:?}");
    assert_eq!(Jwt::read(&token).claims["cnf"]["jkt"], key.thumbprint());
}

/// Signs a new person in, and returns the refresh token.
async fn of_new_person(session: &mut Session<'_>, bank: &Bank, key: &Prover, scope: &str) -> String {
    let reply = bank.granted(session, key, &[("scope", scope), ("prompt", "consent")]).await;
    assert_bound(&reply);
    reply.string("refresh_token")
}

#[tokio::test]
async fn c135_c202_a_refresh_rests_on_the_person_the_session_and_the_client() {
    let world = World::on(harness::Stack::start());
    let cli = world.stack.cli();
    let key = Prover::new();
    let bank = Bank::register(&world, "Rests", &[]);
    for (scope, command) in [
        ("openid read", &["user", "disable", "ana"][..]),
        ("openid read offline_access", &["user", "disable", "ana"]),
        ("openid read", &["session", "end", "--username", "ana", "--yes"]),
    ] {
        let mut session = world.session();
        let refresh = of_new_person(&mut session, &bank, &key, scope).await;
        assert_same(&bank.refresh(&session, &refresh, &key).await, &refresh);
        cli.run(command);
        assert_refused(&bank.refresh(&session, &refresh, &key).await, "invalid_grant");
        if command[0] == "user" {
            cli.run(&["user", "enable", "ana"]);
        }
        // It has ended for good.
        assert_refused(&bank.refresh(&session, &refresh, &key).await, "invalid_grant");
    }
}
