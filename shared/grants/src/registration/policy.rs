//! The limits for self-registered clients, and the initial access tokens that change them.

use std::collections::BTreeSet;

use protocol::{IdentityScope, RedirectUri, Resource, Scope};

use crate::client::document_copy::DocumentCopy;
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

/// The reasons why clients may not have answers sent to a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefusedUri {
    /// The private-use scheme has no period, and the policy does not name it.
    BareScheme,
    /// The policy names hosts, and the host or scheme is none of them.
    Host,
}

impl RegistrationPolicy {
    /// The lifetime of an unused client from open registration, in seconds: such clients are only removed by expiry.
    const OPEN_LIFETIME: Seconds = 90 * 24 * 3600;

    /// The limits of open registration, with these APIs and private-use schemes without a period.
    pub fn open(apis: Vec<Resource>, bare_schemes: BTreeSet<String>) -> Self {
        Self { apis, bare_schemes, client_lifetime: Some(Self::OPEN_LIFETIME), ..Self::default() }
    }

    /// The limits of clients that documents describe, with these APIs: those of open registration. A grant that was
    /// given on the last day of a copy finds its client until the grant itself ends.
    pub fn of_documents(apis: Vec<Resource>, bare_schemes: BTreeSet<String>, grant_lifetime: Seconds) -> Self {
        let client_lifetime = Some(DocumentCopy::LONGEST_USE.saturating_add(grant_lifetime));
        Self { client_lifetime, ..Self::open(apis, bare_schemes) }
    }

    /// The most scope a client may have; `apis` are the APIs that the policy names. What people may do elsewhere,
    /// their roles and groups, is for clients whose policy names these scopes.
    pub(crate) fn most(&self, apis: &[Api]) -> Scope {
        let by_name = IdentityScope::ALL.into_iter().filter(|scope| !scope.is_for_every_client());
        let offered = || apis.iter().fold(identity(), |offered, api| offered.or(&api.scope));
        // An API may offer a scope of the same name.
        self.scope.clone().unwrap_or_else(|| by_name.fold(offered(), |usual, scope| usual.without(scope)))
    }

    /// Returns whether clients may have answers sent to this URI. Each redirect URI is judged by itself.
    pub(crate) fn admits(&self, uri: &RedirectUri) -> Result<(), RefusedUri> {
        match uri.bare_scheme() {
            Some(scheme) if self.bare_schemes.contains(&scheme) => Ok(()),
            Some(_) => Err(RefusedUri::BareScheme),
            None if self.redirect_hosts.is_empty() || self.redirect_hosts.contains(&uri.display_host()) => Ok(()),
            None => Err(RefusedUri::Host),
        }
    }
}

impl RefusedUri {
    /// The sentence for the developer of the client.
    pub(crate) const fn why(self) -> &'static str {
        match self {
            Self::BareScheme => {
                "a private-use scheme without a period has to be allowed by the operator: use a reversed domain name such as com.example.app"
            }
            Self::Host => "one has a host that clients may not have here",
        }
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
        let open = RegistrationPolicy::open(named.clone(), BTreeSet::new());
        assert_eq!((&open.apis, open.client_lifetime), (&named, Some(7_776_000)));
        assert_eq!((open.scope, open.redirect_hosts.len()), (None, 0));
        let of_documents = RegistrationPolicy::of_documents(open.apis.clone(), BTreeSet::new(), 100);
        // A fresh copy of a day serves for seven days more, and then the grant lives on.
        let client_lifetime = Some(8 * 86_400 + 100);
        assert_eq!(
            of_documents,
            RegistrationPolicy { client_lifetime, ..RegistrationPolicy::open(open.apis, BTreeSet::new()) }
        );
    }

    #[test]
    fn without_a_scope_of_its_own_a_policy_has_the_identity_and_what_its_apis_offer() {
        let policy = RegistrationPolicy::default();
        let usual = "address email offline_access openid phone profile";
        assert_eq!(policy.most(&[]).to_string(), usual);
        assert!(apis()[0].scope.is_within(&policy.most(&apis())));
        let named = RegistrationPolicy { scope: Scope::parse("openid roles").ok(), ..policy.clone() };
        assert_eq!(named.most(&[]).to_string(), "openid roles");
        // An API of earlier days may offer a scope of the same name.
        let alike = [Api { scope: Scope::parse("groups read roles").unwrap(), ..apis().remove(0) }];
        assert_eq!(policy.most(&alike).to_string(), format!("{usual} read"));
        let narrow = RegistrationPolicy { scope: Scope::parse("openid read").ok(), ..policy };
        assert_eq!(narrow.most(&apis()).to_string(), "openid read");
    }

    #[test]
    fn c163_c179_each_uri_is_judged_by_its_host_or_by_the_scheme_that_the_operator_named() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
        let policy = |hosts: &[&str], schemes: &[&str]| RegistrationPolicy {
            redirect_hosts: names(hosts),
            bare_schemes: names(schemes),
            ..RegistrationPolicy::default()
        };
        let (any, vscode) = (policy(&[], &[]), policy(&[], &["vscode"]));
        let (one, both) = (policy(&["app.example", "com.example.app:"], &[]), policy(&["app.example"], &["vscode"]));
        let (good, host, scheme) = (Ok(()), Err(RefusedUri::Host), Err(RefusedUri::BareScheme));
        for (uri, expected) in [
            ("https://app.example/cb", [good; 4]),
            ("https://other.example/cb", [good, good, host, host]),
            ("http://localhost:3118/cb", [good, good, host, host]),
            ("com.example.app:/cb", [good, good, good, host]),
            ("vscode://publisher.extension/cb", [scheme, good, scheme, good]),
            ("VSCODE:/cb", [scheme, good, scheme, good]),
            ("vscode-insiders:/cb", [scheme; 4]),
            ("cursor://app.example/cb", [scheme; 4]),
        ] {
            let uri = RedirectUri::parse(uri).unwrap();
            let judged = [&any, &vscode, &one, &both].map(|policy| policy.admits(&uri));
            assert_eq!(judged, expected, "{uri}");
        }
        // A host of the policy does not name a scheme.
        let disguised = policy(&["vscode", "vscode:"], &[]);
        assert_eq!(disguised.admits(&RedirectUri::parse("vscode:/cb").unwrap()), scheme);
    }
}
