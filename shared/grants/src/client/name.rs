//! Names of clients. People read them on pages, so every character of a name must be visible (OWASP ASVS 10.4.7),
//! and the name of a client that registered itself must not look like the name of one of the operator's clients.

use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

const MAX_CHARACTERS: usize = 100;
/// Symbols and letters by their category that show nothing: the blank of Braille, the null notehead, the filler of the
/// Khitan small script, and the placeholder of an object.
const BLANKS: [char; 4] = ['\u{2800}', '\u{1d159}', '\u{16fe4}', '\u{fffc}'];

/// The form of a name that is equal for two names that people could confuse (UTS 39 §4): it ignores letter case,
/// width and white space, and treats all letters that look alike as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameSkeleton(String);

/// Checks whether a name has 1 to 100 characters, all of them visible or white space between visible ones.
pub fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_CHARACTERS && !text.chars().any(hides)
}

/// Shortens a name that has too many characters, and marks the place.
pub(crate) fn shortened(text: String) -> String {
    if text.chars().count() <= MAX_CHARACTERS {
        return text;
    }
    let kept: String = text.chars().take(MAX_CHARACTERS.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Checks whether a text has a character that is invisible or changes how others are shown.
pub fn has_hidden_characters(text: &str) -> bool {
    text.chars().any(hides)
}

/// Checks whether a character is invisible or changes how others are shown: control, bidirectional, default
/// ignorable, private use, unassigned.
fn hides(character: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    let breaks = matches!(category, GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator);
    breaks
        || GeneralCategoryGroup::Other.contains(category)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
        || CodePointSetData::new::<BidiControl>().contains(character)
        || BLANKS.contains(&character)
}

impl NameSkeleton {
    /// Returns the skeleton of a name.
    ///
    /// Case folding and the replacement of look-alike letters alternate, because each can make the other necessary:
    /// a capital I looks like a small L, but a small I does not. Here all three are treated as one letter, so that
    /// none of them can be used to imitate another.
    pub fn of(name: &str) -> Self {
        let plain: String = name.nfkc().collect();
        let folded = alike(&alike(&plain));
        let words: Vec<&str> = folded.split_whitespace().collect();
        Self(words.concat().replace('i', "l"))
    }
}

/// Replaces letters by the ones they look like, in lower case.
fn alike(text: &str) -> String {
    skeleton(text).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_hidden_characters_if_one_of_them_is() {
        assert!(has_hidden_characters("\u{202e}") && has_hidden_characters("a\u{202e}b"));
        assert!(!has_hidden_characters("a b") && !has_hidden_characters(""));
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a row for each name")]
    fn c140_a_name_that_hides_something_is_refused() {
        let hidden = [
            "",
            " ",
            "\u{a0}\u{2003}\u{3000}",
            "a\u{0}",
            "a\u{7}b",
            "a\nb",
            "a\u{85}b",
            "a\u{ad}b",
            "a\u{34f}b",
            "a\u{61c}b",
            "a\u{115f}b",
            "a\u{180e}b",
            "a\u{200b}b",
            "a\u{200d}b",
            "a\u{200e}b",
            "a\u{200f}b",
            "a\u{2028}b",
            "a\u{2029}b",
            "a\u{202a}b",
            "a\u{202e}b",
            "a\u{2060}b",
            "a\u{2066}b",
            "a\u{2069}b",
            "\u{2800}",
            "a\u{1d159}b",
            "a\u{16fe4}b",
            "a\u{fffc}b",
            "\u{3164}",
            "a\u{e000}b",
            "a\u{fe0f}b",
            "a\u{feff}b",
            "a\u{ffa0}b",
            "a\u{fffb}b",
            "a\u{e0041}b",
            "a\u{378}b",
        ];
        for name in hidden {
            assert!(!is_name(name), "{name:?}");
        }
        for good in ["A", "Müller & Søn", "家計簿 2.0", "تطبيق", "Ελλάδα", "🦀 Rust", "e\u{301}", "Acme – Bank"]
        {
            assert!(is_name(good), "{good}");
        }
        assert!(is_name(&"ä".repeat(100)) && !is_name(&"ä".repeat(101)));
    }

    #[test]
    fn c164_a_name_that_is_too_long_is_shortened_and_any_other_is_left_as_it_is() {
        for name in ["", " ", "Acme", &"ä".repeat(100)] {
            assert_eq!(shortened(name.to_owned()), name);
        }
        for long in ["ä".repeat(101), "x".repeat(5000), "a ".repeat(60)] {
            let short = shortened(long.clone());
            assert!(is_name(&short) && short.ends_with('…') && !short.ends_with(" …"), "{short}");
            assert!(long.starts_with(short.trim_end_matches('…')), "{short}");
        }
        // What cannot be a name does not become one.
        assert!(!is_name(&shortened(format!("\u{202e}{}", "a".repeat(120)))));
    }

    #[test]
    fn c140_names_that_look_the_same_have_one_skeleton() {
        let rows: [(&str, &[&str]); 5] = [
            (
                "Acme Bank",
                &[
                    "ACME BANK",
                    "acme  bank ",
                    "Acme\u{a0}Bank",
                    "AcmeBank",
                    "Ac\u{200a}me Bank",
                    "\u{410}cme B\u{430}nk",
                    "Acrne Bank",
                    "\u{ff21}cme Bank",
                ],
            ),
            ("PayPal", &["PayPaI", "PAYPAL", "paypa1", "\u{420}\u{430}y\u{420}al", "pаypаl"]),
            ("BILLING", &["Billing", "BlLLlNG", "bi11ing"]),
            ("MAIL", &["mail", "Mall", "rnail"]),
            ("Straße", &["STRASSE", "strasse"]),
        ];
        for (name, others) in rows {
            for other in others {
                assert_eq!(NameSkeleton::of(name), NameSkeleton::of(other), "{name} {other}");
            }
        }
        for (one, other) in [("Acme Bank", "Acme Banking"), ("Orders", "Order"), ("", "a")] {
            assert_ne!(NameSkeleton::of(one), NameSkeleton::of(other), "{one} {other}");
        }
    }

    #[test]
    fn the_skeleton_of_a_skeleton_is_itself() {
        for name in ["Acme Bank", "MAIL", "PayPaI", "Ελλάδα", "家計簿", "Straße"] {
            let once = NameSkeleton::of(name);
            assert_eq!(NameSkeleton::of(&once.0), once, "{name}");
        }
    }
}
