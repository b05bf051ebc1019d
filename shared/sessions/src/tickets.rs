//! Form tickets, which bind a form to the browser and to the request it was made for (RFC 9700 §4.7).

use grants::{Seconds, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{FormFault, PasskeyChallenge, SessionId, ShownDigest};

/// The time in seconds during which a form can be sent.
pub const FORM_LIFETIME: Seconds = 1800;

/// The time in seconds during which a second factor can follow the password.
const FACTOR_FORM_LIFETIME: Seconds = 600;

/// The hash of an authorization request as it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestDigest([u8; 32]);

/// The id of a browser that has not signed in: 128 random bits in a cookie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VisitId([u8; 16]);

/// The hidden field of a form, before it is sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct FormTicket {
    nonce: [u8; 16],
    expires_at: Timestamp,
    binding: [u8; 32],
    /// The facts on the page; `None` for a form that asks for no consent, or that an earlier version made.
    shown: Option<ShownDigest>,
    /// The mark of the browser, which tells why a form does not count, and decides nothing; `None` in a form that an
    /// earlier version made.
    browser: Option<BrowserMark>,
}

/// The first 64 bits of a hash of the visit or the session that a form was made for.
type BrowserMark = [u8; 8];

impl RequestDigest {
    /// Computes the digest of a query string.
    pub fn of(request: &str) -> Self {
        Self(Sha256::digest(request).into())
    }

    /// The hash as stored in the table.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Wraps the hash stored in the table.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl VisitId {
    /// Wraps 128 random bits.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes to put in the cookie.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl FormTicket {
    /// A ticket for the sign-in form shown in this visit for this request.
    pub fn for_sign_in(visit: VisitId, request: RequestDigest, nonce: [u8; 16], now: Timestamp) -> Self {
        Self::of(b"sign-in", &visit.0, request, nonce, now)
    }

    /// A ticket for the form that asks for a second factor in this visit for this request.
    pub(crate) fn for_factor(visit: VisitId, request: RequestDigest, nonce: [u8; 16], now: Timestamp) -> Self {
        let ticket = Self::of(b"factor", &visit.0, request, nonce, now);
        Self { expires_at: now.plus(FACTOR_FORM_LIFETIME), ..ticket }
    }

    /// A ticket for the consent form shown in this session for this request, on a page with these facts.
    pub fn for_consent(
        session: SessionId,
        request: RequestDigest,
        shown: ShownDigest,
        nonce: [u8; 16],
        now: Timestamp,
    ) -> Self {
        Self { shown: Some(shown), ..Self::for_session(b"consent", session, request, nonce, now) }
    }

    /// A ticket for the form that ends this session for this request.
    pub fn for_sign_out(session: SessionId, request: RequestDigest, nonce: [u8; 16], now: Timestamp) -> Self {
        Self::for_session(b"sign-out", session, request, nonce, now)
    }

    /// A ticket for the forms of the account in this session.
    pub fn for_account(session: SessionId, page: RequestDigest, nonce: [u8; 16], now: Timestamp) -> Self {
        Self::for_session(b"account", session, page, nonce, now)
    }

    fn for_session(form: &[u8], session: SessionId, request: RequestDigest, nonce: [u8; 16], now: Timestamp) -> Self {
        Self::of(form, session.to_string().as_bytes(), request, nonce, now)
    }

    fn of(form: &[u8], browser: &[u8], request: RequestDigest, nonce: [u8; 16], now: Timestamp) -> Self {
        let binding = bind(form, browser, request);
        Self { nonce, expires_at: now.plus(FORM_LIFETIME), binding, shown: None, browser: Some(mark(browser)) }
    }

    /// Checks whether the ticket is for the sign-in form of this visit and request, and has not expired.
    ///
    /// # Errors
    /// The [`FormFault`] of a ticket that is not.
    pub fn check_sign_in(&self, visit: VisitId, request: RequestDigest, now: Timestamp) -> Result<(), FormFault> {
        self.check(&Self::for_sign_in(visit, request, self.nonce, now), now)
    }

    /// Checks whether the ticket is for the form that asks for a second factor in this visit for this request, and has not
    /// expired.
    pub(crate) fn check_factor(&self, visit: VisitId, request: RequestDigest, now: Timestamp) -> Result<(), FormFault> {
        self.check(&Self::for_factor(visit, request, self.nonce, now), now)
    }

    /// Checks whether the ticket is for the consent form of this session and request, and has not expired. Consent
    /// also requires that the page [showed](Self::showed) what is requested now.
    ///
    /// # Errors
    /// The [`FormFault`] of a ticket that is not.
    pub fn check_consent(&self, session: SessionId, request: RequestDigest, now: Timestamp) -> Result<(), FormFault> {
        self.check(&Self::for_session(b"consent", session, request, self.nonce, now), now)
    }

