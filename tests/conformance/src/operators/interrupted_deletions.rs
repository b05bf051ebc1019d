//! Deletions that fail half-way: nothing works afterwards, the command can be repeated, and the next client of the same id
//! inherits nothing.

use harness::{CountingProxy, EmbeddedDynamo, Fault, RegisteredClient, Span, Stack, dynamo_call};
use serde_json::{Value, json};

use crate::support::authenticator::add_factor;
use crate::support::relying_party::app;
use crate::support::rounds::{PASSWORD, Survivors, beside, said, sign_in, silent, store_without_a_stream};
use crate::support::session::{Session, tokens};
use crate::support::world::World;

/// The stack of the tests, and the address of its store.
fn place() -> (World, EmbeddedDynamo) {
    let store = store_without_a_stream();
    let world = World::on(Stack::builder().store(&store.endpoint()).start());
    (world, store)
}

/// Creates a client with the id of a deleted one, and lists what of the former client still works for it.
async fn inherited(session: &mut Session<'_>, id: &str, refresh_token: &str) -> Vec<String> {
    let next: RegisteredClient = app(session.world, "The next one", &["--id", id]);
    let mut left = Vec::new();
    if session.refresh(&next, refresh_token).await.status == 200 {
        left.push("a refresh token".to_owned());
    }
    if silent(&mut session.browser, &next, &[]).await.is_ok() {
        left.push("a consent".to_owned());
    }
    left
}

#[tokio::test]
async fn c244_a_deletion_that_fails_at_any_call_is_repeated_and_the_next_client_of_the_id_inherits_nothing() {
    let (world, store) = place();
    let (proxy, survivors) = (CountingProxy::to(&store.endpoint()), Survivors::default());
    let through = world.stack.scratch("through");
    let through = world.stack.env_file().copy_with(through, "AWS_ENDPOINT_URL_DYNAMODB", &proxy.endpoint());
    let (cli, broken) = (world.stack.cli(), harness::Cli::new(through));
    cli.create_user("owner", PASSWORD);
    let mut completed = 0;
    for place in 0.. {
        let id = format!("deleted-{place}");
        let client = app(&world, "Deleted", &["--id", &id]);
        let mut session = world.session();
        let code = sign_in(&mut session.browser, &client, ("owner", PASSWORD), &[]).await;
        let given = tokens(&session.redeem(&client, &code).await);
        proxy.break_call(place, Fault::FailedBefore, Span::Always);
        let first = beside(&broken, &["client", "delete", &id], "").await;
        proxy.heal();
        if said(&first).is_some() {
            completed = place;
        } else {
            let again = beside(&cli, &["client", "delete", &id], "").await;
            let is_gone = again.stderr.contains("there is no client");
            if said(&again).is_none() && !is_gone {
                survivors.note(place, format!("the command cannot be repeated: {}", again.stderr.trim()));
            }
        }
        for left in inherited(&mut session, &id, &given.refresh).await {
            survivors.note(place, format!("the next client has {left}"));
        }
        if completed > 0 {
            break;
        }
    }
    assert!(completed > 3, "the command made {completed} calls before it was through");
    survivors.assert_none();
}

/// Lists the sessions of a user that are still stored, and the grants that are not revoked.
async fn left_of(world: &World, store: &EmbeddedDynamo, username: &str) -> Vec<String> {
    let cli = world.stack.cli();
    let key = cli.run(&["user", "show", username])["key"].clone();
    let people = json!({"TableName": world.stack.env_file().get("JETON_TABLE_PEOPLE")});
    let found = dynamo_call(&store.endpoint(), "Scan", &people).await;
    let items = found["Items"].as_array().expect("items").iter().filter(|item| item["person"]["S"] == key);
    let records: Vec<&str> = items.filter_map(|item| item["record"]["S"].as_str()).collect();
    assert!(!records.is_empty(), "no item of {username}");
    let sessions = records.iter().filter(|record| record.starts_with("session#")).map(|_| "a session".to_owned());
    let grants = cli.run(&["grant", "list", username]);
    let state = |grant: &Value| grant["state"].as_str().map(|state| format!("a grant that is {state}"));
    let grants: Vec<String> = grants.as_array().expect("grants").iter().filter_map(state).collect();
    sessions.chain(grants.into_iter().filter(|grant| !grant.ends_with("revoked"))).collect()
}

#[tokio::test]
async fn a_removal_of_factors_that_fails_at_any_call_is_completed_by_the_same_command() {
    let (world, store) = place();
    let (proxy, survivors) = (CountingProxy::to(&store.endpoint()), Survivors::default());
    let through = world.stack.scratch("through");
    let through = world.stack.env_file().copy_with(through, "AWS_ENDPOINT_URL_DYNAMODB", &proxy.endpoint());
    let (cli, broken) = (world.stack.cli(), harness::Cli::new(through));
    let client = app(&world, "Factors", &[]);
    for place in 0.. {
        let name = format!("factors-{place}");
        cli.create_user(&name, PASSWORD);
        let mut session = world.session();
        let code = sign_in(&mut session.browser, &client, (name.as_str(), PASSWORD), &[]).await;
        let given = tokens(&session.redeem(&client, &code).await);
        add_factor(&mut session.browser).await;
        let remove = ["user", "factors", &name, "--remove", "--yes"];
        proxy.break_call(place, Fault::FailedBefore, Span::Always);
        let first = said(&beside(&broken, &remove, "").await);
        proxy.heal();
        if first.is_none() {
            let again = beside(&cli, &remove, "").await;
            if !again.status.success() && !again.stderr.contains("no second factor") {
                survivors.note(place, format!("the command cannot be repeated: {}", again.stderr.trim()));
            }
        }
        survivors.note_all(place, left_of(&world, &store, &name).await);
        survivors.note_all(place, session.left_of_tokens(&client, &given).await);
        if first.is_some() {
            assert!(place > 5, "the command made {place} calls before it was through");
            break;
        }
    }
    survivors.assert_none();
}
