//! The operator's side: hosts that are listed, ids that are registered, and clients that are disabled or deleted.

use harness::Stack;
use serde_json::{Value, json};

use crate::client_id_documents::fixture::{Described, accepting, started};
use crate::support::pages::{asks_for_a_password, assert_shown_here, remembered, url};
use crate::support::session::{assert_granted, assert_refused};
use crate::support::stored::Stored;
use crate::support::world::{CALLBACK, ORDERS, World};

#[tokio::test]
async fn c225_where_hosts_are_listed_no_other_document_is_fetched() {
    let (listed, other) = (Described::with(&json!({})), Described::with(&json!({})));
    let address = listed.client.id.trim_start_matches("http://").split('/').next().expect("an address").to_owned();
    let stack = Stack::builder().arg("--client-id-documents").arg("listed");
    let stack = stack.env("JETON_CLIENT_ID_DOCUMENT_HOSTS", &address).env("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1");
    let world = World::on(stack.start());
    assert!(asks_for_a_password(&world.stack.browser().go(&url(&listed.client.id, &[])).await));
    let reply = world.stack.browser().go(&url(&other.client.id, &[])).await.reply;
    assert_shown_here(&reply);
    assert!(reply.text().contains("not known"), "{reply:?}");
    assert_eq!((listed.host.visits(), other.host.visits()), (1, 0));
}

#[tokio::test]
async fn c225_an_id_that_the_operator_registered_is_an_ordinary_client() {
    let world = started();
    let described = Described::with(&json!({}));
    let id = &*described.client.id;
    let more = ["--id", id, "--grant", "authorization_code", "--redirect-uri", CALLBACK, "--api", ORDERS];
    world.stack.cli().create_client("Registered beforehand", &[&more[..], &["--auth-method", "none"]].concat());
    let mut session = world.session();
    let page = session.browser.go(&url(id, &[])).await;
    assert!(!page.reply.text().contains("describes itself"), "{:?}", page.reply);
    drop(session.code(&described.client).await);
    assert!(remembered(&mut session, id).await);
    assert_eq!(described.host.visits(), 0);
}

#[tokio::test]
async fn c225_a_described_client_that_the_operator_registers_keeps_what_people_gave_it() {
    let stored = Stored::start_with(accepting());
    let (world, described) = (&stored.world, Described::with(&json!({})));
    let (cli, id, mut session) = (world.stack.cli(), &*described.client.id, world.session());
    let given = session.tokens(&described.client).await;
    // It was ten minutes ago.
    let is_own = |item: &String| item.contains("document#");
    let copies = stored.items("JETON_TABLE_REGISTRY").await.into_iter().filter(is_own).collect::<Vec<_>>();
    let [copy] = copies.as_slice() else { panic!("one copy: {copies:?}") };
    let mut copy: Value = serde_json::from_str(copy).unwrap();
    let since = copy["created_at"]["N"].as_str().unwrap().parse::<u64>().unwrap() - 600;
    copy["created_at"]["N"] = since.to_string().into();
    stored.put("JETON_TABLE_REGISTRY", &[copy.to_string()]).await;
    let more = ["--id", id, "--grant", "authorization_code", "--grant", "refresh_token", "--redirect-uri", CALLBACK];
    let more = [&more[..], &["--api", ORDERS, "--auth-method", "none"]].concat();
    cli.create_client("Registered later", &more);
    let shown = cli.run(&["client", "show", id]);
    assert_eq!((&shown["name"], &shown["created_at"]), (&json!("Registered later"), &json!(since)));
    assert_granted(&session.refresh(&described.client, &given.refresh).await);
}

#[tokio::test]
async fn c225_a_described_client_is_listed_disabled_for_good_and_deleted() {
    let world = started();
    let described = Described::with(&json!({}));
    let (cli, id, mut session) = (world.stack.cli(), &*described.client.id, world.session());
    let code = session.code(&described.client).await;
    let shown = cli.run(&["client", "show", id]);
    assert_eq!((&shown["name"], &shown["auth_method"]), (&json!("Described"), &json!("none")));
    let listed = cli.run(&["client", "list"]);
    assert!(listed.as_array().expect("clients").iter().any(|client| client["client_id"] == id), "{listed}");
    assert!(shown["self_registered"]["ends_at"].is_u64(), "{shown}");
    let disabled = cli.run(&["client", "disable", id]);
    assert_eq!(disabled["disabled"], true);
    assert!(cli.run(&["client", "show", id])["self_registered"]["ends_at"].is_null(), "it never expires");
    let visits = described.host.visits();
    cli.run(&["client", "delete", id]);
    assert_refused(&session.redeem(&described.client, &code).await, "invalid_client");
    assert_eq!(described.host.visits(), visits);
}
