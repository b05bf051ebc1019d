//! Logos: stored beside their clients, in the same transactions, and gone with them.

use grants::{Client, ClientChange};
use protocol::Logo;
use store::{Changed, ClientChanged, Registry};

use crate::fixtures::{NOW, client};
use crate::place::Place;
use crate::registrations::{open, registered, token};

/// Returns a logo, another one for each `shade`.
pub(crate) fn logo(shade: u8) -> Logo {
    Logo::parse([b"GIF89a\x01\0\x01\0\0\0\0", &[shade][..]].concat()).unwrap()
}

fn with(client: Client, logo: &Logo) -> Client {
    Client { logo: Some(logo.facts()), ..client }
}

/// Makes the change of an operator, with the write of the logo beside it.
async fn update(registry: &Registry, read: &Client, new: Option<&Logo>) -> (ClientChanged, Option<Client>) {
    let wanted = Client { logo: new.map(Logo::facts), ..read.clone() };
    let change = ClientChange::of_settings(read, wanted).unwrap();
    let write = match new {
        Some(logo) => registry.with_logo(read, logo),
        None => registry.without_logo(&read.id),
    };
    (registry.change_client(&change, [write]).await.unwrap(), change.after(Some(read)))
}

async fn a_logo_is_written_with_its_client_and_read_by_its_facts(place: Place) {
    let registry = place.stores.registry().unwrap();
    let (one, other) = (logo(1), logo(2));
    let written = with(client(), &one);
    assert_eq!(registry.logo(&written).await.unwrap(), None);
    assert_eq!(registry.create_client(&written, [registry.with_logo(&written, &one)]).await.unwrap(), Changed::Done);
    assert_eq!(registry.logo(&written).await.unwrap().as_ref(), Some(&one));
    assert_eq!(registry.logo(&client()).await.unwrap(), None, "a client that knows of none");
    assert_eq!(registry.logo(&with(client(), &other)).await.unwrap(), None, "the facts are of another logo");
    // A client that is there already keeps its logo.
    let again = with(client(), &other);
    let refused = registry.create_client(&again, [registry.with_logo(&again, &other)]).await.unwrap();
    assert_eq!((refused, registry.logo(&written).await.unwrap().as_ref()), (Changed::Refused, Some(&one)));
    assert_eq!(registry.all_clients().await.unwrap(), std::slice::from_ref(&written));
    assert_eq!(registry.delete_client(&written, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.logo(&written).await.unwrap(), None);
}

async fn c133_of_two_logos_that_are_given_at_the_same_time_one_is_kept_with_its_facts(place: Place) {
    let registry = place.stores.registry().unwrap();
    let (one, other, read) = (logo(1), logo(2), client());
    registry.create_client(&read, None).await.unwrap();
    let (made, after) = update(&registry, &read, Some(&one)).await;
    assert_eq!(made, ClientChanged::Done);
    for late in [Some(&other), None] {
        let (refused, _) = update(&registry, &read, late).await;
        assert_eq!(refused, ClientChanged::Refused(after.clone().map(Box::new)));
    }
    let after = after.unwrap();
    assert_eq!(registry.logo(&after).await.unwrap().as_ref(), Some(&one));
    // Each change counts.
    let without = Client { revision: 2, ..read.clone() };
    assert_eq!(update(&registry, &after, None).await, (ClientChanged::Done, Some(without.clone())));
    assert_eq!(registry.logo(&after).await.unwrap(), None);
    assert_eq!(registry.client_now(&read.id).await.unwrap(), Some(without));
}

async fn a_registration_brings_its_logo_and_a_replacement_changes_or_removes_it(place: Place) {
    let registry = place.stores.registry().unwrap();
    let (token, one, other) = (token(1), logo(1), logo(2));
    let first = with(registered(1), &one);
    assert_eq!(registry.register_client(&first, Some(&one), &token.name, NOW).await.unwrap(), Changed::Refused);
    assert_eq!(registry.logo(&first).await.unwrap(), None);
    registry.create_initial_token(&token, None).await.unwrap();
    assert_eq!(registry.register_client(&first, Some(&one), &token.name, NOW).await.unwrap(), Changed::Done);
    assert_eq!(registry.logo(&first).await.unwrap().as_ref(), Some(&one));
    let renamed = Client { name: "Renamed".to_owned(), ..first.clone() };
    assert_eq!(registry.replace_registration(&renamed, &first, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.logo(&renamed).await.unwrap().as_ref(), Some(&one), "it stays");
    let second = with(renamed.clone(), &other);
    assert_eq!(registry.replace_registration(&second, &renamed, Some(&other)).await.unwrap(), Changed::Done);
    assert_eq!(registry.logo(&second).await.unwrap().as_ref(), Some(&other));
    let plain = Client { logo: None, ..second.clone() };
    assert_eq!(registry.replace_registration(&plain, &second, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.logo(&second).await.unwrap(), None);
}

async fn c178_a_logo_lives_as_long_as_the_registration_is_extended(place: Place) {
    let registry = place.stores.registry().unwrap();
    let logo = logo(1);
    let read = with(open(), &logo);
    registry.create_client(&read, [registry.with_logo(&read, &logo)]).await.unwrap();
    let ends_at = async || place.number_of_the_registry(&format!("logo#{}", read.id), "expires_at").await;
    assert_eq!(ends_at().await, NOW.plus(60).seconds());
    let extend = ClientChange::extend(&read, NOW.plus(100), NOW).unwrap();
    let extended = extend.after(Some(&read)).unwrap();
    assert_eq!(registry.change_client(&extend, registry.extended_logo(&extended)).await.unwrap(), ClientChanged::Done);
    assert_eq!(ends_at().await, extended.registered_by.as_ref().unwrap().ends_at.unwrap().seconds());
    assert_eq!(registry.logo(&extended).await.unwrap(), Some(logo));
    assert!(registry.extended_logo(&open()).is_none() && registry.extended_logo(&client()).is_none());
}

crate::on_both! {
    a_logo_is_written_with_its_client_and_read_by_its_facts,
    c133_of_two_logos_that_are_given_at_the_same_time_one_is_kept_with_its_facts,
    a_registration_brings_its_logo_and_a_replacement_changes_or_removes_it,
    c178_a_logo_lives_as_long_as_the_registration_is_extended,
}
