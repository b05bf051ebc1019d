//! Clients that registered themselves: what authorised the registration, and the token that manages it later.

use std::collections::BTreeSet;
use std::fmt;

use protocol::{AboutClient, Resource, ResponseType, Scope};

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
    /// The keyed hash of its registration access token (RFC 7592 §1.2).
    pub access_token: SecretDigest,
    /// The initial access token it was registered with; `None` if registration was open.
    pub initial_token: Option<InitialTokenName>,
    /// The limits that apply to it, now and after any change.
    pub policy: RegistrationPolicy,
    /// The response types it may request at the authorization endpoint.
    pub response_types: BTreeSet<ResponseType>,
    /// The descriptive metadata, which is only stored.
    pub about: AboutClient,
    /// The time when the registration expires, if it does.
    pub ends_at: Option<Timestamp>,
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
            access_token,
            initial_token: token,
            ends_at: policy.client_lifetime.map(|lifetime| now.plus(lifetime)),
            policy,
            response_types: BTreeSet::new(),
            about: AboutClient::default(),
        }
    }
}

impl Client {
    /// The prefix of the `client_id` of every self-registered client, and of no other. The item keys of clients
    /// that the registration endpoint may write therefore differ from all others.
    pub const SELF_REGISTERED: &'static str = "dyn_";

    /// The party that registered this client.
    pub fn registrant(&self) -> Registrant {
        match self.registered_by {
            Some(_) => Registrant::Itself { since: self.created_at },
            None => Registrant::Operator,
        }
    }

    /// Returns whether the registration has expired. An expired client is treated as if it did not exist.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.registered_by.as_ref().and_then(|by| by.ends_at).is_some_and(|end| end <= now)
    }

    /// Returns the self-registration if `shown` is the keyed hash of its access token, compared in constant time.
    /// Returns `None` for a client that is disabled, has expired, or was registered by an operator.
    pub fn registration_for(&self, shown: SecretDigest, now: Timestamp) -> Option<&SelfRegistration> {
        let own = self.registered_by.as_ref().filter(|by| by.access_token == shown)?;
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
