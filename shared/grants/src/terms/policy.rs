//! What a deployment may choose.

use protocol::{LegacyGrants, ResponseType};

use crate::terms::time::Seconds;

/// How long things last, and what is offered at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Life of a code. RFC 9700 and FAPI 2.0: one minute at most by default.
    pub code_lifetime: Seconds,
    /// A refresh token that is not used for so long expires (RFC 9700 §4.14.2).
    pub refresh_idle_lifetime: Seconds,
    /// A grant ends after so long, however often it is refreshed.
    pub grant_lifetime: Seconds,
    /// How long after a rotation the same successor is given again to a client that lost the answer.
    pub refresh_retry_window: Seconds,
    /// Life of an access token for which no API says otherwise.
    pub access_lifetime: Seconds,
    /// The longest life of an access token of the implicit grant: it lies in a browser and cannot be bound.
    pub implicit_lifetime: Seconds,
    /// Life of an ID token: it tells of a sign-in at the moment when it is given.
    pub id_token_lifetime: Seconds,
    /// A session ends so long after the last sign-in, however much it is used.
    pub session_lifetime: Seconds,
    /// A session ends when its browser did not come back for so long.
    pub session_idle_lifetime: Seconds,
    /// Whether people sign in with OpenID Connect here.
    pub openid: bool,
    /// The grant types that nobody should use.
    pub legacy: LegacyGrants,
}

impl Policy {
    /// Grants that rest on one session; a newer one supersedes the oldest.
    pub const GRANTS_OF_SESSION: u32 = 200;
    /// Grants that rest on one person and outlive sessions; a newer one supersedes the oldest.
    pub const GRANTS_OF_PERSON: u32 = 1000;
    /// Sessions of one person; a newer one supersedes the oldest.
    pub const SESSIONS_OF_PERSON: u32 = 100;
    /// An item stays so long after everything that it could do is over, so that its consent form, which lives shorter,
    /// cannot be used a second time; then it is cleaned away.
    pub const REMAINS: Seconds = 3600;

    /// Whether the authorization endpoint gives this: what makes an ID token only with OpenID Connect, what makes an access
    /// token only with the implicit grant.
    pub fn offers(&self, kind: ResponseType) -> bool {
        self.legacy.offer(kind.grant_type()) && (self.openid || !kind.gives_id_token())
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            code_lifetime: 60,
            refresh_idle_lifetime: 14 * 24 * 3600,
            grant_lifetime: 90 * 24 * 3600,
            refresh_retry_window: 5,
            access_lifetime: 900,
            implicit_lifetime: 300,
            id_token_lifetime: 3600,
            session_lifetime: 12 * 3600,
            session_idle_lifetime: 12 * 3600,
            openid: true,
            legacy: LegacyGrants { implicit: false, password: false },
        }
    }
}
