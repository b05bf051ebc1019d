//! The base64 alphabets of password hashes.

use base64::Engine;
use base64::alphabet::{BCRYPT, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Some systems leave bits in the last character that belong to no byte.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const OF_BCRYPT: GeneralPurpose = GeneralPurpose::new(&BCRYPT, LENIENT);
const OF_OTHERS: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);

/// Decodes the alphabet of bcrypt.
pub(super) fn bcrypt(text: &str) -> Option<Vec<u8>> {
    OF_BCRYPT.decode(text).ok()
}

/// Decodes base64 with or without padding. In hashes of passlib, a period stands for the plus sign.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    OF_OTHERS.decode(text.replace('.', "+")).ok()
}

/// Decodes the alphabet of `crypt`, in which the first character of a group has the lowest bits.
pub(super) fn crypt(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let mut digits = group.iter().rev().map(|letter| digit(*letter));
        let number = digits.try_fold(0_u32, |number, digit| Some(number << 6 | u32::from(digit?)))?;
        // Two characters hold one byte, three hold two, four hold three.
        bytes.extend(number.to_le_bytes().into_iter().take(group.len() - 1));
    }
    Some(bytes)
}

/// Decodes a number in the alphabet of `crypt`, with the lowest digits first.
pub(super) fn crypt_number(text: &str) -> Option<u32> {
    text.bytes().rev().try_fold(0_u32, |number, letter| number.checked_mul(64)?.checked_add(digit(letter)?.into()))
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'.' => Some(0),
        b'/' => Some(1),
        b'0'..=b'9' => Some(letter - b'0' + 2),
        b'A'..=b'Z' => Some(letter - b'A' + 12),
        b'a'..=b'z' => Some(letter - b'a' + 38),
        _ => None,
    }
}
