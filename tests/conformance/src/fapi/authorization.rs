//! The modules about the authorization endpoint.

use harness::{Pkce, authorization_url};

use crate::fapi::fixture::Bank;
use crate::support::pages::{answered, sign_in};
use crate::support::proofs::{Prover, assert_bound};
use crate::support::session::{self, Code};
use crate::support::world::CALLBACK;

#[tokio::test]
async fn o37_c029_only_a_pushed_request_counts_and_nothing_beside_its_reference() {
    let mut session = session::shared();
    let world = session.world;
    let bank = Bank::register(world, "Asks", &[]);
    let direct = authorization_url(&bank.client.id, CALLBACK, &Pkce::new(), &[("state", "s")]);
    let callback = answered(&session.browser.go(&direct).await);
    assert_eq!((callback.error.as_deref(), callback.code), (Some("invalid_request"), None));
    // C029: a signed object that came with the browser is no pushed request either.
    let object = bank.sign(&bank.object(world, &Pkce::new()));
    let signed = format!("/authorize?client_id={}&request={object}", bank.client.id);
    let callback = answered(&session.browser.go(&signed).await);
    assert_eq!((callback.error.as_deref(), callback.code), (Some("invalid_request"), None));
    assert_eq!(callback.state.as_deref(), Some("signed"));
    let pkce = Pkce::new();
    let target = bank.pushed(&session, &pkce, &[("state", "pushed"), ("scope", "read")]).await;
    let beside = format!("{target}&state=outside&scope=write&redirect_uri=https%3A%2F%2Fevil.example&nonce=n&foo=bar");
    let ana = &world.ana;
    let callback = session.browser.sign_in_and_consent(&beside, &ana.username, &ana.password).await;
    assert_eq!(callback.state.as_deref(), Some("pushed"));
    assert_eq!(callback.iss.as_deref(), Some(world.stack.issuer()));
    let code = Code { code: callback.code().to_owned(), verifier: pkce.verifier };
    let reply = bank.redeem(&session, &code, &Prover::new()).await;
    assert_bound(&reply);
    assert_eq!(reply.string("scope"), "read");
}

#[tokio::test]
async fn o46_a_person_who_denies_returns_with_an_error_state_and_issuer() {
    let mut session = session::shared();
    let world = session.world;
    let bank = Bank::register(world, "Is denied", &[]);
    let target = bank.pushed(&session, &Pkce::new(), &[("state", "s")]).await;
    let page = session.browser.go(&target).await;
    let consent = sign_in(&mut session.browser, &page, &world.ana.username, &world.ana.password).await;
    let callback = answered(&session.browser.submit(&consent, &consent.form(), &[("decision", "deny")]).await);
    assert_eq!((callback.error.as_deref(), callback.code), (Some("access_denied"), None));
    assert_eq!((callback.state.as_deref(), callback.iss.as_deref()), (Some("s"), Some(world.stack.issuer())));
}
