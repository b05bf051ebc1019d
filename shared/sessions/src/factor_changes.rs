//! Changes to the second factors of a person, and the writes that spend a code.
//!
//! # Decisions
//! - Recovery codes stand for whichever factor was lost, so there is one set for all of them. The first factor brings it, and the
//!   write that removes the last factor removes it. Each of these writes rests on the factors being the first or the last.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use grants::{Fact, Timestamp};

use crate::{SpentFactor, Totp, User, UserChange, UserFact, UserSet};

impl UserChange {
    /// Adds an authenticator app that the person confirmed with the code of a step, if the person has none, is enabled and
    /// has the credentials that were read.
    pub fn add_totp(user: &User, sealed: Vec<u8>, step: u32, now: Timestamp) -> Self {
        Self::of(user, [UserSet::Totp(Some(Totp { sealed, step, since: now }))]).when_acting(user)
    }

    /// Adds the keyed hashes of recovery codes to the change that adds a second factor.
    #[must_use]
    pub fn with_recovery_codes(self, hashes: BTreeSet<String>) -> Self {
        self.and(UserSet::RecoveryCodes(hashes))
    }

    /// Removes the authenticator app at the wish of the person, if it is the one that was read and the password is long enough
    /// without it; and with the last factor the recovery codes. Everything that rests on the former credentials is over, except
    /// the sessions that move along.
    pub fn remove_own_factors(user: &User) -> Self {
        let change = match user.factors.passkeys.first() {
            Some(left) => Self::without_app(user, []).when(UserFact::Passkeys.contains(left)),
            None => Self::remove_factors(user).when(UserFact::Passkeys.has_fewer_than(NonZeroUsize::MIN)),
        };
        change.when_acting(user).and(UserSet::NextCredentialVersion)
    }

    /// Removes the authenticator app, the recovery codes and the passkeys at the wish of an operator, if the app and the
    /// number of passkeys are those that were read and the password is long enough without them. Everything in flight is over,
    /// as with a new password.
    pub fn reset_factors(user: &User) -> Self {
        let change = Self::remove_factors(user).and(UserSet::NoPasskeys).and(UserSet::NextCredentialVersion);
        let change =
            user.factors.passkeys.iter().fold(change, |change, id| change.when(UserFact::Passkeys.contains(id)));
        let no_more = NonZeroUsize::MIN.saturating_add(user.factors.passkeys.len());
        change.when(UserFact::same_factors(user)).when(UserFact::Passkeys.has_fewer_than(no_more))
    }

    fn remove_factors(user: &User) -> Self {
        Self::without_app(user, [UserSet::RecoveryCodes(BTreeSet::new())])
    }

    fn without_app(user: &User, also: impl IntoIterator<Item = UserSet>) -> Self {
        let sets = std::iter::once(UserSet::Totp(None)).chain(also);
        Self::of(user, sets).when(UserFact::FactorNeeded.is(false))
    }

    /// Replaces the recovery codes by those with these keyed hashes, for a person who has the app that was read, or without one
    /// a passkey that was read. `None` for a person without factors.
    ///
    /// Of two that rest on the same codes one is made, so that the person never keeps codes that were replaced at the same
    /// moment. Codes are random: where one of those that were read is left, none were replaced.
    pub fn replace_recovery_codes(user: &User, hashes: BTreeSet<String>) -> Option<Self> {
        let codes = UserFact::RecoveryCodes;
        let same_codes = user.factors.recovery.first().map_or_else(|| codes.is_absent(), |code| codes.contains(code));
        let change = Self::of(user, [UserSet::RecoveryCodes(hashes)]).when_acting(user).when(same_codes);
        match (user.has_second_factor(), user.factors.passkeys.first()) {
            (true, _) => Some(change),
            (false, passkey) => Some(change.when(UserFact::Passkeys.contains(passkey?))),
        }
    }

    /// Spends what a person showed as a second factor, without a new session.
    pub fn spend(user: &User, spent: &SpentFactor) -> Self {
        Self::of(user, []).when_acting(user).spending(spent)
    }

    /// Counts a session, and spends what the person showed as a second factor, in one write.
    pub fn count_session_and_spend(user: &User, spent: &SpentFactor) -> Self {
        Self::count_session(user).spending(spent)
    }

    fn spending(self, spent: &SpentFactor) -> Self {
        match spent {
            SpentFactor::Step(step) => self.when(UserFact::TotpStep.is_below(*step)).and(UserSet::TotpStep(*step)),
            SpentFactor::StepAndSeal(step, sealed) => {
                self.spending(&SpentFactor::Step(*step)).and(UserSet::TotpSealed(sealed.clone()))
            }
            SpentFactor::RecoveryCode(hash) => {
                self.when(UserFact::RecoveryCodes.contains(hash)).and(UserSet::RecoveryCodeSpent(hash.clone()))
            }
        }
    }
}
