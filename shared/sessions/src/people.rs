//! People: who can sign in, and what may change about them.
//!
//! # Changes
//! Every change names the attributes it sets and what it rests on, so that none undoes another: a [`UserChange`] is
//! applied when its guards hold at the moment of the write. A switch, a password and a name are attributes of their own.

use grants::{Footing, PersonKey, Policy, Timestamp};
use protocol::{Claim, Claims, Secret, Subject, Username};

use crate::{PasswordHash, password_is_right};

/// A person who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The key of the item.
    pub key: PersonKey,
    /// The name to sign in with.
    pub username: Username,
    /// An alias leads here from the user name. `false` for a person of version 0.1 until a rename: the key is the name's hash.
    pub aliased: bool,
    /// `sub`.
    pub subject: Subject,
    /// What is known of the person.
    pub claims: Claims,
    /// The password.
    pub password: PasswordHash,
    /// Counts what ends everything before it: new passwords, and times the person was switched off. Sessions and grants of
    /// an earlier version are over.
    pub credential_version: u32,
    /// Whether the person is switched off.
    pub disabled: bool,
    /// When the person was registered.
    pub created_at: Timestamp,
    /// How many sessions there were.
    pub sessions: u32,
    /// How many grants there were that outlive sessions.
    pub grants: u32,
}

/// The witness that a password was right; only [`prove`] makes it.
#[derive(Clone, Debug)]
pub struct ProvenPerson(User);

/// One change to a person who is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    key: PersonKey,
    guards: Vec<UserGuard>,
    sets: Vec<UserSet>,
}

/// A fact that must be true of the person at the moment of the write. None is true of a person who is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserGuard {
    /// It is still the person of this `sub`.
    Is(Subject),
    /// The person is not switched off.
    On,
    /// The version of the credentials is this.
    CredentialVersionIs(u32),
    /// These claims are known.
    ClaimsAre(Claims),
    /// The user name is this.
    UsernameIs(Username),
}

/// An attribute that a change sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserSet {
    /// Whether the person is switched off.
    Disabled(bool),
    /// The password.
    Password(PasswordHash),
    /// What is known.
    Claims(Claims),
    /// The user name, to which an alias leads now.
    Username(Username),
    /// The next version of the credentials: everything before is over.
    NextCredentialVersion,
    /// One more session.
    OneMoreSession,
    /// One more grant that outlives sessions.
    OneMoreGrant,
}

impl User {
    /// Whether this is the person's user name; upper and lower case are one.
    pub fn goes_by(&self, username: &Username) -> bool {
        self.username.normalized() == username.normalized()
    }

    /// What is known of the person: the user name is the preferred one where no other is set.
    pub fn known_claims(&self) -> Claims {
        self.claims.clone().or(Claim::PreferredUsername, self.username.as_str())
    }

    /// The standing on which a grant rests that this person gives now and that outlives sessions.
    pub const fn footing(&self) -> Footing {
        let number = self.grants.saturating_add(1);
        Footing { person: self.key, credential_version: Some(self.credential_version), session: None, number }
    }

    /// Whether something that was made with this version of the credentials still stands.
    pub(crate) const fn stands_behind(&self, credential_version: u32) -> bool {
        !self.disabled && self.credential_version == credential_version
    }

    /// Whether a session of this number is among the newest.
    pub(crate) const fn keeps_session(&self, number: u32) -> bool {
        number.saturating_add(Policy::SESSIONS_OF_PERSON) > self.sessions
    }
}

impl ProvenPerson {
    /// The person.
    pub const fn user(&self) -> &User {
        &self.0
    }

    /// The person, for [`crate::sign_in`].
    pub(crate) fn into_user(self) -> User {
        self.0
    }
}

/// Whether this is the person's password. `user` is `None` when nobody has that name, and the answer takes as long.
pub fn prove(user: Option<User>, password: &Secret) -> Option<ProvenPerson> {
    let right = password_is_right(password, user.as_ref().map(|user| &user.password));
    user.filter(|user| right && !user.disabled).map(ProvenPerson)
}

