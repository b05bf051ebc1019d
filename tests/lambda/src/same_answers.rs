//! The same flows give the same answers through the function binaries as through `jeton dev`.

use std::collections::BTreeSet;

use harness::Http;

use crate::stack::{SHARED, gateway, new_user};
use crate::story::Story;

#[tokio::test]
async fn every_answer_is_the_same_through_the_functions_as_through_jeton_dev() {
    let gateway = gateway().await;
    let local = Story::tell(SHARED.stack.issuer(), new_user()).await;
    let deployed = Story::tell(&gateway.url(), new_user()).await;
    for (local, deployed) in local.told.iter().zip(&deployed.told) {
        assert_eq!(local, deployed);
    }
    assert_eq!(local.told.len(), deployed.told.len());
}

#[tokio::test]
async fn documents_and_keys_are_the_same_to_the_byte() {
    let gateway = gateway().await;
    let (local, deployed) = (SHARED.stack.http(), Http::new(&gateway.url()));
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let here = local.get(path).send().await;
        assert_eq!(here.body, deployed.get(path).send().await.body, "{path}");
        let keys = here.string("jwks_uri").replace(SHARED.stack.issuer(), "");
        let here = local.get(&keys).send().await;
        assert!(here.json()["keys"].as_array().is_some_and(|keys| !keys.is_empty()), "{here:?}");
        assert_eq!(here.body, deployed.get(&keys).send().await.body, "{keys}");
    }
}

#[tokio::test]
async fn a_token_of_the_functions_is_good_at_jeton_dev_and_the_other_way_round() {
    let gateway = gateway().await;
    let (local, deployed) = (SHARED.stack.http(), Http::new(&gateway.url()));
    for (giver, asked) in [(&local, &deployed), (&deployed, &local)] {
        let given = giver.post("/token").client(&SHARED.basic).field("grant_type", "client_credentials").send().await;
        let token = given.string("access_token");
        let told = asked.post("/introspect").client(&SHARED.orders).field("token", &token).send().await;
        assert_eq!(told.json()["active"], true, "{told:?}");
    }
}

#[tokio::test]
async fn a_person_who_signed_in_at_the_one_is_signed_in_at_the_other() {
    let gateway = gateway().await;
    let user = new_user();
    let pkce = harness::Pkce::new();
    let target = harness::authorization_url(&SHARED.web.id, crate::stack::CALLBACK, &pkce, &[("scope", "read")]);
    let mut here = SHARED.stack.browser();
    here.sign_in_and_consent(&target, &user.username, &user.password).await;
    let mut there = harness::Browser::new(&gateway.url());
    there.cookies = here.cookies.clone();
    // Consent for this API exists and the person is signed in, so the code comes without a page.
    let callback = there.go(&target).await.callback().unwrap();
    assert!(callback.code.is_some(), "{}", callback.url);
    let names: BTreeSet<&String> = there.cookies.keys().collect();
    assert!(names.iter().all(|name| name.starts_with("jeton-")), "{names:?}");
}

#[tokio::test]
async fn what_leads_to_no_function_is_the_gateways_own_404() {
    let gateway = gateway().await;
    let reply = Http::new(&gateway.url()).get("/nowhere").send().await;
    assert_eq!((reply.status, reply.text()), (404, r#"{"message":"Not Found"}"#));
}
