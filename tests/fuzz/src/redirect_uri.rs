//! Redirect URIs, resources and scopes: two texts, one per line.

use protocol::{RedirectUri, Resource, Scope};
use url::Url;

use crate::location;

/// Fuzzes the reading of two texts, each as every type.
pub(crate) fn target(data: &[u8]) {
    let (first, second) = crate::split_line(data);
    let (Ok(first), Ok(second)) = (str::from_utf8(first), str::from_utf8(second)) else { return };
    if let Ok(uri) = RedirectUri::parse(first) {
        redirect_uri(&uri, first);
        if let Ok(other) = RedirectUri::parse(second) {
            assert_match_means_the_same(&uri, &other);
        }
    }
    if let Ok(one) = Resource::parse(first) {
        resource(&one, first);
        if let Ok(other) = Resource::parse(second) {
            let same = || Url::parse(first).expect("a URI") == Url::parse(second).expect("a URI");
            assert!(one != other || first == second || same(), "{first} {second}");
        }
    }
    if let (Ok(one), Ok(other)) = (Scope::parse(first), Scope::parse(second)) {
        scopes(&one, &other);
    }
}

fn resource(resource: &Resource, text: &str) {
    assert_eq!(resource.as_str(), text);
    let url = Url::parse(text).expect("an absolute URI");
    assert_eq!(url.fragment(), None);
    let normal = Resource::parse(resource.normal_form()).expect("a resource");
    assert_eq!((&normal, normal.normal_form()), (resource, resource.normal_form()), "{text}");
    assert_eq!(Url::parse(normal.as_str()).expect("a URI"), url, "{text}");
}

fn redirect_uri(uri: &RedirectUri, text: &str) {
    assert_eq!(uri.as_str(), text);
    let url = Url::parse(text).expect("an absolute URI");
    assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none());
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'), "{text:?}");
    let scripts = ["javascript", "data", "vbscript", "file", "blob", "about", "view-source", "filesystem", "jar"];
    assert!(!scripts.contains(&url.scheme()), "{text}");
    let bare = uri.bare_scheme();
    assert_eq!(bare.is_some(), !url.scheme().contains('.') && !["https", "http"].contains(&url.scheme()), "{text}");
    let is_web_or_bare = bare.is_some() || ["https", "http"].contains(&url.scheme());
    let has_host = text.split_once(':').is_some_and(|(_, after)| after.starts_with("//"));
    assert!(is_web_or_bare || !has_host, "{text}");
    assert!(uri.matches(uri));
    let is_web = ["https", "http"].contains(&url.scheme());
    assert!(!is_web || location::simple_host(text) == location::browser_host(text), "{text} has two hosts");
    let pairs = [("code", "a b&c=#\r\n%/\u{e9}"), ("iss", "https://issuer.example")];
    for location in [uri.with_query(&pairs), uri.with_fragment(&pairs)] {
        location::assert_stays(&location, text);
        let there = Url::parse(&location).expect("a URI");
        assert_eq!((there.host_str(), there.port(), there.path()), (url.host_str(), url.port(), url.path()));
        assert!(there.query().unwrap_or_default().starts_with(url.query().unwrap_or_default()));
        let added = if location.contains('#') { there.fragment() } else { there.query() };
        let read: Vec<(String, String)> =
            url::form_urlencoded::parse(added.unwrap_or_default().as_bytes()).into_owned().collect();
        let written = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert!(read.ends_with(&written), "{location}");
    }
    // The source is part of a content security policy, where a semicolon starts another directive.
    let source = uri.source();
    assert!(
        source.bytes().all(|byte| byte.is_ascii_graphic() && !b";,'\"".contains(&byte)),
        "{text} has source {source}"
    );
    assert!(!uri.display_host().is_empty() || url.host_str() == Some(""), "{text}");
}

/// Asserts that matching URIs are the same place except for a loopback port, and that matching is symmetric.
fn assert_match_means_the_same(one: &RedirectUri, other: &RedirectUri) {
    assert_eq!(one.matches(other), other.matches(one));
    if one.matches(other) {
        let url = |uri: &RedirectUri| Url::parse(uri.as_str()).expect("a URI");
        let (here, there) = (url(one), url(other));
        assert_eq!(location::simple_host(one.as_str()), location::simple_host(other.as_str()));
        let place = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.path().to_owned());
        assert_eq!((place(&here), here.query()), (place(&there), there.query()));
        let is_loopback = ["127.0.0.1", "[::1]", "localhost"].contains(&here.host_str().unwrap_or_default());
        assert!(here.port() == there.port() || is_loopback, "{one} {other}");
    }
}

fn scopes(one: &Scope, other: &Scope) {
    assert_eq!(Scope::parse(&one.to_string()).as_ref(), Ok(one));
    let (both, either) = (one.and(other), one.or(other));
    assert!(both.is_within(one) && both.is_within(other) && one.is_within(&either) && other.is_within(&either));
    assert_eq!(one.is_within(other), both == *one);
    assert_eq!(other.masked(one.mask_in(other)), both);
    assert!(one.tokens().all(|token| either.contains(token) && both.contains(token) == other.contains(token)));
}
