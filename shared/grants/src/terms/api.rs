//! APIs: the resource servers that tokens are made for.

use std::collections::BTreeMap;

use protocol::{ClaimNames, Localized, Resource, Scope};

use crate::terms::time::Seconds;

/// The longest lifetime of an access token, in seconds. A retired key stays published for at least this long.
pub const MAX_LIFETIME: Seconds = 24 * 3600;

/// A registered API, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// The identifier, which is `aud` of its tokens.
    pub identifier: Resource,
    /// The scope tokens the API offers.
    pub scope: Scope,
    /// The meanings of some of its scope tokens, for the consent page.
    pub scope_descriptions: BTreeMap<String, Localized>,
    /// The algorithm that signs its JWTs.
    pub algorithm: SigningAlgorithm,
    /// The format of its access tokens.
    pub format: TokenFormat,
    /// The `typ` of its JWTs.
    pub token_type: TokenType,
    /// The claims about the person that its access tokens contain, and that introspection tells it.
    pub claims: ClaimNames,
    /// The lifetime of its access tokens, in seconds.
    pub lifetime: Seconds,
    /// `true` for this server itself, whose UserInfo endpoint accepts the tokens of any other API.
    pub is_issuer: bool,
}

/// A signature algorithm of this server (RFC 7518 §3.1, RFC 8037 §3.1). `none` and shared-key algorithms are not
/// supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SigningAlgorithm {
    /// RSA 2048, PKCS#1 1.5, SHA-256: the algorithm that API gateways verify.
    Rs256,
    /// ECDSA P-256 with SHA-256.
    Es256,
    /// Ed25519, the only `EdDSA` curve supported.
    EdDsa,
    /// RSA 2048, PSS, SHA-256.
    Ps256,
}

/// The format of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenFormat {
    /// A signed JWT (RFC 9068), which APIs verify without a request to this server.
    Jwt,
    /// A handle, checked by introspection.
    Opaque,
}

/// The `typ` header of an access token that is a JWT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// `at+jwt`, which no other kind of token has (RFC 9068 §2.1).
    #[default]
    AtJwt,
    /// `JWT`, for verifiers that take no other by default.
    Jwt,
}

impl SigningAlgorithm {
    /// All supported signature algorithms.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Es256, Self::EdDsa, Self::Ps256];

    /// The value of the `alg` header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
        }
    }

    /// Finds the algorithm named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

impl TokenFormat {
    /// The name of the format: `jwt` or `opaque`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::Opaque => "opaque",
        }
    }

    /// Finds the format named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Jwt, Self::Opaque].into_iter().find(|known| known.as_str() == text)
    }
}

impl TokenType {
    /// The value of the header: `at+jwt` or `JWT`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtJwt => "at+jwt",
            Self::Jwt => "JWT",
        }
    }

    /// Finds the type named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::AtJwt, Self::Jwt].into_iter().find(|known| known.as_str() == text)
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
        for other in ["none", "HS256", "rs256", "RS256 ", "Ed25519", ""] {
            assert_eq!(SigningAlgorithm::parse(other), None, "{other:?}");
        }
        let formats = [TokenFormat::Jwt, TokenFormat::Opaque];
        assert_eq!(formats.map(TokenFormat::as_str), ["jwt", "opaque"]);
        assert_eq!(["jwt", "opaque", "JWT"].map(TokenFormat::parse), [Some(formats[0]), Some(formats[1]), None]);
        let types = [TokenType::AtJwt, TokenType::Jwt];
        assert_eq!((types.map(TokenType::as_str), TokenType::default()), (["at+jwt", "JWT"], TokenType::AtJwt));
        assert_eq!(["at+jwt", "JWT", "jwt"].map(TokenType::parse), [Some(types[0]), Some(types[1]), None]);
    }

    #[test]
    fn no_token_lives_longer_than_a_day() {
        assert_eq!(MAX_LIFETIME, 86_400);
    }
}
