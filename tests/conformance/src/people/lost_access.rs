//! People who lose access: a new password, a disable or a deletion ends everything.

use harness::Stack;

use crate::support::pages::{asks_for_a_password, sign_in, signed_in, url};
use crate::support::session::{assert_granted, assert_refused};
use crate::support::world::World;

#[tokio::test]
async fn a_person_who_is_switched_off_does_not_get_in_and_is_out_at_once() {
    let world = World::on(Stack::start());
    let mut session = signed_in(&world).await;
    world.stack.cli().run(&["user", "disable", "ana"]);
    let page = session.browser.go(&url(&world.web.id, &[])).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
    let next = sign_in(&mut session.browser, &page, "ana", &world.ana.password).await;
    assert!(next.form().input("password").is_some(), "{:?}", next.reply);
}

#[tokio::test]
async fn c089_a_new_password_ends_the_sessions_of_the_old_one() {
    let world = World::on(Stack::start());
    let mut session = signed_in(&world).await;
    let new = "another long password";
    world.stack.cli().run_with_input(&["user", "set-password", "ana", "--password-stdin"], &format!("{new}\n"));
    let page = session.browser.go(&url(&world.web.id, &[])).await;
    assert!(asks_for_a_password(&page), "{:?}", page.reply);
    let old = sign_in(&mut session.browser, &page, "ana", &world.ana.password).await;
    assert!(old.form().input("password").is_some(), "{:?}", old.reply);
    let next = sign_in(&mut session.browser, &old, "ana", new).await;
    next.callback().expect("an answer").assert_granted();
}

/// Runs an operator command about a person and checks that all grants of that person end at once.
async fn everything_ends(command: &[&str], input: &str) {
    let world = World::on(Stack::start());
    let mut session = world.session();
    let code = session.code(&world.web).await;
    let mut live = Vec::new();
    for client in [&world.spa, &world.web, &world.opaque_spa] {
        live.push((client, session.tokens(client).await));
    }
    world.stack.cli().run_with_input(command, input);
    for (client, tokens) in live {
        assert!(!session.is_active(&tokens.access).await, "{command:?}: an access token of {}", client.id);
        assert_refused(&session.refresh(client, &tokens.refresh).await, "invalid_grant");
    }
    assert_refused(&session.redeem(&world.web, &code).await, "invalid_grant");
    let page = session.browser.go(&url(&world.web.id, &[])).await;
    assert!(asks_for_a_password(&page), "{command:?}: {:?}", page.reply);
}

#[tokio::test]
async fn c089_a_new_password_ends_every_token_of_the_person_at_once() {
    everything_ends(&["user", "set-password", "ana", "--password-stdin"], "a new and long password\n").await;
}

#[tokio::test]
async fn c089_a_person_who_is_switched_off_or_deleted_has_no_token_left() {
    everything_ends(&["user", "disable", "ana"], "").await;
    everything_ends(&["user", "delete", "ana"], "").await;
}

#[tokio::test]
async fn c089_a_new_password_of_one_person_ends_nothing_of_another() {
    let world = World::on(Stack::start());
    let mut session = world.session();
    let live = session.tokens(&world.spa).await;
    world.stack.cli().create_user("dora", "yet another password");
    world.stack.cli().run_with_input(&["user", "set-password", "dora", "--password-stdin"], "one more password\n");
    world.stack.cli().run(&["user", "delete", "dora"]);
    assert!(session.is_active(&live.access).await);
    assert_granted(&session.refresh(&world.spa, &live.refresh).await);
}
