//! Changes to people. Each names the attributes it sets and the facts it depends on, so that concurrent changes do
//! not undo each other: it is made only if its guards hold at the moment of the write. The disabled flag, the
//! password and the name are separate attributes.

use std::collections::BTreeSet;

use grants::{Fact, Guard, PersonKey};
use protocol::{Claims, Username};

use crate::{ChosenPassword, Factors, PasskeyId, PasswordHash, Totp, User, UserFact};

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
    /// The authenticator app, or none.
    Totp(Option<Totp>),
    /// The step of the last code of the authenticator app that was used.
    TotpStep(u32),
    /// The secret of the authenticator app, sealed in another form.
    TotpSealed(Vec<u8>),
    /// The keyed hashes of all recovery codes.
    RecoveryCodes(BTreeSet<String>),
    /// The keyed hash of a recovery code that was used.
    RecoveryCodeSpent(String),
    /// A passkey that was added.
    PasskeyAdded(PasskeyId),
    /// A passkey that was removed.
    PasskeyRemoved(PasskeyId),
    /// The host that a passkey was made for.
    PasskeySite {
        /// The passkey that was added.
        id: PasskeyId,
        /// The host, which has no spaces.
        host: String,
    },
    /// A passkey and its host belong together no longer, because it was removed.
    PasskeySiteForgotten {
        /// The passkey that was removed.
        id: PasskeyId,
        /// The host that it was made for.
        host: String,
    },
    /// The user handle of the passkeys.
    PasskeyHandle([u8; 32]),
    /// No passkeys are left.
    NoPasskeys,
    /// The flag of a password that is too short to be the only factor.
    FactorNeeded(bool),
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
    pub(crate) fn of(user: &User, sets: impl IntoIterator<Item = UserSet>) -> Self {
        let guards = vec![UserFact::Subject.is(user.subject.as_str())];
        Self { key: user.key, guards, sets: sets.into_iter().collect() }
    }

    pub(crate) fn when(mut self, guard: Guard<UserFact>) -> Self {
        self.guards.push(guard);
        self
    }

    pub(crate) fn and(mut self, set: UserSet) -> Self {
        self.sets.push(set);
        self
    }

    /// Requires that the person is enabled, and has the credentials and the second factor that were read.
    pub(crate) fn when_acting(self, user: &User) -> Self {
        self.when(UserFact::Disabled.is(false))
            .when(UserFact::CredentialVersion.is(user.credential_version))
            .when(UserFact::same_factors(user))
    }

    /// Disables the person. Everything in flight is over, even after the person is enabled again.
    pub fn disable(user: &User) -> Self {
        Self::of(user, [UserSet::Disabled(true), UserSet::NextCredentialVersion])
    }

    /// Disables the person at the wish of the person, if the person is enabled and has the credentials and the second factor
    /// that were read.
    pub fn disable_own(user: &User) -> Self {
        Self::disable(user).when_acting(user)
    }

    /// Enables the person, unless the person was disabled again or got a new password since `user` was read.
    pub fn enable(user: &User) -> Self {
        Self::of(user, [UserSet::Disabled(false)]).when(UserFact::CredentialVersion.is(user.credential_version))
    }

    /// Sets a new password. Everything in flight is over; a person who is disabled stays disabled.
    pub fn set_password(user: &User, password: PasswordHash) -> Self {
        Self::new_password(user, password, false)
    }

    /// Sets the password that the person chose, if the person is enabled and the credentials are those that were proven.
    /// Everything that rests on the former ones is over, except the sessions that move along.
    /// `None` if it is too short for a person without a second factor; with one, the change rests on that.
    pub(crate) fn choose_password(user: &User, chosen: ChosenPassword) -> Option<Self> {
        let ChosenPassword { hash, needs_factor } = chosen;
        let change = Self::new_password(user, hash, needs_factor)
            .when(UserFact::Disabled.is(false))
            .when(UserFact::CredentialVersion.is(user.credential_version));
        match (needs_factor, user.has_second_factor()) {
            (true, false) => None,
            (true, true) => Some(change.when(UserFact::same_factors(user))),
            (false, _) => Some(change),
        }
    }

    fn new_password(user: &User, hash: PasswordHash, needs_factor: bool) -> Self {
        let sets = [UserSet::Password(hash), UserSet::FactorNeeded(needs_factor), UserSet::NextCredentialVersion];
        Self::of(user, sets)
    }

    /// Sets a new password with a link from a mail, if the person is enabled and has the credentials and the claims that were
    /// read: the address that the link was sent to is one of them. Everything that rests on the former credentials is over.
    pub(crate) fn reset_password(user: &User, chosen: ChosenPassword) -> Option<Self> {
        Some(Self::choose_password(user, chosen)?.when(UserFact::same_claims(user)))
    }

    /// Sets the claims that the person changed, if the person is enabled, has the same credentials, and still has the claims
    /// that were read.
    pub fn change_profile(user: &User, claims: Claims) -> Self {
        Self::set_claims(user, claims)
            .when(UserFact::Disabled.is(false))
            .when(UserFact::CredentialVersion.is(user.credential_version))
    }

    /// Replaces an imported hash of the same password, if the person still has it and the credentials are those that
    /// were read. It is no new password, so nothing ends.
    pub fn renew_hash(user: &User, hash: PasswordHash) -> Self {
        Self::of(user, [UserSet::Password(hash)])
            .when(UserFact::CredentialVersion.is(user.credential_version))
            .when(UserFact::Password.is(user.password.as_stored()))
    }

    /// Sets the first hash of a password that the directory verified, and the claims together with what the directory
    /// knows, if nothing of that changed since `user` was read and the person is enabled. It is no new password, so
    /// nothing ends.
    pub(crate) fn take_from_directory(user: &User, hash: PasswordHash, claims: Claims) -> Self {
        Self::of(user, [UserSet::Password(hash), UserSet::Claims(claims)])
            .when(UserFact::Disabled.is(false))
            .when(UserFact::CredentialVersion.is(user.credential_version))
            .when(UserFact::Password.is(user.password.as_stored()))
            .when(UserFact::same_claims(user))
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

    /// Counts a session, if the person is enabled, and the credentials and the second factor it was created with are still
    /// the person's.
    pub fn count_session(user: &User) -> Self {
        Self::of(user, [UserSet::OneMoreSession]).when_acting(user)
    }

    /// Counts a grant that outlives sessions, if the person is enabled and the credentials it depends on are still
    /// valid.
    pub fn count_grant(user: &User) -> Self {
        Self::of(user, [UserSet::OneMoreGrant])
            .when(UserFact::Disabled.is(false))
            .when(UserFact::CredentialVersion.is(user.credential_version))
    }

    /// Counts a grant that a password alone gives, as [`Self::count_session`] counts a session.
    pub fn count_grant_of_password(user: &User) -> Self {
        Self::of(user, [UserSet::OneMoreGrant]).when_acting(user)
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
            Self::Totp(totp) => User { factors: Factors { totp: totp.clone(), ..user.factors }, ..user },
            Self::TotpStep(step) => {
                let totp = user.factors.totp.map(|totp| Totp { step: *step, ..totp });
                User { factors: Factors { totp, ..user.factors }, ..user }
            }
            Self::TotpSealed(sealed) => {
                let totp = user.factors.totp.map(|totp| Totp { sealed: sealed.clone(), ..totp });
                User { factors: Factors { totp, ..user.factors }, ..user }
            }
            Self::RecoveryCodes(hashes) => {
                User { factors: Factors { recovery: hashes.clone(), ..user.factors }, ..user }
            }
            Self::RecoveryCodeSpent(hash) => {
                let recovery = user.factors.recovery.into_iter().filter(|left| left != hash).collect();
                User { factors: Factors { recovery, ..user.factors }, ..user }
            }
            Self::PasskeyAdded(_)
            | Self::PasskeyRemoved(_)
            | Self::PasskeySite { .. }
            | Self::PasskeySiteForgotten { .. }
            | Self::PasskeyHandle(_)
            | Self::NoPasskeys => User { factors: self.with_passkeys(user.factors), ..user },
            Self::FactorNeeded(needed) => User { factors: Factors { needed: *needed, ..user.factors }, ..user },
            Self::Username(username) => User { username: username.clone(), aliased: true, ..user },
            Self::NextCredentialVersion => {
                User { credential_version: user.credential_version.saturating_add(1), ..user }
            }
            Self::OneMoreSession => User { sessions: user.sessions.saturating_add(1), ..user },
            Self::OneMoreGrant => User { grants: user.grants.saturating_add(1), ..user },
        }
    }

    fn with_passkeys(&self, mut factors: Factors) -> Factors {
        if let Self::PasskeyAdded(id) = self {
            factors.passkeys.insert(id.to_string());
        } else if let Self::PasskeyRemoved(id) = self {
            factors.passkeys.remove(id.as_str());
            factors.elsewhere.remove(id.as_str());
        } else if let Self::PasskeySite { id, host } = self {
            factors.passkey_sites.insert(id.to_string(), host.clone());
        } else if let Self::PasskeySiteForgotten { id, .. } = self {
            factors.passkey_sites.remove(id.as_str());
        } else if let Self::PasskeyHandle(handle) = self {
            factors.passkey_handle = Some(*handle);
        } else {
            factors.passkeys.clear();
            factors.passkey_sites.clear();
            factors.elsewhere.clear();
        }
        factors
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{CredentialId, Subject};

    use crate::SpentFactor;
    use crate::people::tests::{NOW, user};

    /// Every change that an operator or a request can make, based on `user` as it was read.
    fn changes(user: &User) -> Vec<UserChange> {
        let password = PasswordHash::from_stored("another".to_owned());
        let claims = Claims::parse(r#"{"name":"Ada"}"#).unwrap();
        vec![
            UserChange::disable(user),
            UserChange::disable_own(user),
            UserChange::enable(user),
            UserChange::set_password(user, password.clone()),
            UserChange::choose_password(user, ChosenPassword::alone(password.clone())).unwrap(),
            UserChange::reset_password(user, ChosenPassword::alone(password)).unwrap(),
            UserChange::change_profile(user, Claims::parse(r#"{"name":"Ada"}"#).unwrap()),
            UserChange::renew_hash(user, PasswordHash::from_stored("renewed".to_owned())),
            UserChange::set_claims(user, claims.clone()),
            UserChange::take_from_directory(user, PasswordHash::from_stored("first".to_owned()), claims),
            UserChange::rename(user, Username::parse("ada.lovelace").unwrap()),
            UserChange::count_session(user),
            UserChange::count_grant(user),
            UserChange::add_totp(user, vec![2; 60], 7, NOW),
            UserChange::remove_own_factors(user),
            UserChange::reset_factors(user),
            UserChange::add_passkey(user, passkey(3), [5; 32]).made_for(&passkey(3), "id.example"),
            UserChange::add_first_passkey(user, passkey(4), [5; 32], ["y".to_owned()].into()),
            UserChange::remove_passkey(user, &passkey(1)),
            UserChange::spend(user, &SpentFactor::Step(9)),
            UserChange::spend(user, &SpentFactor::StepAndSeal(9, vec![4; 61])),
            UserChange::count_session_and_spend(user, &SpentFactor::RecoveryCode("b".to_owned())),
        ]
        .into_iter()
        .chain(UserChange::replace_recovery_codes(user, ["x".to_owned()].into()))
        .chain(UserChange::choose_password(user, short()))
        .chain(UserChange::reset_password(user, short()))
        .collect()
    }

    /// A password that is too short to be the only factor.
    fn short() -> ChosenPassword {
        ChosenPassword { hash: PasswordHash::from_stored("short".to_owned()), needs_factor: true }
    }

    #[test]
    fn c133_of_two_changes_that_were_read_at_the_same_time_the_second_undoes_nothing_of_the_first() {
        let start = User { disabled: true, ..user() };
        for read in [user(), start, with_factors()] {
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
                        assert_eq!(kept_factors(set, &last), last.factors, "{first:?} {second:?}");
                    }
                    assert!(last.credential_version >= between.credential_version);
                }
            }
        }
    }

    fn with_factors() -> User {
        let totp = Some(Totp { sealed: vec![1; 60], step: 5, since: NOW });
        let passkeys = [passkey(1), passkey(2)].map(|id| id.to_string()).into();
        let recovery = ["a", "b"].map(str::to_owned).into();
        let passkey_sites = [(passkey(1).to_string(), "id.example".to_owned())].into();
        let factors = Factors { totp, recovery, passkeys, passkey_sites, ..Factors::default() };
        User { factors: Factors { passkey_handle: Some([5; 32]), ..factors }, ..user() }
    }

    fn passkey(number: u8) -> PasskeyId {
        PasskeyId::of(&CredentialId::from_bytes(&[number]).unwrap())
    }

    #[test]
    fn c231_passkeys_are_added_and_removed_one_by_one_and_the_last_factor_never_by_chance() {
        let with = with_factors();
        let without_app = User { factors: Factors { totp: None, ..with.factors.clone() }, ..with.clone() };
        for read in [&with, &without_app] {
            // One that was made on a page from before the person had this handle would never sign in.
            assert_eq!(UserChange::add_passkey(read, passkey(3), [9; 32]).after(Some(read)), None);
            let added = UserChange::add_passkey(read, passkey(3), [5; 32]).after(Some(read)).unwrap();
            assert_eq!((added.factors.passkeys.len(), added.factors.passkey_handle), (3, Some([5; 32])));
            let [one, two] = [1, 2].map(|id| UserChange::remove_passkey(read, &passkey(id)));
            let left = one.after(Some(read)).unwrap();
            assert_eq!(left.factors.passkeys, [passkey(2).to_string()].into());
            assert_eq!(one.after(Some(&left)), None);
            // Of two that are removed at the same moment, one is: what the other rests on is over.
            assert_eq!((two.after(Some(&left)), left.credential_version), (None, read.credential_version + 1));
            assert_eq!(left.is_last_factor(&passkey(2)), read.factors.totp.is_none());
            // The last factor takes the recovery codes along, and another one keeps them.
            let bare = UserChange::remove_passkey(&left, &passkey(2)).after(Some(&left)).unwrap();
            assert_eq!(bare.factors.recovery.is_empty(), read.factors.totp.is_none());
            let added = UserChange::add_passkey(&left, passkey(3), [5; 32]).after(Some(&left)).unwrap();
            let late = UserChange::remove_passkey(&left, &passkey(2)).after(Some(&added));
            assert_eq!(late.is_some(), read.factors.totp.is_some());
        }
        let fresh = user();
        let first = UserChange::add_passkey(&fresh, passkey(1), [1; 32]).after(Some(&fresh)).unwrap();
        assert_eq!((first.factors.passkey_handle, first.reach()), (Some([1; 32]), grants::Context::PhishingResistant));
        let codes = || BTreeSet::from(["c".to_owned()]);
        let with_codes =
            UserChange::add_first_passkey(&fresh, passkey(1), [1; 32], codes()).after(Some(&fresh)).unwrap();
        assert_eq!(with_codes.factors.recovery, codes());
        assert_eq!(
            UserChange::add_first_passkey(&with_codes, passkey(2), [1; 32], codes()).after(Some(&with_codes)),
            None
        );
        assert_eq!(UserChange::replace_recovery_codes(&fresh, codes()), None);
        let renewed = UserChange::replace_recovery_codes(&with_codes, ["d".to_owned()].into()).unwrap();
        assert_eq!(renewed.after(Some(&with_codes)).unwrap().factors.recovery, ["d".to_owned()].into());
        let bare = UserChange::remove_passkey(&with_codes, &passkey(1)).after(Some(&with_codes)).unwrap();
        assert!(bare.factors.recovery.is_empty() && renewed.after(Some(&bare)).is_none());
        // A second first one has another handle.
        assert_eq!(UserChange::add_passkey(&fresh, passkey(2), [2; 32]).after(Some(&first)), None);
        let reset = UserChange::reset_factors(&with).after(Some(&with)).unwrap();
        assert!(!reset.has_factors() && reset.credential_version == with.credential_version + 1);
        let ids = (0..20).map(|id| passkey(id).to_string()).collect();
        let full = User { factors: Factors { passkeys: ids, ..Factors::default() }, ..user() };
        assert_eq!(UserChange::add_passkey(&full, passkey(99), [1; 32]).after(Some(&full)), None);
    }

    #[test]
    fn c232_of_two_sets_of_new_codes_that_rest_on_the_same_ones_one_is_kept() {
        let with = with_factors();
        let used_up = User { factors: Factors { recovery: BTreeSet::new(), ..with.factors.clone() }, ..with.clone() };
        for read in [&with, &used_up] {
            let [one, two] =
                ["c", "d"].map(|code| UserChange::replace_recovery_codes(read, [code.to_owned()].into()).unwrap());
            let renewed = one.after(Some(read)).unwrap();
            assert_eq!(renewed.factors.recovery, ["c".to_owned()].into());
            assert_eq!((two.after(Some(&renewed)), one.after(Some(&renewed))), (None, None));
            // The next ones rest on these.
            let next = UserChange::replace_recovery_codes(&renewed, ["d".to_owned()].into()).unwrap();
            assert!(next.after(Some(&renewed)).is_some());
        }
        // Some codes were used meanwhile, and none replaced.
        let renewed = UserChange::replace_recovery_codes(&with, ["c".to_owned()].into()).unwrap();
        let spent = UserChange::spend(&with, &SpentFactor::RecoveryCode("b".to_owned())).after(Some(&with)).unwrap();
        assert!(renewed.after(Some(&spent)).is_some());
    }

    /// The factors after `set` is made once more. What an app has is gone with the app.
    fn kept_factors(set: &UserSet, last: &User) -> Factors {
        match set {
            UserSet::TotpStep(_)
            | UserSet::TotpSealed(_)
            | UserSet::RecoveryCodes(_)
            | UserSet::Totp(_)
            | UserSet::PasskeyAdded(_)
            | UserSet::PasskeySite { .. }
            | UserSet::NoPasskeys => last.factors.clone(),
            UserSet::RecoveryCodeSpent(_)
            | UserSet::PasskeyRemoved(_)
            | UserSet::PasskeySiteForgotten { .. }
            | UserSet::PasskeyHandle(_)
            | UserSet::Disabled(_)
            | UserSet::Password(_)
            | UserSet::FactorNeeded(_)
            | UserSet::Claims(_)
            | UserSet::Username(_)
            | UserSet::NextCredentialVersion
            | UserSet::OneMoreSession
            | UserSet::OneMoreGrant => set.applied(last.clone()).factors,
        }
    }

    #[test]
    fn c232_a_code_is_spent_by_one_write_and_no_second_one_holds() {
        let read = with_factors();
        for spent in [SpentFactor::Step(9), SpentFactor::RecoveryCode("b".to_owned())] {
            let changes = [UserChange::spend(&read, &spent), UserChange::count_session_and_spend(&read, &spent)];
            for first in &changes {
                let after = first.after(Some(&read)).unwrap();
                assert!(changes.iter().all(|second| second.after(Some(&after)).is_none()), "{spent:?}");
            }
        }
        // An earlier step than the last one.
        assert_eq!(UserChange::spend(&read, &SpentFactor::Step(5)).after(Some(&read)), None);
        assert_eq!(UserChange::spend(&read, &SpentFactor::RecoveryCode("c".to_owned())).after(Some(&read)), None);
    }

    #[test]
    fn c232_the_write_that_spends_a_code_may_seal_the_secret_of_the_app_it_was_checked_against_anew() {
        let read = with_factors();
        let spent = SpentFactor::StepAndSeal(9, vec![4; 61]);
        for change in [UserChange::spend(&read, &spent), UserChange::count_session_and_spend(&read, &spent)] {
            let after = change.after(Some(&read)).unwrap();
            assert_eq!(after.factors.totp, Some(Totp { sealed: vec![4; 61], step: 9, since: NOW }));
            assert_eq!(change.after(Some(&after)), None);
            let removed = UserChange::remove_own_factors(&read).after(Some(&read)).unwrap();
            assert_eq!(change.after(Some(&removed)), None);
        }
    }

    #[test]
    fn c233_a_sign_in_rests_on_the_factors_it_was_checked_against_and_a_new_password_leaves_them() {
        let (without, with) = (user(), with_factors());
        let added = UserChange::add_totp(&without, vec![2; 60], 7, NOW).after(Some(&without)).unwrap();
        assert_eq!(UserChange::count_session(&without).after(Some(&added)), None);
        let kept = UserChange::remove_own_factors(&with).after(Some(&with)).unwrap();
        assert!(kept.factors.is_empty() && kept.factors.recovery == with.factors.recovery);
        let with = User { factors: Factors { passkeys: BTreeSet::new(), ..with.factors }, ..with };
        let removed = UserChange::remove_own_factors(&with).after(Some(&with)).unwrap();
        assert!(removed.factors.is_empty() && removed.factors.recovery.is_empty());
        // A passkey that was added meanwhile needs the codes.
        let passkey = UserChange::add_passkey(&with, passkey(9), [5; 32]).after(Some(&with)).unwrap();
        assert_eq!(UserChange::remove_own_factors(&with).after(Some(&passkey)), None);
        let spent = SpentFactor::RecoveryCode("a".to_owned());
        assert_eq!(UserChange::count_session_and_spend(&with, &spent).after(Some(&removed)), None);
        // Another app in place of the one that was read.
        let replaced = UserChange::add_totp(&removed, vec![3; 60], 9, NOW).after(Some(&removed)).unwrap();
        assert_eq!(UserChange::spend(&with, &SpentFactor::Step(99)).after(Some(&replaced)), None);
        assert_eq!(UserChange::add_totp(&with, vec![3; 60], 9, NOW).after(Some(&added)), None);
        let password = UserChange::set_password(&with, PasswordHash::from_stored("x".to_owned()));
        assert_eq!(password.after(Some(&with)).unwrap().factors, with.factors);
    }

    #[test]
    fn c146_a_short_password_is_never_the_only_factor_whichever_change_comes_first() {
        assert_eq!(UserChange::choose_password(&user(), short()), None);
        assert_eq!(UserChange::reset_password(&user(), short()), None);
        let read = with_factors();
        let chosen = [UserChange::choose_password(&read, short()), UserChange::reset_password(&read, short())];
        let removals = [UserChange::remove_own_factors(&read), UserChange::reset_factors(&read)];
        for chosen in chosen.map(Option::unwrap) {
            let after = chosen.after(Some(&read)).unwrap();
            assert!(after.factors.needed);
            let late = [UserChange::remove_own_factors(&after), UserChange::reset_factors(&after)];
            assert!(removals.iter().chain(&late).all(|removal| removal.after(Some(&after)).is_none()));
            for removal in &removals {
                let removed = removal.after(Some(&read)).unwrap();
                assert_eq!(chosen.after(Some(&removed)), None);
                // Another app meanwhile.
                let added = UserChange::add_totp(&removed, vec![9; 60], 9, NOW).after(Some(&removed)).unwrap();
                assert_eq!(chosen.after(Some(&added)), None);
            }
            // A longer password, the person's or an operator's, frees the factor.
            let long = ChosenPassword::alone(PasswordHash::from_stored("long".to_owned()));
            for change in [
                UserChange::choose_password(&after, long).unwrap(),
                UserChange::set_password(&after, PasswordHash::from_stored("long".to_owned())),
            ] {
                let after = change.after(Some(&after)).unwrap();
                assert!(UserChange::remove_own_factors(&after).after(Some(&after)).is_some());
            }
            // An imported hash of the same password says nothing else about it.
            let renewed = UserChange::renew_hash(&after, PasswordHash::from_stored("renewed".to_owned()));
            assert!(renewed.after(Some(&after)).unwrap().factors.needed);
        }
    }

    fn same_kind(one: &UserSet, other: &UserSet) -> bool {
        std::mem::discriminant(one) == std::mem::discriminant(other)
    }

    #[test]
    fn c245_a_renewed_hash_never_undoes_a_new_password_and_ends_nothing() {
        let read = user();
        let renewal = UserChange::renew_hash(&read, PasswordHash::from_stored("renewed".to_owned()));
        let renewed = renewal.after(Some(&read)).unwrap();
        assert_eq!(renewed.password.as_stored(), "renewed");
        assert_eq!(renewed.credential_version, read.credential_version);
        // A second sign-in that read the old hash too.
        assert_eq!(renewal.after(Some(&renewed)), None);
        for password in ["another", read.password.as_stored()] {
            let new = UserChange::set_password(&read, PasswordHash::from_stored(password.to_owned()));
            let set = new.after(Some(&read)).unwrap();
            assert_eq!(renewal.after(Some(&set)), None);
            let last = new.after(Some(&renewed)).unwrap();
            assert_eq!(last.password.as_stored(), password);
            assert!(last.credential_version > read.credential_version);
        }
        assert_eq!(renewal.after(UserChange::disable(&read).after(Some(&read)).as_ref()), None);
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
