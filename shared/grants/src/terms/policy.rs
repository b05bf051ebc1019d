//! The settings that a deployment may choose.

use protocol::{LegacyGrants, ResponseType};

use crate::terms::authentication::Context;
use crate::terms::time::Seconds;

/// The lifetimes of things, and the features offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The lifetime of a code. RFC 9700 and FAPI 2.0: one minute at most by default.
    pub code_lifetime: Seconds,
    /// The lifetime of a device code and its user code (RFC 8628 §3.2): a person types the code meanwhile.
    pub device_lifetime: Seconds,
    /// A refresh token that is not used for this long expires (RFC 9700 §4.14.2).
    pub refresh_idle_lifetime: Seconds,
    /// A grant ends after this time, however often it is refreshed.
    pub grant_lifetime: Seconds,
    /// The time after a rotation during which a client that lost the answer gets the same successor again.
    pub refresh_retry_window: Seconds,
    /// The lifetime of an access token if its API sets none.
    pub access_lifetime: Seconds,
    /// The longest lifetime of an access token of the implicit grant, which is kept in a browser and cannot be
    /// bound.
    pub implicit_lifetime: Seconds,
    /// The lifetime of an ID token, which describes a sign-in at the moment when it is issued.
    pub id_token_lifetime: Seconds,
    /// A session ends this long after the last sign-in, however much it is used.
    pub session_lifetime: Seconds,
    /// A session ends if its browser does not return for this long.
    pub session_idle_lifetime: Seconds,
    /// The minimum number of characters of a password that a person chooses (NIST SP 800-63B-4 §3.1.1.2: 15 where the
    /// password is the only factor).
    pub password_min_length: u8,
    /// The same for a person who has a second factor (8 in NIST SP 800-63B-4 §3.1.1.2).
    pub password_min_length_with_factor: u8,
    /// The weakest context of a sign-in for apps. A client may demand a stronger one.
    pub least_context: Context,
    /// `true` if people can sign in with OpenID Connect.
    pub openid: bool,
    /// `true` if every client must push its authorization requests (RFC 9126 §5).
    pub requires_pushed_requests: bool,
    /// The references to request objects that are followed.
    pub request_uris: RequestUris,
    /// The deprecated grant types that are enabled.
    pub legacy: LegacyGrants,
}

/// The references to request objects that are followed (OpenID Connect Core §6.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestUris {
    /// None: such a request is refused.
    #[default]
    Off,
    /// Those that its client registered as `request_uris`.
    Registered,
}

impl RequestUris {
    /// Returns `off` or `registered`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Registered => "registered",
        }
    }

    /// Finds the rule named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Off, Self::Registered].into_iter().find(|known| known.as_str() == text)
    }

    /// Returns whether any reference is followed.
    pub const fn are_followed(self) -> bool {
        match self {
            Self::Off => false,
            Self::Registered => true,
        }
    }
}

impl Policy {
    /// The maximum number of grants that depend on one session; a newer one supersedes the oldest.
    pub const GRANTS_OF_SESSION: u32 = 200;
    /// The maximum number of grants of one person that outlive sessions; a newer one supersedes the oldest.
    pub const GRANTS_OF_PERSON: u32 = 1000;
    /// The maximum number of sessions of one person; a newer one supersedes the oldest.
    pub const SESSIONS_OF_PERSON: u32 = 100;
    /// The time in seconds within which a pushed request must be shown to a person.
    pub const PUSHED_LIFETIME: Seconds = 60;
    /// The time in seconds in which a pushed request that was shown can be answered: the lifetimes of two forms, for the
    /// sign-in and for the consent.
    pub const PUSHED_ANSWER: Seconds = 3600;
    /// The time in seconds that a device waits between two polls at first (RFC 8628 §3.2).
    pub const DEVICE_INTERVAL: Seconds = 5;
    /// The time in seconds by which each poll that comes too early makes the interval longer (RFC 8628 §3.5).
    pub const DEVICE_SLOW_DOWN: Seconds = 5;
    /// The time in seconds by which a poll may be early, because clocks and networks are not exact.
    pub const DEVICE_SLACK: Seconds = 1;
    /// An item stays for this long after it can no longer be used, and is then deleted. Consent forms live shorter,
    /// so a form cannot be used a second time after its item is gone.
    pub const REMAINS: Seconds = 3600;

    /// Returns whether the authorization endpoint offers this response type: ID tokens need OpenID Connect to be
    /// enabled, and access tokens need the implicit grant to be enabled.
    pub fn offers(&self, kind: ResponseType) -> bool {
        self.legacy.offer(kind.grant_type()) && (self.openid || !kind.gives_id_token())
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            code_lifetime: 60,
            device_lifetime: 600,
            refresh_idle_lifetime: 14 * 24 * 3600,
            grant_lifetime: 90 * 24 * 3600,
            refresh_retry_window: 5,
            access_lifetime: 900,
            implicit_lifetime: 300,
            id_token_lifetime: 3600,
            session_lifetime: 12 * 3600,
            session_idle_lifetime: 12 * 3600,
            password_min_length: 15,
            password_min_length_with_factor: 8,
            least_context: Context::Password,
            openid: true,
            requires_pushed_requests: false,
            request_uris: RequestUris::Off,
            legacy: LegacyGrants { implicit: false, password: false },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c014_all_but_code_needs_the_implicit_grant_and_an_id_token_needs_openid_connect() {
        use ResponseType::{Code, IdToken, IdTokenToken, Token};
        let rows = [
            ((true, true), [true, true, true, true]),
            ((true, false), [true, false, false, false]),
            ((false, true), [true, true, false, false]),
            ((false, false), [true, false, false, false]),
        ];
        for ((openid, implicit), offered) in rows {
            let legacy = LegacyGrants { implicit, password: false };
            let policy = Policy { openid, legacy, ..Policy::default() };
            assert_eq!([Code, Token, IdToken, IdTokenToken].map(|kind| policy.offers(kind)), offered);
        }
    }
}
