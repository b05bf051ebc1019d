//! Recent sign-ins: the ground of each change of an account.

use grants::{Context, Seconds, Timestamp};

use crate::SignedIn;

/// The time in seconds after a sign-in in which a person may change the account without giving the password again.
pub const RECENT: Seconds = 600;

impl SignedIn {
    /// Checks whether the person signed in so recently that the account may be changed, and with two factors if the person
    /// has them: both recently, since a new password makes an old code no newer.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        let recent = self.session().methods.recent(RECENT, now);
        self.session().auth_time.plus(RECENT) > now && recent.context() >= self.least()
    }

    /// Checks whether the person showed two factors in this session, at whatever time, if the person has them.
    pub fn showed_factors(&self) -> bool {
        self.session().methods.context() >= self.least()
    }

    /// Checks whether the person gave the password recently, has a passkey and no app, and showed no second factor in this
    /// session. So a passkey or a recovery code is all that is missing for a change.
    pub fn lacks_factor_only(&self, now: Timestamp) -> bool {
        let gave_password = self.session().auth_time.plus(RECENT) > now;
        gave_password && !self.showed_factors() && !self.user().has_second_factor()
    }

    fn least(&self) -> Context {
        self.user().reach().min(Context::TwoFactors)
    }
}
