//! The public keys that verify a client's signatures.

use protocol::ServerUri;

use crate::client::assertion_algorithm::AssertionAlgorithm;

/// The maximum number of keys of one client.
pub const MAX_CLIENT_KEYS: usize = 16;

/// The place of a client's keys: in its registration (`jwks`) or at a URL of the client (`jwks_uri`), see RFC 7591
/// §2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientKeys {
    /// Stored with the client's registration (`jwks`).
    Inline(Vec<ClientKey>),
    /// Served by the client at this URL (`jwks_uri`), so that it can change them by itself.
    At(ServerUri),
}

/// One public key of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientKey {
    /// The key id, if the key has one.
    pub kid: Option<String>,
    /// The only algorithm the key may be used with, if it names one.
    pub algorithm: Option<AssertionAlgorithm>,
    /// The key material itself.
    pub public: PublicKey,
}

/// The parameters of a public key (RFC 7518 §6, RFC 8037 §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA: modulus and exponent, big-endian, without leading zeros.
    Rsa(Vec<u8>, Vec<u8>),
    /// P-256: the x and y coordinates.
    P256([u8; 32], [u8; 32]),
    /// P-384: the x and y coordinates.
    P384([u8; 48], [u8; 48]),
    /// Ed25519: the encoded public point.
    Ed25519([u8; 32]),
}

impl ClientKeys {
    /// The URL where the client serves its keys, if it does.
    pub const fn uri(&self) -> Option<&ServerUri> {
        match self {
            Self::Inline(_) => None,
            Self::At(uri) => Some(uri),
        }
    }

    /// Returns whether one of the keys may be for `algorithm`. Keys that the client serves elsewhere are not known
    /// here.
    pub fn may_have_one_for(&self, algorithm: AssertionAlgorithm) -> bool {
        match self {
            Self::Inline(keys) => keys.iter().any(|key| key.is_for(algorithm)),
            Self::At(_) => !algorithm.is_of_secrets(),
        }
    }
}

impl ClientKey {
    /// Checks whether the key verifies signatures of `algorithm`: its type fits, and it names no other algorithm
    /// (RFC 8725 §3.1).
    pub fn is_for(&self, algorithm: AssertionAlgorithm) -> bool {
        use AssertionAlgorithm as A;
        let fits = match algorithm {
            A::Rs256 | A::Rs384 | A::Rs512 | A::Ps256 | A::Ps384 | A::Ps512 => {
                matches!(self.public, PublicKey::Rsa(..))
            }
            A::Es256 => matches!(self.public, PublicKey::P256(..)),
            A::Es384 => matches!(self.public, PublicKey::P384(..)),
            A::EdDsa => matches!(self.public, PublicKey::Ed25519(_)),
            // A public key is never a shared secret (RFC 8725 §3.1).
            A::Hs256 | A::Hs384 | A::Hs512 => false,
        };
        fits && self.algorithm.is_none_or(|only| only == algorithm)
    }
}

/// Returns the keys that may have made a signature: those with the given key id, or all that fit the algorithm if
/// none was given.
pub fn candidates<'k>(
    keys: &'k [ClientKey],
    kid: Option<&str>,
    algorithm: AssertionAlgorithm,
) -> impl Iterator<Item = &'k ClientKey> {
    let kid = kid.map(str::to_owned);
    keys.iter().filter(move |key| key.is_for(algorithm) && (kid.is_none() || key.kid == kid))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kid: Option<&str>, algorithm: Option<AssertionAlgorithm>, public: PublicKey) -> ClientKey {
        ClientKey { kid: kid.map(str::to_owned), algorithm, public }
    }

    #[test]
    fn c070_a_key_is_for_the_algorithms_of_its_kind_and_for_the_one_it_names() {
        use AssertionAlgorithm::{EdDsa, Es256, Es384, Hs256, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
        let (rsa, p256, p384, ed) = (
            PublicKey::Rsa(vec![1; 256], vec![1, 0, 1]),
            PublicKey::P256([1; 32], [2; 32]),
            PublicKey::P384([1; 48], [2; 48]),
            PublicKey::Ed25519([3; 32]),
        );
        let rows: [(PublicKey, Option<AssertionAlgorithm>, &[AssertionAlgorithm]); 11] = [
            (rsa.clone(), None, &[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512]),
            (rsa.clone(), Some(Ps256), &[Ps256]),
            (rsa.clone(), Some(Rs512), &[Rs512]),
            (rsa.clone(), Some(Hs256), &[]),
            (rsa, Some(Es256), &[]),
            (p256.clone(), None, &[Es256]),
            (p256, Some(Rs256), &[]),
            (p384.clone(), None, &[Es384]),
            (p384, Some(Es256), &[]),
            (ed.clone(), None, &[EdDsa]),
            (ed, Some(EdDsa), &[EdDsa]),
        ];
        for (public, only, good) in rows {
            let key = key(None, only, public);
            for algorithm in AssertionAlgorithm::ALL {
                assert_eq!(key.is_for(algorithm), good.contains(&algorithm), "{key:?} {algorithm:?}");
            }
        }
    }

    #[test]
    fn c070_one_key_for_the_algorithm_is_enough_among_several() {
        let public = [PublicKey::P256([1; 32], [2; 32]), PublicKey::Ed25519([3; 32])];
        let keys = ClientKeys::Inline(public.map(|public| key(None, None, public)).into());
        let algorithms = [AssertionAlgorithm::Es256, AssertionAlgorithm::EdDsa, AssertionAlgorithm::Es384];
        assert_eq!(algorithms.map(|algorithm| keys.may_have_one_for(algorithm)), [true, true, false]);
    }

    #[test]
    fn a_name_picks_its_key_and_without_one_all_of_the_algorithm_are_tried() {
        let ed = |kid, byte| key(kid, None, PublicKey::Ed25519([byte; 32]));
        let keys =
            [ed(Some("a"), 1), ed(Some("b"), 2), ed(None, 3), key(Some("a"), None, PublicKey::P256([4; 32], [5; 32]))];
        let found = |kid| candidates(&keys, kid, AssertionAlgorithm::EdDsa).cloned().collect::<Vec<_>>();
        assert_eq!(found(Some("a")), keys[..1]);
        assert_eq!(found(Some("c")), []);
        assert_eq!(found(None), keys[..3]);
    }
}
