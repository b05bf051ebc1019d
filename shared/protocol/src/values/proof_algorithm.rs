//! The signature algorithms of DPoP proofs (RFC 9449 §4.2, RFC 7518 §3.1, RFC 8037 §3.1).

/// A signature algorithm of a DPoP proof. RSA with PKCS#1 1.5 is left out: FAPI 2.0 forbids it, and no library uses it
/// unless told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofAlgorithm {
    /// ECDSA P-256 with SHA-256.
    Es256,
    /// ECDSA P-384 with SHA-384.
    Es384,
    /// Ed25519, the only `EdDSA` curve supported.
    EdDsa,
    /// RSA PSS with SHA-256.
    Ps256,
    /// RSA PSS with SHA-384.
    Ps384,
    /// RSA PSS with SHA-512.
    Ps512,
}

impl ProofAlgorithm {
    /// All algorithms that are verified.
    pub const ALL: [Self; 6] = [Self::Es256, Self::Es384, Self::EdDsa, Self::Ps256, Self::Ps384, Self::Ps512];
    /// All names of these algorithms. `Ed25519` is the newer name of `EdDSA`, which includes the curve (RFC 9864 §2.2).
    pub const NAMES: [&'static str; 7] = ["ES256", "ES384", "EdDSA", "Ed25519", "PS256", "PS384", "PS512"];

    /// Finds the algorithm named `text`, by any of its names.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ES256" => Some(Self::Es256),
            "ES384" => Some(Self::Es384),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            "PS256" => Some(Self::Ps256),
            "PS384" => Some(Self::Ps384),
            "PS512" => Some(Self::Ps512),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c190_algorithms_have_their_registered_names_and_no_others() {
        let known: Vec<_> = ProofAlgorithm::NAMES.into_iter().filter_map(ProofAlgorithm::parse).collect();
        assert_eq!(known.len(), ProofAlgorithm::NAMES.len());
        assert!(ProofAlgorithm::ALL.iter().all(|algorithm| known.contains(algorithm)));
        for other in ["none", "None", "", "HS256", "RS256", "RS512", "ES256K", "ES512", "Ed448", "es256"] {
            assert_eq!(ProofAlgorithm::parse(other), None, "{other}");
        }
    }
}
