//! The rule on everything that is kept about people, and what they may do with it.

use crate::setup::config_error::ConfigError;

/// The variable with the rule.
const RULE: &str = "JETON_ACCOUNT_DATA";

/// The things that people may do at `/account` with everything that is kept about them. Each may do what the one before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum OwnData {
    /// They may do nothing with it.
    Off,
    /// They may download it.
    #[default]
    Download,
    /// They may also delete it, with the account.
    Delete,
}

impl OwnData {
    /// The list of all rules.
    const ALL: [Self; 3] = [Self::Off, Self::Download, Self::Delete];

    /// The value of the variable.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Download => "download",
            Self::Delete => "delete",
        }
    }

    /// Reads `JETON_ACCOUNT_DATA`; people may download their data if it is not set.
    pub(crate) fn read(get: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let Some(text) = get(RULE) else { return Ok(Self::default()) };
        let found = Self::ALL.into_iter().find(|rule| rule.as_str() == text.trim());
        found.ok_or(ConfigError::Malformed(RULE, "off, download or delete"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c237_people_download_their_data_and_delete_it_only_where_that_is_said() {
        let read = |value: Option<&str>| OwnData::read(&|_: &str| value.map(str::to_owned));
        assert_eq!(read(None), Ok(OwnData::Download));
        for rule in OwnData::ALL {
            assert_eq!(read(Some(rule.as_str())), Ok(rule));
        }
        assert!(matches!(read(Some("true")), Err(ConfigError::Malformed(RULE, _))));
    }
}
