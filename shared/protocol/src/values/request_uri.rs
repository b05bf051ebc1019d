//! URLs of request objects that clients serve: `request_uris` (OpenID Connect Dynamic Client Registration §2).

use std::fmt;

use crate::values::redirect_uri::is_loopback;
use crate::values::server_uri::plain_url;

/// The longest `request_uri`, in ASCII characters (OpenID Connect Core §6.2).
const MAX_BYTES: usize = 512;

/// The URL of a request object, stored exactly as it was written. The crate `outbound` decides whether it may be
/// requested.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestUri(String);

/// The error for a text that is not a valid [`RequestUri`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be an https URL of at most 512 ASCII characters, without user information (http on this machine)")]
pub struct MalformedRequestUri;

impl RequestUri {
    /// Accepts `https` URLs, and `http` on the loopback interface, with a fragment or without.
    ///
    /// # Errors
    /// [`MalformedRequestUri`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedRequestUri> {
        let url = plain_url(text).ok_or(MalformedRequestUri)?;
        let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        if safe && text.len() <= MAX_BYTES { Ok(Self(text.to_owned())) } else { Err(MalformedRequestUri) }
    }

    /// The URL as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL to request: a fragment is never sent.
    pub fn without_fragment(&self) -> &str {
        self.0.split('#').next().unwrap_or_default()
    }

    /// Returns whether both are the URL of the same object. The fragment tells versions of its content apart, for
    /// servers that keep it (OpenID Connect Core §6.2).
    pub fn is_place_of(&self, other: &Self) -> bool {
        self.without_fragment() == other.without_fragment()
    }
}

impl fmt::Display for RequestUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c197_a_request_uri_is_short_and_behind_tls_or_on_this_machine() {
        let parse = |text: &str| RequestUri::parse(text).map(|uri| uri.to_string());
        for good in
            ["https://app.example/r", "https://app.example/r?x=1#GkurKxf5T0Y-mnPFCHqWOMiZi4VS", "http://127.0.0.1:1/r"]
        {
            assert_eq!(parse(good).as_deref(), Ok(good));
        }
        let long = format!("https://app.example/{}", "a".repeat(MAX_BYTES));
        assert!(RequestUri::parse(&long[..MAX_BYTES]).is_ok());
        for bad in [
            "",
            "r",
            "http://app.example/r",
            "ftp://app.example/r",
            "urn:ietf:params:oauth:request_uri:x",
            "https://user@app.example/r",
            "https://0x7f.1/r",
            "https://app.example/ r",
            &long[..=MAX_BYTES],
        ] {
            assert_eq!(RequestUri::parse(bad), Err(MalformedRequestUri), "{bad}");
        }
    }

    #[test]
    fn c197_only_the_fragment_of_a_request_uri_may_differ() {
        let uri = |text: &str| RequestUri::parse(text).unwrap();
        let registered = uri("https://app.example/r#v1");
        for same in ["https://app.example/r", "https://app.example/r#v2", "https://app.example/r#"] {
            assert!(registered.is_place_of(&uri(same)), "{same}");
        }
        for other in
            ["https://app.example/r/", "https://app.example/R", "https://app.example/r?", "https://a.example/r"]
        {
            assert!(!registered.is_place_of(&uri(other)), "{other}");
        }
        assert_eq!(registered.without_fragment(), "https://app.example/r");
    }
}
