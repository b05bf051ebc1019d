//! The settings of a client, which its operator changes one by one.

use std::collections::BTreeSet;

use protocol::{
    AssertionTarget, Claims, ClientId, ClientLink, GrantType, LinkUrl, LogoFacts, RedirectUri, Resource, Scope,
};

use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::client::audience_rule::AudienceRule;
use crate::client::federation::Federation;
use crate::client::profile::Profile;
use crate::client::public_keys::ClientKeys;
use crate::client::record::{AuthMethod, Client, DpopRule, PkceRule};
use crate::client::relying_party::{IdTokenClaims, RelyingParty};
use crate::client::request_rules::RequestRules;
use crate::terms::api::SigningAlgorithm;

/// One setting of a client, with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The name that people see.
    Name(String),
    /// Its security profile, without the settings that the profile demands.
    Profile(Profile),
    /// The way in which it authenticates. A client that has no secret then loses those that it had.
    AuthMethod(AuthMethod),
    /// All of its redirect URIs.
    RedirectUris(Vec<RedirectUri>),
    /// All grant types that it may use.
    GrantTypes(BTreeSet<GrantType>),
    /// All APIs that it may have tokens for.
    Apis(Vec<Resource>),
    /// The most scope it may have; `None` means all that its APIs offer.
    Scope(Option<Scope>),
    /// The number of APIs that one token may be for.
    Audience(AudienceRule),
    /// All APIs on whose behalf it may introspect tokens.
    Introspects(Vec<Resource>),
    /// All clients that may act with its access tokens.
    MayAct(Vec<ClientId>),
    /// All authorization servers of others for which it gets identity assertions.
    AssertionTargets(Vec<AssertionTarget>),
    /// The mark of the operator's own app.
    Trusted(bool),
    /// The rule on whether the client must use PKCE.
    Pkce(PkceRule),
    /// The rule on whether it must prove the key of its access tokens.
    Dpop(DpopRule),
    /// The rules for its authorization requests.
    Requests(RequestRules),
    /// The algorithm of its signed introspection responses.
    IntrospectionAlgorithm(SigningAlgorithm),
    /// The keys that verify its assertions.
    Keys(ClientKeys),
    /// The rule by which tokens of another issuer authenticate it.
    Federation(Federation),
    /// The only algorithm for its assertions; `None` means any that its keys or its secret fit.
    AssertionAlgorithm(Option<AssertionAlgorithm>),
    /// The rule that its assertions must have the issuer as their only audience.
    StrictAudience(bool),
    /// The claims in the tokens that it gets for itself.
    Claims(Claims),
    /// Its settings as a relying party, except for the claims in its ID tokens.
    RelyingParty(RelyingParty),
    /// The claims in its ID tokens.
    IdTokenClaims(IdTokenClaims),
    /// One of its links; `None` removes it.
    Link(ClientLink, Option<LinkUrl>),
    /// The facts of its logo, which is written in the same transaction; `None` if it has none any more.
    Logo(Option<LogoFacts>),
}

impl Setting {
    /// Returns the client with this setting.
    pub(crate) fn applied(&self, client: Client) -> Client {
        match self.clone() {
            Self::Name(name) => Client { name, ..client },
            Self::Profile(profile) => Client { profile, ..client },
            Self::AuthMethod(auth_method) => {
                let secrets = if auth_method.has_secret() { client.secrets } else { Vec::new() };
                Client { auth_method, secrets, ..client }
            }
            Self::RedirectUris(redirect_uris) => Client { redirect_uris, ..client },
            Self::GrantTypes(grant_types) => Client { grant_types, ..client },
            Self::Apis(apis) => Client { apis, ..client },
            Self::Scope(scope) => Client { scope, ..client },
            Self::Audience(audience) => Client { audience, ..client },
            Self::Introspects(introspects) => Client { introspects, ..client },
            Self::MayAct(may_act) => Client { may_act, ..client },
            Self::AssertionTargets(assertion_targets) => Client { assertion_targets, ..client },
            Self::Trusted(trusted) => Client { trusted, ..client },
            Self::Pkce(pkce) => Client { pkce, ..client },
            Self::Federation(rule) => Client { federation: Some(rule), ..client },
            Self::Dpop(dpop) => Client { dpop, ..client },
            Self::Requests(requests) => Client { requests, ..client },
            Self::IntrospectionAlgorithm(introspection_algorithm) => Client { introspection_algorithm, ..client },
            Self::Keys(keys) => Client { keys: Some(keys), ..client },
            Self::AssertionAlgorithm(assertion_algorithm) => Client { assertion_algorithm, ..client },
            Self::StrictAudience(strict_audience) => Client { strict_audience, ..client },
            Self::Claims(claims) => Client { claims, ..client },
            Self::RelyingParty(new) => {
                let id_token_claims = client.relying_party.id_token_claims;
                Client { relying_party: RelyingParty { id_token_claims, ..new }, ..client }
            }
            Self::IdTokenClaims(id_token_claims) => {
                Client { relying_party: RelyingParty { id_token_claims, ..client.relying_party }, ..client }
            }
            Self::Link(link, url) => {
                let others = client.links.into_iter().filter(|(other, _)| *other != link);
                Client { links: others.chain(url.map(|url| (link, url))).collect(), ..client }
            }
            Self::Logo(logo) => Client { logo, ..client },
        }
    }
}
