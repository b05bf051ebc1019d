//! Conversion of the rules for a client's authorization requests.

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{AssertionAlgorithm, PushRule, RequestRules};
use protocol::RequestUri;

use crate::dynamodb::items::{Reader, algorithm, flag, list, text};
use crate::dynamodb::unknown::Unknown;

/// The attribute of the algorithm of a client's signed responses.
const RESPONSE_ALGORITHM: &str = "response_algorithm";
/// The attribute of the algorithm of a client's request objects.
const OBJECT_ALGORITHM: &str = "request_object_algorithm";
/// The attribute of the places of a client's request objects, if there are any.
const REQUEST_URIS: &str = "request_uris";
/// The attribute of the rule that a client must push its authorization requests.
const REQUIRES_PUSHED: &str = "requires_pushed_requests";

/// Returns the attributes of the rules for authorization requests, each with its value if the client has it.
pub(crate) fn from_requests(rules: &RequestRules) -> [(&'static str, Option<AttributeValue>); 4] {
    [
        (RESPONSE_ALGORITHM, rules.response_algorithm.map(|algorithm| text(algorithm.as_str()))),
        (OBJECT_ALGORITHM, rules.object_algorithm.map(|algorithm| text(algorithm.as_str()))),
        (REQUEST_URIS, (!rules.uris.is_empty()).then(|| list(&rules.uris))),
        (REQUIRES_PUSHED, rules.pushed.is_required().then(|| flag(true))),
    ]
}

/// Reads the rules for authorization requests.
pub(crate) fn to_requests(read: &Reader<'_>) -> Result<RequestRules, Unknown> {
    Ok(RequestRules {
        response_algorithm: read.optional_parsed(RESPONSE_ALGORITHM, algorithm)?,
        uris: read.list(REQUEST_URIS, RequestUri::parse)?,
        pushed: PushRule::of(read.optional_flag(REQUIRES_PUSHED)?),
        object_algorithm: read.optional_parsed(OBJECT_ALGORITHM, |text| AssertionAlgorithm::parse(text).ok_or(()))?,
    })
}
