//! The browsers of people: the cookies of a visit, of a browser that was used before, and of a sign-in.

use edge::{Cookie, CookieRule, Incoming, Response};
use grants::Timestamp;
use keys::{HandleKind, KeyRing};
use protocol::{Parameters, Secret, Username};
use sessions::{DeviceHandle, FormFault, SessionHandle, SignedIn, VisitId};

/// The longest username that is read from a form.
const MAX_USERNAME_BYTES: usize = 128;

/// The cookies of one request's browser.
#[derive(Clone, Copy)]
pub struct Browser<'a> {
    incoming: Incoming<'a>,
    cookies: CookieRule,
    ring: &'a KeyRing,
}

impl<'a> Browser<'a> {
    /// The browser that sent a request.
    pub const fn of(incoming: Incoming<'a>, cookies: CookieRule, ring: &'a KeyRing) -> Self {
        Self { incoming, cookies, ring }
    }

    /// The request that the browser sent.
    pub const fn incoming(&self) -> Incoming<'a> {
        self.incoming
    }

    /// The keys that its cookies are sealed with.
    pub const fn ring(&self) -> &'a KeyRing {
        self.ring
    }

    /// Returns the handle of the session that its cookie names.
    pub(super) fn session(&self) -> Option<SessionHandle> {
        self.incoming.session(self.cookies, self.ring.handles())
    }

    /// Returns the visit that its cookie names.
    pub fn visit(&self) -> Option<VisitId> {
        let value = self.incoming.cookie(self.cookies.name(Cookie::Visit))?;
        let payload = self.ring.handles().open(HandleKind::Visit, value)?;
        Some(VisitId::from_bytes(payload.as_slice().try_into().ok()?))
    }

    /// Returns the visit that its form was shown in. A browser that keeps cookies has one since it got the form.
    ///
    /// # Errors
    /// [`FormFault::CookiesMissing`] or [`FormFault::OtherBrowser`].
    pub fn visit_of_form(&self) -> Result<VisitId, FormFault> {
        if self.incoming.cookie(self.cookies.name(Cookie::Visit)).is_none() {
            return Err(FormFault::CookiesMissing);
        }
        self.visit().ok_or(FormFault::OtherBrowser)
    }

    /// Sets the cookie of a new visit.
    pub fn begin_visit(&self, response: Response, visit: VisitId) -> Response {
        let cookie = self.ring.handles().seal(HandleKind::Visit, visit.as_bytes());
        self.cookies.set(response, Cookie::Visit, cookie.expose())
    }

    /// Returns the handle of a browser that somebody signed in with before.
    pub fn device(&self) -> Option<DeviceHandle> {
        let value = self.incoming.cookie(self.cookies.name(Cookie::Device))?;
        DeviceHandle::from_bytes(&self.ring.handles().open(HandleKind::Device, value)?)
    }

    /// Sets the cookies of a person who has just signed in.
    pub fn welcome(&self, response: Response, person: &SignedIn, session: &SessionHandle, now: Timestamp) -> Response {
        let response = self.set_session(response, session);
        self.remember(response, &DeviceHandle::of_session(person, now))
    }

    /// Sets the cookie of a known browser.
    pub fn remember(&self, response: Response, device: &DeviceHandle) -> Response {
        let device = self.ring.handles().seal(HandleKind::Device, &device.to_bytes());
        self.cookies.set_lasting(response, Cookie::Device, device.expose(), DeviceHandle::LIFETIME)
    }

    /// Sets the cookie of a session.
    pub fn set_session(&self, response: Response, session: &SessionHandle) -> Response {
        let cookie = self.ring.handles().seal(HandleKind::Session, &session.to_bytes());
        self.cookies.set(response, Cookie::Session, cookie.expose())
    }
}

/// Returns the username of a sign-in form as it was typed, to show it again; empty if it is too long.
pub fn typed_username(form: &Parameters) -> &str {
    form.one("username").ok().flatten().filter(|typed| typed.len() <= MAX_USERNAME_BYTES).unwrap_or_default()
}

/// Returns the username and the password of a sign-in form.
pub fn credentials(form: &Parameters) -> Option<(Username, Secret)> {
    let username = Username::parse(form.one("username").ok().flatten()?.trim()).ok()?;
    let password = Secret::new(form.one("password").ok().flatten()?.to_owned());
    Some((username, password))
}
