//! `resource` (RFC 8707): the API that a token is for, and its identifier in `aud`.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use url::Url;

use crate::values::parameters::Parameters;

/// An absolute URI without a fragment, kept exactly as it was written.
///
/// Two of them are equal if they differ only in what RFC 3986 §6.2 calls equivalent: the letter case of scheme and
/// host, the default port, and an empty path written as `/`.
#[derive(Clone, Debug)]
pub struct Resource {
    text: Arc<str>,
    /// The normal form; the same text, not copied, if it was written in normal form.
    normal: Arc<str>,
}

/// The error for a text that is not an absolute URI or has a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a resource is an absolute URI without a fragment, at most 512 characters long")]
pub struct MalformedResource;

impl Resource {
    /// Accepts an absolute URI without a fragment (RFC 8707 §2), up to 512 visible ASCII characters.
    ///
    /// # Errors
    /// [`MalformedResource`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedResource> {
        let legal = text.len() <= 512 && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        if !legal || Url::parse(text).is_err() {
            return Err(MalformedResource);
        }
        let written: Arc<str> = text.into();
        let normal = other_normal_form(text);
        Ok(Self { normal: normal.map_or_else(|| Arc::clone(&written), Arc::from), text: written })
    }

    /// The URI as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text that all equal URIs have in common: an empty path is left out.
    pub fn normal_form(&self) -> &str {
        &self.normal
    }
}

/// Returns the normal form of an http(s) URI with a host, if it was not written in that form. Any other URI is compared as
/// text.
fn other_normal_form(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let (normal_scheme, default_port): (_, u16) = if scheme.eq_ignore_ascii_case("https") {
        ("https", 443)
    } else if scheme.eq_ignore_ascii_case("http") {
        ("http", 80)
    } else {
        return None;
    };
    let (authority, written_path) = rest.split_at(rest.find(['/', '?', '\\']).unwrap_or(rest.len()));
    let (user, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at.saturating_add(1)));
    let (name, has_port) = match host.rsplit_once(':') {
        Some((name, port)) if port.is_empty() || port.parse() == Ok(default_port) => (name, true),
        Some(_) | None => (host, false),
    };
    let path = match written_path.strip_prefix('/') {
        Some(after) if after.is_empty() || after.starts_with('?') => after,
        Some(_) | None => written_path,
    };
    let is_normal = scheme == normal_scheme
        && !has_port
        && path.len() == written_path.len()
        && !name.bytes().any(|byte| byte.is_ascii_uppercase());
    (!is_normal).then(|| format!("{normal_scheme}://{user}{}{path}", name.to_ascii_lowercase()))
}

impl PartialEq for Resource {
    fn eq(&self, other: &Self) -> bool {
        self.normal == other.normal
    }
}

impl Eq for Resource {}

impl PartialOrd for Resource {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Resource {
    fn cmp(&self, other: &Self) -> Ordering {
        self.normal.cmp(&other.normal)
    }
}

impl Hash for Resource {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normal.hash(state);
    }
}

/// Reads the `resource` parameters of a request in their order, without duplicates.
///
/// # Errors
/// [`MalformedResource`] when one is malformed or there are more than `most`.
pub(crate) fn several(parameters: &Parameters, most: usize) -> Result<Vec<Resource>, MalformedResource> {
    named(parameters.all("resource"), most, Vec::new())
}

/// Adds the `audience` parameters of a request to its `resources`, in the same way. Here an API has one name for both (RFC
/// 8693 §2.1).
///
/// # Errors
/// The same as [`several`].
pub(crate) fn targets(
    parameters: &Parameters,
    most: usize,
    resources: Vec<Resource>,
) -> Result<Vec<Resource>, MalformedResource> {
    named(parameters.all("audience"), most, resources)
}

