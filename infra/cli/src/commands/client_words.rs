//! The words of a client. `jeton client import` and the file of `jeton apply` describe a client with them, and `jeton
//! export` and `jeton client show --json` print them.
//!
//! This is the only module that knows how the settings of a client are spelled, and what they mean. A document and a file
//! add what only one of them has: see `client_document` and `client_description`.

use std::collections::BTreeMap;

use grants::{
    AssertionAlgorithm, AudienceRule, AuthMethod, Client, ClientKeys, DpopRule, Federation, NamedSettings, PkceRule,
    Profile, PushRule, RequestRules, SigningAlgorithm,
};
use keys::write_client_keys;
use protocol::{
    AssertionTarget, Claims, ClientId, ClientLink, GrantType, LanguageTag, LinkUrl, Logo, RedirectUri, RequestUri,
    Resource, Scope, ServerUri,
};
use serde::{Deserialize, Serialize};

use crate::commands::apply::json::Json;
use crate::commands::apply::reading::{KeySet, LogoEntry, Reading, SecretPlace, WantedClient, redirect_uris};
use crate::commands::apply::word::{Told, Word, values};
use crate::commands::federation::FederationWords;
use crate::commands::relying_party_words::RelyingPartyWords;

const RS256: SigningAlgorithm = SigningAlgorithm::Rs256;

/// A client, with its secret, its logo and its keys where they are. A file says `id` and `grants` for what documents call
/// `client_id` and `grant_types`.
#[derive(Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientWords {
    pub(crate) id: Option<Word<ClientId>>,
    pub(crate) name: Option<String>,
    profile: Option<Word<Profile>>,
    pub(crate) auth_method: Option<Word<AuthMethod>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grants: Option<Vec<Word<GrantType>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uris: Option<Vec<Word<RedirectUri>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apis: Option<Vec<Word<Resource>>>,
    scope: Option<Word<Scope>>,
    audience: Option<Word<AudienceRule>>,
    pkce: Option<Word<PkceRule>>,
    require_pushed_authorization_requests: Option<bool>,
    pub(crate) request_object_signing_alg: Option<Word<AssertionAlgorithm>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_uris: Option<Vec<Word<RequestUri>>>,
    authorization_signed_response_alg: Option<Word<SigningAlgorithm>>,
    dpop_bound_access_tokens: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    introspects: Option<Vec<Word<Resource>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    may_act: Option<Vec<Word<ClientId>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_jag: Option<Vec<Word<AssertionTarget>>>,
    introspection_signed_response_alg: Option<Word<SigningAlgorithm>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted: Option<bool>,
    /// A client is neither disabled nor enabled by words that do not say it.
    disabled: Option<bool>,
    client_uri: Option<Word<LinkUrl>>,
    policy_uri: Option<Word<LinkUrl>>,
    tos_uri: Option<Word<LinkUrl>>,
    pub(crate) jwks_uri: Option<Word<ServerUri>>,
    assertion_alg: Option<Word<AssertionAlgorithm>>,
    assertion_audience: Option<AssertionAudience>,
    /// Its names by language.
    #[serde(skip_serializing_if = "Option::is_none")]
    name_in: Option<BTreeMap<Word<LanguageTag>, String>>,
    pub(crate) secret: Option<SecretPlace>,
    pub(crate) logo: Option<LogoEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<BTreeMap<String, Json>>,
    pub(crate) jwks: Option<KeySet>,
    pub(crate) federation: Option<FederationWords>,
    relying_party: Option<RelyingPartyWords>,
}

/// The audience that a client's assertions may name.
#[derive(Deserialize, Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum AssertionAudience {
    Endpoint,
    Issuer,
}

impl ClientWords {
    /// Returns the words of a client, without its logo and its issuer, which are registered apart.
    pub(crate) fn of(client: &Client, told: Told) -> Self {
        let grants: Vec<GrantType> = client.grant_types.iter().copied().collect();
        let name_in = client.name_in.iter().map(|(tag, name)| (Word(tag.clone()), name.clone()));
        let link = |link: ClientLink| client.links.get(&link).map(|url: &LinkUrl| Word(url.clone()));
        let claims = serde_json::to_value(&client.claims).unwrap_or_default();
        let claims = claims.as_object().into_iter().flatten();
        let claims: BTreeMap<String, Json> = claims.map(|(name, value)| (name.clone(), Json(value.clone()))).collect();
        let relying_party = RelyingPartyWords::of(&client.relying_party, told);
        Self {
            id: Some(Word(client.id.clone())),
            name: Some(client.name.clone()),
            name_in: told.unless(&BTreeMap::new(), name_in.collect()),
            grants: told.list(&grants),
            redirect_uris: told.list(&client.redirect_uris),
            apis: told.list(&client.apis),
            scope: client.scope.clone().map(Word),
            audience: told.unless(&AudienceRule::default(), client.audience).map(Word),
            introspects: told.list(&client.introspects),
            may_act: told.list(&client.may_act),
            id_jag: told.list(&client.assertion_targets),
            trusted: told.unless(&false, client.trusted),
            disabled: told.unless(&false, client.disabled),
            client_uri: link(ClientLink::Website),
            policy_uri: link(ClientLink::Policy),
            tos_uri: link(ClientLink::Terms),
            claims: Some(claims).filter(|claims| !claims.is_empty()),
            relying_party: told.unless(&RelyingPartyWords::default(), relying_party),
            ..Self::of_protection(client, told)
        }
    }

