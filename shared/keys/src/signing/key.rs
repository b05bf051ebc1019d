//! Signing keys: created, parsed once, then used to sign.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{SigningAlgorithm, TokenType};
use jsonwebtoken::{Algorithm, Header};
use protocol::Jwk;
use zeroize::Zeroizing;

use crate::signing::error::KeysError;
use crate::signing::public;

/// A parsed private key, with the encoded headers of the documents that it signs.
pub struct SigningKey {
    algorithm: SigningAlgorithm,
    pair: Pair,
    headers: [String; 7],
    public: Jwk,
}

/// The kinds of signed documents (RFC 8725 §3.11). `typ` tells them apart, and where an API has `JWT` in its access
/// tokens, the claims do: see `tokens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// An access token (RFC 9068 §2.1), with the `typ` that its API takes.
    Access(TokenType),
    /// An ID token (OpenID Connect Core §2).
    Identity,
    /// A response of the UserInfo endpoint (OpenID Connect Core §5.3.2), which is never an ID token. It has no `typ`:
    /// libraries refuse one that they do not know here. An ID token has a `typ`, and an `azp`, which this lacks.
    UserInfo,
    /// A logout token (OpenID Connect Back-Channel Logout §2.4).
    Logout,
    /// An introspection response (RFC 9701 §5).
    Introspection,
    /// An identity assertion for another authorization server (ID-JAG).
    Assertion,
    /// An opaque access token that was exchanged: only this server reads it.
    Exchanged,
}

impl Signed {
    /// The `typ` of [`Signed::Exchanged`].
    pub(crate) const EXCHANGED: Option<&str> = Self::Exchanged.typ();

    const fn typ(self) -> Option<&'static str> {
        match self {
            Self::Access(typ) => Some(typ.as_str()),
            Self::Identity => Some("JWT"),
            Self::UserInfo => None,
            Self::Logout => Some("logout+jwt"),
            Self::Introspection => Some("token-introspection+jwt"),
            Self::Assertion => Some(protocol::IdentityAssertion::TYPE),
            Self::Exchanged => Some("jeton-exchanged+jwt"),
        }
    }
}

enum Pair {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Pair {
    /// The number of bytes in a signature.
    fn signature_length(&self) -> usize {
        match self {
            Self::Rsa(pair) => pair.public_modulus_len(),
            Self::Ecdsa(_) | Self::Ed25519(_) => 64,
        }
    }
}

impl SigningKey {
    /// Creates a new private key in PKCS#8.
    ///
    /// # Errors
    /// [`KeysError::Crypto`] when the backend cannot create one.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<Zeroizing<Vec<u8>>, KeysError> {
        let random = SystemRandom::new();
        let crypto = |_| KeysError::Crypto;
        let der = match algorithm {
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(crypto)?;
                pair.as_der().map_err(crypto)?.as_ref().to_vec()
            }
            SigningAlgorithm::Es256 => {
                let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
                document.map_err(crypto)?.as_ref().to_vec()
            }
            SigningAlgorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random).map_err(crypto)?.as_ref().to_vec(),
        };
        Ok(Zeroizing::new(der))
    }

    /// Parses a private key in PKCS#8.
    ///
    /// # Errors
    /// [`KeysError::Crypto`] when it is not a key for `algorithm`.
    pub fn parse(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self, KeysError> {
        let pair = match algorithm {
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => RsaKeyPair::from_pkcs8(pkcs8).map(Pair::Rsa),
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(Pair::Ecdsa)
            }
            SigningAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Pair::Ed25519),
        };
        let pair = pair.map_err(|_| KeysError::Crypto)?;
        let public = pair.public(algorithm);
        let header = |what: Signed| {
            let typ = what.typ().map(str::to_owned);
            let header = Header { typ, kid: Some(public.kid.clone()), ..Header::new(jose(algorithm)) };
            serde_json::to_vec(&header).map(|header| URL_SAFE_NO_PAD.encode(header)).map_err(|_| KeysError::Crypto)
        };
        let headers = [
            header(Signed::Access(TokenType::AtJwt))?,
            header(Signed::Identity)?,
            header(Signed::UserInfo)?,
            header(Signed::Logout)?,
            header(Signed::Introspection)?,
            header(Signed::Exchanged)?,
            header(Signed::Assertion)?,
        ];
        Ok(Self { algorithm, pair, headers, public })
    }

    /// The only algorithm that the key is for.
    pub const fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// The key's identifier, `kid`.
    pub fn kid(&self) -> &str {
        &self.public.kid
    }

    /// Signs `claims` as a JWS (RFC 7515 §3.1), with the header for this kind of document.
    ///
    /// # Errors
    /// [`KeysError::Crypto`] when the backend cannot sign.
    pub fn sign(&self, what: Signed, claims: &[u8]) -> Result<String, KeysError> {
        let [access, identity, userinfo, logout, introspection, exchanged, assertion] = &self.headers;
        let header = match what {
            Signed::Access(TokenType::AtJwt) => access,
            Signed::Access(TokenType::Jwt) | Signed::Identity => identity,
            Signed::UserInfo => userinfo,
            Signed::Logout => logout,
            Signed::Introspection => introspection,
            Signed::Exchanged => exchanged,
            Signed::Assertion => assertion,
        };
        // Exactly as long as the token: a larger piece of memory costs more to find, and to wipe.
        let [claims_length, signature_length] = [claims.len(), self.pair.signature_length()]
            .map(|length| base64::encoded_len(length, false).unwrap_or_default());
        let mut token = String::with_capacity(header.len() + claims_length + signature_length + 2);
        token.push_str(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature = self.signature(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    /// Returns the signature of a message.
    pub(crate) fn signature(&self, message: &[u8]) -> Result<Vec<u8>, KeysError> {
        let random = SystemRandom::new();
        let rsa = |pair: &RsaKeyPair, encoding| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(encoding, &random, message, &mut signature).map(|()| signature)
        };
        let signature = match (&self.pair, self.algorithm) {
            (Pair::Rsa(pair), SigningAlgorithm::Ps256) => rsa(pair, &RSA_PSS_SHA256),
            (Pair::Rsa(pair), _) => rsa(pair, &RSA_PKCS1_SHA256),
            (Pair::Ecdsa(pair), _) => pair.sign(&random, message).map(|signature| signature.as_ref().to_vec()),
            (Pair::Ed25519(pair), _) => pair.try_sign(message).map(|signature| signature.as_ref().to_vec()),
        };
        signature.map_err(|_| KeysError::Crypto)
    }

    /// The public part (RFC 7517 §4).
    pub const fn public(&self) -> &Jwk {
        &self.public
    }
}

impl Pair {
    fn public(&self, algorithm: SigningAlgorithm) -> Jwk {
        match self {
            Self::Rsa(pair) => public::of_rsa(algorithm, pair.public_key()),
            Self::Ecdsa(pair) => public::of_p256(algorithm, pair.public_key().as_ref()),
            Self::Ed25519(pair) => public::of_ed25519(algorithm, pair.public_key().as_ref()),
        }
    }
}

/// Converts an algorithm to the type of `jsonwebtoken`.
pub(crate) const fn jose(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::Rs256 => Algorithm::RS256,
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
        SigningAlgorithm::Ps256 => Algorithm::PS256,
    }
}
