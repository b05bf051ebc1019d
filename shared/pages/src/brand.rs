//! The look of a deployment: its name, logo, colours, links and texts on every page and in every mail.

use std::collections::BTreeMap;
use std::fmt;

use crate::brand_draft::{BrandDraft, BrandLink, BrandLogo};
use crate::catalogue::{Catalogue, CatalogueFault, parse_all};
use crate::colour::{COLOURS, Colour, LowContrast, Palette, Scheme};
use crate::rendering;
use crate::style::{SHEET, source_of};

/// The name that pages have if the deployment has none of its own.
const JETON: &str = "Jeton";
/// The most characters of the name of a deployment.
const NAME_LENGTH: usize = 64;
/// The most characters of a text of a deployment.
const TEXT_LENGTH: usize = 300;

/// The look of a deployment. It contains checked values only, and the templates escape its texts.
pub struct Brand {
    pub(crate) name: String,
    /// The logo as a URL that contains it (RFC 2397).
    pub(crate) logo: Option<String>,
    pub(crate) links: Vec<(BrandLink, String)>,
    pub(crate) footer: String,
    pub(crate) sign_in: String,
    pub(crate) languages: BTreeMap<String, Catalogue>,
    pub(crate) is_own: bool,
    pub(crate) sheet: String,
    source: String,
    /// The colours of buttons in mails, which have one scheme.
    pub(crate) button: String,
    pub(crate) label: String,
}

/// The reasons why a look cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub enum BrandFault {
    /// The name is empty, too long, or has control characters.
    Name,
    /// A text is too long, or has control characters.
    Text(&'static str),
    /// There is no colour of this name.
    UnknownColour(Scheme, String),
    /// The value of a colour is none.
    Colour(Scheme, &'static str),
    /// Two colours have too little contrast.
    Contrast(LowContrast),
    /// A link is no https URL.
    Link(BrandLink),
    /// The texts in a language cannot be used.
    Language(String, CatalogueFault),
}

impl fmt::Display for BrandFault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => write!(to, "the name must have 1 to {NAME_LENGTH} characters in one line"),
            Self::Text(name) => write!(to, "the text {name} must have at most {TEXT_LENGTH} characters in one line"),
            Self::UnknownColour(scheme, name) => {
                write!(to, "there is no {} colour {name:?}; colours are {}", scheme.as_str(), COLOURS.join(", "))
            }
            Self::Colour(scheme, name) => {
                write!(to, "the {} colour {name} must be # and six hexadecimal digits", scheme.as_str())
            }
            Self::Contrast(pair) => pair.fmt(to),
            Self::Link(link) => write!(to, "the link {} must be an https URL", link.as_str()),
            Self::Language(tag, fault) => write!(to, "languages/{tag}.ftl: {fault}"),
        }
    }
}

impl std::error::Error for BrandFault {}

impl Brand {
    /// Checks a look, and computes its stylesheet with the hash.
    ///
    /// # Errors
    /// The first [`BrandFault`] that is found.
    pub fn new(draft: &BrandDraft) -> Result<Self, BrandFault> {
        let fits = |text: &str, most: usize| text.chars().count() <= most && !text.chars().any(char::is_control);
        let name = draft.name.trim();
        if name.is_empty() || !fits(name, NAME_LENGTH) {
            return Err(BrandFault::Name);
        }
        for (which, text) in [("footer", &draft.footer), ("sign_in", &draft.sign_in)] {
            if !fits(text, TEXT_LENGTH) {
                return Err(BrandFault::Text(which));
            }
        }
        for (link, href) in &draft.links {
            rendering::leads_to_the_web(href).map_err(|_| BrandFault::Link(*link))?;
        }
        let light = palette(Scheme::Light, &draft.light)?;
        let dark = palette(Scheme::Dark, &draft.dark)?;
        let languages = parse_all(&draft.languages).map_err(|(tag, fault)| BrandFault::Language(tag, fault))?;
        Ok(Self {
            name: name.to_owned(),
            logo: draft.logo.as_ref().map(BrandLogo::data_url),
            links: draft.links.clone(),
            footer: draft.footer.clone(),
            sign_in: draft.sign_in.clone(),
            languages,
            is_own: true,
            ..Self::of_colours(&light, &dark)
        })
    }

