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

    fn least(&self) -> Context {
        self.user().reach().min(Context::TwoFactors)
    }
}
