//! Changes to the passkeys of a person, as far as the profile knows of them.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use grants::{Fact, Guard, Timestamp, Value};

use crate::passkeys::passkey::{Passkey, PasskeyId};
use crate::people::User;
use crate::session::{Session, SignedIn};
use crate::session_change::SessionChange;
use crate::session_handle::SessionHandle;
use crate::user_change::{UserChange, UserSet};
use crate::user_fact::UserFact;

/// The most passkeys of a person.
const MOST: NonZeroUsize = NonZeroUsize::MIN.saturating_add(19);

impl UserChange {
    /// Adds a passkey that was made with this user handle, if the person is enabled, has the credentials and the second factor
    /// that were read, and has fewer than twenty. The authenticator keeps the handle for good, so that the person has to have the
    /// same one, or none yet: the passkey would never sign in with another one, and count as a factor.
    pub fn add_passkey(user: &User, id: PasskeyId, handle: [u8; 32]) -> Self {
        let same = match user.factors.passkey_handle {
            Some(_) => Guard::Same(UserFact::PasskeyHandle, Value::Bytes(handle.to_vec())),
            None => UserFact::PasskeyHandle.is_absent(),
        };
        Self::of(user, [UserSet::PasskeyAdded(id), UserSet::PasskeyHandle(handle)])
            .when_acting(user)
            .when(same)
            .when(UserFact::Passkeys.has_fewer_than(MOST))
    }

    /// Adds the first factor of a person, a passkey, with the keyed hashes of recovery codes. There must be no codes yet.
    pub fn add_first_passkey(user: &User, id: PasskeyId, handle: [u8; 32], codes: BTreeSet<String>) -> Self {
        let none_yet = UserFact::RecoveryCodes.is_absent();
        Self::add_passkey(user, id, handle).with_recovery_codes(codes).when(none_yet)
    }

    /// Keeps the host that an added passkey was made for.
    #[must_use]
    pub fn made_for(self, id: &PasskeyId, host: &str) -> Self {
        self.and(UserSet::PasskeySite { id: id.clone(), host: host.to_owned() })
    }

    /// Removes a passkey at the wish of the person, and with the last factor the recovery codes. It is the last one if it was
    /// when the person was read, or nothing is removed. Everything that rests on the former credentials is over, except the
    /// sessions that move along.
    pub fn remove_passkey(user: &User, id: &PasskeyId) -> Self {
        let change = Self::of(user, [UserSet::PasskeyRemoved(id.clone()), UserSet::NextCredentialVersion])
            .when_acting(user)
            .when(UserFact::Passkeys.contains(id.as_str()));
        let change = match user.factors.passkey_sites.get(id.as_str()) {
            Some(host) => change.and(UserSet::PasskeySiteForgotten { id: id.clone(), host: host.clone() }),
            None => change,
        };
        if user.factors.totp.is_some() {
            return change;
        }
        if let Some(other) = user.factors.passkeys.iter().find(|other| *other != id.as_str()) {
            return change.when(UserFact::Passkeys.contains(other));
        }
        let alone = UserFact::Passkeys.has_fewer_than(NonZeroUsize::MIN.saturating_add(1));
        change.when(alone).and(UserSet::RecoveryCodes(BTreeSet::new()))
    }
}

impl User {
    /// Returns whether a passkey is the only factor besides the password.
    pub fn is_last_factor(&self, id: &PasskeyId) -> bool {
        self.factors.totp.is_none() && self.factors.passkeys.iter().all(|other| other == id.as_str())
    }
}

impl SignedIn {
    /// The guards on the person for a new name of a passkey, which must not have been removed meanwhile.
    pub fn guards_of_passkey(&self, id: &PasskeyId) -> Vec<Guard<UserFact>> {
        self.person_guards().into_iter().chain([UserFact::Passkeys.contains(id.as_str())]).collect()
    }
}

impl SessionChange {
    /// The change of a session in which the person added a passkey, whose authenticator verified its user, and the cookie that
    /// opens the session then, with 128 random bits as its secret.
    pub fn with_passkey(
        session: &Session,
        passkey: &Passkey,
        secret: [u8; 16],
        now: Timestamp,
    ) -> (Self, SessionHandle) {
        let methods = session.methods.with(passkey.method(), now).with(grants::Method::UserVerification, now);
        Self::stronger(session, methods, secret, now)
    }
}
