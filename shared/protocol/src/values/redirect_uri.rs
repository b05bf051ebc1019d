//! `redirect_uri` (RFC 6749 §3.1.2, RFC 8252, RFC 9700 §4.1.3).

use std::fmt;

use url::{Host, Url};

const MAX_BYTES: usize = 2048;
const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];
/// Schemes without a period that belong to browsers, systems and standards, and to no app. A link with one of them
/// could run a script or open a file.
const SCHEMES_OF_NO_APP: [&str; 24] = [
    "about",
    "blob",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "intent",
    "jar",
    "javascript",
    "ldap",
    "livescript",
    "mailto",
    "mocha",
    "resource",
    "sms",
    "ssh",
    "tel",
    "urn",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// A redirect URI that could be registered, stored exactly as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RedirectUri(String);

/// The reasons to reject a text as a redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedRedirectUri {
    /// The text is not an absolute URI, is too long, or has characters that are illegal in a URI.
    #[error("a redirect URI is an absolute URI of at most 2048 ASCII characters")]
    NotAUri,
    /// The URI has a fragment, which RFC 6749 §3.1.2 forbids.
    #[error("a redirect URI has no fragment")]
    Fragment,
    /// The URI has user information before the host, which can disguise the real host.
    #[error("a redirect URI has no user information")]
    UserInfo,
    /// The scheme is `http` but the host is not the loopback interface (RFC 9700 §2.6).
    #[error("a redirect URI is https, except on 127.0.0.1, [::1] or localhost")]
    PlainHttp,
    /// The scheme belongs to no app: a browser or a system gives it a meaning of its own.
    #[error("this scheme does not belong to an app: use https, or a reversed domain name such as com.example.app")]
    Scheme,
    /// The URI has a host after a reversed domain name (RFC 8252 §7.1). Such a host has no owner, but looks as if it
    /// had one.
    #[error("a private-use scheme is followed by a path and no host, such as com.example.app:/callback")]
    Authority,
}

impl RedirectUri {
    /// Accepts the URIs that can be registered: `https`, `http` on the loopback interface, and private-use schemes
    /// without a host. A scheme without a period may be that of several apps (RFC 8252 §8.4), so an operator names it
    /// ([`Self::bare_scheme`]); such apps use a host after it (`vscode://publisher.extension/callback`).
    ///
    /// # Errors
    /// [`MalformedRedirectUri`] names the broken rule.
    pub fn parse(text: &str) -> Result<Self, MalformedRedirectUri> {
        let uri = Self::read(text)?;
        let has_host = text.split_once(':').is_some_and(|(_, after)| after.starts_with("//"));
        if uri.is_private_use() && has_host && uri.bare_scheme().is_none() {
            return Err(MalformedRedirectUri::Authority);
        }
        Ok(uri)
    }

