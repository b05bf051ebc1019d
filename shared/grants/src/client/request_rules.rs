//! The rules for the authorization requests of a client.

use std::collections::BTreeSet;

use protocol::{ClientMetadata, MetadataError, RequestUri};

use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::terms::api::SigningAlgorithm;
use crate::terms::policy::RequestUris;
use crate::terms::refusal::Refusal;

/// The most references to request objects that a client registers.
const MAX_REQUEST_URIS: usize = 32;

/// How a client must send its authorization requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestRules {
    /// `require_pushed_authorization_requests`: whether it must push them.
    pub pushed: PushRule,
    /// `request_object_signing_alg`: the only algorithm of its request objects; `None` means any that its keys fit.
    pub object_algorithm: Option<AssertionAlgorithm>,
    /// `authorization_signed_response_alg`: the algorithm of its signed responses; `None` means RS256.
    pub response_algorithm: Option<SigningAlgorithm>,
    /// `request_uris`: the places of its request objects.
    pub uris: Vec<RequestUri>,
}

/// The rule on whether a client must push its authorization requests (RFC 9126 §6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PushRule {
    /// It may send them with the browser.
    #[default]
    Optional,
    /// A request that came with the browser is refused.
    Required,
}

impl RequestRules {
    /// Returns the rules that a client registers for itself.
    ///
    /// # Errors
    /// [`MetadataError`] when no key signs with the algorithm of the request objects.
    pub(crate) fn asked(
        asked: &ClientMetadata,
        algorithms: &BTreeSet<SigningAlgorithm>,
        followed: RequestUris,
    ) -> Result<Self, MetadataError> {
        let known = |name: &String| AssertionAlgorithm::parse(name).filter(|known| !known.is_of_secrets());
        let fault =
            || MetadataError::of("request_object_signing_alg", "it is not an algorithm of keys that is known here");
        let object_algorithm = asked.request_object_algorithm.as_ref().map(|name| known(name).ok_or_else(fault));
        let missing =
            || MetadataError::of("authorization_signed_response_alg", "there is no key for this algorithm here");
        let signs = |name: &String| SigningAlgorithm::parse(name).filter(|known| algorithms.contains(known));
        let response_algorithm = asked.response_algorithm.as_ref().map(|name| signs(name).ok_or_else(missing));
        let pushed = PushRule::of(asked.requires_pushed_requests);
        let (object_algorithm, response_algorithm) = (object_algorithm.transpose()?, response_algorithm.transpose()?);
        let uris = if followed.are_followed() { uris(&asked.request_uris)? } else { Vec::new() };
        Ok(Self { pushed, object_algorithm, response_algorithm, uris })
    }

    /// Returns whether there are more places of request objects than a client may have.
    pub(crate) const fn has_too_many_uris(&self) -> bool {
        self.uris.len() > MAX_REQUEST_URIS
    }

    /// Finds the URL that the client registered and that `sent` refers to (OpenID Connect Core §6.2).
    ///
    /// # Errors
    /// [`Refusal::RequestUriNotRegistered`] when there is none.
    pub fn referred(&self, sent: &str) -> Result<&RequestUri, Refusal> {
        let sent = RequestUri::parse(sent).map_err(|_| Refusal::RequestUriNotRegistered)?;
        let registered = self.uris.iter().find(|registered| registered.is_place_of(&sent));
        registered.ok_or(Refusal::RequestUriNotRegistered)
    }
}

fn uris(asked: &[String]) -> Result<Vec<RequestUri>, MetadataError> {
    let fault = |error: protocol::MalformedRequestUri| MetadataError::of("request_uris", error.to_string());
    asked.iter().map(|text| RequestUri::parse(text).map_err(fault)).collect()
}

impl PushRule {
    /// The rule that a registration asks for with `require_pushed_authorization_requests`.
    pub const fn of(required: bool) -> Self {
        if required { Self::Required } else { Self::Optional }
    }

    /// Returns whether requests must be pushed.
    pub const fn is_required(self) -> bool {
        match self {
            Self::Optional => false,
            Self::Required => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c197_a_reference_is_followed_to_a_registered_place_and_to_no_other() {
        let uri = |text: &str| RequestUri::parse(text).unwrap();
        let uris = vec![uri("https://app.example/one"), uri("https://app.example/two")];
        let rules = RequestRules { uris, ..RequestRules::default() };
        assert_eq!(rules.referred("https://app.example/two"), Ok(&uri("https://app.example/two")));
        for other in ["https://app.example/three", "https://app.example/two/", "http://app.example/two", "two", ""] {
            assert_eq!(rules.referred(other), Err(Refusal::RequestUriNotRegistered), "{other}");
        }
        assert_eq!([true, false].map(|required| PushRule::of(required).is_required()), [true, false]);
    }
}
