//! Second factors: the store does exactly what their changes mean, and a code is spent once.

use futures::future::join_all;
use protocol::CredentialId;
use sessions::{
    Factors, PasskeyId, PasswordHash, Session, SessionChange, SessionStart, SignedIn, SpentFactor, Totp, User,
    UserChange,
};
use store::{Acted, Changed, PeopleTable, SessionStarted, StartedBy, StartedSession, UserChanged};

use crate::fixtures::NOW;
use crate::people_table::{session_of, user};
use crate::place::Place;

/// The host of the issuer of the place.
const SITE: &str = "issuer.example";

fn with_factors(name: &str) -> User {
    let totp = Some(Totp { sealed: vec![1; 60], step: 5, since: NOW });
    let recovery = ["a", "b"].map(str::to_owned).into();
    let passkeys = [id(1), id(2)].map(|id| id.to_string()).into();
    let passkey_sites = [(id(1).to_string(), SITE.to_owned())].into();
    let factors = Factors { totp, recovery, passkeys, passkey_sites, ..Factors::default() };
    User { factors: Factors { passkey_handle: Some([4; 32]), ..factors }, ..user(name) }
}

fn id(number: u8) -> PasskeyId {
    PasskeyId::of(&CredentialId::from_bytes(&[number]).unwrap())
}

/// Checks that each change does in the store what it means, also after another one that was built from the same state.
async fn c232_a_change_of_factors_is_what_it_means(place: Place) {
    let people = place.stores.people().unwrap();
    let with = with_factors("with");
    let passkeys = User { factors: Factors { totp: None, ..with.factors.clone() }, ..with_factors("passkeys") };
    let one = [id(1).to_string()].into();
    let alone = User { factors: Factors { passkeys: one, ..passkeys.factors.clone() }, ..with_factors("alone") };
    for read in [user("without"), with, passkeys, alone] {
        let added = UserChange::add_totp(&read, vec![2; 60], 7, NOW.plus(9));
        let renewed = UserChange::replace_recovery_codes(&read, ["e".to_owned()].into());
        let changes = [
            added.with_recovery_codes(["c", "d"].map(str::to_owned).into()),
            UserChange::remove_own_factors(&read),
            UserChange::reset_factors(&read),
            UserChange::add_passkey(&read, id(3), [4; 32]).made_for(&id(3), SITE),
            UserChange::add_first_passkey(&read, id(4), [4; 32], ["f".to_owned()].into()),
            UserChange::remove_passkey(&read, &id(1)),
            UserChange::remove_passkey(&read, &id(2)),
            UserChange::spend(&read, &SpentFactor::Step(6)),
            UserChange::count_session_and_spend(&read, &SpentFactor::Step(9)),
            UserChange::count_session_and_spend(&read, &SpentFactor::StepAndSeal(9, vec![4; 61])),
            UserChange::spend(&read, &SpentFactor::RecoveryCode("a".to_owned())),
            UserChange::count_session_and_spend(&read, &SpentFactor::RecoveryCode("b".to_owned())),
            UserChange::count_session(&read),
            UserChange::set_password(&read, PasswordHash::from_stored("another".to_owned())),
        ];
        let changes: Vec<UserChange> = changes.into_iter().chain(renewed).collect();
        for (first, second) in changes.iter().flat_map(|first| changes.iter().map(move |second| (first, second))) {
            assert_eq!(people.create_user(&read, None).await.unwrap(), Changed::Done);
            let mut stands = read.clone();
            for change in [first, second] {
                let made = people.change_user(change, None).await.unwrap();
                let after = change.after(Some(&stands));
                assert_eq!(made == UserChanged::Done, after.is_some(), "{change:?} of {stands:?}");
                stands = after.unwrap_or(stands);
                assert_eq!(people.user(read.key).await.unwrap().as_ref(), Some(&stands), "{change:?}");
            }
            assert_eq!(people.delete_user(&stands, None).await.unwrap(), UserChanged::Done);
        }
    }
}

async fn c232_of_64_uses_of_a_code_at_once_one_counts(place: Place) {
    let people = place.stores.people().unwrap();
    let read = with_factors("race");
    people.create_user(&read, None).await.unwrap();
    for spent in [SpentFactor::Step(9), SpentFactor::RecoveryCode("a".to_owned())] {
        let change = UserChange::count_session_and_spend(&read, &spent);
        let made = join_all((0..64).map(|_| people.change_user(&change, None))).await;
        let done = made.into_iter().filter(|made| matches!(made, Ok(UserChanged::Done))).count();
        assert_eq!(done, 1, "{spent:?}");
    }
    let after = people.user(read.key).await.unwrap().unwrap();
    assert_eq!((after.sessions, after.factors.recovery.len()), (read.sessions + 2, 1));
}

