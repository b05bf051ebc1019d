//! Public keys as JWKs (RFC 7517 §4), with the private part either in memory or in KMS.

use aws_lc_rs::rsa;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::SigningAlgorithm;
use protocol::Jwk;
use sha2::{Digest, Sha256};

use crate::signing::error::KeysError;

/// The bytes before the point in the X.509 form of a P-256 key (RFC 5480 §2).
const P256_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Returns the JWK of an RSA key.
pub(crate) fn of_rsa(algorithm: SigningAlgorithm, key: &rsa::PublicKey) -> Jwk {
    Jwk {
        kty: "RSA".to_owned(),
        n: Some(encode(key.modulus().big_endian_without_leading_zero())),
        e: Some(encode(key.exponent().big_endian_without_leading_zero())),
        ..named(algorithm, key.as_ref())
    }
}

/// Returns the JWK of a P-256 key, given its uncompressed point (SEC 1 §2.3.3): 4, x, y.
pub(crate) fn of_p256(algorithm: SigningAlgorithm, point: &[u8]) -> Jwk {
    let (x, y) = point.get(1..).and_then(|both| both.split_at_checked(32)).unwrap_or_default();
    let (crv, x, y) = (Some("P-256".to_owned()), Some(encode(x)), Some(encode(y)));
    Jwk { kty: "EC".to_owned(), crv, x, y, ..named(algorithm, point) }
}

/// Returns the JWK of an Ed25519 key (RFC 8037 §2).
pub(crate) fn of_ed25519(algorithm: SigningAlgorithm, point: &[u8]) -> Jwk {
    let (crv, x) = (Some("Ed25519".to_owned()), Some(encode(point)));
    Jwk { kty: "OKP".to_owned(), crv, x, ..named(algorithm, point) }
}

/// Returns the JWK of a public key in the X.509 form that KMS uses.
///
/// # Errors
/// [`KeysError::Crypto`] when it is not a key for `algorithm`.
pub(crate) fn of_x509(algorithm: SigningAlgorithm, der: &[u8]) -> Result<Jwk, KeysError> {
    match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
            let key = rsa::PublicKey::from_der(der).map_err(|_| KeysError::Crypto)?;
            Ok(of_rsa(algorithm, &key))
        }
        SigningAlgorithm::Es256 => match der.strip_prefix(&P256_HEAD) {
            Some(point) if point.len() == 65 && point.first() == Some(&4) => Ok(of_p256(algorithm, point)),
            Some(_) | None => Err(KeysError::Crypto),
        },
        SigningAlgorithm::EdDsa => Err(KeysError::Crypto),
    }
}

/// Returns the JWK without the key material. Its `kid` is unique, because it is the hash of the public key.
fn named(algorithm: SigningAlgorithm, key: &[u8]) -> Jwk {
    let digest = Sha256::digest(key);
    let kid = URL_SAFE_NO_PAD.encode(digest.iter().take(16).copied().collect::<Vec<u8>>());
    Jwk { kid, usage: "sig".to_owned(), alg: algorithm.as_str().to_owned(), ..Jwk::default() }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RsaKeyPair};

    use super::*;
    use crate::signing::key::SigningKey;

    #[test]
    fn a_key_has_one_jwk_whichever_way_it_is_read() {
        for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Ps256, SigningAlgorithm::Es256] {
            let private = SigningKey::generate(algorithm).unwrap();
            let der: PublicKeyX509Der<'_> = match algorithm {
                SigningAlgorithm::Es256 => {
                    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &private).unwrap();
                    pair.public_key().as_der().unwrap()
                }
                SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 | SigningAlgorithm::EdDsa => {
                    RsaKeyPair::from_pkcs8(&private).unwrap().public_key().as_der().unwrap()
                }
            };
            let in_hand = SigningKey::parse(algorithm, &private).unwrap();
            assert_eq!(of_x509(algorithm, der.as_ref()).unwrap(), *in_hand.public());
            assert_eq!(in_hand.public().kid, in_hand.kid());
            assert!(of_x509(algorithm, &der.as_ref()[1..]).is_err());
            assert!(of_x509(SigningAlgorithm::EdDsa, der.as_ref()).is_err());
        }
    }
}
