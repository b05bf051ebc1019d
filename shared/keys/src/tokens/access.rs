//! JWT access tokens (RFC 9068): written, and read again for introspection and revocation.

use grants::{AccessToken, Actors, Confirmation, Timestamp, TokenFacts, TokenId};
use jsonwebtoken::{DecodingKey, Validation};
use protocol::{Act, Claims, ClientId, Cnf, Jwk, Resource, Scope, jose_type};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::signing::error::KeysError;
use crate::signing::key::jose;
use crate::signing::records::KeyRecord;

/// The error for a text that is not an access token signed by this server, for any reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an access token of this server")]
pub struct InvalidToken;

/// The size that the claims of a token seldom exceed, in bytes.
const USUAL_CLAIMS_BYTES: usize = 768;

#[derive(Serialize)]
struct Written<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: Audience<'a>,
    client_id: &'a str,
    iat: u64,
    exp: u64,
    jti: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    scope: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Cnf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Act>,
    #[serde(flatten)]
    claims: &'a Claims,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Audience<'a> {
    One(&'a str),
    Several(Vec<&'a str>),
}

#[derive(Deserialize)]
struct Read {
    sub: String,
    aud: ReadAudience,
    client_id: String,
    iat: u64,
    exp: u64,
    jti: String,
    #[serde(default)]
    scope: String,
    cnf: Option<Cnf>,
    act: Option<Act>,
    azp: Option<IgnoredAny>,
    sid: Option<IgnoredAny>,
    nonce: Option<IgnoredAny>,
    at_hash: Option<IgnoredAny>,
    events: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum ReadAudience {
    One(String),
    Several(Vec<String>),
}

/// Writes the claims of `token` (RFC 9068 §2.2).
pub(crate) fn claims(token: &AccessToken, issuer: &str, id: TokenId) -> Result<Vec<u8>, KeysError> {
    let aud = match token.audience.as_slice() {
        [only] => Audience::One(only.as_str()),
        several => Audience::Several(several.iter().map(Resource::as_str).collect()),
    };
    let written = Written {
        iss: issuer,
        sub: &token.subject,
        aud,
        client_id: token.client_id.as_str(),
        iat: token.issued_at.seconds(),
        exp: token.expires_at.seconds(),
        jti: id.to_string(),
        scope: token.scope.as_str(),
        auth_time: token.auth_time.map(Timestamp::seconds),
        acr: token.authentication.map(|shown| shown.context.as_str()),
        amr: token.authentication.map(|shown| shown.methods.amr()),
        cnf: token.confirmation.map(Confirmation::to_cnf),
        act: token.actors.to_act(),
        claims: &token.claims,
    };
    let mut claims = Vec::with_capacity(USUAL_CLAIMS_BYTES);
    serde_json::to_writer(&mut claims, &written).map_err(|_| KeysError::Crypto)?;
    Ok(claims)
}

/// Reads `token` if one of `keys` signed it as an access token of `issuer` (RFC 9068 §4, RFC 8725). Expiry is
/// checked by `grants`, not here.
pub(crate) fn read(token: &str, issuer: &str, keys: &[Verifier]) -> Result<TokenFacts, InvalidToken> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| InvalidToken)?;
    let key = Verifier::named(keys, header.kid.as_deref()).ok_or(InvalidToken)?;
    if !header.typ.as_deref().is_some_and(is_of_access_token) {
        return Err(InvalidToken);
    }
    let mut validation = Validation::new(key.algorithm);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss", "exp"]);
    validation.validate_aud = false;
    validation.validate_exp = false;
    let read = jsonwebtoken::decode::<Read>(token, &key.key, &validation).map_err(|_| InvalidToken)?.claims;
    if read.is_of_another_kind() { Err(InvalidToken) } else { facts(read).ok_or(InvalidToken) }
}

/// Returns whether access tokens of this server can have this `typ` (RFC 9068 §2.1).
fn is_of_access_token(typ: &str) -> bool {
    ["at+jwt", "jwt"].contains(&&*jose_type(typ))
}

impl Read {
    /// Returns whether it has a claim that only ID tokens or logout tokens have.
    fn is_of_another_kind(&self) -> bool {
        [self.azp, self.sid, self.nonce, self.at_hash, self.events].iter().any(Option::is_some)
    }
}

fn facts(read: Read) -> Option<TokenFacts> {
    let audience = match read.aud {
        ReadAudience::One(only) => vec![only],
        ReadAudience::Several(several) => several,
    };
    let token_id = TokenId::parse(&read.jti).ok()?;
    // A confirmation that is not understood must not be dropped: the token would be anybody's.
    let confirmation = match &read.cnf {
        Some(cnf) => Some(Confirmation::of_cnf(cnf)?),
        None => None,
    };
    // Each exchange adds an actor, and a step to the name.
    let actors = Actors::of_act(read.act.as_ref())?;
    if actors.clients().len() != token_id.lineage().depth() {
        return None;
    }
    Some(TokenFacts {
        client_id: ClientId::parse(&read.client_id).ok()?,
        subject: read.sub,
        audience: audience.iter().map(|text| Resource::parse(text)).collect::<Result<_, _>>().ok()?,
        scope: Scope::parse(&read.scope).ok()?,
        issued_at: Timestamp::from_seconds(read.iat),
        expires_at: Timestamp::from_seconds(read.exp),
        token_id: Some(token_id),
        generation: token_id.lineage().root().generation(),
        confirmation,
        actors,
    })
}

/// A parsed public key, for its only algorithm.
#[derive(Clone)]
pub(crate) struct Verifier {
    kid: String,
    pub(crate) algorithm: jsonwebtoken::Algorithm,
    pub(crate) key: DecodingKey,
}

impl Verifier {
    /// The name of the key.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// Returns the key that a token names.
    pub(crate) fn named<'a>(keys: &'a [Self], kid: Option<&str>) -> Option<&'a Self> {
        kid.and_then(|kid| keys.iter().find(|key| key.kid == kid))
    }

    pub(crate) fn parse(record: &KeyRecord) -> Result<Self, KeysError> {
        let Jwk { kid, n, e, x, y, .. } = &record.public;
        let key = match (n, e, x, y) {
            (Some(n), Some(e), _, _) => DecodingKey::from_rsa_components(n, e),
            (_, _, Some(x), Some(y)) => DecodingKey::from_ec_components(x, y),
            (_, _, Some(x), None) => DecodingKey::from_ed_components(x),
            _ => return Err(KeysError::Crypto),
        };
        let key = key.map_err(|_| KeysError::Crypto)?;
        Ok(Self { kid: kid.clone(), algorithm: jose(record.algorithm), key })
    }
}