impl UserChange {
    fn of(user: &User, sets: impl IntoIterator<Item = UserSet>) -> Self {
        let guards = vec![UserGuard::Is(user.subject.clone())];
        Self { key: user.key, guards, sets: sets.into_iter().collect() }
    }

    fn when(mut self, guard: UserGuard) -> Self {
        self.guards.push(guard);
        self
    }

    /// Switches the person off. Whatever was in flight is over, also after the person is switched on again.
    pub fn disable(user: &User) -> Self {
        Self::of(user, [UserSet::Disabled(true), UserSet::NextCredentialVersion])
    }

    /// Switches the person on, unless somebody switched the person off, or set a password, since `user` was read.
    pub fn enable(user: &User) -> Self {
        Self::of(user, [UserSet::Disabled(false)]).when(UserGuard::CredentialVersionIs(user.credential_version))
    }

    /// Sets another password. Whatever was in flight is over; somebody who is switched off stays so.
    pub fn set_password(user: &User, password: PasswordHash) -> Self {
        Self::of(user, [UserSet::Password(password), UserSet::NextCredentialVersion])
    }

    /// Sets what is known, if what was known is still what was read.
    pub fn set_claims(user: &User, claims: Claims) -> Self {
        Self::of(user, [UserSet::Claims(claims)]).when(UserGuard::ClaimsAre(user.claims.clone()))
    }

    /// Gives another user name, if the name is still the one that was read.
    pub fn rename(user: &User, username: Username) -> Self {
        Self::of(user, [UserSet::Username(username)]).when(UserGuard::UsernameIs(user.username.clone()))
    }

    /// Counts a session, if what it is made with still stands.
    pub fn count_session(user: &User) -> Self {
        Self::of(user, [UserSet::OneMoreSession])
            .when(UserGuard::On)
            .when(UserGuard::CredentialVersionIs(user.credential_version))
    }

    /// Counts a grant that outlives sessions, if what it rests on still stands.
    pub fn count_grant(user: &User) -> Self {
        Self::of(user, [UserSet::OneMoreGrant])
            .when(UserGuard::On)
            .when(UserGuard::CredentialVersionIs(user.credential_version))
    }

    /// The key of the person.
    pub const fn key(&self) -> PersonKey {
        self.key
    }

    /// Its guards.
    pub fn guards(&self) -> &[UserGuard] {
        &self.guards
    }

    /// What it sets.
    pub fn sets(&self) -> &[UserSet] {
        &self.sets
    }

    /// The meaning of a change: the person afterwards, or `None` when a guard does not hold.
    pub fn after(&self, before: Option<&User>) -> Option<User> {
        let user = before.filter(|user| user.key == self.key && self.guards.iter().all(|guard| guard.holds(user)))?;
        Some(self.sets.iter().fold(user.clone(), |user, set| set.applied(user)))
    }
}

impl UserGuard {
    /// Whether it is true of the person.
    pub fn holds(&self, user: &User) -> bool {
        match self {
            Self::Is(subject) => user.subject == *subject,
            Self::On => !user.disabled,
            Self::CredentialVersionIs(version) => user.credential_version == *version,
            Self::ClaimsAre(claims) => user.claims == *claims,
            Self::UsernameIs(username) => user.username == *username,
        }
    }
}

