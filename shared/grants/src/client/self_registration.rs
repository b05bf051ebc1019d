//! Clients that registered themselves: what authorised the registration, and the token that manages it later.

use std::collections::BTreeSet;
use std::fmt;

use protocol::{AboutClient, ClientIdUrl, Resource, ResponseType, Scope};

use crate::client::document_copy::DocumentCopy;
use crate::client::record::{Client, PkceRule};
use crate::terms::ids::MalformedId;
use crate::terms::secret::SecretDigest;
use crate::terms::time::{Seconds, Timestamp};

/// The limits for clients that register themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrationPolicy {
    /// The most scope; `None` means the identity scopes and all that the APIs offer.
    pub scope: Option<Scope>,
    /// The APIs they may have tokens for.
    pub apis: Vec<Resource>,
    /// The allowed hosts of their redirect URIs and schemes of apps; if empty, any are allowed.
    pub redirect_hosts: BTreeSet<String>,
    /// The private-use schemes without a period that their redirect URIs may have; others are refused (RFC 8252 §8.4).
    pub bare_schemes: BTreeSet<String>,
    /// The lifetime of a client; `None` means it never expires.
    pub client_lifetime: Option<Seconds>,
    /// The PKCE rule; `optional` exempts confidential clients from PKCE.
    pub pkce: PkceRule,
}

/// The name of an initial access token: the first half of its keyed hash, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialTokenName(String);

/// The additional data of a client that registered itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfRegistration {
    /// The place where the client changes its registration.
    pub source: RegistrationSource,
    /// The initial access token it was registered with; `None` if registration was open.
    pub initial_token: Option<InitialTokenName>,
    /// The limits that apply to it, now and after any change, also when the deployment's limits change later.
    pub policy: RegistrationPolicy,
    /// The scope it registered, which a request without `scope` gets; `None` if it registered none. It may request
    /// more later, up to the scope of the [`Client`].
    pub scope: Option<Scope>,
    /// The response types it may request at the authorization endpoint.
    pub response_types: BTreeSet<ResponseType>,
    /// The descriptive metadata, which is only stored.
    pub about: AboutClient,
    /// The time when the registration expires, if it does.
    pub ends_at: Option<Timestamp>,
}

/// The place where a client that was not registered by an operator tells what it is, and changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationSource {
    /// The registration endpoint. Contains the keyed hash of the client's registration access token (RFC 7592 §1.2).
    Endpoint(SecretDigest),
    /// The client ID metadata document at the URL which is its id.
    Document(DocumentCopy),
}

/// The party that registered a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registrant {
    /// An operator, who vouches for the client.
    Operator,
    /// The client itself: its statements about itself are unchecked.
    Itself {
        /// The time of its registration.
        since: Timestamp,
    },
    /// Nobody: its id is the URL of a document in which the client describes itself, just as unchecked. The host of
    /// that URL vouches for it.
    Document,
}

impl InitialTokenName {
    const CHARACTERS: usize = 32;

    /// The name of the token with this keyed hash.
    pub fn of(digest: &SecretDigest) -> Self {
        let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
        let digits = digest.as_bytes().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        Self(digits.take(Self::CHARACTERS).collect())
    }

    /// Reads the name of an initial access token.
    ///
    /// # Errors
    /// [`MalformedId`] for anything but 32 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if digits && text.len() == Self::CHARACTERS { Ok(Self(text.to_owned())) } else { Err(MalformedId) }
    }
}

impl fmt::Display for InitialTokenName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl SelfRegistration {
    /// Creates the data of a client that registers now, authorised by `token`, or by open registration if it is
    /// `None`.
    pub fn new(
        access_token: SecretDigest,
        policy: RegistrationPolicy,
        token: Option<InitialTokenName>,
        now: Timestamp,
    ) -> Self {
        Self {
            source: RegistrationSource::Endpoint(access_token),
            initial_token: token,
            ends_at: policy.client_lifetime.map(|lifetime| now.plus(lifetime)),
            policy,
            scope: None,
            response_types: BTreeSet::new(),
            about: AboutClient::default(),
        }
    }

