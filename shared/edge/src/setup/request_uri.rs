//! References to request objects: whether a deployment follows them (OpenID Connect Core §6.2).

use grants::RequestUris;

use crate::setup::config_error::ConfigError;

/// Reads `JETON_REQUEST_URI`; `off` if it is not set.
pub(crate) fn request_uris(get: &impl Fn(&str) -> Option<String>) -> Result<RequestUris, ConfigError> {
    let name = "JETON_REQUEST_URI";
    let read = |text: String| RequestUris::parse(&text).ok_or(ConfigError::Malformed(name, "off or registered"));
    get(name).map_or(Ok(RequestUris::Off), read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c197_references_are_followed_only_where_that_is_said() {
        let read = |value: Option<&str>| request_uris(&|_: &str| value.map(str::to_owned));
        assert_eq!(read(None), Ok(RequestUris::Off));
        for rule in [RequestUris::Off, RequestUris::Registered] {
            assert_eq!(read(Some(rule.as_str())), Ok(rule));
        }
        for other in ["on", "true", "Registered", "any"] {
            assert!(read(Some(other)).is_err(), "{other}");
        }
    }
}
