//! Browsers that a person signed in with before: what their cookie says, and when it still counts.
//!
//! # Decisions
//! - The cookie excuses from the counter of the account and from nothing else. Somebody who collected many of them must
//!   not guess more for it, so each rests on the person: it names the version of the credentials, which a new password raises.
//! - No item stands for a cookie. Its number is that of the session in which it was given, and sessions are counted at
//!   the person. So only the newest are good, and as the counter of a browser is named by that session, a session has one.
//! - It also says whether a second factor was shown. Somebody who only knew the password has no counter of wrong
//!   codes apart from everybody else's.

use grants::{Context, PersonKey, Seconds, Timestamp};

use crate::{SignedIn, User};

/// The number of browsers of a person that are known at most: those of the newest sign-ins.
const KNOWN_BROWSERS: u32 = 20;

/// The id of a known browser, which names its counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceId(pub(crate) [u8; 16]);

/// The content of the cookie of a browser that was used to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceHandle {
    person: PersonKey,
    device: DeviceId,
    /// The version of the credentials that were shown.
    credential_version: u32,
    /// The number of the session, or that of the newest one if none was started.
    number: u32,
    expires_at: Timestamp,
    /// `true` if a second factor was shown.
    with_factor: bool,
}

impl DeviceHandle {
    /// The time in seconds after a sign-in during which its browser is known.
    pub const LIFETIME: Seconds = 180 * 24 * 3600;

    /// The cookie of the browser with which a person signed in.
    pub fn of_session(person: &SignedIn, now: Timestamp) -> Self {
        let (user, session) = (person.user(), person.session());
        Self {
            person: user.key,
            device: DeviceId(*session.id.as_bytes()),
            credential_version: session.credential_version,
            number: session.number.unwrap_or(user.sessions),
            expires_at: now.plus(Self::LIFETIME),
            with_factor: session.methods.context() >= Context::TwoFactors,
        }
    }

    /// The cookie, with 128 random bits, of the browser in which a person who was read as `user` has just set a new
    /// password with a link. It starts no session, and no second factor was shown.
    pub const fn after_reset(user: &User, device: [u8; 16], now: Timestamp) -> Self {
        Self {
            person: user.key,
            device: DeviceId(device),
            credential_version: user.credential_version.saturating_add(1),
            number: user.sessions,
            expires_at: now.plus(Self::LIFETIME),
            with_factor: false,
        }
    }

    /// The same cookie after a new password was set in its session.
    #[must_use]
    pub const fn at_version(self, credential_version: u32) -> Self {
        Self { credential_version, ..self }
    }

    /// The same cookie after a second factor was shown in its session.
    #[must_use]
    pub const fn with_factor(self) -> Self {
        Self { with_factor: true, ..self }
    }

    /// The id that names the browser's counters, whoever tries it.
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// Returns whether the cookie was given to this person. Whether it still counts, the person as read decides.
    pub fn is_for(&self, person: PersonKey) -> bool {
        self.person == person
    }

    /// Returns the id of the browser, if the person knows it still.
    pub fn known_to(&self, user: &User, now: Timestamp) -> Option<DeviceId> {
        let is_among_newest = self.number.saturating_add(KNOWN_BROWSERS) > user.sessions;
        let stands = self.is_for(user.key) && user.stands_behind(self.credential_version);
        (stands && is_among_newest && self.expires_at > now).then_some(self.device)
    }

    /// Returns the id of the browser, if the person knows it still and showed a second factor with it.
    pub fn known_with_factor(&self, user: &User, now: Timestamp) -> Option<DeviceId> {
        self.known_to(user, now).filter(|_| self.with_factor)
    }

