//! Links that pages show with a client.

use std::fmt;

use crate::values::server_uri::plain_url;

/// The kinds of links (RFC 7591 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClientLink {
    /// `client_uri`: the client's own website.
    Website,
    /// `policy_uri`: its privacy policy.
    Policy,
    /// `tos_uri`: its terms of service.
    Terms,
}

/// The URL of a link: `https`, without user information, and with a host that is unambiguous to every parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkUrl(String);

/// The error for any other URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not an https URL of visible ASCII characters, without user information and of at most 2048")]
pub struct MalformedLink;

impl ClientLink {
    /// All kinds, in the order of a page.
    pub const ALL: [Self; 3] = [Self::Website, Self::Policy, Self::Terms];

    /// The name of the member of the client's metadata.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Website => "client_uri",
            Self::Policy => "policy_uri",
            Self::Terms => "tos_uri",
        }
    }
}

impl LinkUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`MalformedLink`] when no page may show it as a link.
    pub fn parse(text: &str) -> Result<Self, MalformedLink> {
        let is_https = plain_url(text).is_some_and(|url| url.scheme() == "https");
        if is_https { Ok(Self(text.to_owned())) } else { Err(MalformedLink) }
    }

    /// The URL as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LinkUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_https_and_leads_where_it_says() {
        let good = "https://app.example:8443/Policy?lang=en#top";
        assert_eq!(LinkUrl::parse(good).map(|url| url.to_string()).as_deref(), Ok(good));
        for bad in [
            "",
            "http://app.example/",
            "javascript:alert(1)",
            "//app.example/",
            "https://user@app.example/",
            "https://app.example\\@evil.example/",
            " https://app.example/",
            "https://app.example/é",
        ] {
            assert_eq!(LinkUrl::parse(bad), Err(MalformedLink), "{bad}");
        }
        assert_eq!(ClientLink::ALL.map(ClientLink::as_str), ["client_uri", "policy_uri", "tos_uri"]);
    }
}
