//! Sessions and apps on the account page: each is listed, and each can be ended.

use std::time::Duration;

use futures::future::join;
use harness::{CountingProxy, Fault, Form, Landing, Span, Stack, forms};

use crate::account::{FIRST, Person, asks_to_sign_in, form_to, sessions_elsewhere, shows_account};
use crate::support::relying_party::app;
use crate::support::rounds::{self, Survivors, store_without_a_stream};
use crate::support::session::{assert_refused, server_time, tokens, until};
use crate::support::world::World;

/// Returns the form that withdraws an app's access.
fn withdrawal(page: &Landing, client: &str) -> Option<Form> {
    let is_of_client = |form: &Form| form.input("client").is_some_and(|input| input.value == client);
    forms(page.reply.text())
        .into_iter()
        .find(|form| form.action.as_deref() == Some("/account/withdraw") && is_of_client(form))
}

#[tokio::test]
async fn c237_each_session_is_listed_and_each_other_one_is_ended() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "everywhere").await;
    let mut others = [person.elsewhere(&world).await, person.elsewhere(&world).await, person.elsewhere(&world).await];
    let page = person.browser.go("/account").await;
    assert_eq!(page.reply.text().matches("This browser").count(), 1);
    let listed = sessions_elsewhere(&page);
    assert_eq!(listed.len(), 3);
    let ended = person.browser.submit(&page, &listed[0], &[]).await;
    assert!(shows_account(&ended), "{:?}", ended.reply);
    assert_eq!(sessions_elsewhere(&ended).len(), 2);
    // Ending it twice, and ending one that never was, changes nothing.
    for session in [None, Some("AAAAAAAAAAAAAAAAAAAAAA"), Some("nonsense")] {
        let filled: Vec<_> = session.map(|id| ("session", id)).into_iter().collect();
        let again = person.browser.submit(&page, &listed[0], &filled).await;
        assert!(shows_account(&again) && sessions_elsewhere(&again).len() == 2, "{:?}", again.reply);
    }
    let mut living = 0;
    for other in &mut others {
        living += usize::from(shows_account(&other.go("/account").await));
    }
    assert_eq!(living, 2);
    let all = person.browser.submit(&ended, &form_to(&ended, "/account/end-others").unwrap(), &[]).await;
    assert!(shows_account(&all) && sessions_elsewhere(&all).is_empty());
    assert!(form_to(&all, "/account/end-others").is_none());
    for other in &mut others {
        assert!(asks_to_sign_in(&other.go("/account").await));
    }
}

#[tokio::test]
async fn c237_nobody_ends_the_session_of_another_person() {
    let world = World::on(Stack::start());
    let (mut one, mut other) = (Person::signed_in(&world, "one").await, Person::signed_in(&world, "other").await);
    let extra = one.elsewhere(&world).await;
    let (page, theirs) = (one.browser.go("/account").await, world.stack.cli().run(&["session", "list"]));
    let of_other = theirs.as_array().unwrap().iter().find(|session| session["username"] == "other").unwrap();
    let id = of_other["session"].as_str().unwrap();
    let form = sessions_elsewhere(&page).remove(0);
    assert!(shows_account(&one.browser.submit(&page, &form, &[("session", id)]).await));
    assert!(shows_account(&other.browser.go("/account").await));
    drop(extra);
}

#[tokio::test]
async fn c237_apps_with_consent_or_grants_are_listed_and_a_withdrawal_ends_both() {
    let world = World::on(Stack::start());
    let (kept, withdrawn) = (app(&world, "Kept app", &[]), app(&world, "Withdrawn app", &[]));
    let mut person = Person::signed_in(&world, "generous").await;
    let session = world.session();
    let mut given = Vec::new();
    for client in [&kept, &withdrawn] {
        let code = rounds::sign_in(&mut person.browser, client, ("generous", FIRST), &[]).await;
        given.push(tokens(&session.redeem(client, &code).await));
    }
    let page = person.browser.go("/account").await;
    for client in [&kept, &withdrawn] {
        assert!(withdrawal(&page, &client.id).is_some(), "{:?}", page.reply);
    }
    assert!(page.reply.text().contains("Kept app") && page.reply.text().contains("Withdrawn app"));
    let form = withdrawal(&page, &withdrawn.id).unwrap();
    for _ in 0..2 {
        let after = person.browser.submit(&page, &form, &[]).await;
        assert!(shows_account(&after), "{:?}", after.reply);
        assert!(withdrawal(&after, &withdrawn.id).is_none() && withdrawal(&after, &kept.id).is_some());
    }
    assert_refused(&session.refresh(&withdrawn, &given[1].refresh).await, "invalid_grant");
    assert_eq!(session.refresh(&kept, &given[0].refresh).await.status, 200);
    // The app has to ask again.
    assert!(rounds::silent(&mut person.browser, &withdrawn, &[]).await.is_err());
    assert!(rounds::silent(&mut person.browser, &kept, &[]).await.is_ok());
}

