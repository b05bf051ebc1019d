//! ID tokens, logout tokens and signed UserInfo responses: writes all of them, and reads ID tokens again as hints
//! (OpenID Connect Core §2, §3.1.3.6, §5.3.2, Back-Channel Logout §2.4).

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{IdToken, IdTokenFacts, LogoutToken, SessionId, SignedResponse, SigningAlgorithm, Timestamp};
use jsonwebtoken::Validation;
use protocol::{Claims, ClientId, Secret, jose_type};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::handle::handles::HandleKeys;
use crate::signing::error::KeysError;
use crate::tokens::access::{Audience, ReadAudience, Verifier};

#[derive(Serialize)]
struct Written<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    azp: &'a str,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<&'static str>>,
    jti: &'a str,
    sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(flatten)]
    claims: &'a Claims,
}

#[derive(Serialize)]
struct WrittenLogout<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    jti: &'a str,
    sid: String,
    events: LogoutEvents,
}

#[derive(Default, Serialize)]
struct LogoutEvents {
    #[serde(rename = "http://schemas.openid.net/event/backchannel-logout")]
    backchannel_logout: Empty,
}

#[derive(Default, Serialize)]
struct Empty {}

/// The response of the UserInfo endpoint.
#[derive(Serialize)]
pub struct UserInfo<'a> {
    /// `sub`, the same as in the ID token.
    pub sub: &'a str,
    /// The claims about the person.
    #[serde(flatten)]
    pub claims: &'a Claims,
}

#[derive(Serialize)]
struct WrittenUserInfo<'a> {
    iss: &'a str,
    aud: Audience<'a>,
    #[serde(flatten)]
    said: &'a UserInfo<'a>,
}

/// The reasons why a text does not prove what an ID token says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnprovenIdToken {
    /// The text is not an ID token that this server signed.
    #[error("not an ID token of this server")]
    Invalid,
    /// The text names a key that this server does not have, or no longer has. So anybody can have written it, and its
    /// audience says no more than a `client_id` in the request would.
    #[error("an ID token with an unknown key")]
    KeyUnknown {
        /// `aud`: the client that the text names.
        client_id: ClientId,
    },
}

#[derive(Deserialize)]
struct Read {
    sub: String,
    aud: ReadAudience,
    exp: Option<u64>,
    sid: Option<String>,
    azp: Option<String>,
    client_id: Option<IgnoredAny>,
    jti: Option<String>,
    events: Option<IgnoredAny>,
}

impl Read {
    /// Returns whether it has a claim that only access tokens or logout tokens have.
    const fn is_of_another_kind(&self) -> bool {
        self.client_id.is_some() || self.events.is_some()
    }
}

#[derive(Deserialize)]
struct Unproven {
    iss: String,
    aud: ReadAudience,
}

/// Writes the claims of an ID token whose `jti` is `id`.
pub(crate) fn claims(
    token: &IdToken,
    issuer: &str,
    id: &str,
    access_token: Option<&Secret>,
) -> Result<Vec<u8>, KeysError> {
    let client_id = token.client_id.as_str();
    let written = Written {
        iss: issuer,
        sub: &token.subject,
        aud: client_id,
        azp: client_id,
        iat: token.issued_at.seconds(),
        exp: token.expires_at.seconds(),
        auth_time: token.auth_time.map(Timestamp::seconds),
        nonce: token.nonce.as_ref().map(protocol::Nonce::as_str),
        acr: token.authentication.map(|shown| shown.context.as_str()),
        amr: token.authentication.map(|shown| shown.methods.amr()),
        jti: id,
        sid: token.session.to_string(),
        at_hash: access_token.map(|access_token| half_hash(access_token, token.algorithm)),
        claims: &token.claims,
    };
    serde_json::to_vec(&written).map_err(|_| KeysError::Crypto)
}

/// Writes the claims of a logout token.
pub(crate) fn logout(token: &LogoutToken, issuer: &str, jti: &str) -> Result<Vec<u8>, KeysError> {
    let written = WrittenLogout {
        iss: issuer,
        sub: token.subject.as_str(),
        aud: token.client_id.as_str(),
        iat: token.issued_at.seconds(),
        exp: token.expires_at.seconds(),
        jti,
        sid: token.session.to_string(),
        events: LogoutEvents::default(),
    };
    serde_json::to_vec(&written).map_err(|_| KeysError::Crypto)
}

