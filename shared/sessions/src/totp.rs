//! One-time codes of authenticator apps (RFC 6238): six digits, half a minute, SHA-1, as all apps support them.
//!
//! # Decisions
//! - A code is good for its own step and for the step before and after it (RFC 6238 §5.2), and only if its step is later
//!   than the last one that was used.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use grants::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use protocol::Secret;
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// The time in seconds that one code is shown.
const STEP: u64 = 30;
const DIGITS: usize = 6;

/// The secret of an authenticator app: 160 random bits (RFC 4226 §4, R6).
#[derive(Clone)]
pub struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// Wraps 160 random bits.
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The bytes to seal.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Returns the secret as a person types it into an app: base32, in groups of four.
    pub fn typed(&self) -> Secret {
        let text = BASE32_NOPAD.encode(&self.0);
        let groups: Vec<String> =
            text.chars().collect::<Vec<_>>().chunks(4).map(|group| group.iter().collect()).collect();
        Secret::new(groups.join(" "))
    }

    /// Returns the URI that a QR code brings into an app. `issuer` and `account` are what the app shows.
    pub fn uri(&self, issuer: &str, account: &str) -> Secret {
        let (issuer, account, secret) = (escaped(issuer), escaped(account), BASE32_NOPAD.encode(&self.0));
        Secret::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP}"
        ))
    }

    /// Returns the step whose code was typed, if it is the current one or a neighbour, and later than `last`.
    pub fn step_of(&self, typed: &str, last: Option<u32>, now: Timestamp) -> Option<u32> {
        let typed: String = typed.chars().filter(|character| !character.is_whitespace()).collect();
        let current = step_at(now);
        let near = [current.saturating_sub(1), current, current.saturating_add(1)];
        // Each is computed and compared, whether or not another one matched.
        let matching = near.into_iter().filter(|step| bool::from(self.code(*step).as_bytes().ct_eq(typed.as_bytes())));
        matching.filter(|step| last.is_none_or(|last| *step > last)).max()
    }

    /// Computes the code of a step (RFC 4226 §5.3).
    fn code(&self, step: u32) -> String {
        let Ok(mac) = Hmac::<Sha1>::new_from_slice(&self.0) else { return String::new() };
        let hash: [u8; 20] = mac.chain_update(u64::from(step).to_be_bytes()).finalize().into_bytes().into();
        let [.., last] = hash;
        let from = usize::from(last & 0x0f);
        let number = hash.iter().skip(from).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        format!("{:0DIGITS$}", (number & 0x7fff_ffff) % 1_000_000)
    }
}

/// Returns the step of a time. It fits until the year 6053.
fn step_at(now: Timestamp) -> u32 {
    u32::try_from(now.seconds() / STEP).unwrap_or(u32::MAX)
}

/// Escapes a text for a URI, everything but unreserved characters (RFC 3986 §2.3).
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TotpSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl TotpSecret {
        pub(crate) fn code_for_tests(&self, step: u32) -> String {
            self.code(step)
        }
    }

    /// The secret of RFC 6238, appendix B.
    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(*b"12345678901234567890")
    }

    #[test]
    fn c232_the_codes_are_those_of_the_test_vectors() {
        let rows = [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")];
        for (seconds, code) in rows {
            assert_eq!(secret().code(step_at(Timestamp::from_seconds(seconds))), code, "{seconds}");
        }
    }

    #[test]
    fn c232_a_code_is_good_for_one_step_of_slack_and_never_again() {
        let (secret, now) = (secret(), Timestamp::from_seconds(1_800_000_000));
        let current = step_at(now);
        for (step, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let step = current.saturating_add_signed(step);
            let code = secret.code(step);
            assert_eq!(secret.step_of(&code, None, now), good.then_some(step), "{step}");
            assert_eq!(secret.step_of(&code, Some(step), now), None);
            assert_eq!(secret.step_of(&code, Some(step - 1), now), good.then_some(step));
            assert_eq!(secret.step_of(&code, Some(current + 1), now), None);
        }
        let code = secret.code(current);
        let (left, right) = code.split_at(3);
        assert_eq!(secret.step_of(&format!(" {left} {right} "), None, now), Some(current));
        for wrong in ["", "000000", &code[..5], &format!("{code}0"), "12345a"] {
            assert_eq!(secret.step_of(wrong, None, now), None, "{wrong}");
        }
    }

    #[test]
    fn c232_the_uri_names_issuer_and_account_and_the_text_can_be_typed() {
        let uri = secret().uri("id.example", "ada lovelace&x");
        assert_eq!(
            uri.expose(),
            "otpauth://totp/id.example:ada%20lovelace%26x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=id.example&algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(secret().typed().expose(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(format!("{:?}", secret()), "TotpSecret(..)");
    }
}
