//! Consent is written over the version that was read, never over newer consent; it can be listed and withdrawn.

use futures::future::join_all;
use grants::{Consent, PersonKey, Target};
use protocol::{ClientId, Scope};
use sessions::{SessionStart, WithdrawnAccess};
use store::{Acted, Changed, Remembered, StoredConsent, WithdrawalRecord};

use crate::fixtures::{NOW, client, resource};
use crate::people_table::{session_of, user};
use crate::place::Place;

const ADA: PersonKey = PersonKey::from_bytes([1; 16]);
const BOB: PersonKey = PersonKey::from_bytes([2; 16]);

fn page(api: &str) -> Target {
    Target { resources: vec![resource(api)], scope: Scope::parse("read").unwrap() }
}

/// Builds consent to one page, in addition to `earlier` consent.
pub(crate) fn consent(api: &str, earlier: Option<&Consent>) -> Consent {
    Consent::given(&client(), &page(api), earlier, NOW)
}

async fn c139_consent_is_written_where_it_is_as_it_was_found(place: Place) {
    let (people, app) = (place.stores.people().unwrap(), client().id);
    let first = consent("urn:a", None);
    let write = async |consent: &Consent, found: Option<&Consent>| {
        people.remember_consent(ADA, &app, consent, found).await.unwrap()
    };
    assert_eq!(write(&first, Some(&first)).await, Remembered::Refused(None));
    assert_eq!(write(&first, None).await, Remembered::Done);
    assert_eq!(write(&first, None).await, Remembered::Refused(Some(first.clone())));
    let second = consent("urn:b", Some(&first));
    assert_eq!(write(&second, Some(&first)).await, Remembered::Done);
    let third = consent("urn:c", Some(&first));
    assert_eq!(write(&third, Some(&first)).await, Remembered::Refused(Some(second.clone())));
    let later = Consent { agreed_at: NOW.plus(1), ..second.clone() };
    assert_eq!(write(&third, Some(&later)).await, Remembered::Refused(Some(second.clone())));
    // Attributes that the new consent lacks are removed with the rest.
    let only = Consent { targets: vec![page("urn:d")], mark: None, agreed_at: NOW };
    assert_eq!(write(&only, Some(&second)).await, Remembered::Done);
    assert_eq!(people.person(ADA, Some(&app)).await.unwrap().agreed, Some(only));
}

async fn c139_of_consent_in_several_tabs_at_once_none_undoes_another(place: Place) {
    let (people, app) = (place.stores.people().unwrap(), client().id);
    let apis = ["urn:a", "urn:b", "urn:c", "urn:d", "urn:e", "urn:f"];
    join_all(apis.map(async |api| {
        let mut found = None;
        loop {
            let consent = consent(api, found.as_ref());
            match people.remember_consent(ADA, &app, &consent, found.as_ref()).await.unwrap() {
                Remembered::Done => break,
                Remembered::Refused(stands) => found = stands,
            }
        }
    }))
    .await;
    let stored = people.person(ADA, Some(&app)).await.unwrap().agreed.unwrap();
    assert!(apis.iter().all(|api| stored.covers(&page(api))), "{stored:?}");
}

async fn c139_consent_is_listed_and_withdrawn(place: Place) {
    let (people, app) = (place.stores.people().unwrap(), client().id);
    let other = ClientId::parse("other").unwrap();
    let given = consent("urn:a", None);
    for (person, client) in [(ADA, &app), (ADA, &other), (BOB, &app)] {
        people.remember_consent(person, client, &given, None).await.unwrap();
    }
    let stored = |person, client: &ClientId| StoredConsent { person, client: client.clone(), consent: given.clone() };
    assert_eq!(people.consents_of(ADA).await.unwrap(), [stored(ADA, &app), stored(ADA, &other)]);
    assert_eq!(people.all_consents().await.unwrap().len(), 3);
    assert_eq!(people.withdraw_consent(ADA, &app, None).await.unwrap(), Changed::Done);
    assert_eq!(people.withdraw_consent(ADA, &app, None).await.unwrap(), Changed::Refused);
    assert_eq!(people.consents_of(ADA).await.unwrap(), [stored(ADA, &other)]);
    assert_eq!(people.consents_of(BOB).await.unwrap(), [stored(BOB, &app)]);
}

async fn c237_a_withdrawal_leaves_work_with_the_consent_or_nothing_changes(place: Place) {
    let (people, app) = (place.stores.people().unwrap(), client().id);
    let ada = user("ada");
    people.create_user(&ada, None).await.unwrap();
    let (person, _) = session_of(&ada);
    let given = consent("urn:a", None);
    people.remember_consent(ada.key, &app, &given, None).await.unwrap();
    let record = WithdrawalRecord { client: app.clone(), at: NOW };
    // The session is not there, so it is over.
    assert_eq!(people.withdraw_own_consent(&person, &app, NOW).await.unwrap(), Acted::Over);
    assert_eq!(people.withdrawn(ada.key, &record).await.unwrap(), None);
    assert_eq!(people.consent(ada.key, &app).await.unwrap(), Some(given));
    people.start_session(person.session(), SessionStart::New).await.unwrap();
    assert_eq!(people.withdraw_own_consent(&person, &app, NOW).await.unwrap(), Acted::Done);
    assert_eq!(people.consent(ada.key, &app).await.unwrap(), None);
    let withdrawn = WithdrawnAccess::new(&person, app.clone(), NOW);
    assert_eq!(people.withdrawn(ada.key, &record).await.unwrap(), Some(withdrawn.clone()));
    let left = withdrawn.after_pass().unwrap();
    people.remember_withdrawn(&left).await.unwrap();
    // The deletion of the person leaves it until it is done.
    people.forget(ada.key).await.unwrap();
    assert_eq!(people.withdrawn(ada.key, &record).await.unwrap(), Some(left));
    for _ in 0..2 {
        people.forget_withdrawn(ada.key, &record).await.unwrap();
        assert_eq!(people.withdrawn(ada.key, &record).await.unwrap(), None);
    }
}

async fn c139_consent_that_an_earlier_version_stored_is_read(place: Place) {
    let (people, app) = (place.stores.people().unwrap(), client().id);
    people.remember_consent(ADA, &app, &consent("urn:a", None), None).await.unwrap();
    place.without_attribute_of_people("mark").await;
    let found = people.person(ADA, Some(&app)).await.unwrap().agreed.unwrap();
    assert_eq!(found, Consent { targets: vec![page("urn:a")], mark: None, agreed_at: NOW });
    let next = consent("urn:b", Some(&found));
    assert_eq!(people.remember_consent(ADA, &app, &next, Some(&found)).await.unwrap(), Remembered::Done);
    assert!(people.person(ADA, Some(&app)).await.unwrap().agreed.is_some_and(|given| given.covers(&page("urn:a"))));
}

crate::on_both! {
    c139_consent_is_written_where_it_is_as_it_was_found,
    c139_of_consent_in_several_tabs_at_once_none_undoes_another,
    c139_consent_is_listed_and_withdrawn,
    c237_a_withdrawal_leaves_work_with_the_consent_or_nothing_changes,
    c139_consent_that_an_earlier_version_stored_is_read,
}