    /// Returns the look of a deployment that has none of its own.
    pub(crate) fn jeton() -> Self {
        let plain = |scheme| Palette { scheme, chosen: BTreeMap::new() };
        Self::of_colours(&plain(Scheme::Light), &plain(Scheme::Dark))
    }

    fn of_colours(light: &Palette, dark: &Palette) -> Self {
        let sheet = format!("{SHEET}{}{}", light.rule(), dark.rule());
        let colour = |name| light.colour(name).map(|colour| colour.to_string()).unwrap_or_default();
        Self {
            name: JETON.to_owned(),
            logo: None,
            links: Vec::new(),
            footer: String::new(),
            sign_in: String::new(),
            languages: BTreeMap::new(),
            is_own: false,
            source: source_of(&sheet),
            sheet,
            button: colour("button"),
            label: colour("label"),
        }
    }

    /// Returns the source expression that allows the stylesheet of this look, for use after `style-src`.
    pub fn style_source(&self) -> &str {
        &self.source
    }

    /// The name of the service.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether pages show a logo, so that their policy must allow it.
    pub const fn has_logo(&self) -> bool {
        self.logo.is_some()
    }
}

fn palette(scheme: Scheme, given: &BTreeMap<String, String>) -> Result<Palette, BrandFault> {
    let mut chosen = BTreeMap::new();
    for (name, value) in given {
        let known = COLOURS.into_iter().find(|known| known == name);
        let known = known.ok_or_else(|| BrandFault::UnknownColour(scheme, name.clone()))?;
        chosen.insert(known, Colour::parse(value).ok_or(BrandFault::Colour(scheme, known))?);
    }
    let palette = Palette { scheme, chosen };
    palette.low_contrast().map_or(Ok(palette), |pair| Err(BrandFault::Contrast(pair)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brand_draft::tests::{draft, map};

    #[test]
    fn a_look_with_a_fault_is_refused_with_its_name() {
        type Spoil = fn(&mut BrandDraft);
        let rows: [(Spoil, &str); 13] = [
            (|draft| draft.name = " ".to_owned(), "name"),
            (|draft| draft.name = "a".repeat(65), "name"),
            (|draft| draft.name = "a\nb".to_owned(), "name"),
            (|draft| draft.footer = "a".repeat(301), "footer"),
            (|draft| draft.sign_in = "a\u{7f}".to_owned(), "sign_in"),
            (|draft| draft.light = map(&[("knob", "#000000")]), "no light colour \"knob\""),
            (|draft| draft.dark = map(&[("link", "red}</style><script>")]), "dark colour link"),
            (|draft| draft.dark = map(&[("link", "#333333")]), "dark colours link and ground"),
            (|draft| draft.light = map(&[("card", "#eeeeee"), ("quiet", "#777777")]), "quiet and ground"),
            (|draft| draft.links = vec![(BrandLink::Imprint, "javascript:x".to_owned())], "imprint"),
            (|draft| draft.links = vec![(BrandLink::Privacy, "http://quince.example".to_owned())], "privacy"),
            (|draft| draft.languages = map(&[("de", "save = <b>Merken</b>")]), "languages/de.ftl: the text save must"),
            (|draft| draft.languages = map(&[("xx yy", "")]), "languages/xx yy.ftl: the name"),
        ];
        for (spoil, named) in rows {
            let mut spoiled = draft();
            spoil(&mut spoiled);
            let fault = Brand::new(&spoiled).err().map(|fault| fault.to_string()).unwrap_or_default();
            assert!(fault.contains(named), "{named}: {fault}");
        }
    }
}
