//! Nonces for DPoP proofs (RFC 9449 §8). They follow from the time and the master key, so that every process knows them and
//! nothing is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::Timestamp;
use grants::dpop::NONCE_SLOT;
use hmac::Mac;

use crate::handle::handles::{HandleKeys, half};

impl HandleKeys {
    /// Returns the nonces that proofs may contain at a time, the current one first.
    pub fn dpop_nonces(&self, now: Timestamp) -> [String; 2] {
        let slot = now.seconds() / u64::from(NONCE_SLOT);
        [slot, slot.saturating_sub(1)]
            .map(|slot| URL_SAFE_NO_PAD.encode(half(self.nonces.clone().chain_update(slot.to_be_bytes()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(byte: u8) -> HandleKeys {
        HandleKeys::derive(&[byte; 32]).unwrap()
    }

    #[test]
    fn c188_a_nonce_is_good_in_its_slot_and_the_next_and_follows_from_the_time() {
        let at = |seconds: u64| keys(3).dpop_nonces(Timestamp::from_seconds(1_800_000_000 + seconds));
        let [first, before] = at(0);
        assert!(first != before && first.len() == 22);
        assert_eq!(at(59), at(0));
        assert_eq!(at(60)[1], first);
        assert!(!at(120).contains(&first));
        assert_ne!(keys(4).dpop_nonces(Timestamp::from_seconds(1_800_000_000))[0], first);
    }
}