/// The delay of a call: the withdrawal finishes within it.
const LATE: Fault = Fault::Late(Duration::from_millis(400));

#[tokio::test]
async fn c237_nothing_of_a_silent_request_in_flight_outlives_a_withdrawal_whichever_of_its_calls_is_late() {
    let store = store_without_a_stream();
    let proxy = CountingProxy::to(&store.endpoint());
    let world = World::on(Stack::builder().store(&proxy.endpoint()).start());
    let (session, survivors) = (world.session(), Survivors::default());
    let mut person = Person::signed_in(&world, "withdraws").await;
    // The calls of a silent request: the visitor, the grant with person and session, and the consent once more.
    for place in 0..5 {
        let client = app(&world, "In flight", &[]);
        rounds::sign_in(&mut person.browser, &client, ("withdraws", FIRST), &[]).await;
        let page = person.browser.go("/account").await;
        let form = withdrawal(&page, &client.id).unwrap();
        let mut other = person.browser.clone();
        proxy.break_call(place, LATE, Span::Once);
        let withdrawn = async {
            for _ in 0..200 {
                if proxy.calls().len() > place {
                    return Some(person.browser.submit(&page, &form, &[]).await);
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            None
        };
        let (code, withdrawn) = join(rounds::silent(&mut other, &client, &[]), withdrawn).await;
        proxy.heal();
        let after = withdrawn.unwrap_or_else(|| panic!("a silent request does not make the call {place}"));
        assert!(shows_account(&after), "{place}: {:?}", after.reply);
        if let Ok(code) = code {
            survivors.note_all(place, session.left_of_code(&client, &code).await);
        }
        assert!(
            rounds::silent(&mut person.browser, &client, &[]).await.is_err(),
            "{place}: the consent is still there"
        );
    }
    survivors.assert_none();
}

#[tokio::test]
async fn c237_a_grant_that_the_index_shows_only_after_a_withdrawal_ends_all_the_same() {
    let proxy = CountingProxy::embedded();
    let world = World::on(Stack::builder().store(&proxy.endpoint()).start());
    let (session, client) = (world.session(), app(&world, "Just before", &[]));
    let mut person = Person::signed_in(&world, "lagging").await;
    rounds::sign_in(&mut person.browser, &client, ("lagging", FIRST), &[]).await;
    let page = person.browser.go("/account").await;
    let form = withdrawal(&page, &client.id).unwrap();
    // A silent request right before the withdrawal, and access that the person allows again right after it.
    let scope = [("scope", "openid read offline_access")];
    rounds::sign_in(&mut person.browser, &client, ("lagging", FIRST), &scope).await;
    let before = rounds::silent(&mut person.browser, &client, &scope).await.expect("a code");
    let before = tokens(&session.redeem(&client, &before).await);
    proxy.let_indexes_lag(true);
    let after = person.browser.submit(&page, &form, &[]).await;
    assert!(shows_account(&after), "{:?}", after.reply);
    proxy.let_indexes_lag(false);
    // Times are whole seconds: in the same one, the new consent would count for the grant before it.
    let start = server_time(&session).await;
    until(&session, start + 1).await;
    let again = rounds::sign_in(&mut person.browser, &client, ("lagging", FIRST), &scope).await;
    let again = tokens(&session.redeem(&client, &again).await);
    for _ in 0..400 {
        if !session.is_active(&before.access).await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(session.left_of_tokens(&client, &before).await, Vec::<String>::new());
    assert!(session.is_active(&again.access).await);
}

#[tokio::test]
async fn c237_a_form_with_a_field_twice_or_without_its_fields_changes_nothing() {
    let world = World::on(Stack::start());
    let mut person = Person::signed_in(&world, "twofold").await;
    let page = person.browser.go("/account").await;
    let profile = form_to(&page, "/account/profile").unwrap();
    assert!(shows_account(&person.browser.submit(&page, &profile, &[("name", "Ada")]).await));
    let mut twice = profile.clone();
    let mut name = twice.input("name").cloned().expect("a field");
    name.value = "Mallory".to_owned();
    twice.inputs.push(name);
    let mut without = profile.clone();
    without.inputs.retain(|input| input.kind == "hidden");
    for form in [twice, without] {
        person.browser.submit(&page, &form, &[]).await;
        let claims = world.stack.cli().run(&["user", "show", "twofold"])["claims"].clone();
        assert_eq!(claims["name"], "Ada", "{form:?}");
    }
}
