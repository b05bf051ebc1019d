//! The modules about metadata and pushed requests.

use harness::Pkce;
use serde_json::json;

use crate::fapi::fixture::{Bank, pushing_object};
use crate::support::case::Case;
use crate::support::pages::{asks_for_a_password, assert_turned_down};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::pushed::{assert_pushed, at, make_late};
use crate::support::session::{self, assert_refused};
use crate::support::world::World;

#[tokio::test]
async fn o35_the_metadata_have_what_the_profile_needs() {
    let session = session::shared();
    let issuer = session.world.stack.issuer();
    for path in DOCUMENTS {
        let listed = document(&session.http, path).await;
        assert_eq!(listed["pushed_authorization_request_endpoint"], format!("{issuer}/par"));
        assert_eq!(listed["authorization_response_iss_parameter_supported"], true);
        let has = |member: &str, value: &str| strings(&listed[member]).contains(value);
        assert!(has("response_types_supported", "code") && has("code_challenge_methods_supported", "S256"));
        assert!(has("token_endpoint_auth_methods_supported", "private_key_jwt"));
        assert!(
            ["authorization_code", "refresh_token", "client_credentials"]
                .iter()
                .all(|name| { has("grant_types_supported", name) })
        );
        for algorithm in ["PS256", "ES256", "EdDSA", "Ed25519"] {
            assert!(has("token_endpoint_auth_signing_alg_values_supported", algorithm), "{listed}");
            assert!(has("dpop_signing_alg_values_supported", algorithm), "{listed}");
        }
    }
}

#[tokio::test]
async fn o36_a_push_is_answered_with_201_and_a_reference_that_nobody_guesses() {
    let session = session::shared();
    let bank = Bank::register(session.world, "Pushes", &[]);
    let reply = bank.push(&session, &Pkce::new(), &[]).await;
    let one = assert_pushed(&reply);
    assert_eq!(reply.json()["expires_in"], 60);
    let other = assert_pushed(&bank.push(&session, &Pkce::new(), &[]).await);
    assert_ne!(one, other);
    assert_refused(&bank.push(&session, &Pkce::new(), &[("scope", "admin")]).await, "invalid_scope");
    let stranger = crate::support::pushed::request(&session, &Pkce::new(), &[("client_id", &bank.client.id)]);
    assert_refused(&stranger.send().await, "invalid_client");
    for method in ["PUT", "GET", "DELETE"] {
        let reply = session.http.ask(method, "/par").send().await;
        assert!((400..500).contains(&reply.status), "{method}: {reply:?}");
    }
}

#[tokio::test]
async fn o38_a_reference_belongs_to_its_client_and_ends_with_its_time_or_its_answer() {
    let mut session = session::shared();
    let world: &World = session.world;
    let (bank, other) = (Bank::register(world, "Refers", &[]), Bank::register(world, "Refers too", &[]));
    let request_uri = assert_pushed(&bank.push(&session, &Pkce::new(), &[]).await);
    assert_turned_down(&session.browser.go(&at(&other.client.id, &request_uri)).await);
    // Before the sign-in is done it may be opened again.
    let target = at(&bank.client.id, &request_uri);
    for _ in 0..2 {
        assert!(asks_for_a_password(&world.stack.browser().go(&target).await));
    }
    let ana = &world.ana;
    session.browser.sign_in_and_consent(&target, &ana.username, &ana.password).await.assert_granted();
    assert_turned_down(&session.browser.go(&target).await);
    let late = bank.pushed(&session, &Pkce::new(), &[]).await;
    make_late(world, &bank.client, "shown_before").await;
    assert_turned_down(&session.browser.go(&late).await);
}

#[tokio::test]
async fn o39_a_reference_is_neither_pushed_nor_signed() {
    let session = session::shared();
    let world = session.world;
    let bank = Bank::register(world, "Pushes a reference", &[]);
    let request_uri = assert_pushed(&bank.push(&session, &Pkce::new(), &[]).await);
    let reply = bank.push(&session, &Pkce::new(), &[("request_uri", &request_uri)]).await;
    assert_refused(&reply, "invalid_request");
    for member in ["request_uri", "request"] {
        let mut object = bank.object(world, &Pkce::new());
        object[member] = json!(request_uri);
        let reply = pushing_object(&bank, &session, &bank.sign(&object)).send().await;
        assert_refused(&reply, "invalid_request_object");
    }
}

#[tokio::test]
async fn o40_o41_o42_pkce_the_response_type_and_the_redirect_uri_are_checked_at_the_push() {
    let session = session::shared();
    let bank = Bank::register(session.world, "Pushes badly", &[]);
    let challenge = Pkce::new().verifier;
    for (more, error) in [
        (&[("code_challenge", ""), ("code_challenge_method", "")][..], "invalid_request"),
        (&[("code_challenge", &*challenge), ("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge", &*challenge), ("code_challenge_method", "")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("response_type", "")], "invalid_request"),
        (&[("redirect_uri", "")], "invalid_request"),
        (&[("redirect_uri", "https://evil.example/cb")], "invalid_request"),
    ] {
        let _case = Case::new(format!("{more:?}"));
        assert_refused(&bank.push(&session, &Pkce::new(), more).await, error);
    }
}