impl UserSet {
    fn applied(&self, user: User) -> User {
        match self {
            Self::Disabled(disabled) => User { disabled: *disabled, ..user },
            Self::Password(password) => User { password: password.clone(), ..user },
            Self::Claims(claims) => User { claims: claims.clone(), ..user },
            Self::Username(username) => User { username: username.clone(), aliased: true, ..user },
            Self::NextCredentialVersion => {
                User { credential_version: user.credential_version.saturating_add(1), ..user }
            }
            Self::OneMoreSession => User { sessions: user.sessions.saturating_add(1), ..user },
            Self::OneMoreGrant => User { grants: user.grants.saturating_add(1), ..user },
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::hash_password;

    pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    static PASSWORD: LazyLock<PasswordHash> =
        LazyLock::new(|| hash_password(&Secret::new("correct horse".to_owned()), &[1; 16]).unwrap());

    pub(crate) fn user() -> User {
        User {
            key: PersonKey::from_bytes([9; 16]),
            username: Username::parse("ada").unwrap(),
            aliased: true,
            subject: Subject::parse("usr_AAAAAAAAAAAAAAAAAAAAAA").unwrap(),
            claims: Claims::default(),
            password: PASSWORD.clone(),
            credential_version: 1,
            disabled: false,
            created_at: NOW,
            sessions: 0,
            grants: 0,
        }
    }

    pub(crate) fn proven() -> ProvenPerson {
        ProvenPerson(user())
    }

    #[test]
    fn a_wrong_password_a_stranger_and_somebody_switched_off_are_refused() {
        let try_with = |user, password: &str| prove(user, &Secret::new(password.to_owned())).is_some();
        assert!(try_with(Some(user()), "correct horse"));
        assert!(!try_with(Some(user()), "wrong horse"));
        assert!(!try_with(None, "correct horse"));
        assert!(!try_with(Some(User { disabled: true, ..user() }), "correct horse"));
    }

    /// Every change that an operator or a request makes, as it is made of somebody who was read as `user`.
    fn changes(user: &User) -> Vec<UserChange> {
        let password = PasswordHash::from_stored("another".to_owned());
        let claims = Claims::parse(r#"{"name":"Ada"}"#).unwrap();
        vec![
            UserChange::disable(user),
            UserChange::enable(user),
            UserChange::set_password(user, password),
            UserChange::set_claims(user, claims),
            UserChange::rename(user, Username::parse("ada.lovelace").unwrap()),
            UserChange::count_session(user),
            UserChange::count_grant(user),
        ]
    }

    #[test]
    fn c133_of_two_changes_that_were_read_at_the_same_time_the_second_undoes_nothing_of_the_first() {
        let start = User { disabled: true, ..user() };
        for read in [user(), start] {
            for first in changes(&read) {
                for second in changes(&read) {
                    let Some(between) = first.after(Some(&read)) else { continue };
                    let Some(last) = second.after(Some(&between)) else { continue };
                    let undone =
                        first.sets().iter().filter(|set| !second.sets().iter().any(|other| same_kind(set, other)));
                    for set in undone {
                        assert_eq!(set.applied(last.clone()).disabled, last.disabled, "{first:?} {second:?}");
                        assert_eq!(set.applied(last.clone()).password, last.password, "{first:?} {second:?}");
                        assert_eq!(set.applied(last.clone()).claims, last.claims, "{first:?} {second:?}");
                        assert_eq!(set.applied(last.clone()).username, last.username, "{first:?} {second:?}");
                    }
                    assert!(last.credential_version >= between.credential_version);
                }
            }
        }
    }

    fn same_kind(one: &UserSet, other: &UserSet) -> bool {
        std::mem::discriminant(one) == std::mem::discriminant(other)
    }

    #[test]
    fn c133_somebody_who_was_switched_off_meanwhile_stays_off() {
        let read = user();
        let off = UserChange::disable(&read).after(Some(&read)).unwrap();
        for change in changes(&read) {
            assert!(change.after(Some(&off)).is_none_or(|after| after.disabled), "{change:?}");
        }
        assert!(!UserChange::enable(&off).after(Some(&off)).unwrap().disabled);
    }

    #[test]
    fn c132_no_change_is_made_to_the_next_owner_of_a_key() {
        let read = user();
        let other = User { subject: Subject::parse("usr_BBBBBBBBBBBBBBBBBBBBBA").unwrap(), ..user() };
        for change in changes(&read) {
            assert_eq!(change.after(Some(&other)), None);
            assert_eq!(change.after(None), None);
        }
    }
}
