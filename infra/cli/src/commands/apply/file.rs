//! The file of `jeton apply`: its words, and the lines on which its faults are.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use edge::Error;
use grants::{SigningAlgorithm, TokenFormat, TokenType};
use protocol::{ClaimNames, LanguageTag, Resource, Scope};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::commands::apply::issuers::IssuerEntry;
use crate::commands::apply::word::{self, Word};
use crate::commands::client_words::ClientWords;
use crate::progress::undisturbed;

/// The APIs, issuers and clients of a file. What a file does not say of one of them has its default.
#[derive(Deserialize, Serialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    #[serde(default, rename = "api", skip_serializing_if = "Vec::is_empty")]
    pub(crate) apis: Vec<Spanned<ApiEntry>>,
    #[serde(default, rename = "issuer", skip_serializing_if = "Vec::is_empty")]
    pub(crate) issuers: Vec<Spanned<IssuerEntry>>,
    #[serde(default, rename = "client", skip_serializing_if = "Vec::is_empty")]
    pub(crate) clients: Vec<Spanned<ClientWords>>,
}

/// An API, by the names of `jeton api show --json`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiEntry {
    pub(crate) identifier: Word<Resource>,
    #[serde(default)]
    pub(crate) scope: Option<Word<Scope>>,
    #[serde(default, deserialize_with = "word::time")]
    pub(crate) lifetime: Option<u32>,
    pub(crate) alg: Option<Word<SigningAlgorithm>>,
    pub(crate) token_format: Option<Word<TokenFormat>>,
    pub(crate) token_type: Option<Word<TokenType>>,
    pub(crate) claims: Option<Word<ClaimNames>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) scope_descriptions: BTreeMap<String, String>,
    /// The descriptions in further languages, by language and then by scope.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) scope_descriptions_in: BTreeMap<Word<LanguageTag>, BTreeMap<String, String>>,
}

/// A file that was read, with its text and its place.
pub(crate) struct Source {
    name: String,
    text: String,
    pub(crate) folder: PathBuf,
    pub(crate) file: File,
}

