//! DPoP proofs (RFC 9449 §4.3): verifies the signature with the key that the proof carries, and names that key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{PublicKey, Refusal};
use jsonwebtoken::{Algorithm, crypto};
use protocol::{DpopProof, ProofAlgorithm, ProofKey, Thumbprint};
use sha2::{Digest, Sha256};

use crate::clients::assertion::verifying;
use crate::clients::key_set::public_key;

/// The largest RSA modulus in bytes: anyone may send a key, and a larger one takes too long to use.
const MAX_MODULUS_BYTES: usize = 512;

/// Returns the thumbprint of the key that signed a proof (RFC 7638).
///
/// # Errors
/// [`Refusal::DpopProofKey`] when the key is not accepted or not for the algorithm, and
/// [`Refusal::DpopProofNotSigned`] when it did not sign the proof.
pub fn proven_key(proof: &DpopProof) -> Result<Thumbprint, Refusal> {
    let key = accepted(&proof.key, proof.algorithm).ok_or(Refusal::DpopProofKey)?;
    let (message, signature) = proof.signed();
    let verified = crypto::verify(signature, message.as_bytes(), &verifying(&key), jose(proof.algorithm));
    if verified.unwrap_or(false) { Ok(thumbprint(&key)) } else { Err(Refusal::DpopProofNotSigned) }
}

/// Returns the key if it is one for the algorithm, on its curve, and neither too small nor too large.
fn accepted(key: &ProofKey, algorithm: ProofAlgorithm) -> Option<PublicKey> {
    use ProofAlgorithm as A;
    let key = public_key(key)?;
    let fits = match (&key, algorithm) {
        (PublicKey::P256(..), A::Es256) | (PublicKey::P384(..), A::Es384) | (PublicKey::Ed25519(_), A::EdDsa) => true,
        (PublicKey::Rsa(modulus, _), A::Ps256 | A::Ps384 | A::Ps512) => modulus.len() <= MAX_MODULUS_BYTES,
        (PublicKey::P256(..) | PublicKey::P384(..) | PublicKey::Ed25519(_) | PublicKey::Rsa(..), _) => false,
    };
    fits.then_some(key)
}

/// Returns the hash of the required members of the key in their lexicographic order (RFC 7638 §3, RFC 8037 §2).
fn thumbprint(key: &PublicKey) -> Thumbprint {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let members = match key {
        PublicKey::Rsa(n, e) => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n)),
        PublicKey::P256(x, y) => format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y)),
        PublicKey::P384(x, y) => format!(r#"{{"crv":"P-384","kty":"EC","x":"{}","y":"{}"}}"#, text(x), text(y)),
        PublicKey::Ed25519(x) => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(x)),
    };
    Thumbprint::from_bytes(Sha256::digest(members).into())
}

