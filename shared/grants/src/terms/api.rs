//! APIs: the resource servers for which tokens are made.

use protocol::{Resource, Scope};

use crate::terms::time::Seconds;

/// The longest life of an access token: a retired key is published at least so long.
pub const MAX_LIFETIME: Seconds = 24 * 3600;

/// A registered API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Its identifier: `aud` of its tokens.
    pub identifier: Resource,
    /// What it offers.
    pub scope: Scope,
    /// How its JWTs are signed.
    pub algorithm: SigningAlgorithm,
    /// What its tokens look like.
    pub format: TokenFormat,
    /// How long they live.
    pub lifetime: Seconds,
    /// Whether it is this server itself, whose UserInfo endpoint takes the tokens of any other API.
    pub is_issuer: bool,
}

/// A signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1). There is no `none` and no shared-key one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SigningAlgorithm {
    /// RSA 2048, PKCS#1 1.5, SHA-256: what API gateways verify.
    Rs256,
    /// ECDSA P-256, SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA 2048, PSS, SHA-256.
    Ps256,
}

/// What an access token looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenFormat {
    /// A signed JWT (RFC 9068), checked without asking anyone.
    Jwt,
    /// A handle, checked by introspection.
    Opaque,
}

impl SigningAlgorithm {
    /// Every algorithm there is.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Es256, Self::EdDsa, Self::Ps256];

    /// The value of `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
        }
    }

    /// The algorithm named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// The algorithm that a client names `text`: `Ed25519` is the newer name of `EdDSA` with the one curve that is taken here
    /// (RFC 9864 §2.2).
    pub fn parse_of_client(text: &str) -> Option<Self> {
        if text == "Ed25519" { Some(Self::EdDsa) } else { Self::parse(text) }
    }
}

impl TokenFormat {
    /// `jwt` or `opaque`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::Opaque => "opaque",
        }
    }

    /// The format named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Jwt, Self::Opaque].into_iter().find(|known| known.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_and_formats_have_the_names_of_their_standards_and_the_settings() {
        let names = ["RS256", "ES256", "EdDSA", "PS256"];
        assert_eq!(SigningAlgorithm::ALL.map(SigningAlgorithm::as_str), names);
        assert_eq!(names.map(SigningAlgorithm::parse), SigningAlgorithm::ALL.map(Some));
        assert_eq!(names.map(SigningAlgorithm::parse_of_client), SigningAlgorithm::ALL.map(Some));
        assert_eq!(SigningAlgorithm::parse_of_client("Ed25519"), Some(SigningAlgorithm::EdDsa));
        for other in ["none", "HS256", "rs256", "RS256 ", "Ed25519", ""] {
            assert_eq!(SigningAlgorithm::parse(other), None, "{other:?}");
        }
        for other in ["none", "HS256", "Ed448", "ed25519", ""] {
            assert_eq!(SigningAlgorithm::parse_of_client(other), None, "{other:?}");
        }
        let formats = [TokenFormat::Jwt, TokenFormat::Opaque];
        assert_eq!(formats.map(TokenFormat::as_str), ["jwt", "opaque"]);
        assert_eq!(["jwt", "opaque", "JWT"].map(TokenFormat::parse), [Some(formats[0]), Some(formats[1]), None]);
    }

    #[test]
    fn no_token_lives_longer_than_a_day() {
        assert_eq!(MAX_LIFETIME, 86_400);
    }
}
