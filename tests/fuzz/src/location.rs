//! Checks that an answer goes to a registered URI, without the product's own URI parser.

use url::Url;

/// The names of the loopback interface, after which ports may differ (RFC 8252 §7.3, RFC 9700 §4.1.3).
const LOOPBACK: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

/// Asserts that `location` is the registered text followed only by response parameters, and that every reader sees
/// the registered host in it.
pub(crate) fn assert_stays(location: &str, registered: &str) {
    let added = added(location, registered).unwrap_or_else(|| panic!("{location:?} is not {registered:?}"));
    let parameters = match added.strip_prefix('#') {
        Some(fragment) => fragment,
        None => query(added, registered).unwrap_or_else(|| panic!("{location:?} breaks the query of {registered:?}")),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._*%=&".contains(&byte);
    assert!(parameters.bytes().all(plain), "{location:?} adds more than parameters to {registered:?}");
    assert_eq!(simple_host(location), simple_host(registered), "{location:?} to a reader by RFC 3986");
    assert_eq!(browser_host(location), browser_host(registered), "{location:?} to a browser");
}

/// Returns whether `location` begins with the registered text, except for the port of a loopback address.
pub(crate) fn is_of(location: &str, registered: &str) -> bool {
    added(location, registered).is_some()
}

fn added<'a>(location: &'a str, registered: &str) -> Option<&'a str> {
    match LOOPBACK.iter().find(|origin| registered.starts_with(**origin) && location.starts_with(**origin)) {
        Some(origin) => {
            let known = without_port(registered.strip_prefix(origin)?);
            without_port(location.strip_prefix(origin)?).strip_prefix(known)
        }
        None => location.strip_prefix(registered),
    }
}

fn without_port(after_host: &str) -> &str {
    let digits = after_host.strip_prefix(':').map(|port| port.trim_start_matches(|c: char| c.is_ascii_digit()));
    digits.unwrap_or(after_host)
}

/// Returns the query that was added, without the character that joins it to an existing query.
fn query<'a>(added: &'a str, registered: &str) -> Option<&'a str> {
    match registered.split_once('?') {
        None => added.strip_prefix('?'),
        Some((_, before)) if before.is_empty() || before.ends_with('&') => Some(added),
        Some(_) => added.strip_prefix('&'),
    }
}

/// Returns the host as in RFC 3986 §3.2: from the first `//` to the next `/`, `?` or `#`, without user information
/// and port.
pub(crate) fn simple_host(uri: &str) -> Option<String> {
    let after = uri.split_once(':')?.1.strip_prefix("//")?;
    let authority = after.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let end = host.rfind(':').filter(|colon| *colon > host.rfind(']').unwrap_or(0)).unwrap_or(host.len());
    host.get(..end).map(str::to_ascii_lowercase)
}

/// Returns the host as a browser sees it (WHATWG URL).
pub(crate) fn browser_host(uri: &str) -> Option<String> {
    Url::parse(uri).ok()?.host_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_stays_is_told_from_one_that_does_not() {
        let good = [
            ("https://app.example/cb?code=x&iss=y", "https://app.example/cb"),
            ("https://app.example/cb?k=v&code=x", "https://app.example/cb?k=v"),
            ("https://app.example/cb#access_token=x", "https://app.example/cb"),
            ("http://127.0.0.1:4711/cb?code=x", "http://127.0.0.1/cb"),
            ("http://[::1]/cb?code=x", "http://[::1]:80/cb"),
            ("http://localhost:81/cb?code=x", "http://localhost/cb"),
            ("com.example.app:/cb?code=x", "com.example.app:/cb"),
        ];
        for (location, registered) in good {
            assert_stays(location, registered);
        }
        let bad = [
            ("https://evil.example/cb?code=x", "https://app.example/cb"),
            ("https://app.example/cb/?code=x", "https://app.example/cb"),
            ("https://app.example.evil.example?code=x", "https://app.example"),
            ("https://app.example@evil.example?code=x", "https://app.example"),
            ("https://app.example:x@evil.example?code=x", "https://app.example"),
            ("https://app.example\\@evil.example?code=x", "https://app.example"),
            ("https://app.example\t.evil.example?code=x", "https://app.example"),
            ("https://app.example%2eevil.example?code=x", "https://app.example"),
            ("https://app.example/cb?k=vcode=x", "https://app.example/cb?k=v"),
            ("https://app.example/cb?code=x\r\nSet-Cookie:a", "https://app.example/cb"),
            ("http://127.0.0.1:80@evil.example/cb?code=x", "http://127.0.0.1/cb"),
            ("http://127.0.0.1.evil.example/cb?code=x", "http://127.0.0.1/cb"),
            ("http://localhost.evil.example/cb?code=x", "http://localhost/cb"),
            ("http://localhost:81@evil.example/cb?code=x", "http://localhost/cb"),
            ("https://localhost:81/cb?code=x", "https://localhost/cb"),
        ];
        for (location, registered) in bad {
            let stays = std::panic::catch_unwind(|| assert_stays(location, registered));
            assert!(stays.is_err(), "{location} {registered}");
        }
    }

    #[test]
    fn the_two_readers_disagree_where_hosts_are_confused() {
        assert_eq!(simple_host("https://a.example\\@b.example/").as_deref(), Some("b.example"));
        assert_eq!(browser_host("https://a.example\\@b.example/").as_deref(), Some("a.example"));
    }
}
