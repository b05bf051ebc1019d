//! The destinations of outbound requests.

use std::net::{IpAddr, SocketAddr};

use http::Uri;
use url::{Host, Url};

use crate::Reach;
use crate::address::is_public;

const MAX_BYTES: usize = 2048;

/// An address registered by others that may be requested, as far as its text shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchUrl {
    uri: Uri,
    host: Host<String>,
    port: u16,
    /// `true` when the operator named this host, which may then be anywhere.
    may_be_private: bool,
}

/// The reasons why an address must not be requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The text is not an absolute URL, or is too long.
    #[error("it is not a URL of at most 2048 ASCII characters")]
    Malformed,
    /// The scheme is not `https`.
    #[error("it is not https; http is for a host of this machine that JETON_OUTBOUND_PRIVATE_HOSTS names")]
    NotHttps,
    /// The URL has user information before its host.
    #[error("it has user information before its host: leave it out")]
    UserInformation,
    /// The URL has a fragment.
    #[error("it has a fragment: leave it out")]
    Fragment,
    /// The host has an address inside a network.
    #[error("its host is inside a network, or reserved; JETON_OUTBOUND_PRIVATE_HOSTS names those that may be asked")]
    Private,
}

impl FetchUrl {
    /// Reads a URL. A host given as an address is checked immediately; a host name is checked when it is resolved.
    ///
    /// # Errors
    /// [`Forbidden`] gives the reason why it must not be requested.
    pub fn parse(text: &str, reach: &Reach) -> Result<Self, Forbidden> {
        if text.len() > MAX_BYTES || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(Forbidden::Malformed);
        }
        let url = Url::parse(text).map_err(|_| Forbidden::Malformed)?;
        let host = url.host().ok_or(Forbidden::Malformed)?.to_owned();
        let port = url.port_or_known_default().ok_or(Forbidden::Malformed)?;
        let may_be_private = reach.holds(&host, port);
        match url.scheme() {
            "https" => {}
            "http" if may_be_private && is_this_machine(&host) => {}
            _ => return Err(Forbidden::NotHttps),
        }
        if authority(text).contains('@') {
            return Err(Forbidden::UserInformation);
        }
        if url.fragment().is_some() {
            return Err(Forbidden::Fragment);
        }
        let uri = url.as_str().parse().map_err(|_| Forbidden::Malformed)?;
        let target = Self { uri, host, port, may_be_private };
        target.check(target.literal().as_slice())?;
        Ok(target)
    }

    /// Returns all addresses of the host, each of them checked.
    ///
    /// # Errors
    /// [`Forbidden::Private`] when one of them is inside a network; the result is `None` when the host has no
    /// address.
    pub(crate) async fn resolve(&self) -> Result<Option<Vec<SocketAddr>>, Forbidden> {
        let addresses: Vec<SocketAddr> = match (&self.host, self.literal()) {
            (_, Some(address)) => vec![SocketAddr::new(address, self.port)],
            (Host::Domain(name), None) => match tokio::net::lookup_host((name.as_str(), self.port)).await {
                Ok(found) => found.collect(),
                Err(_) => Vec::new(),
            },
            (Host::Ipv4(_) | Host::Ipv6(_), None) => Vec::new(),
        };
        let looked_at: Vec<IpAddr> = addresses.iter().map(SocketAddr::ip).collect();
        self.check(&looked_at)?;
        Ok(Some(addresses).filter(|addresses| !addresses.is_empty()))
    }

    /// The host with its port, if the URL names one.
    pub fn authority(&self) -> &str {
        self.uri.authority().map_or("", http::uri::Authority::as_str)
    }

    /// Returns whether the URL is at one of these hosts. One that is listed with a port is meant at that port alone.
    pub fn is_at(&self, hosts: &Reach) -> bool {
        hosts.holds(&self.host, self.port)
    }

    /// The URI to send in the request.
    pub(crate) const fn uri(&self) -> &Uri {
        &self.uri
    }

    fn literal(&self) -> Option<IpAddr> {
        match self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }

    fn check(&self, addresses: &[IpAddr]) -> Result<(), Forbidden> {
        let good = self.may_be_private || addresses.iter().all(|address| is_public(*address));
        good.then_some(()).ok_or(Forbidden::Private)
    }
}

