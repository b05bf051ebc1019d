//! The language of a request (OpenID Connect Core §3.1.2.1, RFC 9110 §12.5.4).

use http::header;
use pages::Language;
use protocol::{Localized, Parameters};

use crate::http::request::Incoming;

/// The parameter with which an app, or a link of a page, asks for languages.
const UI_LOCALES: &str = "ui_locales";

/// Returns the language that the browser asks for, or English.
pub(crate) fn of_browser(incoming: Incoming<'_>) -> Language {
    incoming.header(header::ACCEPT_LANGUAGE).and_then(Language::of_header).unwrap_or(Language::ENGLISH)
}

/// Goes on in the language that the query asks for, if it asks for one.
pub(crate) fn follow_query(incoming: Incoming<'_>) {
    let query = incoming.query();
    // A query that cannot be read is refused by the endpoint.
    if query.contains(UI_LOCALES)
        && let Ok(parameters) = Parameters::parse(query.as_bytes())
    {
        follow_locales(&parameters);
    }
}

/// Returns the tags of the languages that pages have in every deployment.
pub fn ui_locales() -> Vec<&'static str> {
    pages::shipped().collect()
}

/// Goes on in the language that these parameters of a request ask for. A value that cannot be used is ignored.
pub fn follow_locales(parameters: &Parameters) {
    if let Some(language) = parameters.one(UI_LOCALES).ok().flatten().and_then(Language::of_list) {
        pages::speak(language);
    }
}

/// Returns a text in the language of the request that is answered, if it has a variant in that language.
pub fn localized(text: &Localized) -> &str {
    text.chosen(|known| pages::spoken().best_of(known))
}

#[cfg(test)]
mod tests {
    use protocol::LanguageTag;

    use super::*;

    #[test]
    fn a_text_is_in_the_language_of_the_request() {
        let variants = [("de", "Lesen"), ("fr-CA", "Lire")];
        let variants = variants.map(|(tag, text)| (LanguageTag::parse(tag).unwrap(), text.to_owned()));
        let text = Localized::with_variants("Read", variants.into()).unwrap();
        for (wanted, expected) in [("de", "Lesen"), ("de-AT", "Lesen"), ("fr", "Lire"), ("ja", "Read")] {
            let language = Language::of_list(wanted).unwrap();
            assert_eq!(pages::written_in(language, || localized(&text).to_owned()), expected, "{wanted}");
        }
        assert_eq!(localized(&text), "Read", "outside of a request");
    }
}
