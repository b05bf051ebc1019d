//! Kept copies of documents: apart from registered clients, replaced by newer copies, and disabled for good.

use std::collections::BTreeSet;

use grants::{Client, ClientChange, DocumentCopy, RegistrationPolicy, SelfRegistration};
use protocol::ClientId;
use store::{Changed, ClientChanged};

use crate::fixtures::{NOW, client};
use crate::place::Place;

/// A client whose document was fetched so many seconds after the first time.
fn described(later: u32) -> Client {
    let copy = DocumentCopy::fetched(NOW.plus(later), Some(60));
    let policy = RegistrationPolicy::of_documents(Vec::new(), BTreeSet::new(), 10);
    Client {
        id: ClientId::parse("https://app.example/client").unwrap(),
        registered_by: Some(SelfRegistration::of_document(copy, policy)),
        ..client()
    }
}

async fn c225_a_copy_is_kept_and_a_newer_one_replaces_it(place: Place) {
    let registry = place.stores.registry().unwrap();
    let (first, second) = (described(0), described(60));
    assert_eq!(registry.client_past_the_cache(&first.id, NOW).await.unwrap(), None);
    let kept = registry.keep_document(first.clone(), None, NOW).await.unwrap();
    assert_eq!(kept.as_deref(), Some(&first));
    assert_eq!(registry.client_now(&first.id).await.unwrap().as_ref(), Some(&first));
    assert_eq!(registry.all_clients().await.unwrap(), std::slice::from_ref(&first));
    let kept = registry.keep_document(second.clone(), Some(&first), NOW).await.unwrap();
    assert_eq!(kept.as_deref(), Some(&second));
    // Of two processes that fetched it, the later one takes what the other wrote.
    for found in [None, Some(&first)] {
        let kept = registry.keep_document(described(70), found, NOW).await.unwrap();
        assert_eq!(kept.as_deref(), Some(&second));
    }
    assert_eq!(registry.client(&first.id, NOW).await.unwrap().as_deref(), Some(&second), "the cache has it too");
    assert_eq!(registry.delete_document(&first.id, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.delete_document(&first.id, None).await.unwrap(), Changed::Refused);
    assert_eq!(registry.client_now(&first.id).await.unwrap(), None);
}

async fn c225_a_registered_client_comes_before_a_copy_of_its_id(place: Place) {
    let registry = place.stores.registry().unwrap();
    let copy = described(0);
    let registered = Client { registered_by: None, name: "Registered".to_owned(), ..copy.clone() };
    registry.keep_document(copy.clone(), None, NOW).await.unwrap();
    assert_eq!(registry.create_client(&registered, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.client_past_the_cache(&copy.id, NOW).await.unwrap().as_deref(), Some(&registered));
    assert_eq!(registry.delete_client(&registered, None).await.unwrap(), Changed::Done);
    assert_eq!(registry.client_now(&copy.id).await.unwrap(), Some(copy));
}

async fn c225_a_disabled_copy_stays_disabled_and_never_ends(place: Place) {
    let registry = place.stores.registry().unwrap();
    let copy = described(0);
    registry.keep_document(copy.clone(), None, NOW).await.unwrap();
    let off = ClientChange::disabled(&copy, true);
    let disabled = off.after(Some(&copy)).unwrap();
    assert!(disabled.disabled && !disabled.is_over(NOW.plus(u32::MAX)) && copy.is_over(NOW.plus(u32::MAX)));
    assert_eq!(registry.change_client(&off, None).await.unwrap(), ClientChanged::Done);
    for found in [None, Some(&copy), Some(&disabled)] {
        let kept = registry.keep_document(described(60), found, NOW).await.unwrap();
        assert_eq!(kept.as_deref(), Some(&disabled));
    }
    let on = ClientChange::disabled(&disabled, false);
    assert_eq!(registry.change_client(&on, None).await.unwrap(), ClientChanged::Done);
    let enabled = on.after(Some(&disabled)).unwrap();
    let renewed = registry.keep_document(described(60), Some(&enabled), NOW).await.unwrap();
    assert_eq!(renewed.as_deref(), Some(&described(60)), "it ends again with its copy");
}

crate::on_both! {
    c225_a_copy_is_kept_and_a_newer_one_replaces_it,
    c225_a_registered_client_comes_before_a_copy_of_its_id,
    c225_a_disabled_copy_stays_disabled_and_never_ends,
}
