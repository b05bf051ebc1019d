//! The issuers of a file, and the rules of clients that rest on them.

use std::collections::BTreeSet;

use grants::{ClientKeys, Federation, Issuer, IssuerName, Preset, Purpose};
use protocol::{IssuerUrl, ServerUri};
use serde::{Deserialize, Serialize};

use crate::commands::apply::reading::{KeySet, Reading};
use crate::commands::apply::word::{Word, values};
use crate::commands::federation::FederationWords;
use crate::commands::issuer::usual_keys;

/// An issuer, by the names of `jeton issuer show --json`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssuerEntry {
    pub(crate) name: Word<IssuerName>,
    pub(crate) url: Word<IssuerUrl>,
    pub(crate) preset: Option<Word<Preset>>,
    pub(crate) purposes: Vec<Word<Purpose>>,
    pub(crate) jwks_uri: Option<Word<ServerUri>>,
    pub(crate) jwks: Option<KeySet>,
}

impl Reading<'_> {
    /// Returns the issuer of an entry. An issuer keeps the URL and the platform that it was created with.
    pub(crate) fn issuer(&self, entry: &IssuerEntry, found: Option<&Issuer>) -> Result<Issuer, String> {
        let preset = entry.preset.as_ref().map(|preset| preset.0);
        let url = entry.url.0.clone();
        if found.is_some_and(|found| (&found.url, found.preset) != (&url, preset)) {
            return Err("its url and its preset cannot be changed: give the new issuer another name".to_owned());
        }
        let keys = match (&entry.jwks, &entry.jwks_uri) {
            (Some(_), Some(_)) => return Err("an issuer has either jwks or jwks_uri".to_owned()),
            (Some(set), None) => ClientKeys::Inline(self.inline_keys(set, keys::read_issuer_keys)?),
            (None, Some(Word(uri))) => {
                let stands = found.is_some_and(|found| found.keys == ClientKeys::At(uri.clone()));
                self.may_be_reached("jwks_uri", uri, stands)?;
                ClientKeys::At(uri.clone())
            }
            (None, None) => usual_keys(preset, &url).map_err(|error| error.to_string())?,
        };
        let issuer = Issuer {
            name: entry.name.0.clone(),
            url,
            preset,
            keys,
            purposes: BTreeSet::from_iter(values(Some(&entry.purposes))),
            created_at: found.map_or(self.now, |found| found.created_at),
            revision: found.map_or(0, |found| found.revision),
        };
        if found == Some(&issuer) {
            return Ok(issuer);
        }
        issuer.check().map_err(|error| error.to_string())?;
        Ok(Issuer { revision: issuer.revision.saturating_add(u32::from(found.is_some())), ..issuer })
    }

    /// Returns the rule of a client, if it fits an issuer that there is afterwards. What stands already may name an issuer
    /// that was deleted.
    pub(crate) fn federation(
        &self,
        words: Option<&FederationWords>,
        before: Option<&Federation>,
    ) -> Result<Option<Federation>, String> {
        let Some(words) = words else { return Ok(None) };
        if let Some(issuer) = self.issuers.iter().find(|issuer| words.is_of(issuer)) {
            return words.with(issuer).map(Some).map_err(|error| error.to_string());
        }
        let stands = before.filter(|rule| {
            (rule.issuer.as_str(), &rule.subject, &rule.claims) == (&*words.issuer, &words.subject, &words.claims)
        });
        let told = || format!("there is no issuer {}: add it to the file", words.issuer);
        stands.cloned().map(Some).ok_or_else(told)
    }
}
