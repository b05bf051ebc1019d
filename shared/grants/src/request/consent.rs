//! Remembered consent: the clients it applies to, and when it stops to count (RFC 8252 §8.6, OWASP ASVS 10.7.3).

use std::collections::BTreeSet;

use protocol::{ClaimsRequest, ClientId, RedirectUri, Scope};
use sha2::{Digest, Sha256};

use crate::client::record::Client;
use crate::client::self_registration::Registrant;
use crate::request::access::Target;
use crate::terms::time::Timestamp;

/// The maximum number of pages remembered per client; the oldest is dropped first.
const MAX_TARGETS: usize = 8;

/// The consent of a person to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The scope and the APIs of each page that the person allowed, the newest first; never empty.
    pub targets: Vec<Target>,
    /// The client's registration at that time; `None` in consent that an earlier version stored.
    pub mark: Option<RegistrationMark>,
    /// The time of the newest consent.
    pub agreed_at: Timestamp,
}

/// A hash of the parts of a client's registration that people recognise: its names, the hosts of its redirect URIs, the
/// party that registered it, and the clients that may act with its tokens. Consent ends when any of them changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrationMark([u8; 32]);

/// Returns whether a client needs no consent page for `asked`.
///
/// Earlier consent, and the operator's `trusted` flag, count only for clients that the operator vouches for.
pub fn is_agreed(client: &Client, redirect_uri: &RedirectUri, given: Option<&Consent>, asked: &Target) -> bool {
    let earlier = given.is_some_and(|given| given.counts_for(client) && given.covers(asked));
    client.is_vouched_for(redirect_uri) && (client.trusted || earlier)
}

/// Returns the access a person is asked to agree to: the scope, plus the scopes that contain the single claims
/// requested.
pub(crate) fn to_agree_to(target: &Target, claims: &ClaimsRequest) -> Target {
    let single = claims.userinfo.iter().chain(&claims.id_token);
    let scope = target.scope.or(&Scope::of(single.map(|claim| claim.scope().as_str())));
    Target { scope, ..target.clone() }
}

impl Client {
    /// Returns whether the operator registered this client and its answer can reach no other app: the client
    /// authenticates, or its redirect URI is https. Any app on a device can claim a private-use scheme or a
    /// loopback address (RFC 8252 §8.6).
    pub fn is_vouched_for(&self, redirect_uri: &RedirectUri) -> bool {
        let reaches_only_it = self.is_confidential() || !redirect_uri.is_native();
        self.registrant() == Registrant::Operator && reaches_only_it
    }

    /// Computes the mark of the client's registration.
    pub fn registration_mark(&self) -> RegistrationMark {
        let owner = match self.registrant() {
            Registrant::Operator => "operator",
            Registrant::Itself { .. } => "itself",
            Registrant::Document => "document",
        };
        let hosts: BTreeSet<String> = self.redirect_uris.iter().map(RedirectUri::display_host).collect();
        let mut hash = Sha256::new();
        // The mark of a client without actors and without names by language is what an earlier version computed.
        let marker = (!self.may_act.is_empty()).then_some("may act");
        let actors = marker.into_iter().chain(self.may_act.iter().map(ClientId::as_str));
        let marker = (!self.name_in.is_empty()).then_some("name in");
        let names = self.name_in.iter().flat_map(|(tag, name)| [tag.as_str(), name]);
        let further = actors.chain(marker).chain(names);
        for text in [owner, &self.name].into_iter().chain(hosts.iter().map(String::as_str)).chain(further) {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text);
        }
        RegistrationMark(hash.finalize().into())
    }
}

impl Consent {
    /// Creates consent to `agreed`, merged with `earlier` consent that still counts.
    pub fn given(client: &Client, agreed: &Target, earlier: Option<&Self>, now: Timestamp) -> Self {
        let earlier = earlier.filter(|earlier| earlier.counts_for(client));
        let others = earlier.into_iter().flat_map(|earlier| &earlier.targets);
        let others = others.filter(|other| !covers(std::slice::from_ref(agreed), other));
        let targets = std::iter::once(agreed).chain(others).take(MAX_TARGETS).cloned().collect();
        Self { targets, mark: Some(client.registration_mark()), agreed_at: now }
    }

    /// Returns whether the consent was given to the client as it is registered now. Consent that an earlier version
    /// stored has no mark. It counts for confidential clients, the only ones that version stored consent for,
    /// unless they were registered again since.
    pub fn counts_for(&self, client: &Client) -> bool {
        match self.mark {
            Some(mark) => mark == client.registration_mark(),
            None => client.is_confidential() && self.agreed_at >= client.created_at,
        }
    }

    /// Returns whether the person allowed all of `asked`: each scope token for each API, on one page or another.
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
    /// Wraps the hash stored in the table.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash as stored in the table.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests;
