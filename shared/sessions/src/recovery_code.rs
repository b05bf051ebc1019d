//! Recovery codes: ten texts to keep on paper, each good once in place of another second factor.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use protocol::Secret;

/// A recovery code: 80 random bits.
#[derive(Clone)]
pub struct RecoveryCode([u8; 10]);

impl RecoveryCode {
    /// The number of codes in a set.
    pub const IN_A_SET: usize = 10;

    /// Wraps 80 random bits.
    pub const fn from_bytes(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// The bytes to hash.
    pub const fn as_bytes(&self) -> &[u8; 10] {
        &self.0
    }

    /// Reads a code as a person typed it. Case, spaces and hyphens do not matter, and digits that no code has stand for
    /// the letters that they look like.
    pub fn parse(typed: &str) -> Option<Self> {
        let meant = |character: char| match character {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other.to_ascii_uppercase(),
        };
        let ignored = |character: &char| character.is_whitespace() || *character == '-';
        let text: String = typed.chars().filter(|character| !ignored(character)).map(meant).take(17).collect();
        Some(Self(BASE32_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()?))
    }

    /// Returns the code as it is shown: small letters and digits, in groups of four.
    pub fn shown(&self) -> Secret {
        let text = BASE32_NOPAD.encode(&self.0).to_ascii_lowercase();
        let groups: Vec<String> =
            text.chars().collect::<Vec<_>>().chunks(4).map(|group| group.iter().collect()).collect();
        Secret::new(groups.join("-"))
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecoveryCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c232_a_recovery_code_is_read_however_it_is_typed() {
        let code = RecoveryCode::from_bytes([0x73, 0x9c, 0xe1, 0x0f, 0x22, 0x44, 0x88, 0x11, 0x99, 0xff]);
        let shown = code.shown();
        assert_eq!(shown.expose(), "oooo-cdzc-iseb-dgp7");
        for typed in [shown.expose().to_owned(), shown.expose().to_uppercase(), shown.expose().replace('-', "  ")] {
            assert_eq!(RecoveryCode::parse(&typed).unwrap().as_bytes(), code.as_bytes(), "{typed}");
        }
        let misread = shown.expose().replace('o', "0");
        assert_eq!(RecoveryCode::parse(&misread).unwrap().as_bytes(), code.as_bytes());
        for wrong in ["", "oooo", &format!("{}a", shown.expose()), "oooo-cdzc-iseb-dg!7"] {
            assert!(RecoveryCode::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{code:?}"), "RecoveryCode(..)");
    }
}
