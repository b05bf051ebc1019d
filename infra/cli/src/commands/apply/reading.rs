//! The parts of a file that stand elsewhere (secrets, logos, keys), and what the entries of a file or a document are read with.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use grants::{Client, ClientKey, ClientKeys, Issuer, Timestamp};
use keys::{MalformedKeySet, read_client_keys};
use outbound::{FetchUrl, Reach};
use protocol::{Logo, RedirectUri, RequestUri, ServerUri};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::commands::apply::json::Json;
use crate::commands::apply::word::{Word, values};

/// The place of a client's secret, which never stands in the file itself.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretPlace {
    /// The name of the environment variable that has it.
    pub(crate) env: Option<String>,
    /// A file, relative to the folder of this one.
    pub(crate) file: Option<PathBuf>,
}

/// A logo: a file, relative to the folder of this one, or the image itself.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogoEntry {
    pub(crate) file: Option<PathBuf>,
    pub(crate) base64: Option<String>,
}

/// The public keys of a client or an issuer: a file, relative to the folder of this one, or the keys themselves.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeySet {
    pub(crate) file: Option<PathBuf>,
    pub(crate) keys: Option<Vec<Json>>,
}

impl KeySet {
    /// Returns the keys of a JSON Web Key Set.
    pub(crate) fn of(set: &Value) -> Self {
        let keys = set.get("keys").and_then(Value::as_array);
        Self { file: None, keys: keys.map(|keys| keys.iter().cloned().map(Json).collect()) }
    }
}

/// The values that the entries of a file are read with.
pub(crate) struct Reading<'a> {
    /// The folder of the file. A document comes without one, and can name no file.
    pub(crate) folder: Option<&'a Path>,
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

impl Reading<'_> {
    /// Reads a file that the file names.
    fn beside(&self, path: &Path) -> Result<Vec<u8>, String> {
        let folder = self.folder.ok_or_else(|| format!("the file {} is not read for a document", path.display()))?;
        read_beside(folder, path)
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

    /// Reads the keys of a client, or where it serves them; `before` stands already, and is not checked again.
    pub(crate) fn client_keys(
        &self,
        jwks: Option<&KeySet>,
        jwks_uri: Option<&Word<ServerUri>>,
        before: Option<&ClientKeys>,
    ) -> Result<Option<ClientKeys>, String> {
        match (jwks, jwks_uri) {
            (None, None) => Ok(None),
            (Some(set), None) => self.inline_keys(set, read_client_keys).map(ClientKeys::Inline).map(Some),
            (None, Some(Word(uri))) => {
                let stands = before.and_then(ClientKeys::uri) == Some(uri);
                self.may_be_reached("jwks_uri", uri, stands)?;
                Ok(Some(ClientKeys::At(uri.clone())))
            }
            (Some(_), Some(_)) => Err("a client has either jwks or jwks_uri".to_owned()),
        }
    }

    /// Returns the places of request objects, after a check of those that are not registered yet.
    pub(crate) fn request_uris(
        &self,
        named: Option<&[Word<RequestUri>]>,
        registered: &[RequestUri],
    ) -> Result<Vec<RequestUri>, String> {
        let uris: Vec<RequestUri> = values(named);
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

/// Reads a file, by its path from a folder.
pub(crate) fn read_beside(folder: &Path, path: &Path) -> Result<Vec<u8>, String> {
    let path = folder.join(path);
    std::fs::read(&path).map_err(|error| format!("the file {} cannot be read ({error})", path.display()))
}
