//! Mails as text and as HTML, ready to be sent.

use askama::Template;

use crate::brand_worn::worn;
use crate::letter::Letter;
use crate::mail::Mail;
use crate::{Text, Unrenderable, rendering, say};

/// A mail, ready to be sent.
pub struct RenderedMail {
    /// The subject of the mail, in one line.
    pub subject: String,
    /// The mail as plain text.
    pub text: String,
    /// The mail as HTML.
    pub html: String,
    /// The URL that the mail asks to open, if there is one.
    pub links: Vec<String>,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    letter: &'a Letter<'a>,
}

impl Mail<'_> {
    /// Renders the mail as text and as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when its link is no http(s) URL, or a template could not be filled in.
    pub fn render(&self) -> Result<RenderedMail, Unrenderable> {
        let letter = Letter::of(*self);
        let Letter { subject, before, link, after } = &letter;
        if let Some((_, url)) = link {
            rendering::leads_to_an_app(url)?;
        }
        let asked = link.as_ref().map(|(label, url)| format!("{}\n{url}", say("mail-link").with("label", label)));
        let brand = worn();
        let signed = brand.is_own.then(|| brand.name.clone());
        let (before, after) = (before.iter().map(Text::to_string), after.iter().map(Text::to_string));
        let blocks: Vec<String> = before.chain(asked).chain(after).chain(signed).collect();
        Ok(RenderedMail {
            subject: subject.to_string(),
            text: format!("{}\n", blocks.join("\n\n")),
            html: rendering::fill(&Html { letter: &letter })?,
            links: link.iter().map(|(_, url)| (*url).to_owned()).collect(),
        })
    }
}
