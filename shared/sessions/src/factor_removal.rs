//! The removal of a factor by the person whose it is.
//!
//! # Decisions
//! - It starts the next version of the credentials, as a new password does. Whoever removes a factor may do so because
//!   somebody else has it or added it: what that one does in a session, and what was signed in with the factor, is over.
//! - The session in which it happens goes on with a new secret, and other sessions if the person wants it. Nothing was proven, so
//!   the sign-in gets no newer.

use grants::Timestamp;

use crate::{CredentialsChange, SessionChange, SessionHandle, SessionSecretHash, SignedIn, UserChange};

/// Decides what the removal of a factor writes. `change` removes it from the person, `secret` is the new one of the session, and
/// `others` are the other sessions that should go on. Returns the cookie of the session besides.
pub fn remove_factor(
    person: &SignedIn,
    change: UserChange,
    secret: [u8; 16],
    others: Vec<crate::Session>,
    now: Timestamp,
) -> (CredentialsChange, SessionHandle) {
    let session = person.session();
    let own = SessionChange::Renewed {
        from: session.credential_version,
        former: session.secret,
        secret: SessionSecretHash::of(&secret),
        at: now,
        auth_time: session.auth_time,
        methods: session.methods,
    };
    let handle = SessionHandle::new(session.person, session.id, secret);
    (CredentialsChange::of(person, own, others, change), handle)
}

#[cfg(test)]
mod tests {
    use protocol::CredentialId;

    use super::*;
    use crate::people::tests::{NOW, user};
    use crate::session::tests::{policy, session};
    use crate::{Factors, PasskeyId, Rules, Session, SessionId, Totp, User, is_alive, signed_in};

    fn id(number: u8) -> PasskeyId {
        PasskeyId::of(&CredentialId::from_bytes(&[number]).unwrap())
    }

    #[test]
    fn c236_a_factor_that_is_removed_ends_what_rests_on_it_and_the_session_goes_on() {
        let totp = Some(Totp { sealed: vec![1; 60], step: 5, since: NOW });
        let passkeys = [id(1), id(2)].map(|id| id.to_string()).into();
        let owner = User { factors: Factors { totp, passkeys, ..Factors::default() }, ..user() };
        let (person, old) = session();
        let person = person.with_user(owner.clone());
        let other = Session { id: SessionId::from_bytes([3; 16]), ..person.session().clone() };
        let (policy, later) = (policy(), NOW.plus(60));
        let rules = Rules::at(&policy, later);
        for change in [UserChange::remove_passkey(&owner, &id(1)), UserChange::remove_own_factors(&owner)] {
            let (removal, handle) = remove_factor(&person, change.clone(), [8; 16], Vec::new(), later);
            let after = removal.user.after(Some(&owner)).unwrap();
            assert_eq!(after.credential_version, removal.credential_version);
            let [(before, moved)] = &removal.sessions[..] else { panic!("one session") };
            let own = moved.after(Some(before)).unwrap();
            assert_eq!((own.auth_time, own.methods, own.id), (before.auth_time, before.methods, before.id));
            let opened = |handle: &SessionHandle| signed_in(handle, Some(own.clone()), Some(after.clone()), rules);
            assert!(opened(&handle).is_some() && opened(&old).is_none());
            assert!(!is_alive(&other, &after, rules));
            // A factor that the other session was about to add.
            assert_eq!(UserChange::add_passkey(&owner, id(9), [5; 32]).after(Some(&after)), None);
            assert_eq!(UserChange::count_session(&owner).after(Some(&after)), None);
            let (removal, _) = remove_factor(&person, change, [8; 16], vec![other.clone()], later);
            let [_, (before, moved)] = &removal.sessions[..] else { panic!("two sessions") };
            assert!(is_alive(&moved.after(Some(before)).unwrap(), &after, rules));
        }
    }
}
