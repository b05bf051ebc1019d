//! Signed introspection responses (RFC 9701 §5): what is said of a token stands in one member, so that the response is
//! never taken for a token.

use grants::Timestamp;
use protocol::{ClientId, IntrospectionResponse};
use serde::Serialize;

use crate::signing::error::KeysError;

#[derive(Serialize)]
struct Written<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: u64,
    token_introspection: &'a IntrospectionResponse,
}

/// Writes the claims of a response for a client, made at a time.
pub(crate) fn claims(
    told: &IntrospectionResponse,
    issuer: &str,
    client: &ClientId,
    now: Timestamp,
) -> Result<Vec<u8>, KeysError> {
    let written = Written { iss: issuer, aud: client.as_str(), iat: now.seconds(), token_introspection: told };
    serde_json::to_vec(&written).map_err(|_| KeysError::Crypto)
}
