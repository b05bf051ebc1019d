//! The API and the client that an entry of the file describes.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use grants::{
    Api, AuthMethod, Backchannel, Client, ClientKey, ClientKeys, DpopRule, IdTokenClaims, Issuer, NamedSettings,
    NewApi, PkceRule, Profile, PushRule, RelyingParty, RequestRules, Sector, SigningAlgorithm, Timestamp, TokenFormat,
};
use keys::{MalformedKeySet, read_client_keys};
use outbound::{FetchUrl, Reach};
use protocol::{Claims, ClientLink, LinkUrl, Localized, Logo, RedirectUri, RequestUri, ServerUri};

use crate::commands::apply::file::{
    ApiEntry, AssertionAudience, ClientEntry, KeySet, LogoEntry, RelyingPartyEntry, Source, SubjectType,
};
use crate::commands::apply::word::{Word, values};

/// The lifetime of access tokens in seconds, for an API that names none.
pub(crate) const LIFETIME: u32 = 900;
const RS256: SigningAlgorithm = SigningAlgorithm::Rs256;

/// The values that the entries of a file are read with.
pub(crate) struct Reading<'a> {
    pub(crate) source: &'a Source,
    pub(crate) reach: &'a Reach,
    pub(crate) now: Timestamp,
    /// The issuers that there are afterwards.
    pub(crate) issuers: Vec<Issuer>,
}

/// A client as the file describes it, with its logo. Its secrets are those of before.
pub(crate) struct WantedClient {
    pub(crate) client: Client,
    pub(crate) logo: Option<Logo>,
}

/// Returns the API of an entry. What stands already is not checked again: earlier versions had other rules.
pub(crate) fn api(entry: &ApiEntry, found: Option<&Api>) -> Result<Api, String> {
    let new = NewApi {
        // An API keeps the spelling that it was created with.
        identifier: found.map_or_else(|| entry.identifier.0.clone(), |found| found.identifier.clone()),
        scope: entry.scope.as_ref().map(|Word(scope)| scope.clone()).unwrap_or_default(),
        scope_descriptions: descriptions(entry)?,
        algorithm: entry.alg.as_ref().map_or(SigningAlgorithm::Rs256, |alg| alg.0),
        format: entry.token_format.as_ref().map_or(TokenFormat::Jwt, |format| format.0),
        token_type: entry.token_type.as_ref().map(|kind| kind.0).unwrap_or_default(),
        claims: entry.claims.as_ref().map(|Word(claims)| claims.clone()).unwrap_or_default(),
        lifetime: entry.lifetime.unwrap_or(LIFETIME),
    };
    if let Some(found) = found.filter(|found| is_like(found, &new)) {
        return Ok(found.clone());
    }
    new.register().map_err(|error| error.to_string())
}

/// Returns the descriptions of scope tokens, with those in further languages.
fn descriptions(entry: &ApiEntry) -> Result<BTreeMap<String, Localized>, String> {
    let by_language = entry.scope_descriptions_in.iter().map(|(Word(tag), texts)| (tag.clone(), texts.clone()));
    let joined = grants::descriptions::join(entry.scope_descriptions.clone(), by_language.collect());
    joined.map_err(|error| error.to_string())
}

fn is_like(found: &Api, new: &NewApi) -> bool {
    found.scope == new.scope
        && found.scope_descriptions == new.scope_descriptions
        && found.algorithm == new.algorithm
        && found.format == new.format
        && found.token_type == new.token_type
        && found.claims == new.claims
        && found.lifetime == new.lifetime
}

/// Returns how a client's authorization requests and their responses come.
fn requests(entry: &ClientEntry, uris: Vec<RequestUri>) -> RequestRules {
    RequestRules {
        pushed: PushRule::of(entry.require_pushed_authorization_requests.unwrap_or_default()),
        object_algorithm: entry.request_object_signing_alg.as_ref().map(|alg| alg.0),
        response_algorithm: entry.authorization_signed_response_alg.as_ref().map(|alg| alg.0),
        uris,
    }
}

/// Returns the profile of an entry and its authentication method, after a check of what it names beside them.
fn profile(entry: &ClientEntry) -> Result<(Profile, AuthMethod), String> {
    let profile = entry.profile.as_ref().map(|profile| profile.0).unwrap_or_default();
    let named = NamedSettings {
        algorithms: named_algorithms(entry).collect(),
        pkce: entry.pkce.as_ref().map(|rule| rule.0),
        dpop: entry.dpop_bound_access_tokens.map(DpopRule::of),
        pushed: entry.require_pushed_authorization_requests.map(PushRule::of),
        strict_audience: entry.assertion_audience.as_ref().map(|named| *named == AssertionAudience::Issuer),
    };
    profile.check_named(&named).map_err(|error| error.to_string())?;
    let usual = if entry.federation.is_some() { AuthMethod::PrivateKeyJwt } else { profile.usual_auth_method() };
    Ok((profile, entry.auth_method.as_ref().map_or(usual, |method| method.0)))
}

