//! Passkeys: verifies the signature of an authenticator with the public key that it gave (Web Authentication Level 3 §7.2).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use grants::PublicKey;
use protocol::{PasskeyAlgorithm, PasskeyKey};

use crate::clients::key_set::{point, public_key};

/// The largest RSA modulus in bytes: a larger one takes too long to use.
const MAX_MODULUS_BYTES: usize = 512;

/// Returns whether a key can be used: on its curve, and neither too small nor too large.
pub fn is_good_passkey(key: &PasskeyKey) -> bool {
    accepted(key).is_some()
}

/// Returns whether the key made this signature. The signature of ES256 is in the form of ASN.1 (§6.5.5).
pub fn signed_by_passkey(key: &PasskeyKey, message: &[u8], signature: &[u8]) -> bool {
    let verified = match accepted(key) {
        Some(PublicKey::P256(x, y)) => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point(&x, &y)).verify(message, signature)
        }
        Some(PublicKey::Ed25519(x)) => UnparsedPublicKey::new(&ED25519, x).verify(message, signature),
        Some(PublicKey::Rsa(n, e)) => {
            RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
        }
        Some(PublicKey::P384(..)) | None => return false,
    };
    verified.is_ok()
}

/// Returns the key if it is one for its algorithm.
fn accepted(key: &PasskeyKey) -> Option<PublicKey> {
    let public = public_key(&key.key)?;
    let fits = match (&public, key.algorithm) {
        (PublicKey::P256(..), PasskeyAlgorithm::Es256) | (PublicKey::Ed25519(_), PasskeyAlgorithm::EdDsa) => true,
        (PublicKey::Rsa(modulus, _), PasskeyAlgorithm::Rs256) => modulus.len() <= MAX_MODULUS_BYTES,
        (PublicKey::P256(..) | PublicKey::P384(..) | PublicKey::Ed25519(_) | PublicKey::Rsa(..), _) => false,
    };
    fits.then_some(public)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    };

    use super::*;

    const MESSAGE: &[u8] = b"authenticator data and hash";

    /// Encodes a map of small numbers and byte strings, as authenticators do.
    fn cose(members: &[(i8, Result<i16, &[u8]>)]) -> PasskeyKey {
        let number = |value: i16| {
            let (major, value) = if value < 0 { (0x20, -1 - value) } else { (0, value) };
            match u8::try_from(value) {
                Ok(small @ ..24) => vec![major | small],
                Ok(byte) => vec![major | 0x18, byte],
                Err(_) => [&[major | 0x19][..], &value.to_be_bytes()].concat(),
            }
        };
        let mut bytes = vec![0xa0 | u8::try_from(members.len()).unwrap()];
        for (label, value) in members {
            bytes.extend(number(i16::from(*label)));
            match value {
                Ok(value) => bytes.extend(number(*value)),
                Err(value) => {
                    bytes.push(0x59);
                    bytes.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
                    bytes.extend(*value);
                }
            }
        }
        PasskeyKey::parse(&bytes).unwrap()
    }

    fn signatures() -> Vec<(PasskeyKey, Vec<u8>)> {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let ec = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap();
        let uncompressed = ec.public_key().as_ref().to_vec();
        let es256 = cose(&[
            (1, Ok(2)),
            (3, Ok(-7)),
            (-1, Ok(1)),
            (-2, Err(&uncompressed[1..33])),
            (-3, Err(&uncompressed[33..])),
        ]);
        let ed = Ed25519KeyPair::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&random).unwrap().as_ref()).unwrap();
        let eddsa = cose(&[(1, Ok(1)), (3, Ok(-8)), (-1, Ok(6)), (-2, Err(ed.public_key().as_ref()))]);
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let (n, e) = (rsa.public_key().modulus(), rsa.public_key().exponent());
        let rs256 = cose(&[
            (1, Ok(3)),
            (3, Ok(-257)),
            (-1, Err(n.big_endian_without_leading_zero())),
            (-2, Err(e.big_endian_without_leading_zero())),
        ]);
        let mut by_rsa = vec![0; rsa.public_modulus_len()];
        rsa.sign(&RSA_PKCS1_SHA256, &random, MESSAGE, &mut by_rsa).unwrap();
        vec![
            (es256, ec.sign(&random, MESSAGE).unwrap().as_ref().to_vec()),
            (eddsa, ed.sign(MESSAGE).as_ref().to_vec()),
            (rs256, by_rsa),
        ]
    }

    #[test]
    fn c231_each_algorithm_is_verified_with_its_own_key() {
        let signatures = signatures();
        for (place, (key, signature)) in signatures.iter().enumerate() {
            assert!(is_good_passkey(key) && signed_by_passkey(key, MESSAGE, signature), "{place}");
            assert!(!signed_by_passkey(key, b"another message", signature), "{place}");
            let mut spoiled = signature.clone();
            *spoiled.last_mut().unwrap() ^= 1;
            assert!(!signed_by_passkey(key, MESSAGE, &spoiled) && !signed_by_passkey(key, MESSAGE, &[]), "{place}");
            for (other, (key, _)) in signatures.iter().enumerate() {
                assert_eq!(signed_by_passkey(key, MESSAGE, signature), other == place, "{place} {other}");
            }
        }
    }

    #[test]
    fn c231_a_weak_key_is_no_passkey() {
        let zeros = [0; 32];
        let small = [0x80; 128];
        let large = [0x81; 513];
        for key in [
            cose(&[(1, Ok(2)), (3, Ok(-7)), (-1, Ok(1)), (-2, Err(&zeros)), (-3, Err(&zeros))]),
            cose(&[(1, Ok(1)), (3, Ok(-8)), (-1, Ok(6)), (-2, Err(&zeros))]),
            cose(&[(1, Ok(3)), (3, Ok(-257)), (-1, Err(&small)), (-2, Err(&[1, 0, 1]))]),
            cose(&[(1, Ok(3)), (3, Ok(-257)), (-1, Err(&large)), (-2, Err(&[1, 0, 1]))]),
        ] {
            assert!(!is_good_passkey(&key) && !signed_by_passkey(&key, MESSAGE, &[1; 64]), "{key:?}");
        }
    }
}
