//! Opaque access tokens that were exchanged. They are signed, not tagged as handles are: they do not contain the secret of a
//! grant, so the key of the tag and a copy of the tables would be enough to make them. APIs cannot read them as JWTs, because
//! of the prefix, and what they say of the subject is only what introspection needs to find it.

use grants::{Actors, Confirmation, ExchangedHandle, Timestamp, TokenId};
use jsonwebtoken::Validation;
use protocol::{ClientId, Cnf, Resource, Scope};
use serde::{Deserialize, Serialize};

use crate::signing::error::KeysError;
use crate::signing::key::Signed;
use crate::tokens::access::Verifier;

/// The prefix of these tokens.
pub(crate) const PREFIX: &str = "jtx_";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    service: Option<String>,
    aud: Vec<String>,
    scope: String,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    cnf: Option<Cnf>,
    actors: Vec<String>,
}

/// Writes the content of a token.
pub(crate) fn content(handle: &ExchangedHandle) -> Result<Vec<u8>, KeysError> {
    let content = Content {
        jti: TokenId::Exchanged(handle.lineage).to_string(),
        service: handle.service.as_ref().map(ToString::to_string),
        aud: handle.audience.iter().map(ToString::to_string).collect(),
        scope: handle.scope.as_str().to_owned(),
        iat: handle.issued_at.seconds(),
        exp: handle.expires_at.seconds(),
        cnf: handle.confirmation.map(Confirmation::to_cnf),
        actors: handle.actors.clients().iter().map(ToString::to_string).collect(),
    };
    serde_json::to_vec(&content).map_err(|_| KeysError::Crypto)
}

/// Reads a token if one of `keys` signed it. Expiry is checked by `grants`, not here.
pub(crate) fn read(token: &str, keys: &[Verifier]) -> Option<ExchangedHandle> {
    let signed = token.strip_prefix(PREFIX)?;
    let header = jsonwebtoken::decode_header(signed).ok()?;
    let key = Verifier::named(keys, header.kid.as_deref())?;
    if header.typ.as_deref() != Signed::EXCHANGED {
        return None;
    }
    let mut validation = Validation::new(key.algorithm);
    validation.validate_aud = false;
    validation.validate_exp = false;
    handle(jsonwebtoken::decode::<Content>(signed, &key.key, &validation).ok()?.claims)
}

fn handle(content: Content) -> Option<ExchangedHandle> {
    let TokenId::Exchanged(lineage) = TokenId::parse(&content.jti).ok()? else { return None };
    let clients = content.actors.iter().map(|client| ClientId::parse(client));
    // A confirmation that is not understood must not be dropped: the token would be anybody's.
    let confirmation = match &content.cnf {
        Some(cnf) => Some(Confirmation::of_cnf(cnf)?),
        None => None,
    };
    Some(ExchangedHandle {
        lineage,
        service: content.service.map(|service| ClientId::parse(&service)).transpose().ok()?,
        audience: content.aud.iter().map(|text| Resource::parse(text)).collect::<Result<_, _>>().ok()?,
        scope: Scope::parse(&content.scope).ok()?,
        issued_at: Timestamp::from_seconds(content.iat),
        expires_at: Timestamp::from_seconds(content.exp),
        confirmation,
        actors: Actors::of_clients(clients.collect::<Result<_, _>>().ok()?)?,
    })
}
