//! The change of a password by the person whose it is.
//!
//! # Decisions
//! - A new password starts the next version of the credentials, as one that an operator sets does: a sign-in in flight with
//!   the former one comes to nothing, and every grant is over. Whoever got tokens with a stolen password loses them.
//! - The session in which the password is changed goes on, with a new secret, so that a copy of its cookie opens nothing.
//!   Apps on that browser get new tokens without a question.
//! - The password is new, and nothing else is: the sign-in stays as old as the earliest of its methods. Somebody who
//!   knows the password and has neither the app nor the passkey makes neither of them newer.
//! - Other sessions end if the person wants it. Otherwise they move to the new version in the same transaction, so that
//!   either all of this happens or nothing.

use grants::{Method, Timestamp};

use crate::{
    ChosenPassword, CredentialsChange, ProvenPerson, Session, SessionChange, SessionHandle, SessionSecretHash,
    SignedIn, UserChange,
};

/// A new password, and the new secret of the session in which it is set.
#[derive(Debug)]
pub struct NewPassword {
    /// The password that the person chose.
    pub chosen: ChosenPassword,
    /// The 128 random bits of the session's new secret.
    pub secret: [u8; 16],
}

/// Decides what a change of password writes. `others` are the other sessions that should go on. `None` if the session is not
/// one of the credentials that were proven, or if the password is too short for a person without a second factor.
pub fn change_password(
    person: &SignedIn,
    proven: &ProvenPerson,
    new: NewPassword,
    others: Vec<Session>,
    now: Timestamp,
) -> Option<(CredentialsChange, SessionHandle)> {
    let (user, session) = (proven.user(), person.session());
    let from = user.credential_version;
    if person.user().key != user.key || session.credential_version != from {
        return None;
    }
    let secret = SessionSecretHash::of(&new.secret);
    let methods = session.methods.with(Method::Password, now);
    let auth_time = methods.since().unwrap_or(now);
    let own = SessionChange::Renewed { from, former: session.secret, secret, at: now, auth_time, methods };
    let change = CredentialsChange::of(person, own, others, UserChange::choose_password(user, new.chosen)?);
    Some((change, SessionHandle::new(user.key, session.id, new.secret)))
}

#[cfg(test)]
mod tests {
    use grants::Methods;

    use super::*;
    use crate::people::tests::{NOW, proven, user};
    use crate::session::tests::{policy, session};
    use crate::{PasswordHash, Rules, SessionId, is_alive, signed_in};

    fn hash() -> PasswordHash {
        PasswordHash::from_stored("new".to_owned())
    }

    fn new() -> NewPassword {
        NewPassword { chosen: ChosenPassword::alone(hash()), secret: [8; 16] }
    }

    #[test]
    fn c236_this_session_goes_on_with_a_new_secret_and_others_only_if_they_are_kept() {
        let (person, old) = session();
        let other = Session { id: SessionId::from_bytes([3; 16]), ..person.session().clone() };
        let over = Session { id: SessionId::from_bytes([2; 16]), credential_version: 0, ..other.clone() };
        let read = vec![other.clone(), over, person.session().clone()];
        let (change, handle) = change_password(&person, &proven(), new(), read, NOW.plus(9)).unwrap();
        let after = change.user.after(Some(&user())).unwrap();
        assert_eq!((after.credential_version, &after.password), (change.credential_version, &hash()));
        let moved: Vec<Session> =
            change.sessions.iter().map(|(before, change)| change.after(Some(before)).unwrap()).collect();
        assert_eq!(moved.iter().map(|session| session.id).collect::<Vec<_>>(), [person.session().id, other.id]);
        let (policy, later) = (policy(), NOW.plus(10));
        let rules = Rules::at(&policy, later);
        assert!(moved.iter().all(|session| is_alive(session, &after, rules)));
        let opened = |handle: &SessionHandle| signed_in(handle, moved.first().cloned(), Some(after.clone()), rules);
        assert!(opened(&handle).unwrap().is_recent(later) && opened(&old).is_none());
        // What was not kept is over.
        assert!(!is_alive(&other, &after, rules));
    }

    #[test]
    fn c234_a_new_password_makes_no_other_method_newer() {
        let (person, _) = session();
        let by_passkey = Methods::default().with(Method::HardwareKey, NOW).with(Method::UserVerification, NOW);
        let with_code = |at| Methods::password(NOW).with(Method::OneTimeCode, at);
        let (later, at) = (NOW.plus(60), NOW.plus(900));
        for (methods, since) in
            [(Methods::password(NOW), at), (with_code(NOW), NOW), (with_code(later), later), (by_passkey, NOW)]
        {
            let person = person.clone().with_session(Session { methods, ..person.session().clone() });
            let (change, _) = change_password(&person, &proven(), new(), Vec::new(), at).unwrap();
            let [(before, own)] = &change.sessions[..] else { panic!("one session") };
            let after = own.after(Some(before)).unwrap();
            assert_eq!((after.auth_time, after.methods.used_at(Method::Password)), (since, Some(at)), "{methods:?}");
            assert_eq!(after.methods.of_sign_in_at(after.auth_time), after.methods);
        }
    }

    #[test]
    fn c236_a_change_rests_on_the_credentials_that_were_proven() {
        let (person, _) = session();
        let (change, _) = change_password(&person, &proven(), new(), Vec::new(), NOW).unwrap();
        let read = user();
        for meanwhile in [
            UserChange::set_password(&read, PasswordHash::from_stored("another".to_owned())),
            UserChange::disable(&read),
            change.user.clone(),
        ] {
            assert_eq!(change.user.after(meanwhile.after(Some(&read)).as_ref()), None, "{meanwhile:?}");
        }
        // A sign-in that read the former password.
        let changed = change.user.after(Some(&read));
        assert_eq!(UserChange::count_session(&read).after(changed.as_ref()), None);
        let mut former = person.session().clone();
        former.credential_version = 0;
        let stale = person.with_session(former);
        assert!(change_password(&stale, &proven(), new(), Vec::new(), NOW).is_none());
    }
}
