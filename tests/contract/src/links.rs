//! Links between people and the subjects of other issuers: one person for each subject, and gone with the person.

use protocol::IssuerUrl;
use sessions::PersonKey;
use store::{Changed, Link, UserChanged};

use crate::fixtures::NOW;
use crate::people_table::user;
use crate::place::Place;

fn link(issuer: &str, subject: &str) -> Link {
    Link { issuer: IssuerUrl::parse(issuer).unwrap(), tenant: None, subject: subject.to_owned(), created_at: NOW }
}

async fn c226_a_subject_is_linked_to_one_person_however_many_ask_at_once(place: Place) {
    let people = place.stores.people().unwrap();
    let (ada, bob) = (user("ada"), user("bob"));
    for person in [&ada, &bob] {
        people.create_user(person, None).await.unwrap();
    }
    let one = link("https://idp.example", "00u1");
    let tries = (0..8).map(|number| people.link(if number % 2 == 0 { ada.key } else { bob.key }, &one, None));
    let made = futures::future::join_all(tries).await;
    let done = made.into_iter().map(Result::unwrap).filter(|made| *made == Changed::Done).count();
    assert_eq!(done, 1);
    let owner = people.linked(&one.issuer, None, &one.subject).await.unwrap().unwrap();
    let other = if owner == ada.key { bob.key } else { ada.key };
    assert_eq!(people.links_of(owner).await.unwrap(), std::slice::from_ref(&one));
    assert_eq!(people.links_of(other).await.unwrap(), []);
    // The same subject of another issuer or of a tenant, and another subject, are others.
    let of_tenant = Link { tenant: Some("acme".to_owned()), ..one.clone() };
    for free in [link("https://other.example", "00u1"), link("https://idp.example", "00U1"), of_tenant.clone()] {
        assert_eq!(people.linked(&free.issuer, free.tenant.as_deref(), &free.subject).await.unwrap(), None);
        assert_eq!(people.link(other, &free, None).await.unwrap(), Changed::Done);
    }
    let links = people.links_of(other).await.unwrap();
    assert!(links.len() == 3 && links.contains(&of_tenant), "{links:?}");
    assert_eq!(people.unlink(other, &one, None).await.unwrap(), Changed::Refused);
    assert_eq!(people.unlink(owner, &one, None).await.unwrap(), Changed::Done);
    assert_eq!(people.unlink(owner, &one, None).await.unwrap(), Changed::Refused);
    assert_eq!(people.linked(&one.issuer, None, &one.subject).await.unwrap(), None);
    assert_eq!(people.links_of(owner).await.unwrap(), []);
    assert_eq!(people.link(other, &one, None).await.unwrap(), Changed::Done);
}

async fn c226_nobody_is_linked_who_is_not_there(place: Place) {
    let people = place.stores.people().unwrap();
    let one = link("https://idp.example", "00u1");
    let nobody = PersonKey::from_bytes(edge::random());
    assert_eq!(people.link(nobody, &one, None).await.unwrap(), Changed::Refused);
    assert_eq!(people.linked(&one.issuer, None, &one.subject).await.unwrap(), None);
}

/// Checks what a deletion does, at each moment of which an operator may link the person.
async fn c226_a_link_that_is_made_during_a_deletion_keeps_its_subject_from_nobody(place: Place) {
    let people = place.stores.people().unwrap();
    let (one, bob) = (link("https://idp.example", "00u1"), user("bob"));
    people.create_user(&bob, None).await.unwrap();
    for own in [false, true] {
        let ada = user("ada");
        people.create_user(&ada, None).await.unwrap();
        // Just before everything of the person is deleted.
        assert_eq!(people.link(ada.key, &one, None).await.unwrap(), Changed::Done);
        if own {
            people.forget_own(ada.key).await.unwrap();
        } else {
            people.forget(ada.key).await.unwrap();
        }
        assert_eq!(people.linked(&one.issuer, None, &one.subject).await.unwrap(), None, "{own}");
        assert_eq!(people.links_of(ada.key).await.unwrap(), []);
        // Just after it, and before the person is.
        assert_eq!(people.link(ada.key, &one, None).await.unwrap(), Changed::Done);
        assert_eq!(people.delete_user(&ada, None).await.unwrap(), UserChanged::Done);
        people.unlink_all(ada.key).await.unwrap();
        assert_eq!(people.links_of(ada.key).await.unwrap(), []);
        assert_eq!(people.link(ada.key, &one, None).await.unwrap(), Changed::Refused);
        assert_eq!(people.link(bob.key, &one, None).await.unwrap(), Changed::Done);
        assert_eq!(people.unlink(bob.key, &one, None).await.unwrap(), Changed::Done);
    }
}

crate::on_both! {
    c226_a_link_that_is_made_during_a_deletion_keeps_its_subject_from_nobody,
    c226_a_subject_is_linked_to_one_person_however_many_ask_at_once,
    c226_nobody_is_linked_who_is_not_there,
}
