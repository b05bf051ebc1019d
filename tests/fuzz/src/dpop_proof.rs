//! A DPoP proof from header to verdict: parsed, verified with its own key, judged.

use std::sync::LazyLock;

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::Timestamp;
use grants::dpop::{ProvenRequest, judge};
use keys::proven_key;
use protocol::{DpopProof, TargetUri};
use url::Url;

use crate::split_line;

/// The PKCS #8 form of an Ed25519 key (RFC 8410 §7), without its public half.
const PKCS8: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20\
    \x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\
    \x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05\x05";

static PAIR: LazyLock<Ed25519KeyPair> = LazyLock::new(|| Ed25519KeyPair::from_pkcs8(PKCS8).expect("a private key"));

/// Fuzzes a proof: any text, or a signed one whose header and claims are the two lines of the data after `s`.
pub(crate) fn target(data: &[u8]) {
    match data.split_first() {
        Some((b's', parts)) => signed(parts),
        _ => text(data),
    }
}

/// Checks any text. The private part of no key in the corpus is known but ours: what verifies is one compact JWT, and
/// the same text with one more character is none.
fn text(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let Ok(proof) = DpopProof::parse(text) else { return };
    let (message, signature) = proof.signed();
    assert_eq!(format!("{message}.{signature}"), text);
    assert!(!proof.claims.id.is_empty() && proof.claims.id.len() <= 256);
    assert_ne!(proof.key.kty, "oct");
    verdict(&proof);
    assert!(DpopProof::parse(&format!("{text}.")).is_err());
}

fn signed(parts: &[u8]) {
    let (header, claims) = split_line(parts);
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = PAIR.sign(message.as_bytes());
    let Ok(proof) = DpopProof::parse(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))) else { return };
    verdict(&proof);
}

/// Asserts that an accepted proof names this request, and was made now or has the nonce.
fn verdict(proof: &DpopProof) {
    let Ok(key) = proven_key(proof) else { return };
    let target = TargetUri::parse("https://issuer.example/token").expect("a target");
    let nonces = ["nonce".to_owned(), "before".to_owned()];
    let now = Timestamp::from_seconds(1_800_000_000);
    for nonces in [None, Some(&nonces)] {
        let request = ProvenRequest { method: "POST", target: &target, token: None, nonces, now };
        if judge(key, proof.algorithm, &proof.claims, &request).is_ok() {
            assert_eq!(proof.claims.method, "POST");
            let named = Url::parse(&proof.claims.target).expect("a URL");
            assert_eq!((named.scheme(), named.host_str()), ("https", Some("issuer.example")));
            let is_new = proof.claims.issued_at.abs_diff(now.seconds()) <= 300;
            let has_nonce =
                nonces.is_some_and(|nonces| proof.claims.nonce.as_ref().is_some_and(|nonce| nonces.contains(nonce)));
            assert!(if nonces.is_some() { has_nonce } else { is_new });
        }
    }
}
