//! The form of a DPoP proof (RFC 9449 §4.2): a JWT that carries the public key which signed it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::values::jose_type::jose_type;
use crate::values::proof_algorithm::ProofAlgorithm;
use crate::values::secret::Secret;

/// The maximum length, enough for a 4096-bit RSA key and its signature.
const MAX_BYTES: usize = 8 * 1024;
const MAX_ID_BYTES: usize = 256;

/// A well-formed DPoP proof, whose signature is not verified yet.
#[derive(Clone, Debug)]
pub struct DpopProof {
    /// The algorithm that the header names.
    pub algorithm: ProofAlgorithm,
    /// The public key in the header.
    pub key: ProofKey,
    /// The claims, which are as unverified as the key.
    pub claims: ProofClaims,
    jwt: Secret,
}

/// The parameters of the public key in a proof, in base64url (RFC 7518 §6, RFC 8037 §2).
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct ProofKey {
    /// The key type: `EC`, `OKP` or `RSA`.
    pub kty: String,
    /// The name of the curve.
    pub crv: Option<String>,
    /// The x coordinate, or the whole Edwards point.
    pub x: Option<String>,
    /// The y coordinate, in base64url.
    pub y: Option<String>,
    /// The RSA modulus, in base64url.
    pub n: Option<String>,
    /// The RSA exponent, in base64url.
    pub e: Option<String>,
}

/// The claims of a proof. `exp` and `nbf` have no meaning in a proof, and are ignored as all other claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofClaims {
    /// `htm`: the method of the request.
    pub method: String,
    /// `htu`: the URI of the request.
    pub target: String,
    /// `iat`: the time when the proof was made, in seconds since 1970.
    pub issued_at: u64,
    /// `jti`: the name of the proof, of 1 to 256 bytes.
    pub id: String,
    /// `ath`: the hash of the access token that is sent along.
    pub token_hash: Option<String>,
    /// `nonce`: a value that this server gave out.
    pub nonce: Option<String>,
}

/// The reasons why a text is not a DPoP proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedProof {
    /// The text is not a compact JWT with a JSON object in both parts, or is too long.
    #[error("not a compact JWT")]
    Jwt,
    /// `typ` is not `dpop+jwt`, or there are critical extensions.
    #[error("typ is not dpop+jwt")]
    Type,
    /// `alg` is not one that is verified for proofs.
    #[error("alg is not verified here")]
    Algorithm,
    /// `jwk` is missing, or holds a private or a shared key.
    #[error("jwk is not a public key")]
    Key,
    /// `htm`, `htu`, `iat` or `jti` is missing or of the wrong type.
    #[error("htm, htu, iat or jti is missing")]
    Claims,
}

#[derive(Deserialize)]
struct Head {
    typ: Option<String>,
    alg: Option<String>,
    jwk: Option<IgnoredAny>,
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct HeadWithKey {
    jwk: ProofKey,
}

/// The members of a key that must not be shown (RFC 7518 §6.2.2, §6.3.2, §6.4, RFC 8037 §2).
#[derive(Deserialize)]
struct HeadWithSecret {
    jwk: SecretParts,
}

#[derive(Deserialize)]
struct SecretParts {
    d: Option<IgnoredAny>,
    p: Option<IgnoredAny>,
    q: Option<IgnoredAny>,
    dp: Option<IgnoredAny>,
    dq: Option<IgnoredAny>,
    qi: Option<IgnoredAny>,
    oth: Option<IgnoredAny>,
    k: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Written {
    htm: String,
    htu: String,
    iat: serde_json::Number,
    jti: String,
    ath: Option<String>,
    nonce: Option<String>,
}

impl DpopProof {
    /// Reads the compact form (RFC 7515 §3.1), up to 8 KiB. A member that occurs twice is refused.
    ///
    /// # Errors
    /// [`MalformedProof`] tells the first fault.
    pub fn parse(jwt: &str) -> Result<Self, MalformedProof> {
        let parts: Vec<&str> = jwt.splitn(4, '.').collect();
        let (true, [header, payload, signature]) = (jwt.len() <= MAX_BYTES, parts.as_slice()) else {
            return Err(MalformedProof::Jwt);
        };
        let (header, payload) = (bytes(header)?, bytes(payload)?);
        bytes(signature)?;
        let head: Head = json(&header, MalformedProof::Jwt)?;
        if head.crit.is_some() || head.typ.is_none_or(|typ| jose_type(&typ) != "dpop+jwt") {
            return Err(MalformedProof::Type);
        }
        let algorithm = head.alg.and_then(|name| ProofAlgorithm::parse(&name)).ok_or(MalformedProof::Algorithm)?;
        head.jwk.ok_or(MalformedProof::Key)?;
        Ok(Self { algorithm, key: public_key(&header)?, claims: claims(&payload)?, jwt: Secret::new(jwt.to_owned()) })
    }

