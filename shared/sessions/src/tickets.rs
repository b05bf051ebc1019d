//! Form tickets, which bind a form to the browser and to the request it was made for (RFC 9700 §4.7).

use grants::{Seconds, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{SessionId, ShownDigest};

/// The time in seconds during which a form can be sent.
pub const FORM_LIFETIME: Seconds = 1800;

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
}

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
        let binding = bind(b"sign-in", &visit.0, request);
        Self { nonce, expires_at: now.plus(FORM_LIFETIME), binding, shown: None }
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

    fn for_session(form: &[u8], session: SessionId, request: RequestDigest, nonce: [u8; 16], now: Timestamp) -> Self {
        let binding = bind(form, session.to_string().as_bytes(), request);
        Self { nonce, expires_at: now.plus(FORM_LIFETIME), binding, shown: None }
    }

    /// Checks whether the ticket is for the sign-in form of this visit and request, and has not expired.
    pub fn admits_sign_in(&self, visit: VisitId, request: RequestDigest, now: Timestamp) -> bool {
        self.admits(&Self::for_sign_in(visit, request, self.nonce, now), now)
    }

    /// Checks whether the ticket is for the consent form of this session and request, and has not expired. Consent
    /// also requires that the page [showed](Self::showed) what is requested now.
    pub fn admits_consent(&self, session: SessionId, request: RequestDigest, now: Timestamp) -> bool {
        self.admits(&Self::for_session(b"consent", session, request, self.nonce, now), now)
    }

    /// Checks whether the ticket's page showed these facts.
    pub fn showed(&self, shown: ShownDigest) -> bool {
        self.shown == Some(shown)
    }

    /// Checks whether the ticket is for the form that ends this session for this request, and has not expired.
    pub fn admits_sign_out(&self, session: SessionId, request: RequestDigest, now: Timestamp) -> bool {
        self.admits(&Self::for_sign_out(session, request, self.nonce, now), now)
    }

    fn admits(&self, expected: &Self, now: Timestamp) -> bool {
        self.expires_at > now && bool::from(self.binding.ct_eq(&expected.binding))
    }

    /// The random part, which determines the grant that a consent form creates.
    pub const fn nonce(&self) -> &[u8; 16] {
        &self.nonce
    }

    /// The bytes that are sealed into the form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let shown = self.shown.as_ref().map(ShownDigest::as_bytes);
        let shown = shown.map_or(&[][..], |shown| &shown[..]);
        [&self.nonce[..], &self.expires_at.seconds().to_be_bytes(), &self.binding, shown].concat()
    }

    /// Reads the bytes that were sealed into the form.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (nonce, rest) = bytes.split_first_chunk::<16>()?;
        let (expires_at, binding) = rest.split_first_chunk::<8>()?;
        let expires_at = Timestamp::from_seconds(u64::from_be_bytes(*expires_at));
        let (binding, shown) = binding.split_first_chunk::<32>()?;
        let shown = match shown {
            [] => None,
            shown => Some(ShownDigest::from_bytes(shown.try_into().ok()?)),
        };
        Some(Self { nonce: *nonce, expires_at, binding: *binding, shown })
    }
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
        assert!(earlier.admits_consent(id, request, NOW) && !earlier.showed(SHOWN));
        let sizes = [57, 87].map(|size| FormTicket::from_bytes(&bytes[..size]).is_none());
        assert_eq!((bytes.len(), sizes), (88, [true; 2]));
        assert!(FormTicket::from_bytes(&[&bytes[..], &[0]].concat()).is_none());
    }

    #[test]
    fn c032_a_ticket_is_good_for_its_own_browser_request_form_and_time() {
        let (one, other) = (RequestDigest::of("one"), RequestDigest::of("other"));
        let id = session().0.session().id;
        let other_id = SessionId::parse("AAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let ticket = FormTicket::for_consent(id, one, SHOWN, [1; 16], NOW);
        let ticket = FormTicket::from_bytes(&ticket.to_bytes()).unwrap();
        assert!(ticket.admits_consent(id, one, NOW));
        assert!(ticket.admits_consent(id, one, NOW.plus(FORM_LIFETIME - 1)));
        assert!(!ticket.admits_consent(id, one, NOW.plus(FORM_LIFETIME)));
        assert!(!ticket.admits_consent(id, other, NOW));
        assert!(!ticket.admits_consent(other_id, one, NOW));
        let visit = VisitId::from_bytes([2; 16]);
        let sign_in = FormTicket::for_sign_in(visit, one, [1; 16], NOW);
        assert!(sign_in.admits_sign_in(visit, one, NOW));
        assert!(!sign_in.admits_sign_in(VisitId::from_bytes([3; 16]), one, NOW));
        assert!(!sign_in.admits_sign_in(visit, other, NOW));
        assert!(!sign_in.admits_consent(id, one, NOW));
        assert!(FormTicket::from_bytes(&[0; 55]).is_none());
    }
}
