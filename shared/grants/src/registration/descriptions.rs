//! Descriptions of the scope tokens of an API, with variants by language.

use std::collections::BTreeMap;

use protocol::{LanguageTag, Localized};

/// The reasons why descriptions cannot have these variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariantFault {
    /// A variant belongs to a text that readers of all other languages get.
    #[error("a scope that is described in a language needs a description for readers of all other languages too")]
    Alone,
    /// The languages of one description are limited in number.
    #[error("a scope is described in at most 20 further languages")]
    TooManyLanguages,
    /// The item of the API must stay small.
    #[error("the descriptions in further languages have at most 32 KiB together")]
    TooLong,
}

/// Joins the descriptions of scope tokens with their variants in further languages.
///
/// # Errors
/// [`VariantFault`] for a variant of a description that there is not, and for too many languages.
pub fn join(
    descriptions: BTreeMap<String, String>,
    by_language: BTreeMap<LanguageTag, BTreeMap<String, String>>,
) -> Result<BTreeMap<String, Localized>, VariantFault> {
    let mut variants: BTreeMap<String, BTreeMap<LanguageTag, String>> = BTreeMap::new();
    for (tag, texts) in by_language {
        for (token, text) in texts {
            variants.entry(token).or_default().insert(tag.clone(), text);
        }
    }
    let with_variants = |(token, text): (String, String)| {
        let variants = variants.remove(&token).unwrap_or_default();
        let localized = Localized::with_variants(text, variants).map_err(|_| VariantFault::TooManyLanguages)?;
        Ok((token, localized))
    };
    let joined = descriptions.into_iter().map(with_variants).collect::<Result<_, VariantFault>>()?;
    if variants.is_empty() { Ok(joined) } else { Err(VariantFault::Alone) }
}

/// Returns the descriptions for readers of all languages.
pub fn plain(descriptions: &BTreeMap<String, Localized>) -> BTreeMap<String, String> {
    descriptions.iter().map(|(token, text)| (token.clone(), text.text().to_owned())).collect()
}

/// Returns the variants of descriptions, by language and then by scope token.
pub fn by_language(descriptions: &BTreeMap<String, Localized>) -> BTreeMap<LanguageTag, BTreeMap<String, String>> {
    let mut all: BTreeMap<LanguageTag, BTreeMap<String, String>> = BTreeMap::new();
    for (token, text) in descriptions {
        for (tag, variant) in text.variants() {
            all.entry(tag.clone()).or_default().insert(token.clone(), variant.clone());
        }
    }
    all
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::registration) fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse(text).unwrap()
    }

    pub(in crate::registration) fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|&(token, text)| (token.to_owned(), text.to_owned())).collect()
    }

    #[test]
    fn descriptions_are_joined_by_scope_token_and_told_apart_by_language() {
        let plain_texts = texts(&[("read", "Read"), ("write", "Write")]);
        let variants = BTreeMap::from([
            (tag("de"), texts(&[("read", "Lesen"), ("write", "Schreiben")])),
            (tag("fr"), texts(&[("read", "Lire")])),
        ]);
        let joined = join(plain_texts.clone(), variants.clone()).unwrap();
        assert_eq!(joined["read"].all().collect::<Vec<_>>(), ["Read", "Lesen", "Lire"]);
        assert_eq!(joined["write"].all().collect::<Vec<_>>(), ["Write", "Schreiben"]);
        assert_eq!((plain(&joined), by_language(&joined)), (plain_texts.clone(), variants));
        let alone = BTreeMap::from([(tag("de"), texts(&[("admin", "Alles")]))]);
        assert_eq!(join(plain_texts.clone(), alone), Err(VariantFault::Alone));
        let many = (0..21_u8).map(|number| tag(&format!("a{}", char::from(b'a' + number))));
        let many = many.map(|tag| (tag, texts(&[("read", "Lesen")]))).collect();
        assert_eq!(join(plain_texts, many), Err(VariantFault::TooManyLanguages));
    }
}
