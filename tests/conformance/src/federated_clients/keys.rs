//! Keys of issuers: kept, fetched again, and good for a day while their place is away.

use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::federated_clients::fixture::{MORE, Platform, WORLD, ask, assert_is, assert_told};
use crate::support::counted::COUNTED;
use crate::support::session::{assert_refused_with, server_time, until};
use crate::support::signed_assertions::{KIND, Signer, keys_in_file, now};

#[tokio::test]
async fn c222_keys_that_are_away_stop_nobody_and_keys_that_changed_are_found() {
    let platform = Platform::generic("away");
    let client = platform.client("orders", &[]);
    let keys = json!({"keys": [platform.signer.public()]}).to_string();
    // The shortest time for which keys are kept: ten seconds.
    platform.server.say("200 OK\r\ncache-control: max-age=1", &keys);
    for _ in 0..3 {
        assert_is(&ask(&platform.token("orders")).await, &client);
    }
    assert_eq!(platform.server.visits(), 1, "the keys are kept");
    let session = WORLD.session();
    let fetched = server_time(&session).await;
    platform.server.say("503 Service Unavailable", "");
    until(&session, fetched + 11).await;
    for _ in 0..3 {
        assert_is(&ask(&platform.token("orders")).await, &client);
    }
    assert_eq!(platform.server.visits(), 2, "the place is asked again, but not for each request");
    let next = Signer::new(Algorithm::ES256, "next");
    let unknown = next.assertion(&platform.claims("orders"));
    assert_refused_with(&ask(&unknown).await, 503, "temporarily_unavailable");
    platform.server.serve(&[next.public()]);
    until(&session, fetched + 22).await;
    assert_is(&ask(&unknown).await, &client);
    // A key that the issuer took back is not one that is away.
    assert_told(&ask(&platform.token("orders")).await, "not signed");
}

#[tokio::test]
async fn c222_an_issuer_without_keys_authenticates_nobody() {
    let platform = Platform::generic("keyless");
    platform.client("orders", &[]);
    platform.server.say("200 OK", "{\"keys\":[]}");
    for _ in 0..2 {
        assert_told(&ask(&platform.token("orders")).await, "does not serve a set of public keys");
    }
    assert_eq!(platform.server.visits(), 1);
}

#[tokio::test]
async fn c221_a_token_of_another_issuer_costs_no_round_trip() {
    let counted = COUNTED.lock().await;
    let world = &counted.world;
    let signer = Signer::new(Algorithm::ES256, "counted");
    let file = keys_in_file(world, "counted-issuer.json", &[signer.public()]);
    let url = "https://counted.example";
    let create = ["issuer", "create", "counted", "--url", url, "--jwks", &file, "--for", "client-auth"];
    world.stack.cli().run(&create);
    let federated = ["--federated", "counted", "--subject", "orders"];
    let client = world.stack.cli().create_client("Counted", &[&MORE[..], &federated].concat());
    let claims = json!({"iss": url, "sub": "orders", "aud": world.stack.issuer(), "exp": now() + 300});
    let token = signer.assertion(&claims);
    for more in [&[][..], &[("client_id", &*client.id)]] {
        let fields = [&[("grant_type", "client_credentials")][..], &token.fields(), more].concat();
        let send = async || world.stack.http().post("/token").fields(&fields).send().await;
        assert_is(&send().await, &client);
        counted.proxy.reset();
        for _ in 0..3 {
            assert_is(&send().await, &client);
        }
        assert_eq!(counted.proxy.calls(), []);
    }
    // Whoever has no key makes this server write nothing.
    let forged = Signer::new(Algorithm::ES256, "counted").assertion(&claims);
    counted.proxy.reset();
    let fields =
        [("grant_type", "client_credentials"), ("client_assertion_type", KIND), ("client_assertion", &forged.0)];
    assert_told(&world.stack.http().post("/token").fields(&fields).send().await, "not signed");
    assert_eq!(counted.proxy.writes(), []);
}
