//! The language of a request (OpenID Connect Core §3.1.2.1, RFC 9110 §12.5.4).

use http::header;
use pages::Language;
use protocol::Parameters;

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
