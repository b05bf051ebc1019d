//! The limits for self-registered clients, and the initial access tokens that change them.

use protocol::{IdentityScope, Resource, Scope};

use crate::client::self_registration::{InitialTokenName, RegistrationPolicy};
use crate::request::access::identity;
use crate::step::guard::{Attribute, Fact, Guard, Held};
use crate::terms::api::Api;
use crate::terms::time::{Seconds, Timestamp};

/// An initial access token (RFC 7591 §1.2) as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialToken {
    /// Its name, which cannot be used to register.
    pub name: InitialTokenName,
    /// The limits for clients registered with it.
    pub policy: RegistrationPolicy,
    /// The number of clients that may still be registered with it.
    pub uses_left: u32,
    /// The time when it was made.
    pub created_at: Timestamp,
    /// The time when it expires.
    pub expires_at: Timestamp,
}

/// A fact of an initial access token that guards test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitialTokenFact {
    /// The number of clients that may still be registered with the token.
    UsesLeft,
    /// The time when the token expires.
    ExpiresAt,
}

impl RegistrationPolicy {
    /// The lifetime of a client from open registration, in seconds: such clients are only removed by expiry.
    const OPEN_LIFETIME: Seconds = 90 * 24 * 3600;

    /// The limits of open registration, with these APIs.
    pub fn open(apis: Vec<Resource>) -> Self {
        Self { apis, client_lifetime: Some(Self::OPEN_LIFETIME), ..Self::default() }
    }

    /// The most scope a client may have; `apis` are the APIs that the policy names. What people may do elsewhere,
    /// their roles and groups, is for clients whose policy names these scopes.
    pub(crate) fn most(&self, apis: &[Api]) -> Scope {
        let of_identity = || identity().without(IdentityScope::Roles).without(IdentityScope::Groups);
        let offered = || apis.iter().fold(of_identity(), |offered, api| offered.or(&api.scope));
        self.scope.clone().unwrap_or_else(offered)
    }

    /// The scope of a client that requests none.
    pub(crate) fn usual(&self, apis: &[Api]) -> Scope {
        self.most(apis).and(&identity())
    }
}

impl InitialToken {
    /// The guards of a registration with it: it has a use left and is not expired.
    pub fn guards(now: Timestamp) -> [Guard<InitialTokenFact>; 2] {
        [InitialTokenFact::UsesLeft.is_above(0), InitialTokenFact::ExpiresAt.is_after(now)]
    }

    /// Returns whether a client may be registered with it.
    pub fn is_good(&self, now: Timestamp) -> bool {
        Self::guards(now).iter().all(|guard| guard.holds(Some(self)))
    }
}

impl Fact for InitialTokenFact {
    type Record = InitialToken;

    const KEY: &'static str = "id";

    fn attribute(self) -> Attribute<Self> {
        match self {
            Self::UsesLeft => Attribute::named("uses_left"),
            Self::ExpiresAt => Attribute::named("expires_at"),
        }
    }

    fn of(self, token: &InitialToken) -> Option<Held<'_>> {
        Some(match self {
            Self::UsesLeft => Held::Number(token.uses_left),
            Self::ExpiresAt => Held::Time(token.expires_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, apis};
    use crate::terms::secret::SecretDigest;

    #[test]
    fn a_token_is_good_until_it_is_used_up_or_over() {
        let digest = SecretDigest::from_bytes([1; 32]);
        let token = |uses_left, seconds| InitialToken {
            name: InitialTokenName::of(&digest),
            policy: RegistrationPolicy::default(),
            uses_left,
            created_at: NOW,
            expires_at: NOW.plus(seconds),
        };
        assert!(token(1, 1).is_good(NOW));
        assert!(!token(0, 1).is_good(NOW) && !token(1, 0).is_good(NOW));
    }

    #[test]
    fn c117_where_anybody_registers_clients_have_the_apis_of_the_deployment_and_end_after_90_days() {
        let named: Vec<Resource> = apis().into_iter().map(|api| api.identifier).collect();
        let open = RegistrationPolicy::open(named.clone());
        assert_eq!((open.apis, open.client_lifetime), (named, Some(7_776_000)));
        assert_eq!((open.scope, open.redirect_hosts.len()), (None, 0));
    }

    #[test]
    fn without_a_scope_of_its_own_a_policy_has_the_identity_and_what_its_apis_offer() {
        let policy = RegistrationPolicy::default();
        let usual = "address email offline_access openid phone profile";
        assert_eq!(policy.most(&[]).to_string(), usual);
        assert!(apis()[0].scope.is_within(&policy.most(&apis())));
        assert_eq!(policy.usual(&apis()).to_string(), usual);
        let named = RegistrationPolicy { scope: Scope::parse("openid roles").ok(), ..policy.clone() };
        assert_eq!(named.usual(&[]).to_string(), "openid roles");
        let narrow = RegistrationPolicy { scope: Scope::parse("openid read").ok(), ..policy };
        assert_eq!(
            (narrow.most(&apis()).to_string(), narrow.usual(&[]).to_string()),
            ("openid read".to_owned(), "openid".to_owned())
        );
    }
}
