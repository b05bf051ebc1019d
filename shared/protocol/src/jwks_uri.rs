//! `jwks_uri` (RFC 7591 §2).

use std::fmt;

use url::Url;

use crate::redirect_uri::{authority, is_host_as_written, is_loopback};

const MAX_BYTES: usize = 2048;

/// Where a client's public keys are, kept as the text it was written in. Whether it may be asked is for `outbound`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JwksUri(String);

/// A text that is not where keys could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a jwks_uri is an https URL of at most 2048 ASCII characters, without user information and fragment (http on this machine)"
)]
pub struct MalformedJwksUri;

impl JwksUri {
    /// Accepts `https` URLs, and `http` on the loopback interface.
    ///
    /// # Errors
    /// [`MalformedJwksUri`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedJwksUri> {
        if text.len() > MAX_BYTES || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(MalformedJwksUri);
        }
        let url = Url::parse(text).map_err(|_| MalformedJwksUri)?;
        let scheme = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        let plain = !authority(text).contains('@') && !text.contains('#') && is_host_as_written(&url, text);
        if scheme && plain { Ok(Self(text.to_owned())) } else { Err(MalformedJwksUri) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JwksUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_behind_tls_or_on_this_machine() {
        for good in ["https://app.example/keys", "https://app.example:8443/k?x=1", "http://127.0.0.1:8080/keys"] {
            assert_eq!(JwksUri::parse(good).map(|uri| uri.to_string()).as_deref(), Ok(good));
        }
        let long = format!("https://app.example/{}", "a".repeat(MAX_BYTES));
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
            assert_eq!(JwksUri::parse(bad), Err(MalformedJwksUri), "{bad}");
        }
    }
}
