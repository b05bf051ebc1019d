//! Texts for people with variants by language (BCP 47), as registrations carry them (RFC 7591 §2.2).

use std::collections::BTreeMap;
use std::fmt;

/// The most languages in which a text may have a variant.
pub const MAX_LANGUAGES: usize = 20;

/// The longest tag, in bytes (RFC 5646 §4.4.1).
const MAX_TAG_BYTES: usize = 35;
/// The longest subtag, in bytes (RFC 5646 §2.1).
const MAX_SUBTAG_BYTES: usize = 8;

/// The tag of a language, such as `de` or `zh-Hant-TW`. Tags that differ in letter case only are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag(String);

/// The error for a text that is no tag of a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a language is named by its tag of at most 35 characters, such as de, pt-BR or zh-Hant (BCP 47)")]
pub struct MalformedLanguageTag;

/// The error for a text that has variants in too many languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a text may have variants in at most 20 languages")]
pub struct TooManyLanguages;

/// A text with variants by language. Readers of all other languages get the text that has no tag, of which nobody knows
/// the language (RFC 7591 §2.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Localized {
    text: String,
    variants: BTreeMap<LanguageTag, String>,
}

impl LanguageTag {
    /// Reads a tag that is well-formed: a language of two to eight letters, and further subtags. They are not looked up in
    /// the registry of subtags.
    ///
    /// # Errors
    /// [`MalformedLanguageTag`] for any other text, and for tags that have only a private or an irregular meaning
    /// (`x-...`, `i-...`).
    pub fn parse(text: &str) -> Result<Self, MalformedLanguageTag> {
        let (language, further) = text.split_once('-').map_or((text, None), |(first, rest)| (first, Some(rest)));
        let is_language = language.len() > 1 && language.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_subtag = |subtag: &str| {
            (1..=MAX_SUBTAG_BYTES).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let ends_whole = text.rsplit('-').next().is_some_and(|last| last.len() > 1);
        let are_subtags = text.split('-').all(is_subtag);
        if text.len() > MAX_TAG_BYTES || !is_language || !are_subtags || !ends_whole {
            return Err(MalformedLanguageTag);
        }
        Ok(Self(conventional(language, further)))
    }

    /// The tag with the letter case of RFC 5646 §2.1.1: `de`, `pt-BR`, `zh-Hant`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Writes a tag in the letter case of RFC 5646 §2.1.1: a script of four letters has a capital, a region of two letters
/// has only capitals, and everything after a subtag of one character is in small letters.
fn conventional(language: &str, further: Option<&str>) -> String {
    let mut tag = language.to_ascii_lowercase();
    let mut is_extension = false;
    for subtag in further.into_iter().flat_map(|subtags| subtags.split('-')) {
        is_extension |= subtag.len() == 1;
        let mut written = subtag.to_ascii_lowercase();
        let is_of_letters = subtag.bytes().all(|byte| byte.is_ascii_alphabetic());
        match subtag.len() {
            2 if is_of_letters && !is_extension => written.make_ascii_uppercase(),
            4 if is_of_letters && !is_extension => {
                if let Some(first) = written.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
            }
            _ => {}
        }
        tag.push('-');
        tag.push_str(&written);
    }
    tag
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl Localized {
    /// Makes a text without variants.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), variants: BTreeMap::new() }
    }

    /// Makes a text with variants.
    ///
    /// # Errors
    /// [`TooManyLanguages`] for more than [`MAX_LANGUAGES`].
    pub fn with_variants(
        text: impl Into<String>,
        variants: BTreeMap<LanguageTag, String>,
    ) -> Result<Self, TooManyLanguages> {
        if variants.len() > MAX_LANGUAGES { Err(TooManyLanguages) } else { Ok(Self { text: text.into(), variants }) }
    }

    /// The text without a tag, for readers of all languages that have no variant.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The variants, by the tags of their languages.
    pub const fn variants(&self) -> &BTreeMap<LanguageTag, String> {
        &self.variants
    }

    /// Returns the text and all variants. A rule for the text holds for each of them.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.text).chain(self.variants.values()).map(String::as_str)
    }

    /// Returns the text for a reader. `choose` gets the tags of the variants and returns that of the best one; without one,
    /// the text without a tag is for everybody.
    pub fn chosen<'s>(&'s self, choose: impl FnOnce(&[&'s str]) -> Option<&'s str>) -> &'s str {
        let known: Vec<&str> = self.variants.keys().map(LanguageTag::as_str).collect();
        let best = choose(&known);
        let variant = best.and_then(|best| self.variants.iter().find(|(tag, _)| tag.as_str() == best));
        variant.map_or(&self.text, |(_, text)| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse(text).unwrap()
    }

    #[test]
    fn a_tag_has_one_spelling() {
        let rows = [
            ("de", "de"),
            ("DE", "de"),
            ("pt-br", "pt-BR"),
            ("ZH-hant-tw", "zh-Hant-TW"),
            ("de-ch-1901", "de-CH-1901"),
            ("es-419", "es-419"),
            ("en-A-BBB-x-US", "en-a-bbb-x-us"),
            ("fil", "fil"),
            ("sl-ROZAJ", "sl-rozaj"),
        ];
        for (text, written) in rows {
            assert_eq!(tag(text).as_str(), written, "{text}");
            assert_eq!(tag(written), tag(text));
        }
    }

    #[test]
    fn what_is_no_tag_of_a_language_is_refused() {
        let long = format!("de{}", "-abcdefgh".repeat(4));
        for text in [
            "",
            "d",
            "x-de",
            "i-klingon",
            "de_AT",
            "de-",
            "-de",
            "de--at",
            "d\u{e9}",
            "de-abcdefghi",
            "de-x",
            "1de",
            "de at",
            "*",
            &long,
        ] {
            assert_eq!(LanguageTag::parse(text), Err(MalformedLanguageTag), "{text:?}");
        }
    }

    #[test]
    fn a_reader_gets_the_chosen_variant_and_otherwise_the_text_without_a_tag() {
        let variants = [("de", "Lesen"), ("pt-BR", "Ler")].map(|(language, text)| (tag(language), text.to_owned()));
        let text = Localized::with_variants("Read", variants.into()).unwrap();
        assert_eq!(text.all().collect::<Vec<_>>(), ["Read", "Lesen", "Ler"]);
        for (wanted, expected) in [("de", "Lesen"), ("pt-BR", "Ler"), ("fr", "Read")] {
            let chosen = text.chosen(|known| known.iter().find(|tag| **tag == wanted).copied());
            assert_eq!(chosen, expected, "{wanted}");
        }
        assert_eq!(text.chosen(|_| Some("nl")), "Read");
        assert_eq!(Localized::new("Read").chosen(|known| known.first().copied()), "Read");
    }

    #[test]
    fn a_text_has_variants_in_twenty_languages_and_no_more() {
        let variants =
            |count: u8| (0..count).map(|number| (tag(&format!("a{}", char::from(b'a' + number))), "a".to_owned()));
        assert_eq!(Localized::with_variants("a", variants(20).collect()).map(|text| text.all().count()), Ok(21));
        assert_eq!(Localized::with_variants("a", variants(21).collect()), Err(TooManyLanguages));
    }
}