    /// The bytes that are sealed into the cookie.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (version, number) = (self.credential_version.to_be_bytes(), self.number.to_be_bytes());
        let expires_at = self.expires_at.seconds().to_be_bytes();
        let factor = [u8::from(self.with_factor)];
        [&self.person.as_bytes()[..], &self.device.0, &version, &number, &expires_at, &factor].concat()
    }

    /// Reads the bytes that were sealed into the cookie; `None` for one of an earlier version, which named the person only.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (person, rest) = bytes.split_first_chunk::<16>()?;
        let (device, rest) = rest.split_first_chunk::<16>()?;
        let (version, rest) = rest.split_first_chunk::<4>()?;
        let (number, rest) = rest.split_first_chunk::<4>()?;
        let (expires_at, rest) = rest.split_first_chunk::<8>()?;
        let with_factor = match rest {
            [0] => false,
            [1] => true,
            _ => return None,
        };
        Some(Self {
            person: PersonKey::from_bytes(*person),
            device: DeviceId(*device),
            credential_version: u32::from_be_bytes(*version),
            number: u32::from_be_bytes(*number),
            expires_at: Timestamp::from_seconds(u64::from_be_bytes(*expires_at)),
            with_factor,
        })
    }
}

#[cfg(test)]
mod tests {
    use grants::Method;

    use super::*;
    use crate::session::tests::session;
    use crate::{PasswordHash, Session, UserChange};

    use crate::people::tests::{NOW, user};

    fn handle() -> DeviceHandle {
        let (person, _) = session();
        DeviceHandle::from_bytes(&DeviceHandle::of_session(&person, NOW).to_bytes()).unwrap()
    }

    #[test]
    fn c144_a_known_browser_is_bound_to_person_and_credentials_and_expires() {
        let known = |user: &User, now| handle().known_to(user, now).is_some();
        assert!(known(&user(), NOW) && known(&user(), NOW.plus(DeviceHandle::LIFETIME - 1)));
        assert!(!known(&user(), NOW.plus(DeviceHandle::LIFETIME)));
        assert!(!known(&User { key: PersonKey::from_bytes([0; 16]), ..user() }, NOW));
        for change in [
            UserChange::set_password(&user(), PasswordHash::from_stored("another".to_owned())),
            UserChange::reset_factors(&user()),
            UserChange::disable(&user()),
        ] {
            let after = change.after(Some(&user())).unwrap();
            assert!(!known(&after, NOW), "{change:?}");
            assert_eq!(handle().at_version(after.credential_version).known_to(&after, NOW).is_some(), !after.disabled);
        }
    }

    #[test]
    fn c144_only_the_browsers_of_the_newest_sign_ins_are_known_and_each_session_has_one_counter() {
        let number = session().0.session().number.unwrap();
        let after = |more: u32| User { sessions: number + more, ..user() };
        assert!(handle().known_to(&after(KNOWN_BROWSERS - 1), NOW).is_some());
        assert!(handle().known_to(&after(KNOWN_BROWSERS), NOW).is_none());
        assert_eq!(DeviceHandle::of_session(&session().0, NOW.plus(60)).device(), handle().device());
    }

    #[test]
    fn c144_who_only_knew_the_password_is_not_known_at_the_second_factor() {
        assert!(handle().known_with_factor(&user(), NOW).is_none());
        assert!(handle().with_factor().known_with_factor(&user(), NOW).is_some());
        let (person, _) = session();
        let methods = person.session().methods.with(Method::OneTimeCode, NOW);
        let strong = person.clone().with_session(Session { methods, ..person.session().clone() });
        assert!(DeviceHandle::of_session(&strong, NOW).known_with_factor(&user(), NOW).is_some());
        let reset = DeviceHandle::after_reset(&user(), [3; 16], NOW);
        let password = PasswordHash::from_stored("another".to_owned());
        let after = UserChange::set_password(&user(), password).after(Some(&user())).unwrap();
        assert_eq!(reset.known_to(&after, NOW), Some(DeviceId([3; 16])));
        assert!(reset.known_with_factor(&after, NOW).is_none() && reset.known_to(&user(), NOW).is_none());
    }

    #[test]
    fn c144_a_cookie_of_an_earlier_version_is_ignored() {
        let bytes = handle().to_bytes();
        assert_eq!(DeviceHandle::from_bytes(&bytes[..32]), None);
        assert_eq!(DeviceHandle::from_bytes(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(DeviceHandle::from_bytes(&[&bytes[..bytes.len() - 1], &[2]].concat()), None);
    }
}