    /// Reads a URI that is stored, or one from a request that is compared with the stored ones. Earlier versions
    /// accepted a host after a private-use scheme, and clients that registered such a URI keep it.
    ///
    /// # Errors
    /// [`MalformedRedirectUri`] names the broken rule.
    pub fn read(text: &str) -> Result<Self, MalformedRedirectUri> {
        let legal = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'^' | b'`');
        if text.len() > MAX_BYTES || !text.bytes().all(legal) {
            return Err(MalformedRedirectUri::NotAUri);
        }
        let url = Url::parse(text).map_err(|_| MalformedRedirectUri::NotAUri)?;
        if text.contains('#') {
            return Err(MalformedRedirectUri::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
            return Err(MalformedRedirectUri::UserInfo);
        }
        match url.scheme() {
            // Url repairs `https:host` and `https:/host`, as browsers do, so neither may be registered.
            "https" | "http" if !is_host_as_written(&url, text) => Err(MalformedRedirectUri::NotAUri),
            "https" => Ok(Self(text.to_owned())),
            "http" if is_loopback(&url) => Ok(Self(text.to_owned())),
            "http" => Err(MalformedRedirectUri::PlainHttp),
            scheme if SCHEMES_OF_NO_APP.contains(&scheme) => Err(MalformedRedirectUri::Scheme),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The URI as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks whether a request may use `self` when the client registered `registered`: the texts must be equal,
    /// except for the port after a name of the loopback interface (RFC 8252 §7.3, RFC 9700 §4.1.3), because an app
    /// cannot choose its port in advance.
    pub fn matches(&self, registered: &Self) -> bool {
        self.0 == registered.0
            || LOOPBACK.iter().any(|origin| {
                let (Some((asked_origin, asked)), Some((known_origin, known))) =
                    (split(&self.0, origin), split(&registered.0, origin))
                else {
                    return false;
                };
                asked_origin == known_origin
                    && without_port(asked).is_some_and(|rest| Some(rest) == without_port(known))
            })
    }

    /// Returns the URI with response parameters added to its query (RFC 6749 §4.1.2); an existing query is kept.
    pub fn with_query(&self, pairs: &[(&str, &str)]) -> String {
        let separator = match self.0.split_once('?') {
            None => "?",
            Some((_, before)) if before.is_empty() || before.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{}{separator}{}", self.0, form(pairs))
    }

    /// Returns the URI with response parameters in its fragment (RFC 6749 §4.2.2). A redirect URI has no fragment
    /// of its own.
    pub fn with_fragment(&self, pairs: &[(&str, &str)]) -> String {
        format!("{}#{}", self.0, form(pairs))
    }

    /// The name for people and operators: the host if it is http(s), and otherwise the scheme with its colon
    /// (`com.example.app:`), which no host looks like.
    pub fn display_host(&self) -> String {
        match Url::parse(&self.0) {
            Ok(url) if is_web(&url) => url.host_str().unwrap_or_default().to_owned(),
            Ok(url) => format!("{}:", url.scheme()),
            Err(_) => String::new(),
        }
    }

    /// Returns whether an app on this device receives the response: the URI has a loopback address or a private-use
    /// scheme.
    pub fn is_native(&self) -> bool {
        !Url::parse(&self.0).is_ok_and(|url| url.scheme() == "https")
    }

    /// Returns whether the host is the device itself, by any of its names.
    pub fn is_loopback(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| is_web(&url) && is_loopback(&url))
    }

    /// Returns the private-use scheme in lower case, if it has no period: any app can claim `app:`, while
    /// `com.example.app:` tells its owner (RFC 8252 §8.4).
    pub fn bare_scheme(&self) -> Option<String> {
        let url = Url::parse(&self.0).ok().filter(|url| !is_web(url))?;
        Some(url.scheme().to_owned()).filter(|scheme| !scheme.contains('.'))
    }

    /// Reads the name of a private-use scheme without a period, with or without its colon; `None` for any other text.
    pub fn parse_bare_scheme(name: &str) -> Option<String> {
        let name = name.strip_suffix(':').unwrap_or(name);
        let scheme = Self::parse(&format!("{name}:/")).ok()?.bare_scheme()?;
        scheme.eq_ignore_ascii_case(name).then_some(scheme)
    }

    /// Returns whether the scheme belongs to an app. A host after such a scheme has no owner.
    fn is_private_use(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| !is_web(&url))
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    // In a form, both `+` and `%20` mean a space; in a plain URI only `%20` does.
    form.finish().replace('+', "%20")
}

/// Returns the text between `//` and the path, exactly as written.
pub(crate) fn authority(text: &str) -> &str {
    let after_scheme = text.split_once(':').and_then(|(_, after)| after.strip_prefix("//")).unwrap_or_default();
    after_scheme.split(['/', '?']).next().unwrap_or_default()
}

/// Checks that every parser finds the same host: no escapes, no alternative spelling of an address, and the
/// authority starts with that host.
pub(crate) fn is_host_as_written(url: &Url, text: &str) -> bool {
    let host = url.host_str().unwrap_or_default();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_[]:".contains(&byte);
    authority(text).split_at_checked(host.len()).is_some_and(|(written, rest)| {
        let ends = rest.is_empty() || rest.starts_with(':');
        ends && written.eq_ignore_ascii_case(host) && host.bytes().all(plain)
    })
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback() && url.host_str() == Some("127.0.0.1"),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Splits a text after an origin, which may be written in any letter case (RFC 3986 §6.2.2.1).
fn split<'a>(text: &'a str, origin: &str) -> Option<(&'a str, &'a str)> {
    text.split_at_checked(origin.len()).filter(|(start, _)| start.eq_ignore_ascii_case(origin))
}

/// Returns the text after the port, or `None` when the host is followed by anything other than a port, a path or a
/// query.
fn without_port(after_host: &str) -> Option<&str> {
    let rest = match after_host.strip_prefix(':') {
        Some(port) => {
            let rest = port.trim_start_matches(|c: char| c.is_ascii_digit());
            if rest.len() == port.len() {
                return None;
            }
            rest
        }
        None => after_host,
    };
    (rest.is_empty() || rest.starts_with('/') || rest.starts_with('?')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    #[test]
    fn c003_c006_c007_what_must_not_be_a_redirect_uri_is_refused() {
        let rows = [
            ("http://app.example/cb", MalformedRedirectUri::PlainHttp),
            ("http://127.0.0.1.evil.example/", MalformedRedirectUri::PlainHttp),
            ("http://127.0.0.2/cb", MalformedRedirectUri::PlainHttp),
            ("http://localhost.evil.example/", MalformedRedirectUri::PlainHttp),
            ("https://app.example/cb#x", MalformedRedirectUri::Fragment),
            ("https://app.example/cb#", MalformedRedirectUri::Fragment),
            ("https://app.example@evil.example/cb", MalformedRedirectUri::UserInfo),
            ("https://@app.example/cb", MalformedRedirectUri::UserInfo),
            ("com.example.app://@", MalformedRedirectUri::UserInfo),
            ("com.example.app://app.example/cb", MalformedRedirectUri::Authority),
            ("com.example.app://cb", MalformedRedirectUri::Authority),
            ("COM.example.app:///cb", MalformedRedirectUri::Authority),
            ("https:app.example/cb", MalformedRedirectUri::NotAUri),
            ("https:\\\\app.example", MalformedRedirectUri::NotAUri),
            ("/cb", MalformedRedirectUri::NotAUri),
            ("", MalformedRedirectUri::NotAUri),
            ("https://app.example/c b", MalformedRedirectUri::NotAUri),
            ("https://app.example/\t", MalformedRedirectUri::NotAUri),
            ("https://äpp.example/", MalformedRedirectUri::NotAUri),
            ("https:/app.example/?x=https://app.example", MalformedRedirectUri::NotAUri),
            ("https:///app.example/", MalformedRedirectUri::NotAUri),
            ("https://app%2eexample/", MalformedRedirectUri::NotAUri),
            ("https://0x7f.1/", MalformedRedirectUri::NotAUri),
            ("http://127.0.0.1./cb", MalformedRedirectUri::NotAUri),
            ("http://2130706433/cb", MalformedRedirectUri::NotAUri),
            ("https://app;script-src.example/", MalformedRedirectUri::NotAUri),
        ];
        for (text, why) in rows {
            assert_eq!(RedirectUri::parse(text), Err(why), "{text}");
        }
        for good in ["https://app.example", "com.example.app:/cb", "http://localhost:3000/cb", "http://[::1]/cb"] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn c003_c006_a_scheme_that_belongs_to_no_app_is_refused_whatever_follows_it() {
        for text in [
            "javascript:alert(1)",
            "JavaScript:/cb",
            "javascript://app.example/%0aalert(1)",
            "data:text/html,x",
            "vbscript:x",
            "view-source:https://app.example/",
            "blob:https://app.example/x",
            "file:///etc/passwd",
            "ws://app.example/cb",
            "wss://app.example/cb",
            "urn:ietf:wg:oauth:2.0:oob",
            "about:blank",
            "content:/cb",
            "filesystem:https://app.example/x",
            "ftp://app.example/cb",
            "ftps://app.example/cb",
            "intent:/cb",
            "jar:/cb",
            "ldap://app.example/cb",
            "livescript:x",
            "mailto:ada@example.org",
            "mocha:x",
            "resource:/cb",
            "sms:1",
            "ssh://app.example/cb",
            "tel:1",
        ] {
            assert_eq!(RedirectUri::parse(text), Err(MalformedRedirectUri::Scheme), "{text}");
            assert_eq!(RedirectUri::read(text), Err(MalformedRedirectUri::Scheme), "{text}");
        }
    }

    #[test]
    fn c001_only_the_same_text_matches() {
        let registered = uri("https://app.example/cb");
        let others = [
            "https://app.example/cb/",
            "https://app.example/cb?x=1",
            "https://APP.example/cb",
            "https://app.example/CB",
            "https://app.example:443/cb",
            "https://app.example/%63b",
            "https://app.example/a/../cb",
            "https://app.example/./cb",
        ];
        for other in others {
            assert!(!uri(other).matches(&registered), "{other}");
        }
        assert!(registered.matches(&registered));
    }

    #[test]
    fn c002_only_the_port_of_a_loopback_address_may_vary() {
        let registered = uri("http://127.0.0.1:8000/cb");
        for same in ["http://127.0.0.1/cb", "http://127.0.0.1:9/cb", "http://127.0.0.1:65535/cb"] {
            assert!(uri(same).matches(&registered), "{same}");
        }
        for other in [
            "http://127.0.0.1:8000/cb/",
            "http://127.0.0.1:8000/cb?x",
            "http://[::1]:8000/cb",
            "http://localhost:8000/cb",
        ] {
            assert!(!uri(other).matches(&registered), "{other}");
        }
        assert!(uri("http://[::1]:7/cb").matches(&uri("http://[::1]/cb")));
    }

    #[test]
    fn c162_the_port_of_a_loopback_uri_varies_by_each_of_its_names_and_nothing_else_does() {
        let names = ["127.0.0.1", "[::1]", "localhost"];
        for name in names {
            let registered = uri(&format!("http://{name}/callback?a=1"));
            for port in ["", ":1", ":3118", ":65535"] {
                assert!(uri(&format!("http://{name}{port}/callback?a=1")).matches(&registered), "{name}{port}");
                assert!(registered.matches(&uri(&format!("http://{name}{port}/callback?a=1"))), "{name}{port}");
                for other in ["/callback", "/callback/?a=1", "/Callback?a=1", "/callback?a=1&b", "/", ""] {
                    let other = uri(&format!("http://{name}{port}{other}"));
                    assert!(!other.matches(&registered), "{other}");
                }
                for other in names.into_iter().filter(|other| *other != name) {
                    assert!(!uri(&format!("http://{other}{port}/callback?a=1")).matches(&registered), "{other}");
                }
                let tls = uri(&format!("https://{name}{port}/callback?a=1"));
                assert!(!tls.matches(&registered) && !registered.matches(&tls), "{tls}");
            }
        }
        // The name may be written in any letter case, and is compared to the letter as all the rest.
        assert!(uri("http://LOCALHOST:3118/cb").matches(&uri("http://LOCALHOST/cb")));
        for other in ["http://localhost:3118/cb", "HTTP://LOCALHOST/cb", "http://LOCALHOST:1/CB"] {
            assert!(!uri(other).matches(&uri("http://LOCALHOST/cb")), "{other}");
        }
        // Behind TLS a port tells which server it is, on this device too.
        assert!(!uri("https://localhost:1/cb").matches(&uri("https://localhost/cb")));
        assert!(!uri("https://localhost.example:1/cb").matches(&uri("https://localhost.example/cb")));
        let near = RedirectUri("http://localhost.evil.example:1/cb".to_owned());
        assert!(!near.matches(&RedirectUri("http://localhost.evil.example/cb".to_owned())));
    }

    #[test]
    fn c179_a_scheme_without_a_period_is_told_apart_and_may_have_a_host() {
        for (text, scheme) in [
            ("vscode://publisher.extension/callback", Some("vscode")),
            ("CURSOR:/callback", Some("cursor")),
            ("com.example.app:/cb", None),
            ("https://app.example/cb", None),
            ("http://localhost/cb", None),
        ] {
            let uri = uri(text);
            assert_eq!(uri.bare_scheme().as_deref(), scheme, "{text}");
            if let Some(scheme) = scheme {
                assert_eq!(uri.display_host(), format!("{scheme}:"), "{text}");
                assert!(uri.is_native() && !uri.is_loopback(), "{text}");
            }
        }
        assert!(!uri("vscode://a/cb").matches(&uri("vscode://b/cb")));
        for (name, scheme) in [("vscode", "vscode"), ("Cursor:", "cursor"), ("vscode-insiders", "vscode-insiders")] {
            assert_eq!(RedirectUri::parse_bare_scheme(name).as_deref(), Some(scheme));
        }
        for bad in [
            "",
            ":",
            "javascript",
            "data:",
            "https",
            "http:",
            "com.example.app",
            "vs code",
            "a:b",
            "vscode:/",
            "1a",
            "é",
        ] {
            assert_eq!(RedirectUri::parse_bare_scheme(bad), None, "{bad}");
        }
        for (text, local) in
            [("https://localhost/cb", true), ("http://[::1]:7/cb", true), ("https://a.example/", false)]
        {
            assert_eq!(uri(text).is_loopback(), local, "{text}");
        }
    }

    #[test]
    fn c008_a_query_that_is_there_is_kept() {
        assert_eq!(uri("https://a.example/cb").with_query(&[("code", "x y")]), "https://a.example/cb?code=x%20y");
        assert_eq!(uri("https://a.example/cb?k=v").with_query(&[("code", "x")]), "https://a.example/cb?k=v&code=x");
        assert_eq!(uri("https://a.example/cb?").with_query(&[("code", "x")]), "https://a.example/cb?code=x");
        assert_eq!(uri("https://a.example/cb?k").with_fragment(&[("a", "x y#")]), "https://a.example/cb?k#a=x%20y%23");
    }

    #[test]
    fn c143_a_private_use_scheme_is_named_by_itself_and_never_by_a_host_after_it() {
        let rows = [
            ("https://App.Example:8443/cb", "app.example"),
            ("http://localhost:3000/cb", "localhost"),
            ("http://[::1]/cb", "[::1]"),
            ("com.example.app:/cb", "com.example.app:"),
            ("APP.Example:/cb", "app.example:"),
            ("com.evil.stealer://app.example/cb", "com.evil.stealer:"),
            ("com.evil.stealer://[::1]/cb", "com.evil.stealer:"),
        ];
        for (text, name) in rows {
            assert_eq!(RedirectUri::read(text).unwrap().display_host(), name, "{text}");
        }
    }

    #[test]
    fn c143_a_uri_with_a_host_after_its_scheme_that_is_stored_is_read_and_matched() {
        let text = "com.example.app://app.example/cb";
        let stored = RedirectUri::read(text).unwrap();
        assert!(RedirectUri::read(text).unwrap().matches(&stored) && stored.as_str() == text);
        assert!(!RedirectUri::read("com.example.app://app.example/").unwrap().matches(&stored));
        assert_eq!(RedirectUri::read("javascript://app.example/"), Err(MalformedRedirectUri::Scheme));
    }
}