fn named<'a>(
    texts: impl Iterator<Item = &'a str>,
    most: usize,
    mut resources: Vec<Resource>,
) -> Result<Vec<Resource>, MalformedResource> {
    for text in texts {
        let resource = Resource::parse(text)?;
        if resources.contains(&resource) {
            continue;
        }
        if resources.len() == most {
            return Err(MalformedResource);
        }
        resources.push(resource);
    }
    Ok(resources)
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_resources_are_taken_and_no_more() {
        let parse = |text: &str| several(&Parameters::parse(text.as_bytes()).unwrap(), 2).map(|found| found.len());
        assert_eq!(parse("resource=urn:a&resource=urn:b&resource=urn:a"), Ok(2));
        assert_eq!(parse("resource=urn:a&resource=urn:b&resource=urn:c"), Err(MalformedResource));
        assert_eq!(parse("resource=urn:a&resource=b"), Err(MalformedResource));
    }

    #[test]
    fn c166_what_means_the_same_is_the_same_resource_and_keeps_its_own_text() {
        let resource = |text: &str| Resource::parse(text).unwrap();
        for (one, others) in [
            (
                "https://a.example",
                &["https://a.example/", "HTTPS://A.Example", "https://a.example:443/", "https://a.example:"][..],
            ),
            ("http://a.example:8080/mcp", &["http://A.EXAMPLE:8080/mcp"]),
            ("http://localhost", &["http://localhost:80/", "http://LOCALHOST"]),
            ("https://a.example?x=1", &["https://a.example/?x=1"]),
            ("https://[2001:db8::a]", &["https://[2001:DB8::A]:443/"]),
        ] {
            for other in others {
                assert_eq!(resource(one), resource(other), "{one} {other}");
                assert_eq!(resource(one).normal_form(), resource(other).normal_form(), "{one} {other}");
                assert_eq!(resource(other).as_str(), *other);
            }
            assert_eq!(resource(one).normal_form(), one, "an empty path is left out");
        }
    }

    #[test]
    fn c166_what_differs_in_anything_else_is_another_resource() {
        let resource = |text: &str| Resource::parse(text).unwrap();
        let all = [
            "https://a.example",
            "http://a.example",
            "https://a.example:80",
            "https://a.example:8443",
            "https://b.example",
            "https://a.example./",
            "https://a.example/mcp",
            "https://a.example/mcp/",
            "https://a.example/MCP",
            "https://a.example/%6dcp",
            "https://a.example/x/../mcp",
            "https://a.example//",
            "https://a.example?",
            "https://a.example?x",
            "https://u@a.example",
            "https://U@a.example",
            "urn:example:api",
            "urn:Example:api",
            "urn:example:api/",
            "app://a.example",
            "app://a.example/",
            "app://A.example",
        ];
        for (place, one) in all.iter().enumerate() {
            for other in all.iter().skip(place + 1) {
                assert_ne!(resource(one), resource(other), "{one} {other}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn c166_the_normal_form_is_its_own_and_equality_is_that_of_urls(
            one in "(https?|HTTPS)://[aB.:@\\[\\]0-9]{1,6}(:(443|80|0443|8))?[/?aA]{0,4}",
            two in "https?://[ab.]{1,3}(:(443|80))?[/?a]{0,3}",
        ) {
            let read = [&one, &two].map(|text| Resource::parse(text));
            for read in read.iter().flatten() {
                let normal = Resource::parse(read.normal_form()).unwrap();
                proptest::prop_assert_eq!(normal.normal_form(), read.normal_form());
                proptest::prop_assert_eq!(Url::parse(normal.as_str()), Url::parse(read.as_str()));
            }
            if let [Ok(one), Ok(two)] = read {
                let same = Url::parse(one.as_str()) == Url::parse(two.as_str());
                proptest::prop_assert!(one != two || same, "{} {}", one, two);
            }
        }
    }

    #[test]
    fn a_resource_is_an_absolute_uri_without_fragment() {
        for good in ["https://api.example", "https://api.example/v1?x=1", "urn:example:api"] {
            assert!(Resource::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "api", "/v1", "https://api.example/#a", "https://api.example#", "https://a b.example"] {
            assert_eq!(Resource::parse(bad), Err(MalformedResource), "{bad}");
        }
        let of_bytes = |bytes: usize| Resource::parse(&format!("urn:{}", "a".repeat(bytes - 4)));
        assert!(of_bytes(512).is_ok() && of_bytes(513).is_err());
    }
}