    /// Creates the data of a client whose document is fetched now. It ends when no grant can rest on the copy any
    /// more: `policy` is [`RegistrationPolicy::of_documents`].
    pub fn of_document(copy: DocumentCopy, policy: RegistrationPolicy) -> Self {
        Self {
            source: RegistrationSource::Document(copy),
            initial_token: None,
            ends_at: policy.client_lifetime.map(|lifetime| copy.fetched_at.plus(lifetime)),
            policy,
            scope: None,
            response_types: BTreeSet::new(),
            about: AboutClient::default(),
        }
    }
}

impl SelfRegistration {
    /// The time in seconds for which an extension is ahead of what is needed, so that a client in daily use is
    /// written once in this time.
    const AHEAD: Seconds = 30 * 24 * 3600;

    /// Returns the new end of a registration that is used at `now` for a grant which ends at `grant_ends_at`, if the
    /// registration has to be extended for it. A registration that an initial access token limited is not extended:
    /// the operator set its end.
    pub(crate) fn extended_for(&self, grant_ends_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let (None, Some(ends_at), Some(lifetime)) = (&self.initial_token, self.ends_at, self.policy.client_lifetime)
        else {
            return None;
        };
        // The copy of a document outlives every grant that is given while it is used.
        if let RegistrationSource::Document(_) = self.source {
            return None;
        }
        let needed = grant_ends_at.max(now.plus(lifetime.saturating_sub(Self::AHEAD)));
        (ends_at < needed).then(|| grant_ends_at.max(now.plus(lifetime)).plus(Self::AHEAD))
    }
}

impl Client {
    /// The prefix of the `client_id` of every self-registered client, and of no other. The item keys of clients
    /// that the registration endpoint may write therefore differ from all others.
    pub const SELF_REGISTERED: &'static str = "dyn_";

    /// The party that registered this client.
    pub fn registrant(&self) -> Registrant {
        match self.registered_by.as_ref().map(|by| by.source) {
            Some(RegistrationSource::Endpoint(_)) => Registrant::Itself { since: self.created_at },
            Some(RegistrationSource::Document(_)) => Registrant::Document,
            None => Registrant::Operator,
        }
    }

    /// Returns the kept copy of its document, if the client is one that a document describes.
    pub fn document(&self) -> Option<DocumentCopy> {
        match self.registered_by.as_ref()?.source {
            RegistrationSource::Document(copy) => Some(copy),
            RegistrationSource::Endpoint(_) => None,
        }
    }

    /// Returns whether the id fits the party that registered the client. The three kinds never share an id, so that
    /// no party writes over a client of another one.
    pub(crate) fn has_id_of_its_registrant(&self) -> bool {
        let reserved = self.id.as_str().starts_with(Self::SELF_REGISTERED);
        match self.registrant() {
            // An operator may register a URL, which then has no document for this server.
            Registrant::Operator => !reserved,
            Registrant::Itself { .. } => reserved,
            Registrant::Document => ClientIdUrl::parse(&self.id).is_some(),
        }
    }

