//! Configuration of client ID metadata documents.

use outbound::{FetchUrl, Reach};

use crate::setup::config_error::ConfigError;

/// The URLs that may be the id of a client whose metadata are fetched from there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DocumentMode {
    /// None: a URL is the id of a registered client, or of no client.
    #[default]
    Off,
    /// Those of the hosts that the operator lists.
    Listed,
    /// Those of any public host.
    Open,
}

/// The rules for such ids: `JETON_CLIENT_ID_DOCUMENTS` and `JETON_CLIENT_ID_DOCUMENT_HOSTS`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentConfig {
    /// The URLs that may be the id of a client.
    pub mode: DocumentMode,
    /// The listed hosts, each with a port or without.
    hosts: Reach,
}

impl DocumentMode {
    const ALL: [Self; 3] = [Self::Off, Self::Listed, Self::Open];

    /// Returns `off`, `listed` or `open`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Listed => "listed",
            Self::Open => "open",
        }
    }
}

impl DocumentConfig {
    /// Reads the variables; the default is off.
    pub(crate) fn read(get: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let (mode, hosts) = ("JETON_CLIENT_ID_DOCUMENTS", "JETON_CLIENT_ID_DOCUMENT_HOSTS");
        let known = |text: String| DocumentMode::ALL.into_iter().find(|known| known.as_str() == text);
        let chosen = get(mode).map_or(Some(DocumentMode::Off), known);
        let chosen = chosen.ok_or(ConfigError::Malformed(mode, "off, listed or open"))?;
        let malformed = ConfigError::Malformed(hosts, "hosts, with a port or without, and spaces between");
        let listed = Reach::parse(&get(hosts).unwrap_or_default()).map_err(|_| malformed)?;
        if chosen == DocumentMode::Listed && listed == Reach::default() {
            return Err(ConfigError::Missing(
                hosts,
                "the hosts of the documents, for JETON_CLIENT_ID_DOCUMENTS=listed",
            ));
        }
        Ok(Self { mode: chosen, hosts: listed })
    }

    /// Returns whether a client may have this URL as its id without being registered. A listed host with a port allows that
    /// port only, one without allows any; subdomains are other hosts.
    pub fn allow(&self, id: &FetchUrl) -> bool {
        match self.mode {
            DocumentMode::Off => false,
            DocumentMode::Listed => id.is_at(&self.hosts),
            DocumentMode::Open => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mode: &str, hosts: &str) -> Result<DocumentConfig, ConfigError> {
        DocumentConfig::read(&|asked: &str| {
            let value = if asked == "JETON_CLIENT_ID_DOCUMENTS" { mode } else { hosts };
            (!value.is_empty()).then(|| value.to_owned())
        })
    }

    fn allows(config: &DocumentConfig, url: &str) -> bool {
        config.allow(&FetchUrl::parse(url, &Reach::default()).unwrap())
    }

    #[test]
    fn c225_documents_are_off_unless_they_are_turned_on() {
        assert_eq!(read("", ""), Ok(DocumentConfig::default()));
        assert!(!allows(&read("", "app.example").unwrap(), "https://app.example/client"));
        for mode in DocumentMode::ALL {
            assert_eq!(read(mode.as_str(), "app.example").unwrap().mode, mode);
        }
        let (mode, hosts) = ("JETON_CLIENT_ID_DOCUMENTS", "JETON_CLIENT_ID_DOCUMENT_HOSTS");
        for bad in ["on", "true", "Open"] {
            assert!(matches!(read(bad, ""), Err(ConfigError::Malformed(named, _)) if named == mode), "{bad}");
        }
        assert!(matches!(read("open", "https://a"), Err(ConfigError::Malformed(named, _)) if named == hosts));
        assert!(matches!(read("listed", ""), Err(ConfigError::Missing(named, _)) if named == hosts));
    }

    #[test]
    fn c225_a_listed_host_allows_its_own_documents_and_no_others() {
        let listed = read("listed", "app.example  Tools.example:8443 usual.example:443 bücher.example").unwrap();
        let with_commas = read("listed", "app.example,Tools.example:8443,usual.example:443, bücher.example").unwrap();
        assert_eq!(with_commas, listed);
        for (url, allowed) in [
            ("https://app.example/client", true),
            ("https://app.example:9443/client", true),
            ("https://tools.example:8443/client", true),
            ("https://tools.example/client", false),
            ("https://usual.example/client", true),
            ("https://usual.example:8443/client", false),
            ("https://xn--bcher-kva.example/client", true),
            ("https://a.app.example/client", false),
            ("https://evil.example/app.example", false),
        ] {
            assert_eq!(allows(&listed, url), allowed, "{url}");
            assert!(allows(&read("open", "").unwrap(), url));
        }
    }
}
