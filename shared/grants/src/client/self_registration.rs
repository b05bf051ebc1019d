//! Clients that registered themselves: by whose leave, and with what they keep their registration.

use std::collections::BTreeSet;
use std::fmt;

use protocol::{AboutClient, Resource, ResponseType, Scope};

use crate::client::record::{Client, PkceRule, SecretDigest};
use crate::terms::ids::MalformedId;
use crate::terms::time::{Seconds, Timestamp};

/// What clients may have that register themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrationPolicy {
    /// The most scope; `None` is the identity of people who sign in, and all that the APIs offer.
    pub scope: Option<Scope>,
    /// The APIs they may have tokens for.
    pub apis: Vec<Resource>,
    /// The hosts of their redirect URIs, and the schemes of apps; any where there is none.
    pub redirect_hosts: BTreeSet<String>,
    /// How long they live; for ever where it is `None`.
    pub client_lifetime: Option<Seconds>,
    /// `optional` excuses confidential ones from PKCE.
    pub pkce: PkceRule,
}

/// The name of an initial access token: the first half of its keyed hash, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialTokenName(String);

/// What a client has that registered itself, beside what any client has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfRegistration {
    /// The keyed hash of its registration access token (RFC 7592 §1.2).
    pub access_token: SecretDigest,
    /// The initial access token that it was registered with; none where registration is open.
    pub initial_token: Option<InitialTokenName>,
    /// What it may have, now and after any change.
    pub policy: RegistrationPolicy,
    /// What it may ask the authorization endpoint for.
    pub response_types: BTreeSet<ResponseType>,
    /// What is only kept.
    pub about: AboutClient,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
}

/// The one who registered a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registrant {
    /// An operator, who vouches for it.
    Operator,
    /// The client itself: nobody checked what it says about itself.
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

    /// Reads a name.
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
    /// Of a client that is registered now, by leave of `token` or of a deployment that lets anybody register.
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
    /// How the `client_id` of every client starts that registered itself, and of no other: what the endpoint may write is
    /// told from what it may not by the key of the item.
    pub const SELF_REGISTERED: &'static str = "dyn_";

    /// The one who registered it.
    pub fn registrant(&self) -> Registrant {
        match self.registered_by {
            Some(_) => Registrant::Itself { since: self.created_at },
            None => Registrant::Operator,
        }
    }

    /// Whether its time is over: then it is as if it had never been there.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.registered_by.as_ref().and_then(|by| by.ends_at).is_some_and(|end| end <= now)
    }

    /// Its registration, for whoever shows the token with this keyed hash. The hash is compared in constant time. One that
    /// is switched off or over has none, and neither has one that an operator made.
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
