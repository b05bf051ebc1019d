//! Texts for people: a message of the catalogue with its values, in the language of the request.

use std::fmt;

use askama::filters::{Escaper as _, Html, HtmlSafe};

use crate::brand_draft::BrandLink;
use crate::catalogue::Argument;
use crate::language;

/// The first of the characters that stand for pieces of markup while a message is filled in. They are for private use.
const FIRST_PIECE: u32 = 0xf_0000;

/// A text for people. It becomes words when it is written, in the language of the request.
#[derive(Clone)]
pub struct Text {
    content: Content,
    arguments: Vec<(&'static str, Argument)>,
}

#[derive(Clone)]
enum Content {
    Message(&'static str),
    /// A text that a test shows as it is.
    #[cfg(test)]
    Verbatim(String),
}

/// Returns the text of a message. Its name is in every catalogue.
pub const fn say(id: &'static str) -> Text {
    Text { content: Content::Message(id), arguments: Vec::new() }
}

impl Text {
    /// Returns the text with a value in it, which is plain text.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.arguments.push((name, Argument::Words(value.to_string())));
        self
    }

    /// Returns the text with a number in it, by which the language chooses a plural form.
    #[must_use]
    pub fn number(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.arguments.push((name, Argument::Number(value.to_string())));
        self
    }

    /// Returns the title of a page with a form, which says so first if something has to be corrected.
    pub(crate) fn titled<'t>(self, alerts: impl IntoIterator<Item = &'t Self>) -> Self {
        if alerts.into_iter().next().is_some() { say("error-in-title").with("title", self) } else { self }
    }

    /// Returns the text with a name in it, in bold type.
    pub(crate) fn strong(self, name: &'static str, value: impl fmt::Display) -> Phrase {
        Phrase::from(self).strong(name, value)
    }

    /// Returns the text with a name in it that cannot reorder the sentence.
    pub(crate) fn isolated(self, name: &'static str, value: impl fmt::Display) -> Phrase {
        Phrase::from(self).piece(name, format!("<bdi>{}</bdi>", escaped(value)))
    }

    /// Returns the text with a value in it, in bold type.
    pub(crate) fn bold(self, name: &'static str, value: impl fmt::Display) -> Phrase {
        Phrase::from(self).piece(name, format!("<strong>{}</strong>", escaped(value)))
    }

    /// Returns the text with a value in it that is code.
    pub(crate) fn code(self, name: &'static str, value: impl fmt::Display) -> Phrase {
        Phrase::from(self).piece(name, format!("<code>{}</code>", escaped(value)))
    }

    /// Returns the text with markup in it.
    pub(crate) fn marked(self, name: &'static str, markup: &Markup) -> Phrase {
        Phrase::from(self).marked(name, markup)
    }

    /// Returns the text that a test shows as it is.
    #[cfg(test)]
    pub(crate) fn verbatim(text: &str) -> Self {
        Self { content: Content::Verbatim(text.to_owned()), arguments: Vec::new() }
    }
}

/// Writes the text as plain text. The template engine escapes it.
impl fmt::Display for Text {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Content::Message(id) => to.write_str(&language::message(id, &self.arguments)),
            #[cfg(test)]
            Content::Verbatim(text) => to.write_str(text),
        }
    }
}

/// A text with values that have markup around them. Its words and its values are escaped; the markup is written in this
/// module, and no catalogue can add any.
pub(crate) struct Phrase {
    text: Text,
    /// The HTML of the values, for each of which one character stands in the text.
    pieces: Vec<String>,
}

impl From<Text> for Phrase {
    fn from(text: Text) -> Self {
        Self { text, pieces: Vec::new() }
    }
}

impl Phrase {
    pub(crate) fn strong(self, name: &'static str, value: impl fmt::Display) -> Self {
        self.piece(name, format!("<strong><bdi>{}</bdi></strong>", escaped(value)))
    }

    pub(crate) fn marked(self, name: &'static str, markup: &Markup) -> Self {
        self.piece(name, markup.0.clone())
    }

    fn piece(mut self, name: &'static str, html: String) -> Self {
        let place = u32::try_from(self.pieces.len()).unwrap_or(u32::MAX);
        let stands = char::from_u32(FIRST_PIECE.saturating_add(place)).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.text = self.text.with(name, stands);
        self.pieces.push(html);
        self
    }

    /// Returns the piece that a character stands for. If a value has such a character, a piece is shown once more.
    fn piece_of(&self, c: char) -> Option<&str> {
        let place = u32::from(c).checked_sub(FIRST_PIECE).and_then(|place| usize::try_from(place).ok())?;
        self.pieces.get(place).map(String::as_str)
    }
}

/// Writes the text as HTML.
impl fmt::Display for Phrase {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.text.to_string().chars() {
            match self.piece_of(c) {
                Some(html) => to.write_str(html)?,
                None => Html.write_escaped_char(&mut *to, c)?,
            }
        }
        Ok(())
    }
}

impl HtmlSafe for Phrase {}

/// HTML that was made in this module, of values that were escaped.
pub(crate) struct Markup(String);

