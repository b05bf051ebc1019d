//! The operator's function that checks passwords in an older directory.

use directory::DirectoryFunction;
use grants::Seconds;

use crate::setup::config_error::ConfigError;

/// The time in seconds that the function has by default.
const USUAL: Seconds = 3;

/// The operator's function that checks passwords in an older directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryConfig {
    /// `JETON_DIRECTORY_FUNCTION`: its ARN on Lambda, or its URL on this machine.
    pub function: DirectoryFunction,
    /// `JETON_DIRECTORY_SECONDS`: the time that an answer may take. A sign-in that fails always takes this long.
    pub limit: Seconds,
}

impl DirectoryConfig {
    /// Reads the variables; `None` if there is no such function.
    pub(crate) fn read(get: &impl Fn(&str) -> Option<String>) -> Result<Option<Self>, ConfigError> {
        let (function, seconds) = ("JETON_DIRECTORY_FUNCTION", "JETON_DIRECTORY_SECONDS");
        let limit = match get(seconds) {
            None => Some(USUAL),
            Some(text) => text.trim().parse().ok().filter(|limit| (1..=5).contains(limit)),
        };
        let limit = limit.ok_or(ConfigError::Malformed(seconds, "a number of seconds from 1 to 5"))?;
        let Some(text) = get(function) else { return Ok(None) };
        let parsed = DirectoryFunction::parse(text.trim());
        let what = "the ARN of a Lambda function, or an http URL of this machine";
        let function = parsed.map_err(|_| ConfigError::Malformed(function, what))?;
        Ok(Some(Self { function, limit }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_asked_only_where_a_function_is_named() {
        let read = |function: &str, seconds: &str| {
            DirectoryConfig::read(&|name| {
                let value = if name == "JETON_DIRECTORY_FUNCTION" { function } else { seconds };
                Some(value.to_owned()).filter(|value| !value.is_empty())
            })
        };
        let arn = "arn:aws:lambda:eu-central-1:123456789012:function:old-directory";
        assert_eq!(read("", "2"), Ok(None));
        assert_eq!(read(arn, "").unwrap().unwrap().limit, USUAL);
        assert_eq!(read(arn, "5").unwrap().unwrap().function.as_str(), arn);
        for seconds in ["0", "6", "1s", "-1"] {
            assert!(matches!(read(arn, seconds), Err(ConfigError::Malformed("JETON_DIRECTORY_SECONDS", _))));
        }
        assert!(matches!(read("old", ""), Err(ConfigError::Malformed("JETON_DIRECTORY_FUNCTION", _))));
    }
}
