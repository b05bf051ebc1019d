//! The endpoints know a client that a document describes, within what the deployment opens to such clients.

use std::sync::LazyLock;

use harness::{Pkce, authorization_url};
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::client_id_documents::fixture::{Described, started};
use crate::support::pages::{answered, asks_for_consent, assert_stays, encode, sign_in, url};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{assert_granted, assert_refused, tokens};
use crate::support::signed_assertions::{Signer, claims};
use crate::support::world::{CALLBACK, ORDERS, PARCELS, World};

static WORLD: LazyLock<World> = LazyLock::new(started);

#[tokio::test]
async fn c118_c225_a_document_makes_a_client_that_every_endpoint_knows() {
    let back = "https://app.example/bye";
    let described = Described::with(&json!({ "post_logout_redirect_uris": [back] }));
    let (mut session, client) = (WORLD.session(), &described.client);
    let code = session.code_with(client, &[("scope", "openid read"), ("nonce", "n")]).await;
    // From here on, nobody needs the host of the document.
    described.host.fall_silent();
    let reply = session.redeem(client, &code).await;
    let (issued, id_token) = (tokens(&reply), reply.string("id_token"));
    let facts = session.introspect(&WORLD.gateway, &issued.access).await;
    assert_eq!((&facts["client_id"], &facts["aud"][0]), (&json!(client.id), &json!(ORDERS)));
    let refreshed = tokens(&session.refresh(client, &issued.refresh).await);
    let userinfo = session.http.get("/userinfo").header("authorization", format!("Bearer {}", refreshed.access));
    assert_eq!(userinfo.send().await.status, 200);
    assert_eq!(session.revoke(client, &refreshed.refresh).await.status, 200);
    assert!(!session.is_active(&refreshed.access).await);
    let logout = format!("/logout?id_token_hint={id_token}&post_logout_redirect_uri={back}");
    let ended = session.browser.go(&logout).await;
    assert_eq!(ended.reply.header("location"), Some(back), "{:?}", ended.reply);
    assert_eq!(described.host.visits(), 1, "the document was fetched once");
}

#[tokio::test]
async fn c174_c225_a_described_client_has_nobody_sent_on_who_did_not_confirm() {
    let back = "https://app.example/bye";
    let described = Described::with(&json!({ "post_logout_redirect_uris": [back] }));
    let (mut session, client) = (WORLD.session(), &described.client);
    // From here on, every endpoint knows the client and its address.
    drop(session.code(client).await);
    let target = format!("/logout?client_id={}&post_logout_redirect_uri={}", encode(&client.id), encode(back));
    let nobody = WORLD.stack.browser().go(&target).await;
    assert_stays(&nobody);
    assert!(nobody.reply.text().contains("You are not signed in"), "{:?}", nobody.reply);
    let page = session.browser.go(&target).await;
    assert_stays(&page);
    let done = session.browser.submit(&page, &page.form(), &[("decision", "sign_out")]).await;
    assert_eq!(done.reply.header("location"), Some(back), "{:?}", done.reply);
}

#[tokio::test]
async fn c139_c140_c225_a_person_is_asked_each_time_and_told_both_hosts() {
    let described = Described::with(&json!({}));
    let (mut session, client) = (WORLD.session(), &described.client);
    let page = session.browser.go(&url(&client.id, &[])).await;
    let ana = &WORLD.ana;
    for _ in 0..2 {
        let told = page.reply.text();
        assert!(told.contains("This app describes itself at <bdi>127.0.0.1</bdi>."), "{told}");
        assert!(told.contains("<bdi>app.example</bdi>"), "{told}");
    }
    let consent = sign_in(&mut session.browser, &page, &ana.username, &ana.password).await;
    for _ in 0..2 {
        let asked = session.browser.go(&url(&client.id, &[])).await;
        assert!(asks_for_consent(&asked) && asked.reply.text().contains("describes itself at"), "{:?}", asked.reply);
    }
    answered(&session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await).assert_granted();
    assert!(asks_for_consent(&session.browser.go(&url(&client.id, &[])).await), "consent is not remembered");
    assert_eq!(described.host.visits(), 1);
}

#[tokio::test]
async fn c225_a_described_client_may_have_what_the_deployment_opens_and_no_more() {
    let described = Described::with(&json!({}));
    let (mut session, client) = (WORLD.session(), &described.client);
    session.authorize(client, &Pkce::new(), &[("scope", "read"), ("resource", ORDERS)]).await.assert_granted();
    for (more, error) in [
        ([("scope", "ship"), ("resource", PARCELS)], "invalid_target"),
        ([("scope", "read ship"), ("resource", ORDERS)], "invalid_scope"),
        ([("response_type", "token"), ("resource", ORDERS)], "unsupported_response_type"),
    ] {
        let mut ask = authorization_url(&client.id, CALLBACK, &Pkce::new(), &more);
        if more[0].0 == "response_type" {
            ask = ask.replacen("response_type=code&", "", 1);
        }
        let refused = answered(&session.browser.go(&ask).await);
        assert_eq!(refused.error.as_deref(), Some(error), "{more:?}");
    }
    let no_pkce = format!("/authorize?response_type=code&client_id={}&redirect_uri={CALLBACK}", client.id);
    assert_eq!(answered(&session.browser.go(&no_pkce).await).error.as_deref(), Some("invalid_request"));
    let machine = session.http.post("/token").client(client).field("grant_type", "client_credentials");
    assert_refused(&machine.send().await, "unauthorized_client");
}

#[tokio::test]
async fn c118_a_client_with_a_key_in_its_document_authenticates_with_it() {
    let signer = Signer::new(Algorithm::ES256, "own");
    let keys = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [signer.public()]}});
    let described = Described::with(&keys);
    let (mut session, client) = (WORLD.session(), &described.client);
    let code = session.code(client).await;
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    let named = session.redemption(client, &fields).send().await;
    assert_refused(&named, "invalid_client");
    let redemption = session.http.post("/token").field("grant_type", "authorization_code").fields(&fields);
    let assertion = signer.assertion(&claims(&WORLD, &client.id));
    assert_granted(&redemption.fields(&assertion.fields()).send().await);
}

#[tokio::test]
async fn c120_the_metadata_say_that_documents_are_on_and_list_the_apis_that_the_operator_names() {
    for path in DOCUMENTS {
        let document = document(&WORLD.stack.http(), path).await;
        assert_eq!(document["client_id_metadata_document_supported"], true);
        assert_eq!(strings(&document["protected_resources"]), [ORDERS, PARCELS].into());
        let scopes = strings(&document["scopes_supported"]);
        for scope in ["openid", "offline_access", "read", "write", "ship"] {
            assert!(scopes.contains(scope), "{scope}: {scopes:?}");
        }
        assert!(!scopes.contains("open"), "{scopes:?}");
    }
}
