//! Changes to people. Each names the attributes it sets and the facts it depends on, so that concurrent changes do
//! not undo each other: it is made only if its guards hold at the moment of the write. The disabled flag, the
//! password and the name are separate attributes.

use grants::{Fact, Guard, PersonKey};
use protocol::{Claims, Username};

use crate::{PasswordHash, User, UserFact};

/// One change to an existing person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    key: PersonKey,
    guards: Vec<Guard<UserFact>>,
    sets: Vec<UserSet>,
}

/// An attribute that a change sets, with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserSet {
    /// Disables the person if `true`, enables the person if `false`.
    Disabled(bool),
    /// The hash of the new password.
    Password(PasswordHash),
    /// The claims about the person.
    Claims(Claims),
    /// The new username, to which an alias leads from now on.
    Username(Username),
    /// The next version of the credentials: everything older is over.
    NextCredentialVersion,
    /// One more session is counted.
    OneMoreSession,
    /// One more grant that outlives sessions is counted.
    OneMoreGrant,
}

impl UserChange {
    fn of(user: &User, sets: impl IntoIterator<Item = UserSet>) -> Self {
        let guards = vec![UserFact::Subject.is(user.subject.as_str())];
        Self { key: user.key, guards, sets: sets.into_iter().collect() }
    }

    fn when(mut self, guard: Guard<UserFact>) -> Self {
        self.guards.push(guard);
        self
    }

    /// Disables the person. Everything in flight is over, even after the person is enabled again.
    pub fn disable(user: &User) -> Self {
        Self::of(user, [UserSet::Disabled(true), UserSet::NextCredentialVersion])
    }

    /// Enables the person, unless the person was disabled again or got a new password since `user` was read.
    pub fn enable(user: &User) -> Self {
        Self::of(user, [UserSet::Disabled(false)]).when(UserFact::CredentialVersion.is(user.credential_version))
    }

    /// Sets a new password. Everything in flight is over; a person who is disabled stays disabled.
    pub fn set_password(user: &User, password: PasswordHash) -> Self {
        Self::of(user, [UserSet::Password(password), UserSet::NextCredentialVersion])
    }

    /// Sets the claims, if the person still has those that were read.
    pub fn set_claims(user: &User, claims: Claims) -> Self {
        Self::of(user, [UserSet::Claims(claims)]).when(UserFact::same_claims(user))
    }

    /// Sets a new username, if the name and its alias are still those that were read.
    pub fn rename(user: &User, username: Username) -> Self {
        let change = Self::of(user, [UserSet::Username(username)]);
        UserFact::same_name(user).into_iter().fold(change, Self::when)
    }

    /// Counts a session, if the person is enabled and the credentials it was created with are still valid.
    pub fn count_session(user: &User) -> Self {
        Self::of(user, [UserSet::OneMoreSession])
            .when(UserFact::Disabled.is(false))
            .when(UserFact::CredentialVersion.is(user.credential_version))
    }

    /// Counts a grant that outlives sessions, if the person is enabled and the credentials it depends on are still
    /// valid.
    pub fn count_grant(user: &User) -> Self {
        Self::of(user, [UserSet::OneMoreGrant])
            .when(UserFact::Disabled.is(false))
            .when(UserFact::CredentialVersion.is(user.credential_version))
    }

    /// The key of the person.
    pub const fn key(&self) -> PersonKey {
        self.key
    }

    /// The guards that must all hold for the write.
    pub fn guards(&self) -> &[Guard<UserFact>] {
        &self.guards
    }

    /// The attributes to set, with their new values.
    pub fn sets(&self) -> &[UserSet] {
        &self.sets
    }

    /// Returns the person after the change, or `None` when a guard does not hold. This defines what the write
    /// means.
    pub fn after(&self, before: Option<&User>) -> Option<User> {
        let user =
            before.filter(|user| user.key == self.key && self.guards.iter().all(|guard| guard.holds(Some(user))))?;
        Some(self.sets.iter().fold(user.clone(), |user, set| set.applied(user)))
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
mod tests {
    use super::*;
    use protocol::Subject;

    use crate::people::tests::user;

    /// Every change that an operator or a request can make, based on `user` as it was read.
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
