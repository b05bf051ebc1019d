//! Issuers of development alone: plain http by another name than those of this machine.
//!
//! A function refuses such an issuer. `jeton dev` takes one if it listens for other machines, because the containers of
//! a developer's network find each other by name and have no certificates.

use edge::{Config, ConfigError};
use protocol::Resource;

/// Reads the configuration of a local stack with this issuer. `named` is the same issuer if it is one by name.
pub(crate) fn read(
    issuer: &str,
    named: Option<Resource>,
    look_up: impl Fn(&str) -> Option<String>,
) -> Result<Config, ConfigError> {
    // Every other rule for an issuer is that of the functions.
    let like_a_function = if named.is_some() { "http://localhost" } else { issuer };
    let config = Config::read(|name| match name {
        "JETON_ISSUER" => Some(like_a_function.to_owned()),
        _ => look_up(name),
    })?;
    Ok(Config { issuer: named.unwrap_or(config.issuer), ..config })
}

/// Reads an issuer `http://NAME:PORT`, with a path or without one; `None` if the text is anything else.
pub(crate) fn by_name(text: &str) -> Option<Resource> {
    let rest = text.strip_prefix("http://")?;
    let authority = rest.split('/').next()?;
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte);
    let fits = !host.is_empty() && host.bytes().all(is_name) && port.parse::<u16>().is_ok_and(|port| port > 0);
    let plain = !text.ends_with('/') && !text.contains(['?', '#']);
    Resource::parse(text).ok().filter(|_| fits && plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_by_name_is_http_with_a_host_and_nothing_else() {
        for good in ["http://jeton:9000", "http://jeton", "http://jeton.test:9000/tenant", "http://[fd00::1]:9000"] {
            assert!(by_name(good).is_some(), "{good}");
        }
        for bad in
            ["https://jeton", "http://", "http://:9000", "http://jeton:0", "http://jeton:x", "http://a@jeton", "jeton"]
        {
            assert!(by_name(bad).is_none(), "{bad}");
        }
        for bad in ["http://jeton/", "http://jeton:9000/?x", "http://jeton#x", "http://je ton"] {
            assert!(by_name(bad).is_none(), "{bad}");
        }
    }
}
