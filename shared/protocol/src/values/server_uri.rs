//! URLs on a client's server that this server requests: `jwks_uri` (RFC 7591 §2), `backchannel_logout_uri` (OpenID
//! Connect Back-Channel Logout §2.2).

use std::fmt;

use url::Url;

use crate::values::redirect_uri::{authority, is_host_as_written, is_loopback};

const MAX_BYTES: usize = 2048;

/// A URL on a client's own server, stored exactly as it was written. The crate `outbound` decides whether it may be
/// requested.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServerUri(String);

/// The error for a text that is not a valid [`ServerUri`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it must be an https URL of at most 2048 ASCII characters, without user information and fragment (http on this machine)"
)]
pub struct MalformedServerUri;

impl ServerUri {
    /// Accepts `https` URLs, and `http` on the loopback interface.
    ///
    /// # Errors
    /// [`MalformedServerUri`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedServerUri> {
        let url = plain_url(text).ok_or(MalformedServerUri)?;
        let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        if safe && !text.contains('#') { Ok(Self(text.to_owned())) } else { Err(MalformedServerUri) }
    }

    /// The URL as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Parses a URL of any scheme, without user information and with a host that is unambiguous to every parser.
pub(crate) fn plain_url(text: &str) -> Option<Url> {
    if text.len() > MAX_BYTES || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return None;
    }
    Url::parse(text).ok().filter(|url| !authority(text).contains('@') && is_host_as_written(url, text))
}

impl fmt::Display for ServerUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c119_what_is_asked_is_behind_tls_or_on_this_machine() {
        for good in ["https://app.example/keys", "https://app.example:8443/k?x=1", "http://127.0.0.1:8080/keys"] {
            assert_eq!(ServerUri::parse(good).map(|uri| uri.to_string()).as_deref(), Ok(good));
        }
        let long = format!("https://app.example/{}", "a".repeat(MAX_BYTES));
        let longest = &long[..MAX_BYTES];
        assert_eq!(ServerUri::parse(longest).unwrap().as_str(), longest);
        for bad in [
            "",
            "keys",
            "https://",
            "http://app.example/keys",
            "ftp://app.example/keys",
            "com.example.app:/keys",
            "https://user@app.example/keys",
            "https://@app.example/keys",
            "https://app.example/keys#x",
            "https://app.example\\keys",
            "https://0x7f.1/keys",
            "https://app.example/ keys",
            &long,
        ] {
            assert_eq!(ServerUri::parse(bad), Err(MalformedServerUri), "{bad}");
        }
    }
}
