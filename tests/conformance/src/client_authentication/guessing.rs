//! Limits of guessing client secrets, at every endpoint.

use futures::future::join_all;
use harness::{Http, Stack};
use serde_json::json;

use crate::support::counted::Counted;
use crate::support::session::{assert_granted, assert_refused, assert_refused_with, every_client_request, guessed_at};
use crate::support::throttled::{count, retry_after};
use crate::support::world::{ORDERS, World};

/// Sends wrong secrets for a client to each of the five endpoints in turn, and returns the statuses.
async fn wrong_secrets(world: &World, id: &str, count: usize) -> Vec<u16> {
    let http = world.stack.http();
    let mut statuses = Vec::new();
    for index in 0..count {
        let ask = every_client_request(&http).into_iter().nth(index % 5).expect("five endpoints");
        let reply = ask.basic(id, &format!("wrong {index}")).send().await;
        match reply.status {
            429 => {
                assert_refused_with(&reply, 429, "temporarily_unavailable");
                assert!(retry_after(&reply) >= 1);
            }
            _ => assert_refused(&reply, "invalid_client"),
        }
        statuses.push(reply.status);
    }
    statuses
}

#[tokio::test]
async fn c067_twenty_wrong_secrets_are_answered_over_all_endpoints_and_the_next_have_to_wait() {
    let world = World::on(Stack::start());
    let statuses = wrong_secrets(&world, &guessed_at(&world, "Guessed at").id, 24).await;
    assert_eq!((count(&statuses[..20], 401), count(&statuses[20..], 429)), (20, 4), "{statuses:?}");
}

/// A client id that nobody has is counted in the memory of each process, which is one for each endpoint here.
#[tokio::test]
async fn c067_c155_twenty_secrets_of_a_client_that_nobody_has_are_answered_at_each_endpoint() {
    let world = World::on(Stack::start());
    let statuses = wrong_secrets(&world, "nobody-at-all", 110).await;
    assert_eq!((count(&statuses[..100], 401), count(&statuses[100..], 429)), (100, 10), "{statuses:?}");
}

/// Twenty wrong secrets of a client are answered, so 25 clients are needed to reach the limit of one address.
#[tokio::test]
async fn c067_one_address_has_five_hundred_wrong_secrets_over_all_clients() {
    let world = World::shared();
    let ids: Vec<String> = (0..25).map(|number| format!("guessed-from-one-address-{number}")).collect();
    let lines = ids.iter().map(|id| {
        let secret = format!("a long enough secret of {id}");
        json!({"client_id": id, "client_secret": secret, "grant_types": ["client_credentials"], "apis": [ORDERS]})
    });
    let lines: Vec<String> = lines.map(|line| line.to_string()).collect();
    assert_eq!(world.stack.cli().run_with_input(&["client", "import"], &lines.join("\n"))["imported"], 25);
    let last = guessed_at(world, "Guessed at last");
    let (here, elsewhere) = (world.stack.http_from([127, 0, 9, 67]), world.stack.http_from([127, 0, 9, 68]));
    let guess = |http: &Http, id: &str, secret: &str| {
        http.post("/token").field("grant_type", "client_credentials").basic(id, secret).send()
    };
    let guesses = ids.iter().map(async |id| {
        for _ in 0..20 {
            assert_refused(&guess(&here, id, "wrong").await, "invalid_client");
        }
    });
    join_all(guesses).await;
    let refused = guess(&here, &last.id, "wrong").await;
    assert_refused_with(&refused, 429, "temporarily_unavailable");
    assert!(retry_after(&refused) >= 1);
    assert_refused(&guess(&elsewhere, &last.id, "wrong").await, "invalid_client");
    // A right secret is never refused for the wrong ones of others.
    assert_granted(&guess(&here, &last.id, last.secret()).await);
}

/// The secrets of clients that nobody has are counted by their address too, in the memory of the endpoint.
#[tokio::test]
async fn c067_c155_one_address_has_five_hundred_secrets_of_clients_that_nobody_has() {
    let stack = &World::shared().stack;
    let (here, elsewhere) = (stack.http_from([127, 0, 9, 69]), stack.http_from([127, 0, 9, 70]));
    let guess = |http: &Http, number: usize| {
        let ask = http.post("/token").field("grant_type", "client_credentials");
        ask.basic(&format!("nobody-{number}"), "wrong").send()
    };
    for number in 0..500 {
        assert_refused(&guess(&here, number).await, "invalid_client");
    }
    assert_refused_with(&guess(&here, 500).await, 429, "temporarily_unavailable");
    assert_refused(&guess(&elsewhere, 501).await, "invalid_client");
}

#[tokio::test]
async fn c067_nobody_locks_a_client_out_by_knowing_its_name() {
    let counted = Counted::start();
    let world = &counted.world;
    let session = world.session();
    let more = ["--grant", "client_credentials", "--api", ORDERS, "--introspects", ORDERS];
    let client = world.stack.cli().create_client("Known by name", &more);
    assert_eq!(wrong_secrets(world, &client.id, 21).await[20], 429);
    assert_granted(&session.machine(&client, &[]).await);
    counted.proxy.reset();
    let token = session.machine(&client, &[]).await;
    assert_granted(&token);
    assert_eq!(counted.proxy.calls(), []);
    assert_eq!(session.introspect(&client, &token.string("access_token")).await["active"], true);
    assert_eq!(session.revoke(&client, &token.string("access_token")).await.status, 200);
    // Another client has its own count.
    assert_eq!(wrong_secrets(world, &world.service.id, 1).await, [401]);
}

#[tokio::test]
async fn c067_of_64_wrong_secrets_at_once_twenty_are_answered() {
    let world = World::on(Stack::start());
    let (client, http) = (guessed_at(&world, "Crowded"), world.stack.http());
    let tries = (0..64).map(|index| {
        let ask = http.post("/token").field("grant_type", "client_credentials");
        ask.basic(&client.id, &format!("wrong {index}")).send()
    });
    let statuses: Vec<u16> = join_all(tries).await.iter().map(|reply| reply.status).collect();
    assert_eq!((count(&statuses, 401), count(&statuses, 429)), (20, 44), "{statuses:?}");
}

#[tokio::test]
async fn c067_a_secret_in_the_body_is_counted_like_one_in_the_header() {
    let world = World::on(Stack::start());
    let more = ["--auth-method", "client_secret_post", "--grant", "client_credentials", "--api", ORDERS];
    let post = world.stack.cli().create_client("Guessed in the body", &more);
    let http = world.stack.http();
    let ask = |secret: &str| {
        let ask = http.post("/token").field("grant_type", "client_credentials");
        ask.field("client_id", &post.id).field("client_secret", secret).header("x-forwarded-for", "203.0.113.7")
    };
    let mut statuses = Vec::new();
    for _ in 0..22 {
        statuses.push(ask("wrong").send().await.status);
    }
    assert_eq!((count(&statuses, 401), count(&statuses, 429)), (20, 2), "{statuses:?}");
    assert_granted(&ask(post.secret()).send().await);
}
