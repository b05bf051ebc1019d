//! Consent that is remembered: to which clients, and for how long it counts (RFC 8252 §8.6, OWASP ASVS 10.7.3).

use std::collections::BTreeSet;

use protocol::{ClaimsRequest, RedirectUri, Scope};
use sha2::{Digest, Sha256};

use crate::client::record::Client;
use crate::client::self_registration::Registrant;
use crate::request::access::Target;
use crate::terms::time::Timestamp;

/// The most pages that are remembered for one client; the oldest is forgotten first.
const MAX_TARGETS: usize = 8;

/// Consent of a person to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The scope and the APIs of each page that the person allowed, the newest first; never empty.
    pub targets: Vec<Target>,
    /// The client's registration at that time; `None` in consent that an earlier version stored.
    pub mark: Option<RegistrationMark>,
    /// The time of the newest.
    pub agreed_at: Timestamp,
}

/// The part of a client's registration that people recognise, hashed: its name, the hosts of its redirect URIs, and the
/// one who registered it. Consent does not outlive a change of any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrationMark([u8; 32]);

/// Whether a client needs no consent page for `asked`.
///
/// Consent of earlier counts for clients that the operator vouches for, and the operator may have trusted one of them.
pub fn is_agreed(client: &Client, redirect_uri: &RedirectUri, given: Option<&Consent>, asked: &Target) -> bool {
    let earlier = given.is_some_and(|given| given.counts_for(client) && given.covers(asked));
    client.is_vouched_for(redirect_uri) && (client.trusted || earlier)
}

/// What a person is asked to agree to: the scope, and for single claims the scopes that would bring them.
pub fn to_agree_to(target: &Target, claims: &ClaimsRequest) -> Target {
    let single = claims.userinfo.iter().chain(&claims.id_token);
    let scope = target.scope.or(&Scope::of(single.map(|claim| claim.scope().as_str())));
    Target { scope, ..target.clone() }
}

impl Client {
    /// Whether the operator made this client and its answer gets to it and nobody else: it authenticates, or its redirect
    /// URI is https. Any app on a device can take a private-use scheme or a loopback address (RFC 8252 §8.6).
    pub fn is_vouched_for(&self, redirect_uri: &RedirectUri) -> bool {
        let reaches_only_it = self.is_confidential() || !redirect_uri.is_native();
        self.registrant() == Registrant::Operator && reaches_only_it
    }

    /// The mark of its registration.
    pub fn registration_mark(&self) -> RegistrationMark {
        let owner = match self.registrant() {
            Registrant::Operator => "operator",
            Registrant::Itself { .. } => "itself",
        };
        let hosts: BTreeSet<String> = self.redirect_uris.iter().map(RedirectUri::display_host).collect();
        let mut hash = Sha256::new();
        for text in [owner, &self.name].into_iter().chain(hosts.iter().map(String::as_str)) {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text);
        }
        RegistrationMark(hash.finalize().into())
    }
}

impl Consent {
    /// Consent to `agreed`, together with `earlier` consent that still counts.
    pub fn given(client: &Client, agreed: &Target, earlier: Option<&Self>, now: Timestamp) -> Self {
        let earlier = earlier.filter(|earlier| earlier.counts_for(client));
        let others = earlier.into_iter().flat_map(|earlier| &earlier.targets);
        let others = others.filter(|other| !covers(std::slice::from_ref(agreed), other));
        let targets = std::iter::once(agreed).chain(others).take(MAX_TARGETS).cloned().collect();
        Self { targets, mark: Some(client.registration_mark()), agreed_at: now }
    }

    /// Whether it was given to the client as it is registered now. Consent that an earlier version stored has no mark: it
    /// counts for the clients for which that version stored it, unless they were registered anew.
    pub fn counts_for(&self, client: &Client) -> bool {
        match self.mark {
            Some(mark) => mark == client.registration_mark(),
            None => client.is_confidential() && self.agreed_at >= client.created_at,
        }
    }

    /// Whether the person allowed all of `asked`: each scope token for each API, on one page or another.
    pub fn covers(&self, asked: &Target) -> bool {
        covers(&self.targets, asked)
    }
}

fn covers(agreed: &[Target], asked: &Target) -> bool {
    let each = asked.resources.iter().all(|resource| {
        let pages = || agreed.iter().filter(|target| target.resources.contains(resource));
        pages().next().is_some() && asked.scope.tokens().all(|token| pages().any(|page| page.scope.contains(token)))
    });
    each && !asked.resources.is_empty()
}

impl RegistrationMark {
    /// Takes the hash that a table holds.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash, for the table.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests;
