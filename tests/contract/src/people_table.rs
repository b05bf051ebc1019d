//! People: written once, read with session and consent in one go, deleted with everything.

use protocol::{Claims, Secret, Subject, Username};
use sessions::{EndedSession, PersonKey, RequestDigest, SessionHandle, SignedIn, User, hash_password, prove, sign_in};
use store::Changed;

use crate::consents::consent;
use crate::fixtures::{NOW, client};
use crate::place::Place;

const PASSWORD: &str = "correct horse";

fn user(name: &str) -> User {
    let username = Username::parse(name).unwrap();
    User {
        key: PersonKey::of(&username),
        username,
        subject: Subject::parse("usr_AAAAAAAAAAAAAAAAAAAAAA").unwrap(),
        password: hash_password(&Secret::new(PASSWORD.to_owned()), &[1; 16]).unwrap(),
        claims: Claims::parse(r#"{"name":"Ada","email_verified":true}"#).unwrap(),
        credential_version: 3,
        disabled: false,
        created_at: NOW,
    }
}

fn session_of(user: &User) -> (SignedIn, SessionHandle) {
    let password = Secret::new(PASSWORD.to_owned());
    let proven = prove(Some(user.clone()), &password).unwrap();
    sign_in(proven, edge::random(), RequestDigest::of("request"), NOW)
}

async fn a_person_is_written_once_and_read_back_whole(place: Place) {
    let people = place.stores.people().unwrap();
    let mut ada = user("Ada");
    assert_eq!(people.replace_user(&ada).await.unwrap(), Changed::Refused);
    assert_eq!(people.create_user(&ada).await.unwrap(), Changed::Done);
    assert_eq!(people.create_user(&user("ADA")).await.unwrap(), Changed::Refused);
    assert_eq!(people.user(ada.key).await.unwrap(), Some(ada.clone()));
    ada.disabled = true;
    assert_eq!(people.replace_user(&ada).await.unwrap(), Changed::Done);
    assert_eq!(people.all_users().await.unwrap(), [ada]);
}

async fn session_person_and_consent_are_read_together(place: Place) {
    let people = place.stores.people().unwrap();
    let ada = user("ada");
    people.create_user(&ada).await.unwrap();
    let (signed_in, handle) = session_of(&ada);
    people.create_session(signed_in.session()).await.unwrap();
    let app = client().id;
    let before = people.visitor(&handle, Some(&app)).await.unwrap();
    assert_eq!(before.session.as_ref(), Some(signed_in.session()));
    assert_eq!(before.user, Some(ada.clone()));
    assert_eq!(before.agreed, None);
    let agreed = consent("urn:a", None);
    people.remember_consent(ada.key, &app, &agreed, None).await.unwrap();
    assert_eq!(people.visitor(&handle, Some(&app)).await.unwrap().agreed, Some(agreed.clone()));
    let stranger = SessionHandle::new(ada.key, [0; 16]);
    let other = people.visitor(&stranger, Some(&app)).await.unwrap();
    assert_eq!((other.session, other.agreed), (None, Some(agreed)));
}

async fn a_person_is_deleted_with_everything(place: Place) {
    let people = place.stores.people().unwrap();
    let (ada, bob) = (user("ada"), user("bob"));
    for person in [&ada, &bob] {
        people.create_user(person).await.unwrap();
    }
    let (signed_in, handle) = session_of(&ada);
    people.create_session(signed_in.session()).await.unwrap();
    assert_eq!(people.delete_user(ada.key).await.unwrap(), Changed::Done);
    assert_eq!(people.delete_user(ada.key).await.unwrap(), Changed::Refused);
    let after = people.visitor(&handle, Some(&client().id)).await.unwrap();
    assert!(after.session.is_none() && after.user.is_none());
    assert_eq!(people.all_users().await.unwrap(), [bob]);
}

async fn all_sessions_of_a_person_end_and_nothing_else(place: Place) {
    let people = place.stores.people().unwrap();
    let (ada, bob) = (user("ada"), user("bob"));
    let mut handles = Vec::new();
    for person in [&ada, &bob] {
        people.create_user(person).await.unwrap();
        let (signed_in, handle) = session_of(person);
        people.create_session(signed_in.session()).await.unwrap();
        handles.push((handle, person));
    }
    let (app, agreed) = (client().id, consent("urn:a", None));
    people.remember_consent(ada.key, &app, &agreed, None).await.unwrap();
    people.end_sessions(ada.key).await.unwrap();
    for (handle, person) in handles {
        let found = people.visitor(&handle, Some(&app)).await.unwrap();
        assert_eq!((found.session.is_some(), found.agreed.is_some()), (*person == bob, *person == ada));
        assert_eq!(found.user.as_ref(), Some(person));
    }
}

async fn a_session_that_ended_is_gone_and_what_is_left_of_it_is_kept(place: Place) {
    let people = place.stores.people().unwrap();
    let ada = user("ada");
    people.create_user(&ada).await.unwrap();
    let (signed_in, handle) = session_of(&ada);
    people.create_session(signed_in.session()).await.unwrap();
    assert!(people.visitor(&handle, None).await.unwrap().session.is_some());
    assert_eq!(people.end_session(signed_in.session()).await.unwrap(), Changed::Done);
    assert_eq!(people.end_session(signed_in.session()).await.unwrap(), Changed::Refused);
    let visitor = people.visitor(&handle, None).await.unwrap();
    assert_eq!((visitor.session, visitor.user.as_ref()), (None, Some(&ada)));
    let id = signed_in.session().id;
    assert_eq!(people.ended(ada.key, id).await.unwrap(), None);
    let left = EndedSession::new(id, ada.key).after_pass([client().id], true).unwrap();
    people.remember_ended(&left, NOW).await.unwrap();
    assert_eq!(people.ended(ada.key, id).await.unwrap(), Some(left));
    for _ in 0..2 {
        people.forget_ended(ada.key, id).await.unwrap();
        assert_eq!(people.ended(ada.key, id).await.unwrap(), None);
    }
}

crate::on_both! {
    a_session_that_ended_is_gone_and_what_is_left_of_it_is_kept,
    a_person_is_written_once_and_read_back_whole,
    session_person_and_consent_are_read_together,
    a_person_is_deleted_with_everything,
    all_sessions_of_a_person_end_and_nothing_else,
}
