//! Configuration of client self-registration.

use std::collections::BTreeSet;

use grants::PkceRule;
use protocol::{RedirectUri, Resource};

use crate::setup::client_id_documents::DocumentConfig;
use crate::setup::config_error::ConfigError;
use crate::setup::lists::{identifiers_of, words_of};
use crate::setup::switches::switch;

/// The callers that may register a client at `/register`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistrationMode {
    /// No one may register a client.
    #[default]
    Off,
    /// Holders of an initial access token (RFC 7591 §1.2).
    Token,
    /// Anyone may register a client.
    Open,
}

/// `JETON_REGISTRATION` and `JETON_REGISTRATION_*`, `JETON_CLIENT_ID_DOCUMENTS` and `JETON_CLIENT_ID_DOCUMENT_HOSTS`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrationConfig {
    /// The callers that may register a client.
    pub mode: RegistrationMode,
    /// The APIs available to clients that were registered without a token, or that a document describes.
    pub apis: Vec<Resource>,
    /// The private-use schemes without a period that redirect URIs of clients registered without a token may have.
    pub bare_schemes: BTreeSet<String>,
    /// The PKCE rule; `optional` exempts confidential clients.
    pub pkce: PkceRule,
    /// `true` if the logos of clients that register themselves are fetched and shown.
    pub logos: bool,
    /// The clients that need no registration, because their id is the URL of a document that describes them.
    pub documents: DocumentConfig,
}

impl RegistrationMode {
    const ALL: [Self; 3] = [Self::Off, Self::Token, Self::Open];

    /// Returns `off`, `token` or `open`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Token => "token",
            Self::Open => "open",
        }
    }

    /// Returns whether self-registration is possible at all.
    pub fn is_on(self) -> bool {
        self != Self::Off
    }
}

impl RegistrationConfig {
    /// Reads the variables; the default is off.
    pub(crate) fn read(get: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let (mode, schemes) = ("JETON_REGISTRATION", "JETON_REGISTRATION_SCHEMES");
        let known = |text: String| RegistrationMode::ALL.into_iter().find(|known| known.as_str() == text);
        let chosen = get(mode).map_or(Some(RegistrationMode::Off), known);
        Ok(Self {
            mode: chosen.ok_or(ConfigError::Malformed(mode, "off, token or open"))?,
            apis: identifiers(get, "JETON_REGISTRATION_APIS")?,
            bare_schemes: words_of(&get(schemes).unwrap_or_default())
                .map(RedirectUri::parse_bare_scheme)
                .collect::<Option<_>>()
                .ok_or(ConfigError::Malformed(schemes, "schemes of apps without a period, with spaces between"))?,
            pkce: pkce(get)?,
            logos: switch(get, "JETON_REGISTRATION_LOGOS")?,
            documents: DocumentConfig::read(get)?,
        })
    }
}

/// Reads identifiers of APIs, with spaces between, or commas where the next one begins.
pub(crate) fn identifiers(
    get: &impl Fn(&str) -> Option<String>,
    name: &'static str,
) -> Result<Vec<Resource>, ConfigError> {
    let written = identifiers_of(&get(name).unwrap_or_default());
    let named = written.iter().map(|text| Resource::parse(text)).collect::<Result<_, _>>();
    named.map_err(|_| ConfigError::Malformed(name, "identifiers of APIs, with spaces between"))
}

fn pkce(get: &impl Fn(&str) -> Option<String>) -> Result<PkceRule, ConfigError> {
    let name = "JETON_REGISTRATION_PKCE";
    match get(name).as_deref() {
        None | Some("required") => Ok(PkceRule::Required),
        Some("optional") => Ok(PkceRule::Optional),
        Some(_) => Err(ConfigError::Malformed(name, "required or optional")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Result<RegistrationConfig, ConfigError> {
        RegistrationConfig::read(&|asked: &str| (asked == name).then(|| value.to_owned()))
    }

    #[test]
    fn c117_registration_is_off_unless_it_is_turned_on() {
        assert_eq!(read("X", ""), Ok(RegistrationConfig::default()));
        for mode in RegistrationMode::ALL {
            let found = read("JETON_REGISTRATION", mode.as_str()).unwrap();
            assert_eq!((found.mode, found.mode.is_on()), (mode, mode != RegistrationMode::Off));
        }
        for (name, value) in [
            ("JETON_REGISTRATION", "on"),
            ("JETON_REGISTRATION", "true"),
            ("JETON_REGISTRATION_APIS", "orders"),
            ("JETON_REGISTRATION_SCHEMES", "vscode javascript"),
            ("JETON_REGISTRATION_SCHEMES", "com.example.app"),
            ("JETON_REGISTRATION_SCHEMES", "vscode;cursor"),
            ("JETON_REGISTRATION_PKCE", "nonce"),
            ("JETON_REGISTRATION_PKCE", "off"),
            ("JETON_REGISTRATION_LOGOS", "yes"),
        ] {
            assert!(matches!(read(name, value), Err(ConfigError::Malformed(named, _)) if named == name), "{value}");
        }
        assert_eq!(read("JETON_REGISTRATION_APIS", "urn:a  https://b.example").unwrap().apis.len(), 2);
        assert_eq!(read("JETON_REGISTRATION_APIS", "urn:a,https://b.example").unwrap().apis.len(), 2);
        for both in ["vscode  CURSOR:", "vscode,cursor"] {
            let schemes = read("JETON_REGISTRATION_SCHEMES", both).unwrap().bare_schemes;
            assert_eq!(schemes, ["cursor".to_owned(), "vscode".to_owned()].into());
        }
    }

    #[test]
    fn logos_of_strangers_are_not_shown_unless_the_deployment_says_so() {
        let name = "JETON_REGISTRATION_LOGOS";
        for (name, value, shown) in [("X", "true", false), (name, "false", false), (name, "true", true)] {
            assert_eq!(read(name, value).map(|config| config.logos), Ok(shown), "{name}={value}");
        }
    }

    #[test]
    fn c142_a_deployment_excuses_nobody_from_pkce_unless_it_says_so() {
        assert_eq!(read("X", "").unwrap().pkce, PkceRule::Required);
        for (value, rule) in [("required", PkceRule::Required), ("optional", PkceRule::Optional)] {
            assert_eq!(read("JETON_REGISTRATION_PKCE", value).unwrap().pkce, rule);
        }
    }
}
