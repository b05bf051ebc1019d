//! JWT access tokens: hostile tokens, and hostile headers and claims with a valid signature.
//!
//! The first byte selects how to read the rest: `h` means a header and `c` means claims, both signed with the ring's
//! own key; with any other byte, all bytes are the token itself.

use std::sync::LazyLock;

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{SigningAlgorithm, TokenFacts};
use keys::{
    KeyRecord, KeyRing, KeyWrap, MasterName, MasterRecord, Masters, Pairing, Purpose, Records, SigningKey, WrapError,
    Wrapping,
};
use protocol::{Jwk, Secret};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::fixtures::{ISSUER, NOW};

/// PKCS#8 (RFC 8410 §7) of the private key that consists of 32 sevens.
const PKCS8: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20\
    \x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\
    \x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07";
/// Public keys whose private parts are unknown.
const RSA_MODULUS: &str = "1UFJEIm1FESOnoCkcgN8wypGoMK8m_iINGb2f9XMXPpnKqrMAtSovNg8GooJufkvHSEubycO1f9kjmC8kbWRXZ0uVclkJLlYJY-0Rsdu57VRYbhSMi2mpsyS9xYtAm6bQngTu3dQE5MxulRngNHbYKq5ZkqLPgw4zuBX0z3iJMi1_0plA66vUcD_u19DU8lZXWKTT2IQbKI0hFTLTHU2IjIIQebrjqlpaGNcQ-6BhgN7aojI-x6Uui1s45Dfiqy8uNi8HzAS932-GMeKEth8ldslGjalTumgUY6I801E_q5u7011LvYMtKOKyfOCTEUS-cAioHl2NtFiUSpXVr2OqQ";
const P256: [&str; 2] = ["gU6cjnOgsHoYp_PIubvBE4oJZsYCd-Ruj_xB76uUp4w", "ZbVlYufUj2-0sSSaIWfC6xtC5mRxh-0s4pOk6Ur8xe0"];

const CLAIMS: &str = r#"{"iss":"https://issuer.example","sub":"app","aud":"https://orders.example","client_id":"app",
    "iat":1800000000,"exp":1800000900,"jti":"BwcHBwcHBwcHBwcHBwcHBw","scope":"read"}"#;

struct Keys {
    ring: KeyRing,
    signer: SigningKey,
    pair: Ed25519KeyPair,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let signer = SigningKey::parse(SigningAlgorithm::EdDsa, PKCS8).expect("a private key");
    let pair = Ed25519KeyPair::from_pkcs8(PKCS8).expect("a private key");
    Keys { ring: ring(signer.public().clone()), signer, pair }
});

/// Fuzzes the verification of a token.
pub(crate) fn target(data: &[u8]) {
    match data.split_first() {
        Some((b'h', header)) => under_header(header),
        Some((b'c', claims)) => with_claims(claims),
        _ => token(data),
    }
}

/// Checks any text. Ed25519 signatures are deterministic, and the private parts of the other keys are unknown: so a
/// token that verifies must equal the result of signing its claims.
fn token(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let secret = Secret::new(text.to_owned());
    KEYS.ring.knows_key_of(&secret);
    if KEYS.ring.verify(&secret, ISSUER).is_ok() {
        let [header, claims] = parts(text).expect("three parts");
        assert_eq!(text, signed(&header, &claims));
        assert_header(&header);
    }
}

/// Checks a valid signature over a hostile header.
fn under_header(header: &[u8]) {
    let token = Secret::new(signed(header, CLAIMS.as_bytes()));
    if KEYS.ring.verify(&token, ISSUER).is_ok() {
        assert!(KEYS.ring.knows_key_of(&token));
        assert_header(header);
    }
}

/// Checks a valid signature over hostile claims.
fn with_claims(claims: &[u8]) {
    let token =
        Secret::new(KEYS.signer.sign(keys::Signed::Access(grants::TokenType::AtJwt), claims).expect("a signature"));
    let Ok(facts) = KEYS.ring.verify(&token, ISSUER) else { return };
    assert!(KEYS.ring.verify(&token, "https://other.example").is_err() || several(claims, "iss"));
    assert_facts(&facts, claims);
}

