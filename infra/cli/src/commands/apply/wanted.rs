//! The API that an entry of the file describes, and the parts of a client that are read from elsewhere.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use grants::{
    Api, AuthMethod, Client, ClientKey, ClientKeys, Issuer, NewApi, SigningAlgorithm, Timestamp, TokenFormat,
};
use keys::{MalformedKeySet, read_client_keys};
use outbound::{FetchUrl, Reach};
use protocol::{Localized, Logo, RedirectUri, RequestUri, ServerUri};

use crate::commands::apply::file::{ApiEntry, KeySet, LogoEntry, Source};
use crate::commands::apply::word::{Word, values};
use crate::commands::client_words::ClientWords;

/// The lifetime of access tokens in seconds, for an API that names none.
pub(crate) const LIFETIME: u32 = 900;

/// The values that the entries of a file are read with.
pub(crate) struct Reading<'a> {
    /// The file. A document comes without one, and can name no other.
    pub(crate) source: Option<&'a Source>,
    pub(crate) reach: &'a Reach,
    pub(crate) now: Timestamp,
    /// The issuers that there are afterwards.
    pub(crate) issuers: Vec<Issuer>,
}

/// A client as its words describe it, with its logo. Its secrets are those of before.
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

impl Reading<'_> {
    /// Reads a file that the source names.
    fn beside(&self, path: &Path) -> Result<Vec<u8>, String> {
        let source = self.source.ok_or_else(|| format!("the file {} is not read for a document", path.display()))?;
        source.beside(path)
    }

    /// Reads the logo of an entry.
    pub(crate) fn logo(&self, entry: &LogoEntry) -> Result<Logo, String> {
        let bytes = match (&entry.file, &entry.base64) {
            (Some(path), None) => self.beside(path)?,
            (None, Some(text)) => STANDARD.decode(text).map_err(|_| "the logo is not base64".to_owned())?,
            (None, None) | (Some(_), Some(_)) => {
                return Err("logo is either { file = \"PATH\" } or { base64 = \"...\" }".to_owned());
            }
        };
        Logo::parse(bytes).map_err(|error| format!("the logo cannot be used: {error}"))
    }

    /// Reads the keys of a client with this authentication method.
    pub(crate) fn keys(
        &self,
        entry: &ClientWords,
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
    pub(crate) fn request_uris(
        &self,
        entry: &ClientWords,
        registered: &[RequestUri],
    ) -> Result<Vec<RequestUri>, String> {
        let uris: Vec<RequestUri> = values(entry.request_uris.as_deref());
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
            (Some(path), None) => self.beside(path)?,
            (None, Some(keys)) => serde_json::json!({ "keys": keys }).to_string().into_bytes(),
            (None, None) | (Some(_), Some(_)) => {
                return Err("jwks is either { file = \"PATH\" } or { keys = [...] }".to_owned());
            }
        };
        read(&text).map_err(|error| format!("the keys cannot be used: {error}"))
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

/// Checks redirect URIs by the rules of today, except those that are registered.
pub(crate) fn redirect_uris(
    named: Option<&[Word<RedirectUri>]>,
    registered: &[RedirectUri],
) -> Result<Vec<RedirectUri>, String> {
    let checked = |Word(uri): &Word<RedirectUri>| match RedirectUri::parse(uri.as_str()) {
        Err(error) if !registered.contains(uri) => Err(format!("\"{uri}\" cannot be used: {error}")),
        Ok(_) | Err(_) => Ok(uri.clone()),
    };
    named.into_iter().flatten().map(checked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c133_what_changes_counts_and_what_stands_does_not() {
        let text = "[[client]]\nid = \"a\"\nname = \"A\"\ngrants = [\"client_credentials\"]";
        let source = Source::parse("f".to_owned(), text.to_owned(), std::path::PathBuf::new()).unwrap();
        let reach = Reach::default();
        let reading =
            Reading { source: Some(&source), reach: &reach, now: Timestamp::from_seconds(1), issuers: Vec::new() };
        let wanted =
            |found: Option<&Client>| reading.client(source.file.clients[0].get_ref(), found, None).unwrap().client;
        let created = wanted(None);
        assert_eq!(created.revision, 0);
        assert_eq!(wanted(Some(&created)), created);
        let other = Client { name: "B".to_owned(), revision: 4, ..created.clone() };
        assert_eq!(wanted(Some(&other)), Client { revision: 5, ..created });
    }
}
