//! Sign-up: whether people may make their own accounts, and with which addresses.

use protocol::EmailAddress;

use crate::setup::config_error::ConfigError;
use crate::setup::lists::words_of;

/// The variable with the people who may make an account.
const WHO: &str = "JETON_SIGN_UP";
/// The variable with the domains of their addresses.
const DOMAINS: &str = "JETON_SIGN_UP_DOMAINS";

/// The people who may make an account without an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SignUpMode {
    /// Nobody makes one without an operator.
    #[default]
    Off,
    /// Those whom an operator invited.
    Invitation,
    /// Those with an address in one of the listed domains.
    Domain,
    /// Everybody with an address.
    Open,
}

/// The rules for people who make their own account.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SignUpConfig {
    /// `JETON_SIGN_UP`: the people who may.
    pub mode: SignUpMode,
    /// `JETON_SIGN_UP_DOMAINS`: the domains of their addresses, in lower case.
    pub domains: Vec<String>,
}

impl SignUpMode {
    /// The list of all modes.
    const ALL: [Self; 4] = [Self::Off, Self::Invitation, Self::Domain, Self::Open];

    /// The value of the variable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Invitation => "invitation",
            Self::Domain => "domain",
            Self::Open => "open",
        }
    }

    /// Returns whether there is a page on which people ask for a link.
    pub const fn has_page(self) -> bool {
        match self {
            Self::Off | Self::Invitation => false,
            Self::Domain | Self::Open => true,
        }
    }
}

impl SignUpConfig {
    /// Reads the variables. `sends_mail` tells whether this deployment sends mail, without which nobody can sign up.
    pub(crate) fn read(get: &impl Fn(&str) -> Option<String>, sends_mail: bool) -> Result<Self, ConfigError> {
        let malformed = ConfigError::Malformed(WHO, "off, invitation, domain or open");
        let mode = match get(WHO) {
            None => SignUpMode::Off,
            Some(text) => SignUpMode::ALL.into_iter().find(|mode| mode.as_str() == text.trim()).ok_or(malformed)?,
        };
        if mode != SignUpMode::Off && !sends_mail {
            let why =
                "the sender of mails; with JETON_SIGN_UP people get their links by mail, so name one or set it to off";
            return Err(ConfigError::Missing("JETON_MAIL_FROM", why));
        }
        let domains = domains(&get(DOMAINS).unwrap_or_default())?;
        if mode == SignUpMode::Domain && domains.is_empty() {
            let why = "the domains of addresses that may sign up, because JETON_SIGN_UP is domain";
            return Err(ConfigError::Missing(DOMAINS, why));
        }
        Ok(Self { mode, domains })
    }

    /// Returns whether a person with this address may make an account without an invitation.
    pub fn admits(&self, address: &EmailAddress) -> bool {
        match self.mode {
            SignUpMode::Off | SignUpMode::Invitation => false,
            SignUpMode::Domain => self.domains.contains(&address.domain()),
            SignUpMode::Open => true,
        }
    }
}

/// Reads domains with spaces or commas between them.
fn domains(text: &str) -> Result<Vec<String>, ConfigError> {
    let read =
        words_of(text).map(|word| EmailAddress::parse(&format!("x@{word}")).ok().map(|address| address.domain()));
    let what = "domains such as example.org, and spaces between";
    read.collect::<Option<_>>().ok_or(ConfigError::Malformed(DOMAINS, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(who: &str, domains: &str, sends_mail: bool) -> Result<SignUpConfig, ConfigError> {
        let get = |name: &str| Some(if name == WHO { who } else { domains }.to_owned()).filter(|text| !text.is_empty());
        SignUpConfig::read(&get, sends_mail)
    }

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    #[test]
    fn c235_nobody_signs_up_unless_that_is_said_and_mail_is_sent() {
        assert_eq!(read("", "", false), Ok(SignUpConfig::default()));
        assert_eq!(read("off", "", false).unwrap().mode, SignUpMode::Off);
        for who in ["invitation", "domain", "open"] {
            let told = read(who, "example.org", false).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(told.contains("JETON_MAIL_FROM") && told.contains("JETON_SIGN_UP"), "{told}");
            assert_eq!(read(who, "example.org", true).unwrap().mode.as_str(), who);
        }
        assert!(matches!(read("domain", "", true), Err(ConfigError::Missing(DOMAINS, _))));
        assert!(matches!(read("on", "", true), Err(ConfigError::Malformed(WHO, _))));
        for bad in ["example", "@example.org", "example.org/", "*.example.org"] {
            assert!(matches!(read("domain", bad, true), Err(ConfigError::Malformed(DOMAINS, _))), "{bad}");
        }
    }

    #[test]
    fn c235_an_address_is_admitted_by_exactly_its_domain() {
        let config = read("domain", "Example.org, example.net", true).unwrap();
        for good in ["ada@example.org", "ada@EXAMPLE.net"] {
            assert!(config.admits(&address(good)), "{good}");
        }
        for other in ["ada@sub.example.org", "ada@badexample.org", "ada@example.org.evil.example"] {
            assert!(!config.admits(&address(other)), "{other}");
        }
        assert!(read("open", "", true).unwrap().admits(&address("ada@anywhere.example")));
        assert!(!read("invitation", "", true).unwrap().admits(&address("ada@example.org")));
    }
}