    /// Returns whether the registration has expired. An expired client is treated as if it did not exist.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.registered_by.as_ref().and_then(|by| by.ends_at).is_some_and(|end| end <= now)
    }

    /// Returns the self-registration if `shown` is the keyed hash of its access token, compared in constant time.
    /// Returns `None` for a client that is disabled, has expired, or was registered by an operator.
    pub fn registration_for(&self, shown: SecretDigest, now: Timestamp) -> Option<&SelfRegistration> {
        let own = self.registered_by.as_ref().filter(|by| by.source == RegistrationSource::Endpoint(shown))?;
        (!self.disabled && !self.is_over(now)).then_some(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, client};

    fn registered(ends_at: Option<Timestamp>) -> Client {
        let digest = SecretDigest::from_bytes([7; 32]);
        let by = SelfRegistration::new(digest, RegistrationPolicy::default(), None, NOW);
        Client { registered_by: Some(SelfRegistration { ends_at, ..by }), ..client() }
    }

    #[test]
    fn a_name_is_read_again_and_tells_half_of_the_hash() {
        let name = InitialTokenName::of(&SecretDigest::from_bytes([0xa5; 32]));
        assert_eq!(name.to_string(), "a5".repeat(16));
        assert_eq!(InitialTokenName::parse(&name.to_string()), Ok(name));
        for bad in ["", "a5", &"a5".repeat(17), &"A5".repeat(16), &"g5".repeat(16), &"é".repeat(16)] {
            assert_eq!(InitialTokenName::parse(bad), Err(MalformedId), "{bad}");
        }
    }

    #[test]
    fn c178_use_extends_an_open_registration_ahead_of_its_grants_and_seldom() {
        let day = |days: u32| NOW.plus(days * 24 * 3600);
        let lifetime = Some(90 * 24 * 3600);
        let open = |ends_at| SelfRegistration {
            ends_at: Some(ends_at),
            policy: RegistrationPolicy { client_lifetime: lifetime, ..RegistrationPolicy::default() },
            ..registered(None).registered_by.unwrap()
        };
        let rows = [
            ("a sign-in soon after the registration", day(90), day(0), None),
            ("a grant that ends with the registration", day(90), day(90), None),
            ("a grant that outlives the registration", day(90), day(91), Some(day(121))),
            ("the next grant a day later", day(121), day(92), None),
            ("a sign-in while two thirds are left", day(60), day(0), None),
            ("a sign-in when less is left", day(59), day(0), Some(day(120))),
        ];
        for (case, ends_at, grant_ends_at, extended) in rows {
            assert_eq!(open(ends_at).extended_for(grant_ends_at, NOW), extended, "{case}");
        }
        let by = InitialTokenName::of(&SecretDigest::from_bytes([1; 32]));
        let limited = SelfRegistration { initial_token: Some(by), ..open(day(1)) };
        assert_eq!(limited.extended_for(day(91), NOW), None, "the operator set the end");
        let endless = SelfRegistration { ends_at: None, ..open(day(1)) };
        assert_eq!(endless.extended_for(day(91), NOW), None);
    }

    proptest::proptest! {
        #[test]
        fn c178_no_grant_of_an_open_registration_outlives_it(
            lifetime in 1_u32..20_000_000,
            left in 1_u32..20_000_000,
            grant in 0_u32..20_000_000,
        ) {
            let policy = RegistrationPolicy { client_lifetime: Some(lifetime), ..RegistrationPolicy::default() };
            let own = registered(Some(NOW.plus(left))).registered_by.unwrap();
            let own = SelfRegistration { policy, ..own };
            let extended = own.extended_for(NOW.plus(grant), NOW);
            proptest::prop_assert!(extended.or(own.ends_at) >= Some(NOW.plus(grant)));
            if let Some(extended) = extended {
                proptest::prop_assert!(Some(extended) > own.ends_at);
                let after = SelfRegistration { ends_at: Some(extended), ..own };
                let tomorrow = NOW.plus(24 * 3600);
                proptest::prop_assert_eq!(after.extended_for(tomorrow.plus(grant), tomorrow), None);
            }
        }
    }

    #[test]
    fn o30_a_registration_is_for_its_own_token_and_while_the_client_is_there() {
        let (own, other) = (SecretDigest::from_bytes([7; 32]), SecretDigest::from_bytes([8; 32]));
        assert!(registered(None).registration_for(own, NOW).is_some());
        assert!(registered(None).registration_for(other, NOW).is_none());
        assert!(client().registration_for(own, NOW).is_none());
        assert!(Client { disabled: true, ..registered(None) }.registration_for(own, NOW).is_none());
        assert!(registered(Some(NOW.plus(1))).registration_for(own, NOW).is_some());
        assert!(registered(Some(NOW)).registration_for(own, NOW).is_none());
        assert!(registered(Some(NOW)).is_over(NOW) && !registered(None).is_over(NOW) && !client().is_over(NOW));
    }
}