    /// Returns the words for how a client authenticates, and how its requests and responses are protected.
    fn of_protection(client: &Client, told: Told) -> Self {
        let requests = &client.requests;
        let audience = if client.strict_audience { AssertionAudience::Issuer } else { AssertionAudience::Endpoint };
        Self {
            profile: told.unless(&Profile::default(), client.profile).map(Word),
            auth_method: told.unless(&client.profile.usual_auth_method(), client.auth_method).map(Word),
            pkce: told.unless(&PkceRule::usual(client.auth_method), client.pkce).map(Word),
            require_pushed_authorization_requests: told.unless(&false, requests.pushed.is_required()),
            request_object_signing_alg: requests.object_algorithm.map(Word),
            request_uris: told.list(&requests.uris),
            authorization_signed_response_alg: requests.response_algorithm.map(Word),
            dpop_bound_access_tokens: told.unless(&false, client.dpop == DpopRule::Required),
            introspection_signed_response_alg: told.unless(&RS256, client.introspection_algorithm).map(Word),
            jwks_uri: client.keys.as_ref().and_then(ClientKeys::uri).cloned().map(Word),
            assertion_alg: client.assertion_algorithm.map(Word),
            assertion_audience: told.unless(&AssertionAudience::Endpoint, audience),
            jwks: client.keys.as_ref().and_then(key_set),
            ..Self::default()
        }
    }

    /// Returns the id of the client.
    pub(crate) fn id(&self) -> Result<&ClientId, String> {
        self.id.as_ref().map(|Word(id)| id).ok_or_else(|| "missing field `id`".to_owned())
    }

    /// Returns the profile, after a check of what is named beside it.
    fn profile(&self) -> Result<Profile, String> {
        let profile = self.profile.as_ref().map(|profile| profile.0).unwrap_or_default();
        let named = NamedSettings {
            algorithms: self.named_algorithms().collect(),
            pkce: self.pkce.as_ref().map(|rule| rule.0),
            dpop: self.dpop_bound_access_tokens.map(DpopRule::of),
            pushed: self.require_pushed_authorization_requests.map(PushRule::of),
            strict_audience: self.assertion_audience.map(|named| named == AssertionAudience::Issuer),
        };
        profile.check_named(&named).map_err(|error| error.to_string())?;
        Ok(profile)
    }

    /// Returns the algorithms of this server's signatures that are named.
    fn named_algorithms(&self) -> impl Iterator<Item = SigningAlgorithm> {
        let of_client = [&self.authorization_signed_response_alg, &self.introspection_signed_response_alg];
        let of_people = self.relying_party.iter().flat_map(RelyingPartyWords::named_algorithms);
        of_client.into_iter().flatten().map(|alg| alg.0).chain(of_people)
    }

    fn requests(&self, uris: Vec<RequestUri>) -> RequestRules {
        RequestRules {
            pushed: PushRule::of(self.require_pushed_authorization_requests.unwrap_or_default()),
            object_algorithm: self.request_object_signing_alg.as_ref().map(|alg| alg.0),
            response_algorithm: self.authorization_signed_response_alg.as_ref().map(|alg| alg.0),
            uris,
        }
    }

    fn claims(&self) -> Result<Claims, String> {
        let given = self.claims.iter().flatten();
        let members = given.map(|(name, Json(value))| (name.clone(), value.clone())).collect();
        Claims::from_members(members).map_err(|error| error.to_string())
    }

    fn links(&self) -> BTreeMap<ClientLink, LinkUrl> {
        let given = [&self.client_uri, &self.policy_uri, &self.tos_uri];
        let links = ClientLink::ALL.into_iter().zip(given);
        links.filter_map(|(link, word)| word.as_ref().map(|Word(url)| (link, url.clone()))).collect()
    }
}

