//! Changes to the second factors of a person, and the writes that spend a code.

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

    /// Removes the authenticator app and the recovery codes at the wish of the person, if they are those that were read and
    /// the password is long enough without them.
    pub fn remove_own_factors(user: &User) -> Self {
        Self::remove_factors(user).when_acting(user)
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
        let sets = [UserSet::Totp(None), UserSet::RecoveryCodes(BTreeSet::new())];
        Self::of(user, sets).when(UserFact::FactorNeeded.is(false))
    }

    /// Replaces the recovery codes by those with these keyed hashes, for a person who has the second factor that was read.
    pub fn replace_recovery_codes(user: &User, hashes: BTreeSet<String>) -> Self {
        Self::of(user, [UserSet::RecoveryCodes(hashes)]).when_acting(user)
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
