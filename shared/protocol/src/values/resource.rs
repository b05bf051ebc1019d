//! `resource` (RFC 8707): the API that a token is for, and its identifier in `aud`.

use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::values::parameters::Parameters;

/// An absolute URI without a fragment, compared as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource(Arc<str>);

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
        if legal && Url::parse(text).is_ok() { Ok(Self(text.into())) } else { Err(MalformedResource) }
    }

    /// The URI as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads the `resource` parameters of a request in their order, without duplicates.
///
/// # Errors
/// [`MalformedResource`] when one is malformed or there are more than `most`.
pub(crate) fn several(parameters: &Parameters, most: usize) -> Result<Vec<Resource>, MalformedResource> {
    let mut resources: Vec<Resource> = Vec::new();
    for text in parameters.all("resource") {
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
        formatter.write_str(&self.0)
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
    fn a_resource_is_an_absolute_uri_without_fragment() {
        for good in ["https://api.example", "https://api.example/v1?x=1", "urn:example:api"] {
            assert!(Resource::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "api", "/v1", "https://api.example/#a", "https://api.example#", "https://a b.example"] {
            assert_eq!(Resource::parse(bad), Err(MalformedResource), "{bad}");
        }
    }
}