    /// The signed text, header and payload joined by a period, and the signature in base64url.
    pub fn signed(&self) -> (&str, &str) {
        self.jwt.expose().rsplit_once('.').unwrap_or_default()
    }
}

fn public_key(header: &[u8]) -> Result<ProofKey, MalformedProof> {
    let HeadWithKey { jwk } = json(header, MalformedProof::Key)?;
    let HeadWithSecret { jwk: SecretParts { d, p, q, dp, dq, qi, oth, k } } = json(header, MalformedProof::Key)?;
    let is_secret = jwk.kty == "oct" || [d, p, q, dp, dq, qi, oth, k].iter().any(Option::is_some);
    if is_secret { Err(MalformedProof::Key) } else { Ok(jwk) }
}

fn claims(payload: &[u8]) -> Result<ProofClaims, MalformedProof> {
    let Written { htm, htu, iat, jti, ath, nonce } = json(payload, MalformedProof::Claims)?;
    if jti.is_empty() || jti.len() > MAX_ID_BYTES {
        return Err(MalformedProof::Claims);
    }
    Ok(ProofClaims { method: htm, target: htu, issued_at: seconds(&iat), id: jti, token_hash: ath, nonce })
}

/// Returns a time in whole seconds; it may have a fraction (RFC 7519 §2). A time before 1970 counts as 1970.
fn seconds(time: &serde_json::Number) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let rounded = || time.as_f64().unwrap_or_default() as u64;
    time.as_u64().unwrap_or_else(rounded)
}

fn bytes(part: &str) -> Result<Vec<u8>, MalformedProof> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| MalformedProof::Jwt)
}