fn is_this_machine(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Returns the text between `//` and the path, exactly as written.
fn authority(text: &str) -> &str {
    let (_, rest) = text.split_once("//").unwrap_or_default();
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, reach: &str) -> Result<FetchUrl, Forbidden> {
        FetchUrl::parse(text, &Reach::parse(reach).unwrap())
    }

    #[test]
    fn c119_an_address_is_refused_for_its_first_fault() {
        use Forbidden as F;
        let long = format!("https://a.example/{}", "a".repeat(MAX_BYTES));
        let rows = [
            ("", F::Malformed),
            ("/keys", F::Malformed),
            ("https://", F::Malformed),
            ("https://a b.example", F::Malformed),
            ("https:\\\\a.example", F::Malformed),
            ("data:application/json,{}", F::Malformed),
            (&long, F::Malformed),
            ("http://a.example/keys", F::NotHttps),
            ("ftp://a.example/keys", F::NotHttps),
            ("file://a.example/keys", F::Malformed),
            ("https://user@a.example/keys", F::UserInformation),
            ("https://@a.example/keys", F::UserInformation),
            ("https://a.example:x@10.0.0.1/", F::UserInformation),
            ("https://a.example/keys#x", F::Fragment),
            ("https://a.example/keys#", F::Fragment),
            ("https://127.0.0.1/", F::Private),
            ("https://127.1/", F::Private),
            ("https://0x7f000001/", F::Private),
            ("https://2130706433/", F::Private),
            ("https://0177.0.0.1/", F::Private),
            ("https://169.254.169.254/latest/meta-data/", F::Private),
            ("https://[::1]/", F::Private),
            ("https://[::ffff:10.0.0.1]/", F::Private),
            ("https://[fd00:ec2::254]/", F::Private),
            ("https://%31%30.0.0.1/", F::Private),
            ("https://1\u{2070}.0.0.1/", F::Malformed),
        ];
        for (text, why) in rows {
            assert_eq!(parse(text, "").err(), Some(why), "{text}");
        }
        for good in ["https://a.example", "https://a.example:8443/keys?x=1", "https://8.8.8.8/", "https://localhost/"] {
            assert!(parse(good, "").is_ok(), "{good}");
        }
        assert_eq!(parse("https://A.example:8443/keys?x=1", "").unwrap().authority(), "a.example:8443");
    }

    #[test]
    fn a_private_host_is_good_when_it_is_named() {
        assert!(parse("https://10.0.0.7/keys", "10.0.0.7").is_ok());
        assert!(parse("https://10.0.0.7:8443/keys", "10.0.0.7:8443").is_ok());
        assert_eq!(parse("https://10.0.0.7/keys", "10.0.0.7:8443").err(), Some(Forbidden::Private));
        assert_eq!(parse("https://10.0.0.8/keys", "10.0.0.7").err(), Some(Forbidden::Private));
    }

    #[test]
    fn plain_http_is_for_this_machine_when_it_is_named() {
        for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            let url = format!("http://{host}/keys");
            assert!(parse(&url, host).is_ok(), "{url}");
            assert_eq!(parse(&url, "").err(), Some(Forbidden::NotHttps), "{url}");
        }
        assert_eq!(parse("http://keys.internal/", "keys.internal").err(), Some(Forbidden::NotHttps));
        assert_eq!(parse("http://10.0.0.7/", "10.0.0.7").err(), Some(Forbidden::NotHttps));
    }

    #[tokio::test]
    async fn c119_a_name_is_judged_by_every_address_that_it_has() {
        let resolved = parse("https://localhost:8443/", "").unwrap().resolve().await;
        assert_eq!(resolved, Err(Forbidden::Private));
        let named = parse("https://localhost:8443/", "localhost").unwrap().resolve().await.unwrap().unwrap();
        assert!(named.iter().all(|address| address.ip().is_loopback() && address.port() == 8443), "{named:?}");
        let literal = parse("https://8.8.8.8:1/", "").unwrap().resolve().await.unwrap().unwrap();
        assert_eq!(literal, [SocketAddr::from(([8, 8, 8, 8], 1))]);
        let target = parse("https://a.example/", "").unwrap();
        let (public, private) = ([8, 8, 8, 8].into(), [10, 0, 0, 1].into());
        assert_eq!(target.check(&[public, private]), Err(Forbidden::Private));
        assert_eq!(target.check(&[public]), Ok(()));
        assert_eq!(parse("https://a.invalid/", "").unwrap().resolve().await, Ok(None));
    }
}