/// Returns the algorithms of this server's signatures that an entry names.
fn named_algorithms(entry: &ClientEntry) -> impl Iterator<Item = SigningAlgorithm> {
    let party = entry.relying_party.as_ref();
    let of_tokens = party.and_then(|party| party.id_token_signed_response_alg.as_ref());
    let of_responses = entry.authorization_signed_response_alg.as_ref();
    let of_userinfo = party.and_then(|party| party.userinfo_signed_response_alg.as_ref());
    let named = [of_tokens, of_userinfo, of_responses, entry.introspection_signed_response_alg.as_ref()];
    named.into_iter().flatten().map(|alg| alg.0)
}

impl Reading<'_> {
    /// Returns the client of an entry. What stands already is not checked again.
    pub(crate) fn client(&self, entry: &ClientEntry, found: Option<&Client>) -> Result<WantedClient, String> {
        let base = found.cloned().unwrap_or_else(|| Client::new(entry.id.0.clone(), self.now));
        let (profile, auth_method) = profile(entry)?;
        let logo = entry.logo.as_ref().map(|logo| self.logo(logo)).transpose()?;
        let registered = found.map(|found| &*found.redirect_uris).unwrap_or_default();
        let redirect_uris = redirect_uris(&entry.redirect_uris, registered)?;
        let client = Client {
            name: entry.name.clone(),
            auth_method,
            grant_types: values(&entry.grants).into_iter().collect(),
            relying_party: self.relying_party(entry, &redirect_uris, &base.relying_party)?,
            redirect_uris,
            scope: entry.scope.as_ref().map(|Word(scope)| scope.clone()),
            apis: values(&entry.apis),
            audience: entry.audience.as_ref().map(|rule| rule.0).unwrap_or_default(),
            pkce: entry.pkce.as_ref().map_or_else(|| PkceRule::usual(auth_method), |rule| rule.0),
            requests: requests(entry, self.request_uris(entry, &base.requests.uris)?),
            dpop: DpopRule::of(entry.dpop_bound_access_tokens.unwrap_or_default()),
            introspects: values(&entry.introspects),
            may_act: values(&entry.may_act),
            assertion_targets: values(&entry.id_jag),
            introspection_algorithm: entry.introspection_signed_response_alg.as_ref().map_or(RS256, |alg| alg.0),
            keys: self.keys(entry, auth_method, base.keys.as_ref())?,
            federation: self.federation(entry.federation.as_ref(), base.federation.as_ref())?,
            assertion_algorithm: entry.assertion_alg.as_ref().map(|alg| alg.0),
            strict_audience: entry.assertion_audience == Some(AssertionAudience::Issuer),
            claims: Claims::from_members(entry.claims.clone()).map_err(|error| error.to_string())?,
            links: links(entry),
            logo: logo.as_ref().map(Logo::facts),
            trusted: entry.trusted,
            disabled: entry.disabled.unwrap_or(base.disabled),
            ..base
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

    fn logo(&self, entry: &LogoEntry) -> Result<Logo, String> {
        let bytes = match (&entry.file, &entry.base64) {
            (Some(path), None) => self.source.beside(path)?,
            (None, Some(text)) => STANDARD.decode(text).map_err(|_| "the logo is not base64".to_owned())?,
            (None, None) | (Some(_), Some(_)) => {
                return Err("logo is either { file = \"PATH\" } or { base64 = \"...\" }".to_owned());
            }
        };
        Logo::parse(bytes).map_err(|error| format!("the logo cannot be used: {error}"))
    }

    fn keys(
        &self,
        entry: &ClientEntry,
        method: AuthMethod,
        before: Option<&ClientKeys>,
    ) -> Result<Option<ClientKeys>, String> {
        let keys = match (&entry.jwks, &entry.jwks_uri) {
            (None, None) => return Ok(None),
            (Some(set), None) => ClientKeys::Inline(self.inline_keys(set, read_client_keys)?),
            (None, Some(Word(uri))) => {
                let stands = matches!(before, Some(ClientKeys::At(before)) if before == uri);
                self.may_be_reached("jwks_uri", uri, stands)?;
                ClientKeys::At(uri.clone())
            }
            (Some(_), Some(_)) => return Err("a client has either jwks or jwks_uri".to_owned()),
        };
        if method != AuthMethod::PrivateKeyJwt && entry.request_object_signing_alg.is_none() {
            let told = "jwks and jwks_uri are for auth_method = \"private_key_jwt\" and for request_object_signing_alg";
            return Err(told.to_owned());
        }
        Ok(Some(keys))
    }

    /// Returns the places of request objects, after a check of those that are not registered yet.
    fn request_uris(&self, entry: &ClientEntry, registered: &[RequestUri]) -> Result<Vec<RequestUri>, String> {
        let uris: Vec<RequestUri> = values(&entry.request_uris);
        for uri in uris.iter().filter(|uri| !registered.contains(uri)) {
            let checked = FetchUrl::parse(uri.without_fragment(), self.reach);
            checked.map_err(|error| format!("request_uris \"{uri}\" cannot be used: {error}"))?;
        }
        Ok(uris)
    }

    /// Reads a set of keys with `read`: a client's or an issuer's.
    pub(crate) fn inline_keys(
        &self,
        set: &KeySet,
        read: fn(&[u8]) -> Result<Vec<ClientKey>, MalformedKeySet>,
    ) -> Result<Vec<ClientKey>, String> {
        let text = match (&set.file, &set.keys) {
            (Some(path), None) => self.source.beside(path)?,
            (None, Some(keys)) => serde_json::json!({ "keys": keys }).to_string().into_bytes(),
            (None, None) | (Some(_), Some(_)) => {
                return Err("jwks is either { file = \"PATH\" } or { keys = [...] }".to_owned());
            }
        };
        read(&text).map_err(|error| format!("the keys cannot be used: {error}"))
    }

    fn relying_party(
        &self,
        entry: &ClientEntry,
        redirect_uris: &[RedirectUri],
        before: &RelyingParty,
    ) -> Result<RelyingParty, String> {
        let none = RelyingPartyEntry::default();
        let entry = entry.relying_party.as_ref().unwrap_or(&none);
        let backchannel = match &entry.backchannel_logout_uri {
            None => None,
            Some(Word(uri)) => {
                let stands = before.backchannel.as_ref().filter(|stands| stands.uri == *uri);
                self.may_be_reached("backchannel_logout_uri", uri, stands.is_some())?;
                let session_required = stands.is_some_and(|stands| stands.session_required);
                Some(Backchannel { uri: uri.clone(), session_required })
            }
        };
        Ok(RelyingParty {
            id_token_algorithm: entry
                .id_token_signed_response_alg
                .as_ref()
                .map_or(SigningAlgorithm::Rs256, |alg| alg.0),
            userinfo_algorithm: entry.userinfo_signed_response_alg.as_ref().map(|alg| alg.0),
            sector: sector(entry, redirect_uris)?,
            id_token_claims: entry.id_token_claims.as_ref().map_or_else(IdTokenClaims::default, |claims| claims.0),
            default_max_age: entry.default_max_age,
            requires_factor: entry.require_factor,
            post_logout_redirect_uris: self::redirect_uris(
                &entry.post_logout_redirect_uris,
                &before.post_logout_redirect_uris,
            )?,
            backchannel,
        })
    }

    /// Checks that a server of a client or an issuer may be contacted, unless it is registered already.
    pub(crate) fn may_be_reached(&self, name: &str, uri: &ServerUri, stands: bool) -> Result<(), String> {
        if stands {
            return Ok(());
        }
        let checked = FetchUrl::parse(uri.as_str(), self.reach).map(drop);
        checked.map_err(|error| format!("{name} \"{uri}\" cannot be used: {error}"))
    }
}

fn sector(entry: &RelyingPartyEntry, redirect_uris: &[RedirectUri]) -> Result<Option<Sector>, String> {
    match (entry.subject_type, &entry.sector) {
        (Some(SubjectType::Pairwise), Some(Word(sector))) => Ok(Some(sector.clone())),
        (Some(SubjectType::Pairwise), None) => Sector::of(redirect_uris).map(Some).map_err(|error| error.to_string()),
        (Some(SubjectType::Public) | None, Some(_)) => Err("sector is for subject_type = \"pairwise\"".to_owned()),
        (Some(SubjectType::Public) | None, None) => Ok(None),
    }
}

/// Checks redirect URIs by the rules of today, except those that are registered.
fn redirect_uris(named: &[Word<RedirectUri>], registered: &[RedirectUri]) -> Result<Vec<RedirectUri>, String> {
    let checked = |Word(uri): &Word<RedirectUri>| match RedirectUri::parse(uri.as_str()) {
        Err(error) if !registered.contains(uri) => Err(format!("\"{uri}\" cannot be used: {error}")),
        Ok(_) | Err(_) => Ok(uri.clone()),
    };
    named.iter().map(checked).collect()
}

fn links(entry: &ClientEntry) -> BTreeMap<ClientLink, LinkUrl> {
    let given = [&entry.client_uri, &entry.policy_uri, &entry.tos_uri];
    let links = ClientLink::ALL.into_iter().zip(given);
    links.filter_map(|(link, word)| word.as_ref().map(|Word(url)| (link, url.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c133_what_changes_counts_and_what_stands_does_not() {
        let text = "[[client]]\nid = \"a\"\nname = \"A\"\ngrants = [\"client_credentials\"]";
        let source = Source::parse("f".to_owned(), text.to_owned(), std::path::PathBuf::new()).unwrap();
        let reach = Reach::default();
        let reading = Reading { source: &source, reach: &reach, now: Timestamp::from_seconds(1), issuers: Vec::new() };
        let wanted = |found: Option<&Client>| reading.client(source.file.clients[0].get_ref(), found).unwrap().client;
        let created = wanted(None);
        assert_eq!(created.revision, 0);
        assert_eq!(wanted(Some(&created)), created);
        let other = Client { name: "B".to_owned(), revision: 4, ..created.clone() };
        assert_eq!(wanted(Some(&other)), Client { revision: 5, ..created });
    }
}