impl Reading<'_> {
    /// Returns the client that words describe, with this rule about tokens of another issuer. What stands already is not
    /// checked again.
    pub(crate) fn client(
        &self,
        words: &ClientWords,
        found: Option<&Client>,
        federation: Option<Federation>,
    ) -> Result<WantedClient, String> {
        let blank = || Ok::<_, String>(Client::new(words.id()?.clone(), self.now));
        let (profile, base) = (words.profile()?, found.cloned().map_or_else(blank, Ok)?);
        let logo = words.logo.as_ref().map(|logo| self.logo(logo)).transpose()?;
        let registered = found.map(|found| &*found.redirect_uris).unwrap_or_default();
        let redirect_uris = redirect_uris(words.redirect_uris.as_deref(), registered)?;
        let no_words = RelyingPartyWords::default();
        let of_people = words.relying_party.as_ref().unwrap_or(&no_words);
        let client = Client {
            name: words.name.clone().unwrap_or_else(|| base.name.clone()),
            name_in: words.name_in.iter().flatten().map(|(Word(tag), name)| (tag.clone(), name.clone())).collect(),
            grant_types: values(words.grants.as_deref()).into_iter().collect(),
            relying_party: self.relying_party(of_people, &redirect_uris, found.map(|found| &found.relying_party))?,
            redirect_uris,
            scope: words.scope.as_ref().map(|Word(scope)| scope.clone()),
            apis: values(words.apis.as_deref()),
            audience: words.audience.as_ref().map(|rule| rule.0).unwrap_or_default(),
            introspects: values(words.introspects.as_deref()),
            may_act: values(words.may_act.as_deref()),
            assertion_targets: values(words.id_jag.as_deref()),
            claims: words.claims()?,
            links: words.links(),
            logo: logo.as_ref().map(Logo::facts),
            trusted: words.trusted.unwrap_or_default(),
            disabled: words.disabled.unwrap_or(base.disabled),
            ..self.protected(words, Client { federation, ..base }, profile)?
        };
        let client = client.under(profile);
        let stands = found.is_some_and(|found| *found == client);
        if stands {
            return Ok(WantedClient { client, logo });
        }
        // A change that another command planned upon the same reading is refused after this one.
        let revision = client.revision.saturating_add(u32::from(found.is_some()));
        let client = Client { revision, ..client }.register().map_err(|error| error.to_string())?;
        Ok(WantedClient { client, logo })
    }

    /// Returns a client with what its words say of how it authenticates, and of how its requests and responses are
    /// protected.
    fn protected(&self, words: &ClientWords, client: Client, profile: Profile) -> Result<Client, String> {
        let federated = words.federation.is_some();
        let usual = if federated { AuthMethod::PrivateKeyJwt } else { profile.usual_auth_method() };
        let auth_method = words.auth_method.as_ref().map_or(usual, |method| method.0);
        let keys = self.client_keys(words.jwks.as_ref(), words.jwks_uri.as_ref(), client.keys.as_ref())?;
        let signs = auth_method == AuthMethod::PrivateKeyJwt || words.request_object_signing_alg.is_some();
        if keys.is_some() && !signs {
            let told = "jwks and jwks_uri are for auth_method = \"private_key_jwt\" and for request_object_signing_alg";
            return Err(told.to_owned());
        }
        Ok(Client {
            auth_method,
            pkce: words.pkce.as_ref().map_or_else(|| PkceRule::usual(auth_method), |rule| rule.0),
            requests: words.requests(self.request_uris(words.request_uris.as_deref(), &client.requests.uris)?),
            dpop: DpopRule::of(words.dpop_bound_access_tokens.unwrap_or_default()),
            introspection_algorithm: words.introspection_signed_response_alg.as_ref().map_or(RS256, |alg| alg.0),
            keys,
            assertion_algorithm: words.assertion_alg.as_ref().map(|alg| alg.0),
            strict_audience: words.assertion_audience == Some(AssertionAudience::Issuer),
            ..client
        })
    }
}

/// Returns the keys that are registered with a client.
fn key_set(keys: &ClientKeys) -> Option<KeySet> {
    match keys {
        ClientKeys::Inline(keys) => Some(KeySet::of(&write_client_keys(keys))),
        ClientKeys::At(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use grants::Timestamp;
    use outbound::Reach;

    use super::*;

    #[test]
    fn c133_what_changes_counts_and_what_stands_does_not() {
        let words: ClientWords = toml::from_str("id = \"a\"\nname = \"A\"\ngrants = [\"client_credentials\"]").unwrap();
        let reach = Reach::default();
        let now = Timestamp::from_seconds(1);
        let reading = Reading { folder: None, reach: &reach, now, issuers: Vec::new() };
        let wanted = |found: Option<&Client>| reading.client(&words, found, None).unwrap().client;
        let created = wanted(None);
        assert_eq!(created.revision, 0);
        assert_eq!(wanted(Some(&created)), created);
        let other = Client { name: "B".to_owned(), revision: 4, ..created.clone() };
        assert_eq!(wanted(Some(&other)), Client { revision: 5, ..created });
    }
}