/// Reads a part as JSON. One that is no JSON object at all is no part of a JWT.
fn json<T: DeserializeOwned>(part: &[u8], fault: MalformedProof) -> Result<T, MalformedProof> {
    if !part.starts_with(b"{") {
        return Err(MalformedProof::Jwt);
    }
    serde_json::from_slice(part).map_err(|error| if error.is_data() { fault } else { MalformedProof::Jwt })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn head() -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": { "kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ" } })
    }

    fn body() -> Value {
        json!({ "htm": "POST", "htu": "https://as.example/token", "iat": 1_800_000_000, "jti": "a" })
    }

    fn jwt(head: &impl ToString, body: &impl ToString) -> String {
        let [head, body] = [head.to_string(), body.to_string()].map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("{head}.{body}.c2ln")
    }

    fn with(document: &Value, name: &str, value: &Value) -> Value {
        let mut document = document.clone();
        document[name] = value.clone();
        document
    }

    fn without(document: &Value, name: &str) -> Value {
        let mut document = document.clone();
        document.as_object_mut().unwrap().remove(name);
        document
    }

    fn fault(jwt: &str) -> Option<MalformedProof> {
        DpopProof::parse(jwt).err()
    }

    #[test]
    fn a_proof_is_read_with_its_key_and_its_claims() {
        let body = with(&with(&body(), "ath", &json!("h")), "nonce", &json!("n"));
        let body = with(&with(&with(&body, "exp", &json!(1)), "nbf", &json!("x")), "iat", &json!(1_800_000_000.9));
        let proof = DpopProof::parse(&jwt(&with(&head(), "typ", &json!("DPoP+JWT")), &body)).unwrap();
        assert_eq!((proof.algorithm, proof.key.crv.as_deref()), (ProofAlgorithm::Es256, Some("P-256")));
        let ProofClaims { method, target, issued_at, id, token_hash, nonce } = &proof.claims;
        assert_eq!((&**method, &**target, *issued_at, &**id), ("POST", "https://as.example/token", 1_800_000_000, "a"));
        assert_eq!((token_hash.as_deref(), nonce.as_deref()), (Some("h"), Some("n")));
        assert_eq!(proof.signed().1, "c2ln");
        assert!(!format!("{proof:?}").contains("c2ln"));
        // RFC 7515 §4.1.9.
        assert_eq!(fault(&jwt(&with(&head(), "typ", &json!("application/dpop+jwt")), &body)), None);
    }

    #[test]
    fn c181_what_is_not_one_jwt_is_refused() {
        let good = jwt(&head(), &body());
        assert_eq!(fault(&good), None);
        let long = jwt(&head(), &with(&body(), "x", &json!("a".repeat(MAX_BYTES))));
        for text in ["", "x", "..", &good.replace('.', ""), &format!("{good}.x"), &format!("{good},{good}"), &long] {
            assert_eq!(fault(text), Some(MalformedProof::Jwt), "{text}");
        }
        for (head, body) in [("{", "{}"), ("[]", "{}"), (&*head().to_string(), "[\"POST\",\"u\",1,\"j\",null,null]")] {
            assert_eq!(fault(&jwt(&head, &body)), Some(MalformedProof::Jwt), "{head}");
        }
        let twice = body().to_string().replace("\"htm\"", "\"htm\":\"GET\",\"htm\"");
        assert_eq!(fault(&jwt(&head(), &twice)), Some(MalformedProof::Claims));
    }

    #[test]
    fn c181_each_member_of_the_header_is_needed() {
        use MalformedProof::{Algorithm, Key, Type};
        let rows = [
            (without(&head(), "typ"), Type),
            (with(&head(), "typ", &json!("JWT")), Type),
            (with(&head(), "typ", &json!("at+jwt")), Type),
            (with(&head(), "typ", &json!("application/at+jwt")), Type),
            (with(&head(), "typ", &json!("text/dpop+jwt")), Type),
            (with(&head(), "crit", &json!(["exp"])), Type),
            (without(&head(), "alg"), Algorithm),
            (with(&head(), "alg", &json!("none")), Algorithm),
            (with(&head(), "alg", &json!("HS256")), Algorithm),
            (with(&head(), "alg", &json!("RS256")), Algorithm),
            (without(&head(), "jwk"), Key),
            (with(&head(), "jwk", &json!("key")), Key),
            (with(&head(), "jwk", &json!({ "crv": "P-256" })), Key),
            (with(&head(), "jwk", &json!({ "kty": "oct", "k": "AA" })), Key),
        ];
        for (head, expected) in rows {
            assert_eq!(fault(&jwt(&head, &body())), Some(expected), "{head}");
        }
    }

    #[test]
    fn c190_a_private_part_of_any_kind_is_refused() {
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            let mut head = head();
            head["jwk"][member] = json!("AA");
            assert_eq!(fault(&jwt(&head, &body())), Some(MalformedProof::Key), "{member}");
        }
    }

    #[test]
    fn c181_each_claim_is_needed_and_of_its_type() {
        let long = json!("j".repeat(MAX_ID_BYTES + 1));
        let spoiled = ["htm", "htu", "iat", "jti"].map(|name| without(&body(), name)).into_iter().chain([
            with(&body(), "htm", &json!(1)),
            with(&body(), "htu", &json!(["https://as.example/token"])),
            with(&body(), "htu", &json!({})),
            with(&body(), "iat", &json!("1800000000")),
            with(&body(), "jti", &json!("")),
            with(&body(), "jti", &long),
            with(&body(), "ath", &json!(1)),
            with(&body(), "nonce", &json!(1)),
        ]);
        for body in spoiled {
            assert_eq!(fault(&jwt(&head(), &body)), Some(MalformedProof::Claims), "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[A-Za-z0-9_=+/,-]{0,60}([.][A-Za-z0-9_=-]{0,80}){0,4}") {
            let _ = DpopProof::parse(&text);
        }
    }
}
