//! The site that passkeys of an issuer belong to: its RP id and its origin (Web Authentication Level 3 §4, "RP ID").

use url::{Host, Url};

use crate::values::resource::Resource;

/// The RP id and the origin of an issuer. Only a domain has passkeys, on https or on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeySite {
    id: String,
    origin: String,
}

impl PasskeySite {
    /// Returns the site of an issuer; `None` if browsers make no passkeys for it, because its host is an IP address, or
    /// because it is plain http by another name than `localhost`.
    pub fn of(issuer: &Resource) -> Option<Self> {
        let url = Url::parse(issuer.as_str()).ok()?;
        let Host::Domain(host) = url.host()? else { return None };
        let is_local = host == "localhost" || host.ends_with(".localhost");
        let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_local);
        // A name with a final period is another origin, and no RP id.
        let fits = is_secure && !host.ends_with('.');
        fits.then(|| Self { id: host.to_owned(), origin: url.origin().ascii_serialization() })
    }

    /// The RP id: the host.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The only origin on which passkeys are made and used.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(issuer: &str) -> Option<(String, String)> {
        PasskeySite::of(&Resource::parse(issuer).unwrap()).map(|site| (site.id, site.origin))
    }

    #[test]
    fn c231_a_domain_has_passkeys_and_an_address_has_none() {
        for (issuer, id, origin) in [
            ("https://id.example.com", "id.example.com", "https://id.example.com"),
            ("https://id.example.com/tenant", "id.example.com", "https://id.example.com"),
            ("https://id.example.com:8443", "id.example.com", "https://id.example.com:8443"),
            ("http://localhost:9000", "localhost", "http://localhost:9000"),
        ] {
            assert_eq!(site(issuer), Some((id.to_owned(), origin.to_owned())), "{issuer}");
        }
        for issuer in ["http://127.0.0.1:9000", "https://192.0.2.1", "https://[2001:db8::1]", "http://[::1]:9000"] {
            assert_eq!(site(issuer), None, "{issuer}");
        }
    }
}
