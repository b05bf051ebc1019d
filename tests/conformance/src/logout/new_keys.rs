//! ID tokens of keys that the functions have not read yet (C180).

use tokio::time::Instant;

use harness::{CountingProxy, Pkce, Stack, authorization_url};
use serde_json::json;

use crate::logout::rp_initiated::logout;
use crate::support::forged::signed_by_the_attacker;
use crate::support::relying_party::{app, person};
use crate::support::session::tokens;
use crate::support::world::{CALLBACK, World};

#[tokio::test]
async fn c180_an_id_token_of_a_key_that_was_made_a_moment_ago_is_a_good_hint_everywhere() {
    let stack = Stack::start();
    // Every function has read the keys before there is one of another algorithm than RS256.
    for path in ["/logout", "/authorize?client_id=nobody"] {
        stack.http().get(path).send().await;
    }
    let world = World::on(stack);
    let (mut session, _) = person(&world, "new-key");
    let client = app(&world, "New key", &["--id-token-alg", "ES256"]);
    let reply = session.signed_in("new-key", &client, &[("scope", "openid read")]).await;
    let hint = reply.string("id_token");
    let silent = [("scope", "openid"), ("prompt", "none"), ("id_token_hint", &*hint)];
    let silent = authorization_url(&client.id, CALLBACK, &Pkce::new(), &silent);
    let callback = session.browser.go(&silent).await.callback().expect("a callback");
    assert!(callback.code.is_some(), "{callback:?}");
    assert!(session.is_active(&tokens(&reply).access).await);
    assert_eq!(session.userinfo(&tokens(&reply).access).await.status, 200);
    let landing = session.browser.go(&logout(&[("id_token_hint", &hint)])).await;
    assert!(landing.reply.text().contains("You are signed out"), "{:?}", landing.reply);
    assert!(!session.is_signed_in(&client.id).await);
}

#[tokio::test]
async fn c180_forged_names_of_keys_cost_no_read_each() {
    let proxy = CountingProxy::embedded();
    let world = World::on(Stack::builder().store(&proxy.endpoint()).start());
    let session = world.session();
    let forged = |number: usize| {
        let header = json!({"alg": "EdDSA", "kid": format!("forged-{number}")}).to_string();
        let claims =
            json!({"iss": world.stack.issuer(), "aud": world.web.id, "sub": "usr_1", "exp": 9_999_999_999_u64});
        signed_by_the_attacker(&header, &claims.to_string())
    };
    for endpoint in ["/logout", "/authorize", "/userinfo", "/introspect", "/revoke"] {
        proxy.reset();
        let began = Instant::now();
        for number in 0..25 {
            let token = forged(number);
            let silent = [("scope", "openid"), ("prompt", "none"), ("id_token_hint", &*token)];
            let ask = match endpoint {
                "/logout" => session.http.get(&logout(&[("id_token_hint", &token)])),
                "/authorize" => session.http.get(&authorization_url(&world.web.id, CALLBACK, &Pkce::new(), &silent)),
                "/userinfo" => session.http.get(endpoint).header("authorization", format!("Bearer {token}")),
                _ => session.http.post(endpoint).client(&world.gateway).field("token", &token),
            };
            assert!(ask.send().await.status < 500, "{endpoint}");
        }
        let reads = proxy.calls().iter().filter(|call| call.operation == "Scan").count();
        // One at once, and one in two seconds at most; a second begins whenever the clock says so.
        let most = 2 + usize::try_from(began.elapsed().as_secs() / 2).expect("a number");
        assert!((1..=most).contains(&reads), "{endpoint}: {reads} reads in {:?}", began.elapsed());
    }
}