impl Markup {
    /// Makes a link to a page of this site, which has the language that the request asks for.
    pub(crate) fn link(path: &str, words: &Text) -> Self {
        let (href, words) = (escaped(language::kept(path)), escaped(words));
        Self(format!("<a href=\"{href}\">{words}</a>"))
    }

    /// Makes a link that opens in another window.
    pub(crate) fn link_elsewhere(href: &str, words: &Text) -> Self {
        let (href, words) = (escaped(href), escaped(words));
        Self(format!("<a href=\"{href}\" target=\"_blank\" rel=\"noreferrer noopener\">{words}</a>"))
    }

    /// Joins the parts of a list, as the language does; `None` if there is none.
    pub(crate) fn list(parts: Vec<Self>) -> Option<Self> {
        let join =
            |before: Self, next: Self| Self(say("list").marked("before", &before).marked("next", &next).to_string());
        parts.into_iter().reduce(join)
    }
}

impl BrandLink {
    /// Returns the words of the link.
    pub(crate) const fn label(self) -> Text {
        match self {
            Self::Help => say("link-help"),
            Self::Privacy => say("link-privacy"),
            Self::Imprint => say("link-imprint"),
        }
    }
}

fn escaped(value: impl fmt::Display) -> String {
    let mut html = String::new();
    // Writing to a string does not fail.
    let _written = Html.write_escaped_str(&mut html, &value.to_string());
    html
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::brand_draft::BrandDraft;
    use crate::brand_worn::tests::try_on;
    use crate::language::{Language, written_in};

    const HOSTILE: &str = "\"'<script>&";
    const ESCAPED: &str = "&#34;&#39;&#60;script&#62;&#38;";

    #[test]
    fn a_value_in_bold_type_is_escaped_and_the_rest_of_the_markup_is_ours() {
        let bold = |value: &str| format!("You are signed in as <strong><bdi>{value}</bdi></strong>.");
        assert_eq!(say("signed-in-as").strong("username", "ana").to_string(), bold("ana"));
        assert_eq!(say("signed-in-as").strong("username", HOSTILE).to_string(), bold(ESCAPED));
        let both = say("sign-out-next").strong("client", HOSTILE).strong("host", "app.example").to_string();
        let names = format!("<strong><bdi>{ESCAPED}</bdi></strong> at <strong><bdi>app.example</bdi></strong>");
        assert_eq!(both, format!("Afterwards you return to {names}."));
        let code = say("request-id").code("id", HOSTILE).to_string();
        assert_eq!(code, format!("Request ID, if you ask for help: <code>{ESCAPED}</code>"));
    }

    #[test]
    fn a_value_with_a_character_of_ours_adds_no_markup_of_its_own() {
        let inner = "\u{f0000}\u{f0001}<b>";
        let phrase = say("sign-out-next").strong("client", inner).strong("host", "h").to_string();
        assert_eq!(phrase.matches("<strong>").count(), 2, "{phrase}");
        assert!(!phrase.contains("<b>"), "{phrase}");
    }

    #[test]
    fn the_parts_of_a_list_are_joined_and_their_links_escaped() {
        let link = |href: &str| Markup::link_elsewhere(href, &say("link-help"));
        assert!(Markup::list(Vec::new()).is_none());
        let list = Markup::list(vec![link("https://a.example/"), link("https://b.example/?\"<")]).unwrap();
        assert!(list.0.contains("</a>, <a href=\"https://b.example/?&#34;&#60;\""), "{}", list.0);
    }

    #[test]
    fn a_catalogue_of_a_deployment_gives_texts_and_no_markup() {
        // The check of a catalogue refuses markup. What gets past it is escaped: here quotation marks, which end attributes.
        let source = "signed-in-as = \u{2039}{ $username }\u{203a} \" onload='x'\nsave = Merken\n";
        let languages = BTreeMap::from([("de".to_owned(), source.to_owned())]);
        try_on(&BrandDraft { name: "Quince".to_owned(), languages, ..BrandDraft::default() }, |_| {
            let german = Language::of_list("de").unwrap();
            written_in(german, || {
                assert_eq!(say("save").to_string(), "Merken");
                let phrase = say("signed-in-as").strong("username", "ana").to_string();
                let end = "\u{203a} &#34; onload=&#39;x&#39;";
                assert_eq!(phrase, format!("\u{2039}<strong><bdi>ana</bdi></strong>{end}"));
            });
            assert_eq!(say("save").to_string(), "Save");
        });
    }

    #[test]
    fn a_language_of_a_deployment_is_filled_up_with_english() {
        let languages = BTreeMap::from([
            ("nl".to_owned(), "save = Opslaan".to_owned()),
            ("en".to_owned(), "allow = Yes".to_owned()),
        ]);
        try_on(&BrandDraft { name: "Quince".to_owned(), languages, ..BrandDraft::default() }, |_| {
            let dutch = Language::of_header("nl-NL, nl;q=0.9, en;q=0.1").unwrap();
            assert_eq!(dutch.tag(), "nl");
            written_in(dutch, || {
                let said = ["save", "allow", "deny"].map(|id| say(id).to_string());
                assert_eq!(said, ["Opslaan", "Yes", "Deny"]);
            });
        });
    }
}