    /// Checks whether the ticket's page showed these facts.
    pub fn showed(&self, shown: ShownDigest) -> bool {
        self.shown == Some(shown)
    }

    /// Checks whether the ticket is for the form that ends this session for this request, and has not expired.
    ///
    /// # Errors
    /// The [`FormFault`] of a ticket that is not.
    pub fn check_sign_out(&self, session: SessionId, request: RequestDigest, now: Timestamp) -> Result<(), FormFault> {
        self.check(&Self::for_sign_out(session, request, self.nonce, now), now)
    }

    /// Checks whether the ticket is for the forms of the account in this session, and has not expired.
    ///
    /// # Errors
    /// The [`FormFault`] of a ticket that is not.
    pub fn check_account(&self, session: SessionId, page: RequestDigest, now: Timestamp) -> Result<(), FormFault> {
        self.check(&Self::for_account(session, page, self.nonce, now), now)
    }

    fn check(&self, expected: &Self, now: Timestamp) -> Result<(), FormFault> {
        let bound = bool::from(self.binding.ct_eq(&expected.binding));
        match (bound, self.browser == expected.browser) {
            (true, _) if self.expires_at > now => Ok(()),
            (true, _) => Err(FormFault::Expired),
            (false, true) => Err(FormFault::OtherRequest),
            (false, false) => Err(FormFault::OtherBrowser),
        }
    }

    /// The challenge for a passkey on the form.
    pub fn passkey_challenge(&self) -> PasskeyChallenge {
        PasskeyChallenge::of_ticket(&self.to_bytes(), self.expires_at)
    }

    /// The random part, which determines the grant that a consent form creates.
    pub const fn nonce(&self) -> &[u8; 16] {
        &self.nonce
    }

    /// The bytes that are sealed into the form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let shown = self.shown.as_ref().map(ShownDigest::as_bytes);
        let shown = shown.map_or(&[][..], |shown| &shown[..]);
        let browser = self.browser.as_ref().map_or(&[][..], |mark| &mark[..]);
        [&self.nonce[..], &self.expires_at.seconds().to_be_bytes(), &self.binding, shown, browser].concat()
    }

    /// Reads the bytes that were sealed into the form.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (nonce, rest) = bytes.split_first_chunk::<16>()?;
        let (expires_at, binding) = rest.split_first_chunk::<8>()?;
        let expires_at = Timestamp::from_seconds(u64::from_be_bytes(*expires_at));
        let (binding, rest) = binding.split_first_chunk::<32>()?;
        let (shown, rest) = match rest.split_first_chunk::<32>() {
            Some((shown, rest)) => (Some(ShownDigest::from_bytes(*shown)), rest),
            None => (None, rest),
        };
        let browser = if rest.is_empty() { None } else { Some(rest.try_into().ok()?) };
        Some(Self { nonce: *nonce, expires_at, binding: *binding, shown, browser })
    }
}

fn mark(browser: &[u8]) -> BrowserMark {
    let digest: [u8; 32] = Sha256::new().chain_update(b"browser of a form").chain_update(browser).finalize().into();
    digest.first_chunk().copied().unwrap_or_default()
}

