//! Short texts that identify something.

use std::fmt;
use std::sync::Arc;

use crate::values::precis;

/// The error for a text that is not valid for its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is empty, too long, or holds characters that are not allowed")]
pub struct MalformedName;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $max:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Accepts `text` when its length and characters are valid for the type.
            ///
            /// # Errors
            /// [`MalformedName`] when they are not valid.
            pub fn parse(text: &str) -> Result<Self, MalformedName> {
                let allowed: fn(&str) -> bool = $allowed;
                if text.is_empty() || text.len() > $max || !allowed(text) {
                    return Err(MalformedName);
                }
                Ok(Self(text.into()))
            }

            /// The text of the value.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name! {
    /// `client_id` (RFC 6749 §2.2): 1 to 256 visible ASCII characters. It never starts with `usr_`, the prefix of
    /// every user's [`Subject`], so the `sub` of a service never equals that of a person (RFC 9700 §4.15).
    ClientId, 256, |text| is_visible(text) && !text.starts_with(Subject::PREFIX)
}
name! {
    /// `sub` of a person: `usr_` and 22 characters of base64url. Jeton assigns it; it is never chosen.
    Subject, 64, |text| text.strip_prefix(Subject::PREFIX).is_some_and(|rest| rest.len() == 22 && is_visible(rest))
}
name! {
    /// `state` (RFC 6749 §4.1.1): any text up to 8 KiB, returned unchanged. API Gateway's limit for a request line with
    /// all headers is 10 KiB, so a longer one could only arrive in a form.
    State, 8192, |_| true
}
name! {
    /// `nonce` (OpenID Connect Core §3.1.2.1): any text up to 512 bytes.
    Nonce, 512, |_| true
}
name! {
    /// The name with which a person signs in: up to 128 bytes, without white space or control characters. It is
    /// case-insensitive: see [`Username::normalized`].
    Username, 128, |text| !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

impl Subject {
    /// The prefix of every person's `sub`.
    pub const PREFIX: &'static str = "usr_";
}

impl Username {
    /// Returns the form in which names are compared: the profile `UsernameCaseMapped` (RFC 8265 §3.3), with one lower case of the Greek
    /// sigma in every place. A name that does not fit the profile, which earlier versions accepted, is compared in lower case.
    pub fn normalized(&self) -> String {
        precis::username(&self.0).unwrap_or_else(|| self.0.to_lowercase())
    }

    /// Returns whether the name fits the profile `UsernameCaseMapped` (RFC 8265 §3.3). New names have to: others look like a
    /// name that they are not equal to, such as one with a ligature, and are compared without the profile.
    pub fn fits_profile(&self) -> bool {
        precis::username(&self.0).is_some()
    }

    /// Returns the forms in which earlier versions compared the name, and its lower case, if they differ from the
    /// [normalized](Self::normalized) one: under them, a name of theirs is still found. One of them is that of the same name in
    /// upper case, which they compared with the final sigma at the end of a word.
    pub fn former(&self) -> Vec<String> {
        let (normalized, lower) = (self.normalized(), self.0.to_lowercase());
        let in_profile = [&*self.0, &*lower].into_iter().filter(|_| self.fits_profile());
        let in_profile: Vec<String> = in_profile.filter_map(precis::username_with_both_sigmas).collect();
        let in_upper_case = self.fits_profile().then(|| precis::with_final_sigmas(&normalized));
        let forms = std::iter::once(lower).chain(in_profile).chain(in_upper_case);
        let forms = forms.filter(|former| *former != normalized);
        forms.fold(Vec::new(), |mut former, form| {
            if !former.contains(&form) {
                former.push(form);
            }
            former
        })
    }
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_can_not_be_named_like_a_person() {
        assert_eq!(ClientId::parse("usr_AAAAAAAAAAAAAAAAAAAAAA"), Err(MalformedName));
        assert!(ClientId::parse("orders").is_ok());
        assert!(Subject::parse("usr_AAAAAAAAAAAAAAAAAAAAAA").is_ok());
        assert_eq!(Subject::parse("orders"), Err(MalformedName));
    }

    #[test]
    fn a_client_id_is_visible_ascii() {
        for bad in ["", "a b", "a\n", "é", &"a".repeat(257)] {
            assert_eq!(ClientId::parse(bad), Err(MalformedName), "{bad:?}");
        }
    }

    #[test]
    fn a_username_ignores_case() {
        assert_eq!(Username::parse("Ada@Example").unwrap().normalized(), "ada@example");
        assert_eq!(Username::parse("ada lovelace"), Err(MalformedName));
    }

    #[test]
    fn c145_usernames_are_compared_in_their_profile_and_former_names_are_still_found() {
        let name = |text: &str| Username::parse(text).unwrap();
        let rows: [(&str, &str, &[&str]); 6] = [
            ("Ada@Example", "ada@example", &[]),
            ("J\u{fc}rgen", "j\u{fc}rgen", &[]),
            // A letter and its mark, as some systems type it.
            ("Ju\u{308}rgen", "j\u{fc}rgen", &["ju\u{308}rgen"]),
            ("\u{ff21}da", "ada", &["\u{ff41}da"]),
            // It does not fit the profile.
            ("\u{1f600}A", "\u{1f600}a", &[]),
            ("a\u{202e}B", "a\u{202e}b", &[]),
        ];
        for (text, normalized, former) in rows {
            assert_eq!(name(text).normalized(), normalized, "{text}");
            assert_eq!(name(text).former(), former, "{text}");
        }
        for text in ["Ada", "J\u{fc}rgen", "\u{ff21}da", "\u{440}\u{430}"] {
            assert!(name(text).fits_profile(), "{text}");
        }
        for text in ["\u{fb01}nance", "\u{2170}", "\u{1f600}A", "a\u{202e}B"] {
            assert!(!name(text).fits_profile(), "{text}");
        }
    }

    #[test]
    fn c145_both_lower_cases_of_a_sigma_are_one_letter_and_former_names_are_still_found() {
        let name = |text: &str| Username::parse(text).unwrap();
        // In upper case, in lower case with either sigma at the end, and with a letter and its mark.
        let (upper, usual) = ("\u{3a0}\u{38f}\u{3a3}", "\u{3c0}\u{3ce}\u{3c2}");
        let (other, apart) = ("\u{3c0}\u{3ce}\u{3c3}", "\u{3a0}\u{3c9}\u{301}\u{3c2}");
        let lower_apart = "\u{3c0}\u{3c9}\u{301}\u{3c2}";
        let rows: [(&str, &[&str]); 4] =
            [(upper, &[usual]), (usual, &[usual]), (other, &[usual]), (apart, &[lower_apart, usual])];
        for (text, former) in rows {
            assert_eq!((name(text).normalized().as_str(), name(text).fits_profile()), (other, true), "{text}");
            assert_eq!(name(text).former(), former, "{text}");
        }
        // An earlier version compared them as two names, and each way to write it leads to both.
        for stored in [upper, usual, other, apart].map(|text| precis::username_with_both_sigmas(text).unwrap()) {
            for typed in [upper, usual, other, apart].map(name) {
                assert!(typed.normalized() == stored || typed.former().contains(&stored), "{typed} {stored}");
            }
        }
        // Whichever way an earlier version compared a name, it is found by it.
        for text in [upper, usual, other, apart, "\u{3a0}\u{38f}\u{3a3}-\u{3c0}\u{3ce}\u{3c2}"] {
            let found = |form: &String| name(text).normalized() == *form || name(text).former().contains(form);
            assert!(found(&text.to_lowercase()), "{text}");
            assert!(found(&precis::username_with_both_sigmas(text).unwrap()), "{text}");
        }
    }
}
