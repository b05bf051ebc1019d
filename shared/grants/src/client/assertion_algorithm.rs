//! The signature algorithms of client assertions (RFC 7518 §3.1, RFC 8037 §3.1).

/// A signature algorithm of a client assertion. This server verifies more algorithms than it signs with, because
/// libraries and key stores of clients have defaults of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssertionAlgorithm {
    /// RSA PKCS#1 1.5 with SHA-256.
    Rs256,
    /// RSA PKCS#1 1.5 with SHA-384.
    Rs384,
    /// RSA PKCS#1 1.5 with SHA-512.
    Rs512,
    /// RSA PSS with SHA-256.
    Ps256,
    /// RSA PSS with SHA-384.
    Ps384,
    /// RSA PSS with SHA-512.
    Ps512,
    /// ECDSA P-256 with SHA-256.
    Es256,
    /// ECDSA P-384 with SHA-384.
    Es384,
    /// Ed25519, the only `EdDSA` curve supported.
    EdDsa,
    /// HMAC with SHA-256 and the client's secret.
    Hs256,
    /// HMAC with SHA-384 and the client's secret.
    Hs384,
    /// HMAC with SHA-512 and the client's secret.
    Hs512,
}

impl AssertionAlgorithm {
    /// All algorithms that are verified.
    pub const ALL: [Self; 12] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
    ];
    /// The newer name of [`Self::EdDsa`], which includes the curve (RFC 9864 §2.2).
    pub const ED25519: &'static str = "Ed25519";

    /// The value of the `alg` header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// Finds the algorithm named `text`, by any of its names.
    pub fn parse(text: &str) -> Option<Self> {
        if text == Self::ED25519 {
            return Some(Self::EdDsa);
        }
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// The least length in bytes of a secret that signs with this algorithm: that of the hash (RFC 7518 §3.2). `None`
    /// for an algorithm of a key pair.
    pub const fn least_secret(self) -> Option<usize> {
        match self {
            Self::Hs256 => Some(32),
            Self::Hs384 => Some(48),
            Self::Hs512 => Some(64),
            Self::Rs256
            | Self::Rs384
            | Self::Rs512
            | Self::Ps256
            | Self::Ps384
            | Self::Ps512
            | Self::Es256
            | Self::Es384
            | Self::EdDsa => None,
        }
    }

    /// Returns whether the client's secret signs with this algorithm, and not one of its keys.
    pub const fn is_of_secrets(self) -> bool {
        self.least_secret().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c176_algorithms_have_the_names_of_their_standards() {
        let names = [
            "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512",
        ];
        assert_eq!(AssertionAlgorithm::ALL.map(AssertionAlgorithm::as_str), names);
        assert_eq!(names.map(AssertionAlgorithm::parse), AssertionAlgorithm::ALL.map(Some));
        assert_eq!(AssertionAlgorithm::parse("Ed25519"), Some(AssertionAlgorithm::EdDsa));
        for other in ["none", "ES512", "ES256K", "Ed448", "ed25519", "rs256", "RS256 ", "HS1", ""] {
            assert_eq!(AssertionAlgorithm::parse(other), None, "{other:?}");
        }
        let of_secrets = AssertionAlgorithm::ALL.map(AssertionAlgorithm::is_of_secrets);
        assert_eq!(of_secrets.map(usize::from).iter().sum::<usize>(), 3);
        assert_eq!(of_secrets[9..], [true; 3]);
    }
}
