//! Passkeys: a credential id leads to one person, and what was removed leads nowhere and is not added again.

use grants::Context;
use protocol::{CredentialId, PasskeyKey};
use sessions::{Passkey, PasskeyName, PasskeyUses, SessionChange, SessionStart, User, UserChange, remove_factor};
use store::{Acted, AddedPasskey, PeopleTable, UserChanged};

use crate::fixtures::NOW;
use crate::people_table::{session_of, user};
use crate::place::Place;

/// The host of the issuer of the place.
const SITE: &str = "issuer.example";

fn passkey(owner: &User, number: u8) -> Passkey {
    // A key for EdDSA: {1: 1, 3: -8, -1: 6, -2: 32 bytes}.
    let key = [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32][..], &[7; 32]].concat();
    Passkey {
        person: owner.key,
        credential: CredentialId::from_bytes(&[number; 16]).unwrap(),
        key: PasskeyKey::parse(&key).unwrap(),
        name: PasskeyName::typed("Laptop"),
        created_at: NOW,
        is_backup_eligible: true,
        used: PasskeyUses { counter: 3, is_backed_up: true, ..PasskeyUses::default() },
    }
}

/// Adds a passkey as its owner does, in a session that is stored.
async fn add(people: &PeopleTable, owner: &User, passkey: &Passkey) -> Acted {
    let owner = people.user(owner.key).await.unwrap().unwrap();
    let (signed_in, _) = session_of(&owner);
    let session = signed_in.session();
    people.start_session(session, SessionStart::New).await.unwrap();
    let (proven, _) = SessionChange::with_passkey(session, passkey, [7; 16], NOW.plus(1));
    let change = UserChange::add_passkey(&owner, passkey.id(), [5; 32]).made_for(&passkey.id(), SITE);
    people.add_own_passkey(AddedPasskey { session, proven, passkey, change: &change }, None).await.unwrap()
}

async fn c231_a_credential_id_is_one_persons_and_what_was_removed_is_not_added_again(place: Place) {
    let people = place.stores.people().unwrap();
    let (ada, bob) = (user("ada"), user("bob"));
    people.create_user(&ada, None).await.unwrap();
    people.create_user(&bob, None).await.unwrap();
    let (one, two) = (passkey(&ada, 1), passkey(&ada, 2));
    assert_eq!(add(&people, &ada, &one).await, Acted::Done);
    assert_eq!(add(&people, &ada, &two).await, Acted::Done);
    assert_eq!(add(&people, &ada, &one).await, Acted::Refused);
    assert_eq!(add(&people, &bob, &passkey(&bob, 1)).await, Acted::Refused);
    assert!(people.user(bob.key).await.unwrap().unwrap().factors.passkeys.is_empty());
    let found = people.passkey_holder(&one.credential, None, None).await.unwrap();
    let owner = found.user.unwrap();
    assert_eq!((owner.key, found.passkey.as_ref()), (ada.key, Some(&one)));
    assert_eq!(people.passkeys_of(ada.key).await.unwrap().len(), 2);

    let (signed_in, _) = session_of(&owner);
    people.start_session(signed_in.session(), SessionStart::New).await.unwrap();
    let (id, phone) = (one.id(), PasskeyName::typed("Phone"));
    let rename = || people.rename_own_passkey(&signed_in, &id, &phone, NOW);
    assert_eq!(rename().await.unwrap(), Acted::Done);
    let found = people.passkey_holder(&one.credential, None, None).await.unwrap().passkey;
    assert_eq!(found, Some(Passkey { name: phone.clone(), ..one.clone() }));
    let change = UserChange::remove_passkey(&owner, &one.id());
    let (removal, handle) = remove_factor(&signed_in, change, [9; 16], Vec::new(), NOW);
    let remove = || people.remove_own_factor(&removal, Some(&id), None, NOW);
    assert_eq!(remove().await.unwrap(), Acted::Done);
    // The session goes on with the next credentials, and nothing that rests on the former ones is done.
    assert_eq!(remove().await.unwrap(), Acted::Over);
    assert_eq!(rename().await.unwrap(), Acted::Over);
    let moved = people.session(&handle).await.unwrap().unwrap();
    assert!(handle.opens(&moved) && moved.credential_version == owner.credential_version + 1);
    // A name makes no item of a passkey that is gone.
    let (signed_in, _) = session_of(&people.user(ada.key).await.unwrap().unwrap());
    people.start_session(signed_in.session(), SessionStart::New).await.unwrap();
    assert_eq!(people.rename_own_passkey(&signed_in, &id, &phone, NOW).await.unwrap(), Acted::Refused);
    assert!(people.passkey_holder(&one.credential, None, None).await.unwrap().user.is_none());
    assert_eq!(add(&people, &ada, &one).await, Acted::Refused);
    assert_eq!(people.passkeys_of(ada.key).await.unwrap(), std::slice::from_ref(&two));
}

async fn c231_a_passkey_counts_at_its_own_site_and_an_operator_removes_all(place: Place) {
    let people = place.stores.people().unwrap();
    let ada = user("ada");
    people.create_user(&ada, None).await.unwrap();
    let (one, two) = (passkey(&ada, 1), passkey(&ada, 2));
    assert_eq!(add(&people, &ada, &one).await, Acted::Done);
    let owner = people.user(ada.key).await.unwrap().unwrap();
    assert_eq!(owner.reach(), Context::PhishingResistant);
    let elsewhere = people.clone().at_site("other.example".to_owned());
    let moved = elsewhere.user(ada.key).await.unwrap().unwrap();
    assert_eq!((moved.reach(), moved.has_factors()), (Context::Password, true));
    assert_eq!(add(&people, &ada, &two).await, Acted::Done);

    let stands = people.user(ada.key).await.unwrap().unwrap();
    assert_eq!(
        people.reset_factors(&owner, None, NOW).await.unwrap(),
        UserChanged::Refused(Some(Box::new(stands.clone())))
    );
    assert_eq!(people.reset_factors(&stands, None, NOW).await.unwrap(), UserChanged::Done);
    assert!(people.passkeys_of(ada.key).await.unwrap().is_empty());
    assert!(people.passkey_holder(&two.credential, None, None).await.unwrap().user.is_none());
    assert!(!people.user(ada.key).await.unwrap().unwrap().has_factors());
}

crate::on_both!(
    c231_a_credential_id_is_one_persons_and_what_was_removed_is_not_added_again,
    c231_a_passkey_counts_at_its_own_site_and_an_operator_removes_all,
);