/// Writes the claims of a signed authorization response. `expires_in` and the like are texts, as in a query.
pub(crate) fn response(response: &SignedResponse<'_>, issuer: &str) -> Result<Vec<u8>, KeysError> {
    let mut claims = Map::from_iter([
        ("iss".to_owned(), Value::from(issuer)),
        ("aud".to_owned(), Value::from(response.client_id.as_str())),
        ("iat".to_owned(), Value::from(response.issued_at.seconds())),
        ("exp".to_owned(), Value::from(response.expires_at.seconds())),
    ]);
    claims.extend(response.parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))));
    serde_json::to_vec(&claims).map_err(|_| KeysError::Crypto)
}

/// Writes the claims of a signed UserInfo response.
pub(crate) fn userinfo(said: &UserInfo<'_>, issuer: &str, client: &ClientId) -> Result<Vec<u8>, KeysError> {
    let written = WrittenUserInfo { iss: issuer, aud: Audience::One(client.as_str()), said };
    serde_json::to_vec(&written).map_err(|_| KeysError::Crypto)
}

/// Computes `at_hash`: the left half of the hash that the signature algorithm uses (§3.1.3.6); Ed25519 uses
/// SHA-512.
fn half_hash(token: &Secret, algorithm: SigningAlgorithm) -> String {
    let algorithm = match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Es256 | SigningAlgorithm::Ps256 => &SHA256,
        SigningAlgorithm::EdDsa => &SHA512,
    };
    let hash = digest(algorithm, token.expose().as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

/// Reads an ID token that one of `keys` signed for `issuer`, expired or not (OpenID Connect RP-Initiated Logout
/// §2).
pub(crate) fn read(
    token: &str,
    issuer: &str,
    keys: &[Verifier],
    handles: &HandleKeys,
) -> Result<IdTokenFacts, UnprovenIdToken> {
    use UnprovenIdToken::Invalid;
    let header = jsonwebtoken::decode_header(token).map_err(|_| Invalid)?;
    let is_id_token = header.typ.as_deref().is_none_or(|typ| jose_type(typ) == "jwt");
    let kid = header.kid.filter(|_| is_id_token).ok_or(Invalid)?;
    let Some(key) = Verifier::named(keys, Some(&kid)) else { return Err(unproven(token, issuer).unwrap_or(Invalid)) };
    let mut validation = Validation::new(key.algorithm);
    validation.set_issuer(&[issuer]);
    validation.set_required_spec_claims(&["iss"]);
    validation.validate_aud = false;
    validation.validate_exp = false;
    let read = jsonwebtoken::decode::<Read>(token, &key.key, &validation).map_err(|_| Invalid)?.claims;
    if read.is_of_another_kind() {
        return Err(Invalid);
    }
    let client_id = read.aud.client().ok_or(Invalid)?;
    let ground = read.jti.and_then(|id| handles.ground_of_id_token(&id));
    // A signed UserInfo response has no `azp` (OpenID Connect Core §5.3.2).
    if read.azp.as_deref() != Some(client_id.as_str()) {
        return Err(Invalid);
    }
    Ok(IdTokenFacts {
        subject: read.sub,
        expires_at: Timestamp::from_seconds(read.exp.unwrap_or_default()),
        client_id,
        session: read.sid.and_then(|sid| SessionId::parse(&sid).ok()),
        person: ground.map(|(person, _)| person),
        grant: ground.and_then(|(_, grant)| grant),
    })
}

/// Reads what a text with an unknown key says, if it says that it comes from `issuer`.
fn unproven(token: &str, issuer: &str) -> Option<UnprovenIdToken> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let read: Unproven = serde_json::from_slice(&claims).ok()?;
    let client_id = read.aud.client().filter(|_| read.iss == issuer)?;
    Some(UnprovenIdToken::KeyUnknown { client_id })
}

impl ReadAudience {
    /// Returns the client that an ID token is for.
    fn client(&self) -> Option<ClientId> {
        match self {
            Self::One(client_id) => ClientId::parse(client_id).ok(),
            Self::Several(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o24_at_hash_is_the_left_half_of_the_hash_of_the_algorithm() {
        // The example of OpenID Connect Core §A.3.
        let token = Secret::new("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y".to_owned());
        for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Es256, SigningAlgorithm::Ps256] {
            assert_eq!(half_hash(&token, algorithm), "77QmUPtjPfzWtF2AnpK9RQ");
        }
        assert_eq!(half_hash(&token, SigningAlgorithm::EdDsa).len(), 43);
    }
}
