//! The code that a person types to answer a device (RFC 8628 §6.1).

use std::fmt;

/// The letters of a code: no vowels, so that no code is a word, and nothing that looks like a digit. Their order has no
/// meaning.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;
/// The longest input that is read as a code.
const MAX_INPUT_BYTES: usize = 64;

/// A user code: 8 of 20 letters, about 34.5 bits. It is shown with a hyphen in the middle.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserCode(String);

/// The text is not a user code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedUserCode;

impl UserCode {
    /// Draws a code from random bits. There are so many more of them than codes that all codes are equally likely.
    pub fn from_random(bits: [u8; 16]) -> Self {
        let mut left = u128::from_be_bytes(bits);
        let mut letter = || {
            let place = usize::try_from(left % 20).unwrap_or_default();
            left /= 20;
            LETTERS.get(place).copied().map_or('B', char::from)
        };
        Self((0..LENGTH).map(|_| letter()).collect())
    }

    /// Reads what a person typed. Case and width do not matter (keyboards for Japanese write wide letters), and everything
    /// that cannot be in a code is ignored.
    ///
    /// # Errors
    /// [`MalformedUserCode`] when the letters that are left are too few or too many.
    pub fn parse(typed: &str) -> Result<Self, MalformedUserCode> {
        if typed.len() > MAX_INPUT_BYTES {
            return Err(MalformedUserCode);
        }
        let letters = typed.chars().map(narrow).filter_map(|letter| u8::try_from(letter.to_ascii_uppercase()).ok());
        let code: String = letters.filter(|byte| LETTERS.contains(byte)).map(char::from).collect();
        if code.len() == LENGTH { Ok(Self(code)) } else { Err(MalformedUserCode) }
    }

    /// The 8 letters, without the hyphen.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the ASCII character that a wide one stands for, and every other character as it is.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

impl fmt::Display for UserCode {
    /// Writes the code as it is shown: `WDJB-MJHT`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        write!(formatter, "{first}-{second}")
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UserCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c211_a_code_has_8_letters_without_vowels_and_is_read_in_any_case_with_any_separators() {
        let code = UserCode::parse("WDJB-MJHT").unwrap();
        assert_eq!((code.as_str(), code.to_string().as_str()), ("WDJBMJHT", "WDJB-MJHT"));
        for typed in [
            "wdjbmjht",
            "WDJB MJHT",
            " wd-jb.mj_ht ",
            "WDJB\u{2013}MJHT",
            "W1D0J,B/MAJEHT",
            "\u{ff37}\u{ff44}JB\u{ff0d}MJHT",
        ] {
            assert_eq!(UserCode::parse(typed), Ok(code.clone()), "{typed}");
        }
        let long = "-".repeat(57);
        for bad in ["", "WDJB-MJH", "WDJB-MJHTT", "AEIOUY12", &format!("WDJBMJHT{long}")] {
            assert_eq!(UserCode::parse(bad), Err(MalformedUserCode), "{bad}");
        }
        assert_eq!(format!("{code:?}"), "UserCode(..)");
    }

    proptest::proptest! {
        #[test]
        fn c211_every_drawn_code_is_read_back(bits in proptest::array::uniform16(0_u8..)) {
            let code = UserCode::from_random(bits);
            proptest::prop_assert_eq!(code.as_str().len(), LENGTH);
            proptest::prop_assert_eq!(UserCode::parse(&code.to_string()), Ok(code.clone()));
            proptest::prop_assert_eq!(UserCode::parse(&code.to_string().to_lowercase()), Ok(code));
        }
    }

    #[test]
    fn c211_all_letters_are_drawn() {
        let drawn: std::collections::BTreeSet<char> = (0_u128..2000)
            .flat_map(|number| {
                let bits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes();
                UserCode::from_random(bits).as_str().chars().collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(drawn.len(), LETTERS.len());
    }
}
