//! The plan of a change to a client: made from given attributes, and written if nothing changed meanwhile.

use edge::Error;
use grants::{
    AudienceRule, Backchannel, Client, ClientChange, ClientKeys, Federation, IdTokenClaims, NamedSettings, PkceRule,
    RelyingParty, SigningAlgorithm,
};
use protocol::{AssertionTarget, ClientId, GrantType, RedirectUri, Resource, Scope};
use store::{AuditedAction, ClientChanged};

use crate::audit::About;
use crate::commands::claim_edits::{names_in, with_claims};
use crate::commands::client_description::describe;
use crate::commands::edit::Edit;
use crate::commands::list_change::ListChange;
use crate::commands::offer::ensure_still_offered;
use crate::commands::plan::Plan;
use crate::commands::protection::ProtectionEdits;
use crate::settings::appearance::{Appearance, NewLogo};
use crate::stack::Stack;

/// The attributes of a client that are given; the others stay as they are.
#[derive(Default)]
pub(crate) struct ClientEdits {
    pub(crate) name: Option<String>,
    pub(crate) redirect_uris: ListChange<RedirectUri>,
    pub(crate) grant_types: ListChange<GrantType>,
    pub(crate) apis: ListChange<Resource>,
    pub(crate) introspects: ListChange<Resource>,
    pub(crate) may_act: ListChange<ClientId>,
    pub(crate) id_jag: ListChange<AssertionTarget>,
    /// The change of the scope; without one, it is all that the APIs offer.
    pub(crate) scope: Edit<Scope>,
    pub(crate) audience: Option<AudienceRule>,
    pub(crate) pkce: Option<PkceRule>,
    pub(crate) trusted: Option<bool>,
    pub(crate) keys: Option<ClientKeys>,
    pub(crate) federation: Option<Federation>,
    pub(crate) protection: ProtectionEdits,
    /// The claims to set, each as `NAME=VALUE`, or `NAME=` to remove one.
    pub(crate) claims: Vec<String>,
    pub(crate) relying_party: RelyingPartyEdits,
    pub(crate) appearance: Appearance,
}

/// The attributes of a relying party that are given.
#[derive(Default)]
pub(crate) struct RelyingPartyEdits {
    pub(crate) id_token_algorithm: Option<SigningAlgorithm>,
    pub(crate) id_token_claims: Option<IdTokenClaims>,
    /// The change of the algorithm of `/userinfo` responses; without one, they are JSON.
    pub(crate) userinfo_algorithm: Edit<SigningAlgorithm>,
    pub(crate) default_max_age: Edit<u32>,
    pub(crate) requires_factor: Option<bool>,
    pub(crate) post_logout_redirect_uris: ListChange<RedirectUri>,
    /// The change of the address for notifications.
    pub(crate) backchannel: Edit<Backchannel>,
}

/// A change to a client that was read, before it is made.
pub(crate) struct ClientPlan<'e> {
    pub(crate) before: Client,
    pub(crate) after: Client,
    change: ClientChange,
    edits: &'e ClientEdits,
}