impl Source {
    /// Reads a file; `-` is the standard input.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let (name, text, folder) = if path == Path::new("-") {
            let mut text = String::new();
            undisturbed(|| std::io::stdin().lock().read_to_string(&mut text))?;
            ("standard input".to_owned(), text, PathBuf::new())
        } else {
            let fault =
                |error| format!("the file {} cannot be read ({error}): `jeton export` prints one", path.display());
            let text = std::fs::read_to_string(path).map_err(fault)?;
            (path.display().to_string(), text, path.parent().map(Path::to_owned).unwrap_or_default())
        };
        Self::parse(name, text, folder)
    }

    pub(crate) fn parse(name: String, text: String, folder: PathBuf) -> Result<Self, Error> {
        // Some editors write a byte order mark.
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        match toml::from_str(&text) {
            Ok(file) => Ok(Self { name, text, folder, file }),
            Err(error) => {
                let source = Self { name, text, folder, file: File::default() };
                Err(source.fault(&error.span().unwrap_or_default(), &error.message()).into())
            }
        }
    }

    /// Returns the message for a fault in a part of the text, with its line.
    pub(crate) fn fault(&self, part: &Range<usize>, what: &dyn Display) -> String {
        let before = self.text.get(..part.start).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        format!("{}, line {line}: {what}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use grants::{AuthMethod, Client, Timestamp};
    use protocol::{ClientId, ServerUri};
    use serde_json::Value;

    use super::*;
    use crate::commands::api;
    use crate::commands::client_description::describe;
    use crate::commands::relying_party_words::RelyingPartyWords;

    fn fault(text: &str) -> String {
        let read = Source::parse("jeton.toml".to_owned(), text.to_owned(), PathBuf::new());
        read.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_fault_is_told_with_its_line_and_its_word() {
        for (text, line, word) in [
            ("[[api]]\nidentifier = \"urn:a\"\nscopes = \"read\"\n", 3, "scopes"),
            ("[[apis]]\nidentifier = \"urn:a\"\n", 1, "apis"),
            ("\n[[api]]\nidentifier = \"a\"\n", 3, "\"a\""),
            ("[[api]]\nidentifier = \"urn:a\"\nalg = \"HS256\"\n", 3, "HS256"),
            ("[[api]]\nidentifier = \"urn:a\"\nlifetime = \"soon\"\n", 3, "15m"),
            ("[[api]]\nidentifier = \"urn:a\"\nlifetime = -1\n", 3, "15m"),
            ("[[api]]\nidentifier = \"urn:a\"\nlifetime = 1.5\n", 3, "15m"),
            ("[[api]]\nscope = \"read\"\n", 1, "identifier"),
            // A value in a list has the line of its list.
            (
                "[[client]]\nid = \"a\"\nname = \"A\"\ngrants = [\n  \"client_credentials\",\n  \"code\",\n]\n",
                4,
                "code",
            ),
            ("[[client]]\nid = \"a\"\nname = \"A\"\nsecret = { value = \"x\" }\n", 4, "value"),
            ("[[client]]\nid = \"a\"\nname = \"A\"\n[client.relying_party]\nsubject_type = \"x\"\n", 5, "pairwise"),
            ("[[client]]\nid = \"a\"\nname = \"A\"\n[client.claims]\nsince = 2026-01-01\n", 5, "as a text"),
            ("[[client]]\nid = \"a\"\nname = \"A\"\n[client.claims]\na = 1\nb = { c = 12:00:00 }\n", 6, "as a text"),
            ("[[client]\n", 1, "]"),
        ] {
            let told = fault(text);
            let start = format!("jeton.toml, line {line}: ");
            assert!(told.starts_with(&start) && told.contains(word), "{text}: {told}");
        }
        assert_eq!(fault(""), "");
        assert_eq!(fault("\u{feff}[[api]]\r\nidentifier = \"urn:a\"\r\n"), "");
    }

    #[test]
    fn c244_a_span_of_time_is_seconds_or_a_number_with_its_unit() {
        for (text, seconds) in [("900", 900), ("\"900\"", 900), ("\"15m\"", 900), ("\"1h\"", 3600), ("0", 0)] {
            let api = format!("[[api]]\nidentifier = \"urn:a\"\nlifetime = {text}\n");
            let read: File = toml::from_str(&api).unwrap();
            assert_eq!(read.apis[0].get_ref().lifetime, Some(seconds), "{text}");
            let again = toml::to_string(&read).unwrap();
            assert!(again.contains(&format!("lifetime = {seconds}")), "{again}");
            let entry: RelyingPartyWords = toml::from_str(&format!("default_max_age = {text}")).unwrap();
            assert_eq!(entry.default_max_age, Some(seconds), "{text}");
        }
        assert_eq!(toml::from_str::<RelyingPartyWords>("").unwrap().default_max_age, None);
    }

    /// Returns the words that a table of the file may have, from the error about another one.
    fn known(table: &str) -> BTreeSet<String> {
        let told = fault(&format!("{table}\nnone_such = 1\n"));
        let (_, words) = told.split_once("expected one of ").unwrap();
        words.split(", ").map(|word| word.trim_matches('`').to_owned()).collect()
    }

    /// Returns the names of a description, except those that no file has, by the words of the file.
    fn described(document: &Value, not_in_a_file: &[&str]) -> BTreeSet<String> {
        let names = document.as_object().unwrap().keys().map(String::as_str);
        let word = |name| match name {
            "client_id" => "id",
            "grant_types" => "grants",
            other => other,
        };
        names.filter(|name| !not_in_a_file.contains(name)).map(|name| word(name).to_owned()).collect()
    }

    fn rule() -> crate::commands::federation::FederationWords {
        crate::commands::federation::FederationWords {
            issuer: "https://issuer.example".to_owned(),
            subject: "a".to_owned(),
            claims: BTreeMap::new(),
        }
    }

    fn issuer() -> grants::Issuer {
        grants::Issuer {
            name: grants::IssuerName::parse("a").unwrap(),
            url: protocol::IssuerUrl::parse("https://issuer.example").unwrap(),
            preset: None,
            keys: grants::ClientKeys::Inline(Vec::new()),
            purposes: [grants::Purpose::ClientAuth].into(),
            created_at: Timestamp::from_seconds(1),
            revision: 0,
        }
    }

    #[test]
    fn every_attribute_of_an_issuer_is_a_word_of_the_file() {
        let issuer = issuer();
        let at = grants::ClientKeys::At(ServerUri::parse("https://a.example/keys").unwrap());
        let issuers = [issuer.clone(), grants::Issuer { keys: at, ..issuer }];
        let shown: BTreeSet<String> = issuers
            .iter()
            .flat_map(|issuer| described(&crate::commands::issuer::describe(issuer), &["created_at"]))
            .collect();
        let needed = "[[issuer]]\nname = \"a\"\nurl = \"https://a.example\"\npurposes = []";
        assert_eq!(known(needed), shown);
    }

    #[test]
    fn every_attribute_that_the_commands_show_is_a_word_of_the_file() {
        let client = Client {
            auth_method: AuthMethod::PrivateKeyJwt,
            keys: Some(grants::ClientKeys::Inline(Vec::new())),
            ..Client::new(ClientId::parse("a").unwrap(), Timestamp::from_seconds(1))
        };
        let served = grants::ClientKeys::At(ServerUri::parse("https://a.example/keys").unwrap());
        let served = Client { keys: Some(served), ..client.clone() };
        let federated = Client { federation: Some(rule().with(&issuer()).unwrap()), keys: None, ..client.clone() };
        let of_store = ["auth_methods", "live_secrets", "created_at", "self_registered"];
        let words = known("[[client]]\nid = \"a\"\nname = \"A\"");
        let mut shown: BTreeSet<String> =
            [&client, &served, &federated].iter().flat_map(|client| described(&describe(client), &of_store)).collect();
        shown.insert("secret".to_owned());
        assert_eq!(words, shown);
        let words = known("[[client]]\nid = \"a\"\nname = \"A\"\n[client.relying_party]");
        assert_eq!(words, described(&describe(&client)["relying_party"], &[]));
        let source =
            Source::parse("f".to_owned(), "[[api]]\nidentifier = \"urn:a\"".to_owned(), PathBuf::new()).unwrap();
        let api = crate::commands::apply::wanted::api(source.file.apis[0].get_ref(), None).unwrap();
        assert_eq!(known("[[api]]\nidentifier = \"urn:a\""), described(&api::describe(&api), &[]));
    }
}
