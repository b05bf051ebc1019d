//! The modules about codes, ID tokens and the resource.

use harness::{Jwt, Pkce};
use jsonwebtoken::Algorithm;

use crate::fapi::fixture::{Bank, grants_of, set_time};
use crate::support::proofs::{Prover, assert_bound, proven};
use crate::support::session::{self, assert_refused};
use crate::support::signed_assertions::now;
use crate::support::world::World;

#[tokio::test]
async fn o45_c201_a_code_lives_for_a_minute_whatever_the_deployment_allows() {
    let world = World::with("JETON_CODE_SECONDS", "600");
    let mut session = world.session();
    let (bank, key) = (Bank::register(&world, "Redeems late", &[]), Prover::new());
    let code = bank.code(&mut session, &[]).await;
    let [grant] = &grants_of(&world, &bank.client).await[..] else { panic!("one grant") };
    let time = |name: &str| grant[name]["N"].as_str().expect("a time").parse::<u64>().expect("a number");
    assert_eq!(time("code_expires_at") - time("created_at"), 60);
    // As 62 seconds later: the code expired two seconds ago.
    set_time(&world, grant, "code_expires_at", now() - 2).await;
    assert_refused(&bank.redeem(&session, &code, &key).await, "invalid_grant");
    drop(session.code(&world.web).await);
    let [grant] = &grants_of(&world, &world.web).await[..] else { panic!("one grant") };
    let time = |name: &str| grant[name]["N"].as_str().expect("a time").parse::<u64>().expect("a number");
    assert_eq!(time("code_expires_at") - time("created_at"), 600);
}

#[tokio::test]
async fn o47_c201_id_tokens_are_es256_or_what_was_asked_for_and_keep_the_nonce() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    for (more, expected) in [
        (&[][..], Algorithm::ES256),
        (&["--id-token-alg", "PS256"], Algorithm::PS256),
        (&["--id-token-alg", "EdDSA"], Algorithm::EdDSA),
    ] {
        let bank = Bank::register(world, &format!("Identifies {expected:?}"), more);
        for length in [43, 64, 384] {
            let nonce = "n".repeat(length);
            let asked = [("scope", "openid read"), ("nonce", &*nonce)];
            let reply = bank.granted(&mut session, &key, &asked).await;
            assert_bound(&reply);
            let header = Jwt::read(&reply.string("id_token")).header;
            assert_eq!(header["alg"], format!("{expected:?}"));
            assert!(header["kid"].is_string(), "{header:?}");
            assert_eq!(session.identity(&bank.client, &reply).await["nonce"], nonce);
        }
        // C094: so is an access token that is for this server alone.
        let own = [("scope", "openid"), ("resource", world.stack.issuer())];
        let own = assert_bound(&bank.granted(&mut session, &key, &own).await);
        assert_eq!(Jwt::read(&own).header["alg"], format!("{expected:?}"));
        let plain = bank.granted(&mut session, &key, &[("scope", "read")]).await;
        assert_bound(&plain);
        assert!(plain.json().get("id_token").is_none(), "{plain:?}");
    }
}

#[tokio::test]
async fn o48_o49_the_resource_takes_tokens_in_its_header_alone_and_whatever_headers_come_beside() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let bank = Bank::register(world, "Asks a resource", &[]);
    let reply = bank.granted(&mut session, &key, &[("scope", "read openid")]).await;
    let token = assert_bound(&reply);
    let reply = bank.granted(&mut session, &key, &[("scope", "openid read")]).await;
    let reversed = assert_bound(&reply);
    for (token, scheme, accept) in [
        (&token, "DPoP", "application/json"),
        (&reversed, "dpop", "*/*"),
        (&token, "DPOP", "application/json;charset=utf-8, text/html;q=0.5"),
    ] {
        let ask = session.http.get("/userinfo").header("authorization", format!("{scheme} {token}"));
        let ask = ask.header("dpop", key.for_userinfo(world, token)).header("accept", accept);
        let ask = ask.header("x-fapi-customer-ip-address", "2001:db8::1893:25c8:1946").header("x-other", "x");
        let ask = ask.header("x-fapi-interaction-id", "c770aef3-6784-41f7-8e0e-ff5f97bddb3a");
        let reply = ask.send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let date = reply.header("date").unwrap_or_default();
        assert!(date.len() == 29 && date.ends_with(" GMT"), "{date:?}");
    }
    let query = session.http.get(&format!("/userinfo?access_token={token}"));
    let reply = query.header("dpop", key.for_userinfo(world, &token)).send().await;
    assert!([400, 401].contains(&reply.status), "{reply:?}");
}

#[tokio::test]
async fn c202_one_access_token_that_is_taken_back_ends_the_grant() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let bank = Bank::register(world, "Takes back", &[]);
    let reply = bank.granted(&mut session, &key, &[]).await;
    let (token, refresh) = (assert_bound(&reply), reply.string("refresh_token"));
    assert!(session.is_active(&token).await);
    let ask = bank.authenticated(session.http.post("/revoke").field("token", &token), world);
    assert_eq!(ask.send().await.status, 200);
    assert!(!session.is_active(&token).await);
    assert_refused(&bank.refresh(&session, &refresh, &key).await, "invalid_grant");
}

#[tokio::test]
async fn o45_o20_c201_a_code_of_the_profile_is_good_once() {
    let mut session = session::shared();
    let (world, key) = (session.world, Prover::new());
    let bank = Bank::register(world, "Redeems twice", &[]);
    let code = bank.code(&mut session, &[]).await;
    let wrong = crate::support::session::Code { verifier: Pkce::new().verifier, ..code.clone() };
    assert_refused(&bank.redeem(&session, &wrong, &key).await, "invalid_grant");
    assert_refused(&bank.redeeming(&session, &code).send().await, "invalid_request");
    let token = assert_bound(&proven(bank.redeeming(&session, &code), world, &key).send().await);
    assert_refused(&bank.redeem(&session, &code, &key).await, "invalid_grant");
    assert!(!session.is_active(&token).await);
}