impl ClientEdits {
    /// Plans the change of a client that was read. Checks the APIs, clients and the scope that are given against the registry.
    pub(crate) async fn plan(&self, stack: &Stack, client: &Client) -> Result<ClientPlan<'_>, Error> {
        let change = ClientChange::of_settings(client, self.wanted(client)?)?;
        let after = change.after(Some(client)).ok_or("the change does not fit the client that was read")?;
        stack.ensure_apis(&self.apis.named()).await?;
        stack.ensure_apis(&self.introspects.named()).await?;
        stack.ensure_clients(&self.may_act.named()).await?;
        match &self.scope {
            Edit::Set(scope) => stack.ensure_scope(scope, &after.apis).await?,
            Edit::Keep if self.apis.is_given() => ensure_still_offered(stack, client, &after).await?,
            Edit::Keep | Edit::Remove => {}
        }
        Ok(ClientPlan { before: client.clone(), after, change, edits: self })
    }

    /// Returns the client with the attributes that are given, and with what a given profile demands.
    fn wanted(&self, client: &Client) -> Result<Client, Error> {
        let before: Vec<GrantType> = client.grant_types.iter().copied().collect();
        let claims = with_claims(client.claims.clone(), &self.claims)?;
        self.check_removals(client, &before)?;
        let grant_types = self.grant_types.applied(&before).unwrap_or(before).into_iter().collect();
        let client = client.clone();
        let wanted = Client {
            name: self.name.clone().unwrap_or(client.name),
            redirect_uris: self.redirect_uris.applied(&client.redirect_uris).unwrap_or(client.redirect_uris),
            grant_types,
            apis: self.apis.applied(&client.apis).unwrap_or(client.apis),
            scope: self.scope.applied(client.scope.as_ref()),
            audience: self.audience.unwrap_or(client.audience),
            introspects: self.introspects.applied(&client.introspects).unwrap_or(client.introspects),
            may_act: self.may_act.applied(&client.may_act).unwrap_or(client.may_act),
            assertion_targets: self.id_jag.applied(&client.assertion_targets).unwrap_or(client.assertion_targets),
            trusted: self.trusted.unwrap_or(client.trusted),
            pkce: self.pkce.unwrap_or(client.pkce),
            keys: self.keys.clone().or(client.keys),
            federation: self.federation.clone().or(client.federation),
            relying_party: self.relying_party.applied(client.relying_party),
            claims,
            ..client
        };
        let wanted = self.appearance.applied(self.protection.applied(wanted));
        let Some(profile) = self.protection.profile else { return Ok(wanted) };
        profile.check_named(&self.named())?;
        Ok(wanted.under(profile))
    }

    /// Returns the settings that are given and that a profile decides about.
    fn named(&self) -> NamedSettings {
        let named = self.protection.named();
        let of_userinfo = match self.relying_party.userinfo_algorithm {
            Edit::Set(algorithm) => Some(algorithm),
            Edit::Keep | Edit::Remove => None,
        };
        let of_people = self.relying_party.id_token_algorithm.into_iter().chain(of_userinfo);
        NamedSettings { algorithms: named.algorithms.into_iter().chain(of_people).collect(), pkce: self.pkce, ..named }
    }

    fn check_removals(&self, client: &Client, grant_types: &[GrantType]) -> Result<(), Error> {
        let has_no = |what: &str, member: &dyn std::fmt::Display| {
            format!("the client {} has no {what} {member}: see `jeton client show {}`", client.id, client.id)
        };
        self.redirect_uris.check(&client.redirect_uris, |uri| has_no("redirect URI", uri))?;
        self.grant_types.check(grant_types, |grant_type| has_no("grant", grant_type))?;
        self.apis.check(&client.apis, |api| has_no("API", api))?;
        self.introspects.check(&client.introspects, |api| has_no("right to introspect for", api))?;
        self.id_jag.check(&client.assertion_targets, |target| has_no("right to identity assertions for", target))?;
        self.may_act.check(&client.may_act, |actor| has_no("client that may act:", actor))?;
        self.protection.request_uris.check(&client.requests.uris, |uri| has_no("request URI", uri))?;
        let after_logout = &client.relying_party.post_logout_redirect_uris;
        let edits = &self.relying_party.post_logout_redirect_uris;
        edits.check(after_logout, |uri| has_no("post-logout redirect URI", uri))
    }

    /// Returns the names of the attributes that are given, for the audit trail.
    pub(crate) fn names(&self) -> Vec<String> {
        let relying_party = &self.relying_party;
        let given = [
            ("name", self.name.is_some()),
            ("redirect_uris", self.redirect_uris.is_given()),
            ("grant_types", self.grant_types.is_given()),
            ("apis", self.apis.is_given()),
            ("introspects", self.introspects.is_given()),
            ("may_act", self.may_act.is_given()),
            ("id_jag", self.id_jag.is_given()),
            ("scope", self.scope != Edit::Keep),
            ("audience", self.audience.is_some()),
            ("pkce", self.pkce.is_some()),
            ("trusted", self.trusted.is_some()),
            ("jwks", matches!(self.keys, Some(ClientKeys::Inline(_)))),
            ("jwks_uri", matches!(self.keys, Some(ClientKeys::At(_)))),
            ("federation", self.federation.is_some()),
            ("id_token_signed_response_alg", relying_party.id_token_algorithm.is_some()),
            ("id_token_claims", relying_party.id_token_claims.is_some()),
            ("userinfo_signed_response_alg", relying_party.userinfo_algorithm != Edit::Keep),
            ("default_max_age", relying_party.default_max_age != Edit::Keep),
            ("require_factor", relying_party.requires_factor.is_some()),
            ("post_logout_redirect_uris", relying_party.post_logout_redirect_uris.is_given()),
            ("backchannel_logout_uri", relying_party.backchannel != Edit::Keep),
        ];
        let given = given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned());
        let given = given.chain(self.protection.names());
        given.chain(names_in(&self.claims)).chain(self.appearance.names()).collect()
    }
}

impl RelyingPartyEdits {
    fn applied(&self, before: RelyingParty) -> RelyingParty {
        let after_logout = self.post_logout_redirect_uris.applied(&before.post_logout_redirect_uris);
        RelyingParty {
            id_token_algorithm: self.id_token_algorithm.unwrap_or(before.id_token_algorithm),
            id_token_claims: self.id_token_claims.unwrap_or(before.id_token_claims),
            userinfo_algorithm: self.userinfo_algorithm.applied(before.userinfo_algorithm.as_ref()),
            default_max_age: self.default_max_age.applied(before.default_max_age.as_ref()),
            requires_factor: self.requires_factor.unwrap_or(before.requires_factor),
            post_logout_redirect_uris: after_logout.unwrap_or(before.post_logout_redirect_uris),
            backchannel: self.backchannel.applied(before.backchannel.as_ref()),
            ..before
        }
    }
}

impl ClientPlan<'_> {
    /// Returns the client before and after the change, as `jeton client show` describes it.
    pub(crate) fn plan(&self) -> Plan {
        Plan { before: Some(describe(&self.before)), after: Some(describe(&self.after)) }
    }

    /// Creates the keys that the client needs now, and writes the attributes that are given, with an audit record. It
    /// is refused if the settings are not those that were read.
    pub(crate) async fn write(&self, stack: &Stack, action: AuditedAction) -> Result<ClientChanged, Error> {
        let records = stack.recorder().await;
        if self.after.algorithms() != self.before.algorithms() {
            let algorithms = self.after.algorithms();
            stack.ensure_keys(&algorithms, edge::now(), &records.of_keys(action)).await?;
        }
        let record = records.record(action, &About::Client(&self.before.id), &self.edits.names());
        let logo = match &self.edits.appearance.logo {
            NewLogo::NotGiven => None,
            NewLogo::None => Some(stack.registry.without_logo(&self.before.id)),
            NewLogo::Given(logo) => Some(stack.registry.with_logo(&self.before, logo)),
        };
        let federation = stack.registry.federation_writes(Some(&self.before), Some(&self.after));
        let beside = std::iter::once(record).chain(logo).chain(federation);
        Ok(stack.registry.change_client(&self.change, beside).await?)
    }
}