fn bind(form: &[u8], browser: &[u8], request: RequestDigest) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [form, browser, &request.0[..]] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::tests::NOW;
    use crate::session::tests::session;

    const SHOWN: ShownDigest = ShownDigest::from_bytes([7; 32]);

    #[test]
    fn c138_a_ticket_knows_the_facts_on_its_page_and_one_of_an_earlier_version_knows_none() {
        let (id, request) = (session().0.session().id, RequestDigest::of("one"));
        let bytes = FormTicket::for_consent(id, request, SHOWN, [1; 16], NOW).to_bytes();
        let ticket = FormTicket::from_bytes(&bytes).unwrap();
        assert!(ticket.showed(SHOWN) && !ticket.showed(ShownDigest::from_bytes([8; 32])));
        let earlier = FormTicket::from_bytes(&bytes[..56]).unwrap();
        assert!(earlier.check_consent(id, request, NOW).is_ok() && !earlier.showed(SHOWN));
        let unmarked = FormTicket::from_bytes(&bytes[..88]).unwrap();
        assert!(unmarked.check_consent(id, request, NOW).is_ok() && unmarked.showed(SHOWN));
        let sizes = [57, 87, 89, 95].map(|size| FormTicket::from_bytes(&bytes[..size]).is_none());
        assert_eq!((bytes.len(), sizes), (96, [true; 4]));
        assert!(FormTicket::from_bytes(&[&bytes[..], &[0]].concat()).is_none());
    }

    #[test]
    fn c032_c171_a_ticket_is_good_for_its_own_browser_request_form_and_time_and_says_what_is_wrong() {
        use FormFault::{Expired, OtherBrowser, OtherRequest};
        let (one, other) = (RequestDigest::of("one"), RequestDigest::of("other"));
        let id = session().0.session().id;
        let other_id = SessionId::parse("AAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let ticket = FormTicket::for_consent(id, one, SHOWN, [1; 16], NOW);
        let ticket = FormTicket::from_bytes(&ticket.to_bytes()).unwrap();
        assert_eq!(ticket.check_consent(id, one, NOW), Ok(()));
        assert_eq!(ticket.check_consent(id, one, NOW.plus(FORM_LIFETIME - 1)), Ok(()));
        assert_eq!(ticket.check_consent(id, one, NOW.plus(FORM_LIFETIME)), Err(Expired));
        assert_eq!(ticket.check_consent(id, other, NOW), Err(OtherRequest));
        assert_eq!(ticket.check_consent(other_id, one, NOW), Err(OtherBrowser));
        assert_eq!(ticket.check_consent(other_id, other, NOW.plus(FORM_LIFETIME)), Err(OtherBrowser));
        assert!(ticket.check_sign_out(id, one, NOW).is_err());
        let visit = VisitId::from_bytes([2; 16]);
        let sign_in = FormTicket::for_sign_in(visit, one, [1; 16], NOW);
        let sign_in = FormTicket::from_bytes(&sign_in.to_bytes()).unwrap();
        assert_eq!(sign_in.check_sign_in(visit, one, NOW), Ok(()));
        assert_eq!(sign_in.check_sign_in(VisitId::from_bytes([3; 16]), one, NOW), Err(OtherBrowser));
        assert_eq!(sign_in.check_sign_in(visit, other, NOW), Err(OtherRequest));
        assert!(sign_in.check_consent(id, one, NOW).is_err());
        assert!(FormTicket::from_bytes(&[0; 55]).is_none());
    }

    #[test]
    fn c032_no_form_is_taken_for_another_one_of_the_same_browser_and_request() {
        let (id, request) = (session().0.session().id, RequestDigest::of("one"));
        let visit = VisitId::from_bytes([2; 16]);
        let of_session = [
            FormTicket::for_consent(id, request, SHOWN, [1; 16], NOW),
            FormTicket::for_sign_out(id, request, [1; 16], NOW),
            FormTicket::for_account(id, request, [1; 16], NOW),
        ];
        let expected = |good: usize, other: usize| if good == other { Ok(()) } else { Err(FormFault::OtherRequest) };
        for (place, ticket) in of_session.iter().enumerate() {
            let checks = [FormTicket::check_consent, FormTicket::check_sign_out, FormTicket::check_account];
            let told = checks.map(|check| check(ticket, id, request, NOW));
            assert_eq!(told, [0, 1, 2].map(|other| expected(place, other)), "form {place}");
        }
        let of_visit = [
            FormTicket::for_sign_in(visit, request, [1; 16], NOW),
            FormTicket::for_factor(visit, request, [1; 16], NOW),
        ];
        for (place, ticket) in of_visit.iter().enumerate() {
            let checks = [FormTicket::check_sign_in, FormTicket::check_factor];
            let told = checks.map(|check| check(ticket, visit, request, NOW));
            assert_eq!(told, [0, 1].map(|other| expected(place, other)), "form {place}");
        }
    }

    #[test]
    fn a_mark_decides_nothing() {
        let (id, request) = (session().0.session().id, RequestDigest::of("one"));
        let ticket = FormTicket { browser: Some([0; 8]), ..FormTicket::for_sign_out(id, request, [1; 16], NOW) };
        assert_eq!(ticket.check_sign_out(id, request, NOW), Ok(()));
        let other = RequestDigest::of("other");
        let forged = FormTicket { binding: [0; 32], ..FormTicket::for_sign_out(id, request, [1; 16], NOW) };
        assert_eq!(forged.check_sign_out(id, other, NOW), Err(FormFault::OtherRequest));
    }

    #[test]
    fn c171_each_fault_of_a_form_has_its_own_name_in_the_log() {
        let names: std::collections::BTreeSet<&str> = FormFault::ALL.map(FormFault::name).into();
        assert_eq!(names.len(), FormFault::ALL.len());
    }
}