/// Signs a person in with a recovery code, on a browser with the session of somebody else or without one.
async fn start(
    people: &PeopleTable,
    person: &SignedIn,
    start: SessionStart,
    code: &str,
    former: Option<&Session>,
) -> SessionStarted {
    let spent = SpentFactor::RecoveryCode(code.to_owned());
    let session = StartedSession { person, start, by: StartedBy::Factor(&spent), former };
    people.start_session_together(session, None).await.unwrap()
}

async fn c232_a_sign_in_stores_spends_and_ends_all_together_or_nothing(place: Place) {
    let people = place.stores.people().unwrap();
    let factors = Factors { recovery: ["a", "b"].map(str::to_owned).into(), ..Factors::default() };
    let (read, other) = (User { factors, ..user("together") }, user("other"));
    for user in [&read, &other] {
        people.create_user(user, None).await.unwrap();
    }
    let ((person, handle), (others, of_other)) = (session_of(&read), session_of(&other));
    let (new, renewed, former) = (SessionStart::New, SessionStart::Renewed, Some(others.session()));
    people.start_session(others.session(), SessionStart::New).await.unwrap();
    assert_eq!(start(&people, &person, new, "c", former).await, SessionStarted::Over);
    assert_eq!(people.session(&handle).await.unwrap(), None);
    assert_eq!(people.session(&of_other).await.unwrap().as_ref(), former);
    assert_eq!(people.user(read.key).await.unwrap(), Some(read.clone()));
    assert_eq!(start(&people, &person, renewed, "a", None).await, SessionStarted::SessionOver);
    assert_eq!(people.user(read.key).await.unwrap(), Some(read.clone()));

    assert_eq!(start(&people, &person, new, "a", former).await, SessionStarted::Done);
    assert_eq!(people.session(&handle).await.unwrap().as_ref(), Some(person.session()));
    assert_eq!(people.session(&of_other).await.unwrap(), None);
    let change = UserChange::count_session_and_spend(&read, &SpentFactor::RecoveryCode("a".to_owned()));
    let stands = change.after(Some(&read)).unwrap();
    assert_eq!(people.user(read.key).await.unwrap(), Some(stands.clone()));
    // A session that goes on is not one more.
    assert_eq!(start(&people, &person, renewed, "a", None).await, SessionStarted::Over);
    assert_eq!(start(&people, &person, renewed, "b", None).await, SessionStarted::Done);
    let after = people.user(read.key).await.unwrap().unwrap();
    assert_eq!((after.sessions, after.factors.recovery.len()), (stands.sessions, 0));
}

async fn c236_a_factor_is_added_with_its_session_or_not_at_all(place: Place) {
    let people = place.stores.people().unwrap();
    let read = user("adds");
    people.create_user(&read, None).await.unwrap();
    let (signed_in, handle) = session_of(&read);
    let (session, change) = (signed_in.session(), UserChange::add_totp(&read, vec![2; 60], 7, NOW));
    let (proven, stronger) = SessionChange::with_factor(session, [7; 16], NOW.plus(1));
    assert_eq!(people.add_own_factor(session, proven, &change, None).await.unwrap(), Acted::Over);
    assert_eq!(people.user(read.key).await.unwrap(), Some(read.clone()));
    people.start_session(session, SessionStart::New).await.unwrap();
    assert_eq!(people.add_own_factor(session, proven, &change, None).await.unwrap(), Acted::Done);
    assert_eq!(people.user(read.key).await.unwrap(), change.after(Some(&read)));
    let stepped_up = people.session(&handle).await.unwrap();
    assert_eq!(stepped_up, proven.after(Some(session)));
    assert!(stepped_up.is_some_and(|session| stronger.opens(&session) && !handle.opens(&session)));
    assert_eq!(people.add_own_factor(session, proven, &change, None).await.unwrap(), Acted::Over);
}

crate::on_both!(
    c232_a_change_of_factors_is_what_it_means,
    c232_of_64_uses_of_a_code_at_once_one_counts,
    c232_a_sign_in_stores_spends_and_ends_all_together_or_nothing,
    c236_a_factor_is_added_with_its_session_or_not_at_all,
);