fn assert_header(header: &[u8]) {
    // The verifier may ignore parts that another JSON reader refuses.
    let Ok(header) = serde_json::from_slice::<Value>(header) else { return };
    let text = |name: &str| header.get(name).and_then(Value::as_str).unwrap_or_default();
    assert_eq!((text("alg"), text("kid")), ("EdDSA", KEYS.signer.kid()));
    let typ = text("typ").to_ascii_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    assert!(["at+jwt", "jwt"].contains(&typ), "{typ}");
}

fn assert_facts(facts: &TokenFacts, claims: &[u8]) {
    let Ok(claims) = serde_json::from_slice::<Value>(claims) else { return };
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let number = |name: &str| claims.get(name).and_then(Value::as_u64);
    assert_eq!((Some(facts.subject.as_str()), Some(facts.client_id.as_str())), (text("sub"), text("client_id")));
    let times = (Some(facts.issued_at.seconds()), Some(facts.expires_at.seconds()));
    assert_eq!(times, (number("iat"), number("exp")));
    let mut asked: Vec<&str> = text("scope").unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect();
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(facts.scope.tokens().collect::<Vec<_>>(), asked);
    assert_eq!(facts.token_id.map(|id| id.to_string()).as_deref(), text("jti"));
    let named = |value: &Value| value.as_str() == Some(ISSUER);
    let issuer = claims.get("iss").expect("an issuer");
    assert!(named(issuer) || issuer.as_array().is_some_and(|several| several.iter().any(named)));
}

fn several(claims: &[u8], name: &str) -> bool {
    let Ok(claims) = serde_json::from_slice::<Value>(claims) else { return true };
    claims.get(name).is_some_and(Value::is_array)
}

fn parts(token: &str) -> Option<[Vec<u8>; 2]> {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part));
    Some([parts.next()?.ok()?, parts.next()?.ok()?])
}

fn signed(header: &[u8], claims: &[u8]) -> String {
    let message = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    let signature = KEYS.pair.sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Builds a ring of three public keys, including the signer's.
fn ring(own: Jwk) -> KeyRing {
    let text = |text: &str| Some(text.to_owned());
    let rsa = Jwk { kid: "rsa".to_owned(), n: text(RSA_MODULUS), e: text("AQAB"), ..Jwk::default() };
    let [x, y] = P256.map(text);
    let ec = Jwk { kid: "ec".to_owned(), x, y, ..Jwk::default() };
    let keys =
        [(own, SigningAlgorithm::EdDsa), (rsa, SigningAlgorithm::Rs256), (ec, SigningAlgorithm::Es256)].into_iter();
    let record = |(public, algorithm)| KeyRecord {
        public,
        algorithm,
        predecessor: None,
        created_at: NOW,
        activates_at: NOW,
        wrapped: Vec::new(),
    };
    let (name, wrapped) = (MasterName::First, vec![3; 32]);
    let stored = vec![MasterRecord { name, created_at: NOW, activates_at: NOW, wrapped }];
    let masters = Masters { stored, ..Masters::default() };
    let records = Records { masters, signing: keys.map(record).collect(), ..Records::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(KeyRing::open(records, &Bare, false, None, NOW)).expect("a ring of keys")
}

/// A wrapping that encrypts nothing: the secrets here are constants in this file.
struct Bare;

impl KeyWrap for Bare {
    fn wrap<'a>(&'a self, _: Purpose, secret: &'a [u8]) -> Wrapping<'a> {
        Box::pin(async move { Ok(Zeroizing::new(secret.to_vec())) })
    }

    fn unwrap<'a>(&'a self, _: Purpose, wrapped: &'a [u8]) -> Wrapping<'a> {
        Box::pin(async move { Ok(Zeroizing::new(wrapped.to_vec())) })
    }

    fn new_secret(&self, _: Purpose) -> Wrapping<'_> {
        Box::pin(async { Err(WrapError::Refused) })
    }

    fn new_pair(&self, _: SigningAlgorithm) -> Pairing<'_> {
        Box::pin(async { Err(WrapError::Refused.into()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_target_signs_verifies() {
        let token =
            Secret::new(KEYS.signer.sign(keys::Signed::Access(grants::TokenType::AtJwt), CLAIMS.as_bytes()).unwrap());
        assert!(KEYS.ring.verify(&token, ISSUER).is_ok());
        let header = format!(r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"{}"}}"#, KEYS.signer.kid());
        let own = Secret::new(signed(header.as_bytes(), CLAIMS.as_bytes()));
        assert!(KEYS.ring.verify(&own, ISSUER).is_ok());
    }
}