/// Converts an algorithm to the type of `jsonwebtoken`.
const fn jose(algorithm: ProofAlgorithm) -> Algorithm {
    match algorithm {
        ProofAlgorithm::Es256 => Algorithm::ES256,
        ProofAlgorithm::Es384 => Algorithm::ES384,
        ProofAlgorithm::EdDsa => Algorithm::EdDSA,
        ProofAlgorithm::Ps256 => Algorithm::PS256,
        ProofAlgorithm::Ps384 => Algorithm::PS384,
        ProofAlgorithm::Ps512 => Algorithm::PS512,
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{
        ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    };
    use grants::SigningAlgorithm;
    use serde_json::{Value, json};

    use super::*;
    use crate::signing::key::SigningKey;

    const CLAIMS: &str = r#"{"htm":"POST","htu":"https://as.example/token","iat":1,"jti":"a"}"#;

    fn message(algorithm: &str, jwk: &Value) -> String {
        let head = json!({ "typ": "dpop+jwt", "alg": algorithm, "jwk": jwk }).to_string();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(CLAIMS))
    }

    fn proven(message: &str, signature: &[u8]) -> Result<Thumbprint, Refusal> {
        proven_key(&DpopProof::parse(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))).unwrap())
    }

    fn p384(algorithm: &str) -> (String, Vec<u8>) {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        let point = pair.public_key().as_ref();
        let [x, y] = [&point[1..49], &point[49..]].map(|part| URL_SAFE_NO_PAD.encode(part));
        let message = message(algorithm, &json!({ "kty": "EC", "crv": "P-384", "x": x, "y": y }));
        let signature = pair.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec();
        (message, signature)
    }

    fn rsa(size: KeySize, algorithm: &str, encoding: &'static dyn RsaEncoding) -> (String, Vec<u8>) {
        let pair = RsaKeyPair::generate(size).unwrap();
        let pkcs8: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let public = SigningKey::parse(SigningAlgorithm::Ps256, pkcs8.as_ref()).unwrap().public().clone();
        let message = message(algorithm, &json!({ "kty": "RSA", "n": public.n, "e": public.e }));
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        (message, signature)
    }

    #[test]
    fn a_thumbprint_is_that_of_the_standards() {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        // RFC 7638 §3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let rsa = thumbprint(&PublicKey::Rsa(bytes(n), bytes("AQAB")));
        assert_eq!(rsa.to_string(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        // RFC 8037 §A.3.
        let ed = bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").try_into().unwrap();
        assert_eq!(thumbprint(&PublicKey::Ed25519(ed)).to_string(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        // RFC 9449 §4.1, §6.1.
        let [x, y] = ["l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"]
            .map(|text| bytes(text).try_into().unwrap());
        assert_eq!(thumbprint(&PublicKey::P256(x, y)).to_string(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn the_proof_of_rfc_9449_is_verified() {
        let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        let proof = DpopProof::parse(proof).unwrap();
        assert_eq!(proven_key(&proof).unwrap().to_string(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn c190_keys_of_each_kind_sign_and_only_with_their_own_algorithm() {
        for (algorithm, others) in [
            (SigningAlgorithm::Es256, ["ES384", "EdDSA", "PS256"]),
            (SigningAlgorithm::EdDsa, ["ES256", "ES384", "PS256"]),
            (SigningAlgorithm::Ps256, ["ES256", "EdDSA", "ES384"]),
        ] {
            let key = SigningKey::parse(algorithm, &SigningKey::generate(algorithm).unwrap()).unwrap();
            let jwk = serde_json::to_value(key.public()).unwrap();
            let text = message(algorithm.as_str(), &jwk);
            let signature = key.signature(text.as_bytes()).unwrap();
            assert!(proven(&text, &signature).is_ok(), "{algorithm:?}");
            let mut spoiled = signature.clone();
            spoiled[10] ^= 1;
            assert_eq!(proven(&text, &spoiled), Err(Refusal::DpopProofNotSigned));
            assert_eq!(proven(&text, &[]), Err(Refusal::DpopProofNotSigned));
            for other in others {
                assert_eq!(proven(&message(other, &jwk), &signature), Err(Refusal::DpopProofKey), "{other}");
            }
        }
        let (text, signature) = p384("ES384");
        assert!(proven(&text, &signature).is_ok());
        let (text, signature) = p384("ES256");
        assert_eq!(proven(&text, &signature), Err(Refusal::DpopProofKey));
    }

    #[test]
    fn c190_an_rsa_key_has_2048_to_4096_bits() {
        let (text, signature) = rsa(KeySize::Rsa4096, "PS512", &RSA_PSS_SHA512);
        assert!(proven(&text, &signature).is_ok());
        for bytes in [128, 513, 1024] {
            let modulus = URL_SAFE_NO_PAD.encode([&[0x80][..], &vec![1; bytes - 1]].concat());
            let text = message("PS256", &json!({ "kty": "RSA", "n": modulus, "e": "AQAB" }));
            assert_eq!(proven(&text, &vec![1; bytes]), Err(Refusal::DpopProofKey), "{bytes}");
        }
    }

    #[test]
    fn c190_a_point_off_its_curve_and_a_curve_without_a_name_are_refused() {
        let key = SigningKey::parse(SigningAlgorithm::Es256, &SigningKey::generate(SigningAlgorithm::Es256).unwrap());
        let good = serde_json::to_value(key.unwrap().public()).unwrap();
        for (member, value) in
            [("y", good["x"].clone()), ("crv", json!("secp256k1")), ("crv", json!("P-521")), ("x", json!("AA"))]
        {
            let mut jwk = good.clone();
            jwk[member] = value;
            assert_eq!(proven(&message("ES256", &jwk), &[1; 64]), Err(Refusal::DpopProofKey), "{member}");
        }
    }
}
