//! People: written once, read together with session and consent, and deleted completely.

use std::sync::LazyLock;

use grants::{Methods, Policy};
use protocol::{Claims, Secret, Subject, Username};
use sessions::{
    CheckTerms, EndedSession, HashCost, PasswordHash, PasswordWork, PersonKey, RequestDigest, Rules, Session,
    SessionChange, SessionHandle, SessionStart, SignedIn, User, UserChange, hash_password, prove, sign_in,
};
use store::{AuditRecord, Changed, UserChanged};

use crate::consents::consent;
use crate::fixtures::{NOW, client};
use crate::place::Place;

const PASSWORD: &str = "correct horse";

static HASH: LazyLock<PasswordHash> =
    LazyLock::new(|| hash_password(&Secret::new(PASSWORD.to_owned()), &[1; 16]).unwrap());

pub(crate) fn user(name: &str) -> User {
    let username = Username::parse(name).unwrap();
    User {
        key: PersonKey::from_bytes(edge::random()),
        username,
        aliased: true,
        subject: Subject::parse("usr_AAAAAAAAAAAAAAAAAAAAAA").unwrap(),
        password: HASH.clone(),
        factors: sessions::Factors::default(),
        claims: Claims::parse(r#"{"name":"Ada","email_verified":true}"#).unwrap(),
        credential_version: 3,
        disabled: false,
        created_at: NOW,
        sessions: 2,
        grants: 5,
    }
}

pub(crate) fn session_of(user: &User) -> (SignedIn, SessionHandle) {
    let password = Secret::new(PASSWORD.to_owned());
    let terms = CheckTerms { work: PasswordWork::default(), salt: [0; 16], cost: HashCost::default() };
    let proven = prove(Some(user.clone()), &password, &terms, NOW).proven().unwrap();
    let random = [edge::random(), edge::random()];
    let (person, handle, _) = sign_in(
        proven.complete().unwrap(),
        None,
        random,
        RequestDigest::of("request"),
        Rules::at(&Policy::default(), NOW),
    );
    (person, handle)
}

async fn a_person_is_written_once_and_read_back_whole(place: Place) {
    let people = place.stores.people().unwrap();
    let ada = user("Ada");
    let off = UserChange::disable(&ada);
    assert_eq!(people.change_user(&off, None).await.unwrap(), UserChanged::Refused(None));
    assert_eq!(people.user(ada.key).await.unwrap(), None);
    assert_eq!(people.create_user(&ada, None).await.unwrap(), Changed::Done);
    assert_eq!(people.create_user(&user("ADA"), None).await.unwrap(), Changed::Refused);
    assert_eq!(people.user(ada.key).await.unwrap(), Some(ada.clone()));
    assert_eq!(people.by_name(&Username::parse("aDa").unwrap()).await.unwrap(), Some(ada.clone()));
    assert_eq!(people.change_user(&off, None).await.unwrap(), UserChanged::Done);
    assert_eq!(people.all_users().await.unwrap(), [off.after(Some(&ada)).unwrap()]);
}

/// Checks that each change does in the store what it means, even when it was built from an older state.
async fn c133_no_change_of_a_person_undoes_a_newer_one(place: Place) {
    let people = place.stores.people().unwrap();
    for (number, disabled) in [(0, false), (1, true)] {
        let read = User { disabled, ..user(&format!("ada{number}")) };
        let changes = [
            UserChange::disable(&read),
            UserChange::enable(&read),
            UserChange::set_password(&read, PasswordHash::from_stored("another".to_owned())),
            UserChange::renew_hash(&read, PasswordHash::from_stored("renewed".to_owned())),
            UserChange::set_claims(&read, Claims::default()),
            UserChange::set_claims(&read, Claims::parse(r#"{"name":"Grace"}"#).unwrap()),
            UserChange::count_session(&read),
            UserChange::count_grant(&read),
        ];
        for first in &changes {
            for second in &changes {
                assert_eq!(people.create_user(&read, None).await.unwrap(), Changed::Done);
                let mut stands = read.clone();
                for change in [first, second] {
                    let made = people.change_user(change, None).await.unwrap();
                    match change.after(Some(&stands)) {
                        Some(after) => {
                            assert_eq!(made, UserChanged::Done, "{change:?}");
                            stands = after;
                        }
                        None => assert_eq!(made, UserChanged::Refused(Some(Box::new(stands.clone()))), "{change:?}"),
                    }
                    assert_eq!(people.user(read.key).await.unwrap().as_ref(), Some(&stands));
                }
                assert_eq!(people.delete_user(&stands, None).await.unwrap(), UserChanged::Done);
                assert_eq!(people.change_user(second, None).await.unwrap(), UserChanged::Refused(None));
                assert_eq!(people.user(read.key).await.unwrap(), None);
            }
        }
    }
}

/// Checks that the work of imported hashes only rises, that it is nobody's item, and that names are known as taken.
async fn c245_the_work_of_imported_hashes_rises_and_taken_names_are_told(place: Place) {
    let people = place.stores.people().unwrap();
    let work = |named: &[(&str, u32)]| PasswordWork::from_named(named.iter().copied());
    assert!(people.password_work().await.unwrap().is_empty());
    people.raise_password_work(&work(&[("bcrypt", 1024), ("pbkdf2_sha256", 27_500)])).await.unwrap();
    people.raise_password_work(&work(&[("bcrypt", 16), ("pbkdf2_sha256", 100_000), ("scrypt_14", 8)])).await.unwrap();
    let most = work(&[("bcrypt", 1024), ("pbkdf2_sha256", 100_000), ("scrypt_14", 8)]);
    assert_eq!(people.password_work().await.unwrap(), most);
    assert_eq!(people.all_users().await.unwrap(), []);
    let left = work(&[("pbkdf2_sha256", 27_500)]);
    let stale = work(&[("bcrypt", 16), ("pbkdf2_sha256", 100_000)]);
    assert_eq!(people.lower_password_work(&stale, &left).await.unwrap(), Changed::Refused);
    assert_eq!(people.password_work().await.unwrap(), most);
    assert_eq!(people.lower_password_work(&most, &left).await.unwrap(), Changed::Done);
    assert_eq!(people.password_work().await.unwrap(), left);
    assert_eq!(people.lower_password_work(&left, &work(&[])).await.unwrap(), Changed::Done);
    assert!(people.password_work().await.unwrap().is_empty());
    let name = |text: &str| Username::parse(text).unwrap();
    let ada = user("ada");
    assert_eq!(people.create_user(&ada, None).await.unwrap(), Changed::Done);
    let mut names: Vec<Username> = (0..120).map(|number| name(&format!("nobody{number}"))).collect();
    names.extend([name("ADA"), name("ada"), name("bob")]);
    let taken = people.taken(&names).await.unwrap();
    let told: Vec<&str> =
        names.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(name, _)| name.as_str()).collect();
    assert_eq!((told, taken.len()), (vec!["ADA", "ada"], names.len()));
    place.without_aliases().await;
    let legacy = User { key: PersonKey::of_name(&name("old")), aliased: false, ..user("old") };
    assert_eq!(people.create_user(&legacy, None).await.unwrap(), Changed::Done);
    place.without_aliases().await;
    assert_eq!(people.taken(&[name("OLD"), name("new")]).await.unwrap(), [true, false]);
}

async fn c131_a_name_is_one_persons_and_a_rename_moves_it(place: Place) {
    let people = place.stores.people().unwrap();
    let name = |text: &str| Username::parse(text).unwrap();
    let (ada, bob) = (user("ada"), user("bob"));
    for person in [&ada, &bob] {
        assert_eq!(people.create_user(person, None).await.unwrap(), Changed::Done);
    }
    assert_eq!(people.rename_user(&ada, &name("BOB"), None).await.unwrap(), UserChanged::Refused(None));
    assert_eq!(people.rename_user(&ada, &name("Ada"), None).await.unwrap(), UserChanged::Done);
    let ada = people.by_name(&name("ada")).await.unwrap().unwrap();
    assert_eq!(ada.username.as_str(), "Ada");
    assert_eq!(people.rename_user(&ada, &name("grace"), None).await.unwrap(), UserChanged::Done);
    assert_eq!(people.by_name(&name("ada")).await.unwrap(), None);
    let grace = people.by_name(&name("grace")).await.unwrap().unwrap();
    assert_eq!((grace.key, &grace.subject), (ada.key, &ada.subject));
    // The command read the name before the rename.
    let stale = people.rename_user(&ada, &name("hopper"), None).await.unwrap();
    assert_eq!(stale, UserChanged::Refused(Some(Box::new(grace.clone()))));
    let next = user("ada");
    assert_eq!(people.create_user(&next, None).await.unwrap(), Changed::Done);
    assert_eq!(people.rename_user(&grace, &name("ada"), None).await.unwrap(), UserChanged::Refused(None));
    assert_eq!(people.delete_user(&next, None).await.unwrap(), UserChanged::Done);
    assert_eq!(people.rename_user(&grace, &name("ada"), None).await.unwrap(), UserChanged::Done);
    assert_eq!(people.by_name(&name("ada")).await.unwrap().map(|user| user.key), Some(grace.key));
}

async fn a_person_of_version_0_1_keeps_its_key_until_the_name_is_given_to_somebody_else(place: Place) {
    let people = place.stores.people().unwrap();
    let name = |text: &str| Username::parse(text).unwrap();
    let old = User { key: PersonKey::of_name(&name("ada")), aliased: false, ..user("ada") };
    assert_eq!(people.create_user(&old, None).await.unwrap(), Changed::Done);
    place.without_aliases().await;
    for later in ["aliased", "sessions", "grants"] {
        place.without_attribute_of_people(later).await;
    }
    let read = people.by_name(&name("ADA")).await.unwrap().unwrap();
    assert_eq!((read.key, read.aliased, &read.subject), (old.key, false, &old.subject));
    assert_eq!(people.create_user(&user("ada"), None).await.unwrap(), Changed::Refused);
    let bob = user("bob");
    people.create_user(&bob, None).await.unwrap();
    assert_eq!(people.rename_user(&bob, &name("ada"), None).await.unwrap(), UserChanged::Refused(None));
    assert_eq!(people.rename_user(&read, &name("grace"), None).await.unwrap(), UserChanged::Done);
    assert_eq!(people.by_name(&name("ada")).await.unwrap(), None);
    let next = user("ada");
    assert_eq!(people.create_user(&next, None).await.unwrap(), Changed::Done);
    assert_eq!(people.by_name(&name("ada")).await.unwrap().map(|user| user.key), Some(next.key));
    assert_eq!(people.delete_user(&next, None).await.unwrap(), UserChanged::Done);
    let grace = people.by_name(&name("grace")).await.unwrap().unwrap();
    assert_eq!((grace.key, grace.aliased), (old.key, true));
    assert_eq!(people.rename_user(&grace, &name("ada"), None).await.unwrap(), UserChanged::Done);
    assert_eq!(people.by_name(&name("ada")).await.unwrap().map(|user| user.key), Some(old.key));
}

/// Tests a command that read a person of version 0.1 before another command gave that person an alias.
async fn c133_a_command_that_read_a_person_before_a_rename_leaves_no_alias_behind(place: Place) {
    let people = place.stores.people().unwrap();
    let name = |text: &str| Username::parse(text).unwrap();
    for (number, to) in ["old0", "grace"].into_iter().enumerate() {
        let own = format!("old{number}");
        let old = User { key: PersonKey::of_name(&name(&own)), aliased: false, ..user(&own) };
        assert_eq!(people.create_user(&old, None).await.unwrap(), Changed::Done);
        place.without_aliases().await;
        place.without_attribute_of_people("aliased").await;
        assert_eq!(people.rename_user(&old, &name(to), None).await.unwrap(), UserChanged::Done);
        let stands = people.user(old.key).await.unwrap().unwrap();
        let refused = UserChanged::Refused(Some(Box::new(stands.clone())));
        assert_eq!(people.delete_user(&old, None).await.unwrap(), refused);
        assert_eq!(people.rename_user(&old, &name("hopper"), None).await.unwrap(), refused);
        assert_eq!(people.by_name(&name(to)).await.unwrap(), Some(stands.clone()));
        assert_eq!(people.delete_user(&stands, None).await.unwrap(), UserChanged::Done);
        for free in [own.as_str(), to, "hopper"] {
            let next = user(free);
            assert_eq!(people.create_user(&next, None).await.unwrap(), Changed::Done, "{free}");
            assert_eq!(people.delete_user(&next, None).await.unwrap(), UserChanged::Done);
        }
    }
}

async fn c137_a_session_of_version_0_1_was_last_seen_at_its_sign_in(place: Place) {
    let people = place.stores.people().unwrap();
    let (signed_in, _) = session_of(&user("ada"));
    let session = signed_in.session();
    people.start_session(session, SessionStart::New).await.unwrap();
    place.without_attribute_of_people("last_seen_at").await;
    for change in [SessionChange::Seen(NOW.minus(1)), SessionChange::Seen(NOW)] {
        assert_eq!(people.change_session(session, change).await.unwrap(), None, "{change:?}");
        assert_eq!(change.after(Some(session)), None, "{change:?}");
    }
    let later = SessionChange::Seen(NOW.plus(1));
    assert_eq!(people.change_session(session, later).await.unwrap(), later.after(Some(session)));
}

async fn c133_nothing_brings_a_session_back(place: Place) {
    let people = place.stores.people().unwrap();
    let (signed_in, handle) = session_of(&user("ada"));
    let session = signed_in.session();
    let one_more = SessionChange::OneMoreGrant { at: NOW.plus(1), credential_version: session.credential_version };
    for change in [SessionChange::Seen(NOW.plus(1)), one_more] {
        assert_eq!(people.change_session(session, change).await.unwrap(), None);
    }
    assert_eq!(people.start_session(session, SessionStart::Renewed).await.unwrap(), Changed::Refused);
    assert_eq!(people.session(&handle).await.unwrap(), None);
    assert_eq!(people.start_session(session, SessionStart::New).await.unwrap(), Changed::Done);
    let mut stands = session.clone();
    for change in [one_more, SessionChange::Seen(NOW), SessionChange::Seen(NOW.plus(9)), one_more] {
        let after = people.change_session(session, change).await.unwrap();
        assert_eq!(after, change.after(Some(&stands)), "{change:?}");
        stands = after.unwrap_or(stands);
    }
    let renewed = Session {
        auth_time: NOW.plus(20),
        methods: Methods::password(NOW.plus(20)),
        ..session_of(&user("ada")).0.session().clone()
    };
    let renewed = Session { id: session.id, person: session.person, ..renewed };
    assert_eq!(people.start_session(&renewed, SessionStart::Renewed).await.unwrap(), Changed::Done);
    let read = people.session(&handle).await.unwrap().unwrap();
    assert_eq!(read, Session { grants: stands.grants, ..renewed });
    assert!(!handle.opens(&read));
}

async fn a_transaction_is_made_whole_or_not_at_all(place: Place) {
    let people = place.stores.people().unwrap();
    let ada = user("ada");
    people.create_user(&ada, None).await.unwrap();
    let audit = place.audit();
    let record = |nonce| AuditRecord {
        at: NOW.seconds() * 1000,
        nonce: [nonce; 8],
        who: "local:ana@host".to_owned(),
        action: "user disable".to_owned(),
        about: format!("user:{}", ada.subject),
        attributes: vec!["disabled".to_owned()],
    };
    let stale = UserChange::enable(&User { credential_version: 9, ..ada.clone() });
    let refused = people.change_user(&stale, Some(audit.record(&record(1)))).await.unwrap();
    assert_eq!(refused, UserChanged::Refused(Some(Box::new(ada.clone()))));
    let off = UserChange::disable(&ada);
    assert_eq!(people.change_user(&off, Some(audit.record(&record(2)))).await.unwrap(), UserChanged::Done);
    let told = audit.list(NOW.minus(60), NOW.plus(60)).await.unwrap();
    assert_eq!(told, [record(2)]);
}

async fn session_person_and_consent_are_read_together(place: Place) {
    let people = place.stores.people().unwrap();
    let ada = user("ada");
    people.create_user(&ada, None).await.unwrap();
    let (signed_in, handle) = session_of(&ada);
    people.start_session(signed_in.session(), SessionStart::New).await.unwrap();
    let app = client().id;
    let before = people.visitor(&handle, Some(&app)).await.unwrap();
    assert_eq!(before.session.as_ref(), Some(signed_in.session()));
    assert_eq!(before.user, Some(ada.clone()));
    assert_eq!(before.agreed, None);
    let agreed = consent("urn:a", None);
    people.remember_consent(ada.key, &app, &agreed, None).await.unwrap();
    assert_eq!(people.visitor(&handle, Some(&app)).await.unwrap().agreed, Some(agreed.clone()));
    let (_, stranger) = session_of(&ada);
    let other = people.visitor(&stranger, Some(&app)).await.unwrap();
    assert_eq!((other.session, other.agreed), (None, Some(agreed)));
}

async fn a_person_is_deleted_with_everything(place: Place) {
    let people = place.stores.people().unwrap();
    let (ada, bob) = (user("ada"), user("bob"));
    for person in [&ada, &bob] {
        people.create_user(person, None).await.unwrap();
    }
    let (signed_in, handle) = session_of(&ada);
    people.start_session(signed_in.session(), SessionStart::New).await.unwrap();
    people.forget(ada.key).await.unwrap();
    assert_eq!(people.delete_user(&ada, None).await.unwrap(), UserChanged::Done);
    assert_eq!(people.delete_user(&ada, None).await.unwrap(), UserChanged::Refused(None));
    let after = people.visitor(&handle, Some(&client().id)).await.unwrap();
    assert!(after.session.is_none() && after.user.is_none());
    assert_eq!(people.all_users().await.unwrap(), [bob]);
}

async fn all_sessions_of_a_person_end_and_nothing_else(place: Place) {
    let people = place.stores.people().unwrap();
    let (ada, bob) = (user("ada"), user("bob"));
    let mut handles = Vec::new();
    for person in [&ada, &bob] {
        people.create_user(person, None).await.unwrap();
        let (signed_in, handle) = session_of(person);
        people.start_session(signed_in.session(), SessionStart::New).await.unwrap();
        handles.push((handle, person));
    }
    let (app, agreed) = (client().id, consent("urn:a", None));
    people.remember_consent(ada.key, &app, &agreed, None).await.unwrap();
    // More items than fit into one write.
    for _ in 0..60 {
        people.start_session(session_of(&ada).0.session(), SessionStart::New).await.unwrap();
    }
    let sessions = people.sessions_of(ada.key).await.unwrap();
    assert_eq!(sessions.len(), 61);
    people.end_sessions(ada.key, &sessions).await.unwrap();
    assert_eq!(people.sessions_of(ada.key).await.unwrap(), []);
    for (handle, person) in handles {
        let found = people.visitor(&handle, Some(&app)).await.unwrap();
        assert_eq!((found.session.is_some(), found.agreed.is_some()), (*person == bob, *person == ada));
        assert_eq!(found.user.as_ref(), Some(person));
    }
}

async fn a_session_that_ended_is_gone_and_what_is_left_of_it_is_kept(place: Place) {
    let people = place.stores.people().unwrap();
    let ada = user("ada");
    people.create_user(&ada, None).await.unwrap();
    let (signed_in, handle) = session_of(&ada);
    people.start_session(signed_in.session(), SessionStart::New).await.unwrap();
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
    c133_no_change_of_a_person_undoes_a_newer_one,
    c131_a_name_is_one_persons_and_a_rename_moves_it,
    c245_the_work_of_imported_hashes_rises_and_taken_names_are_told,
    a_person_of_version_0_1_keeps_its_key_until_the_name_is_given_to_somebody_else,
    c133_a_command_that_read_a_person_before_a_rename_leaves_no_alias_behind,
    c137_a_session_of_version_0_1_was_last_seen_at_its_sign_in,
    c133_nothing_brings_a_session_back,
    a_transaction_is_made_whole_or_not_at_all,
    session_person_and_consent_are_read_together,
    a_person_is_deleted_with_everything,
    all_sessions_of_a_person_end_and_nothing_else,
}
