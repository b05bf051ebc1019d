//! The profiles in which usernames and passwords are compared (RFC 8265).

use precis_core::profile::PrecisFastInvocation;
use precis_profiles::{OpaqueString, UsernameCaseMapped};

/// Returns a username in the profile `UsernameCaseMapped` (RFC 8265 §3.3): letters in lower case and in their usual width,
/// composed, and in one direction of writing. `None` if the name does not fit the profile.
///
/// The Greek sigma has one upper case and two lower cases, of which the one at the end of a word is taken for the other: otherwise
/// a name in upper case would be that of somebody else who writes it in lower case.
pub(crate) fn username(text: &str) -> Option<String> {
    username_with_both_sigmas(text).map(|name| name.replace('\u{3c2}', "\u{3c3}"))
}

/// Returns a username in the profile, without taking one sigma for the other, as an earlier version compared it.
pub(crate) fn username_with_both_sigmas(text: &str) -> Option<String> {
    if text.is_ascii() {
        return Some(text.to_ascii_lowercase());
    }
    UsernameCaseMapped::enforce(text).ok().map(Into::into)
}

/// Returns a username in the profile with the final sigma at the end of each word, as its upper case is lowered.
pub(crate) fn with_final_sigmas(normalized: &str) -> String {
    normalized.replace('\u{3c3}', "\u{3a3}").to_lowercase()
}

/// Returns a password in the profile `OpaqueString` (RFC 8265 §4.2): every kind of space is the usual one, and letters are
/// composed. `None` if it is empty, or has control characters or invisible ones.
pub fn opaque_string(text: &str) -> Option<String> {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Some(text.to_owned()).filter(|text| !text.is_empty());
    }
    OpaqueString::enforce(text).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c145_a_password_is_the_same_however_its_letters_and_spaces_were_typed() {
        let same = Some("pa\u{df}wort \u{fc}ber".to_owned());
        for typed in ["pa\u{df}wort \u{fc}ber", "pa\u{df}wort\u{a0}u\u{308}ber", "pa\u{df}wort\u{3000}\u{fc}ber"] {
            assert_eq!(opaque_string(typed), same, "{typed:?}");
        }
        // Case and width are kept.
        for kept in ["Pa\u{df}wort", "\u{ff21}da", "correct horse", "  spaces  ", "\u{1f600}\u{1f600}"] {
            assert_eq!(opaque_string(kept).as_deref(), Some(kept));
        }
        for refused in ["", "a\tb", "a\u{0}b", "a\u{202e}b", "a\u{200b}b", "a\u{2066}b", "a\u{feff}b"] {
            assert_eq!(opaque_string(refused), None, "{refused:?}");
        }
    }
}
