//! The look of a deployment: its name, logo, colours, links and texts on every page and in every mail.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;

use crate::catalogue::{Catalogue, CatalogueFault, parse_all};
use crate::colour::{COLOURS, Colour, LowContrast, Palette, Scheme};
use crate::rendering;
use crate::style::{SHEET, source_of};
use crate::text::{Text, say};

/// The name that pages have if the deployment has none of its own.
const JETON: &str = "Jeton";
/// The most characters of the name of a deployment.
const NAME_LENGTH: usize = 64;
/// The most characters of a text of a deployment.
const TEXT_LENGTH: usize = 300;

/// The links that a deployment may have below every page, and their labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrandLink {
    /// Leads to help with signing in.
    Help,
    /// Leads to the privacy policy.
    Privacy,
    /// Leads to the legal notice about who runs the service.
    Imprint,
}

impl BrandLink {
    /// All links, in the order of the pages.
    pub const ALL: [Self; 3] = [Self::Help, Self::Privacy, Self::Imprint];

    /// Returns the name by which a deployment gives the link.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Help => "help",
            Self::Privacy => "privacy",
            Self::Imprint => "imprint",
        }
    }

    /// Returns the words of the link.
    pub(crate) const fn label(self) -> Text {
        match self {
            Self::Help => say("link-help"),
            Self::Privacy => say("link-privacy"),
            Self::Imprint => say("link-imprint"),
        }
    }
}

/// An image that was checked before: an image of pixels, or [`is_plain_svg`].
#[derive(Clone, Debug)]
pub struct BrandLogo {
    /// The media type, such as `image/png`.
    pub media_type: &'static str,
    /// The bytes of the image.
    pub bytes: Vec<u8>,
}

/// The parts of a look as a deployment gives them, before they are checked.
#[derive(Clone, Debug, Default)]
pub struct BrandDraft {
    /// The name of the service.
    pub name: String,
    /// The logo, which is shown above every page.
    pub logo: Option<BrandLogo>,
    /// The chosen colours of the light scheme, by their names in [`COLOURS`].
    pub light: BTreeMap<String, String>,
    /// The chosen colours of the dark scheme.
    pub dark: BTreeMap<String, String>,
    /// The links below every page: https URLs.
    pub links: Vec<(BrandLink, String)>,
    /// A text below every page; may be empty.
    pub footer: String,
    /// A text on the pages where people sign in; may be empty.
    pub sign_in: String,
    /// Texts in place of Jeton's, and in further languages: catalogues by the tags of their languages.
    pub languages: BTreeMap<String, String>,
}

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
            logo: draft.logo.as_ref().map(data_url),
            links: draft.links.clone(),
            footer: draft.footer.clone(),
            sign_in: draft.sign_in.clone(),
            languages,
            is_own: true,
            ..Self::of_colours(&light, &dark)
        })
    }

    /// Returns the look of a deployment that has none of its own.
    fn jeton() -> Self {
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

fn data_url(logo: &BrandLogo) -> String {
    format!("data:{};base64,{}", logo.media_type, Base64Display::new(&logo.bytes, &STANDARD))
}

/// Returns whether a text is a vector image that a page may show: with the namespace that a browser needs for that, and
/// without scripts, entities and embedded HTML. Browsers run no script of an image and load nothing for it; what is
/// refused here is refused for those who open the file otherwise.
pub fn is_plain_svg(text: &str) -> bool {
    let text = text.trim_start().to_ascii_lowercase();
    let starts = text.starts_with("<svg") || text.starts_with("<?xml");
    let forbidden = ["<script", "<foreignobject", "<!entity", "<!doctype", "javascript:"];
    starts && text.contains("http://www.w3.org/2000/svg") && !forbidden.iter().any(|part| text.contains(part))
}

/// The look of this process. A deployment has one, which it knows from its start; `jeton dev` replaces it when its files
/// change.
static WORN: LazyLock<RwLock<Arc<Brand>>> = LazyLock::new(|| RwLock::new(Arc::new(Brand::jeton())));

#[cfg(test)]
thread_local! {
    /// The look that the pages of one test have.
    static TRIED: std::cell::RefCell<Option<Arc<Brand>>> = const { std::cell::RefCell::new(None) };
}

/// Gives all pages and mails of this process the look.
pub fn wear(brand: &Arc<Brand>) {
    *WORN.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(brand);
}

/// Returns the look of all pages and mails of this process.
pub fn worn() -> Arc<Brand> {
    #[cfg(test)]
    if let Some(brand) = TRIED.with_borrow(Option::clone) {
        return brand;
    }
    Arc::clone(&WORN.read().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Mail, Notice, SignIn};

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn draft() -> BrandDraft {
        BrandDraft {
            name: "Quince & Co".to_owned(),
            logo: Some(BrandLogo { media_type: "image/svg+xml", bytes: b"<svg/>".to_vec() }),
            light: map(&[("button", "#7a1f5c"), ("link", "#7a1f5c")]),
            dark: map(&[("link", "#f0b0dc")]),
            links: vec![(BrandLink::Help, "https://quince.example/help?a=1&b=\"2".to_owned())],
            footer: "Quince <Ltd>".to_owned(),
            sign_in: "Use your work account.".to_owned(),
            languages: BTreeMap::new(),
        }
    }

    /// Runs a test with a look, on this thread alone.
    pub(crate) fn try_on(draft: &BrandDraft, test: impl FnOnce(&Brand)) {
        let brand = Arc::new(Brand::new(draft).unwrap_or_else(|fault| panic!("{fault}")));
        TRIED.set(Some(Arc::clone(&brand)));
        test(&brand);
        TRIED.set(None);
    }

    fn sign_in() -> String {
        let page = SignIn {
            client_name: "Orders",
            registered_itself: None,
            redirect_host: "orders.example",
            username: "",
            action: "/authorize/sign-in",
            request: "a request",
            ticket: "a ticket",
            forgotten: None,
            passkey: None,
            sign_up: None,
            alert: None,
        };
        page.render().unwrap()
    }

    #[test]
    fn without_a_look_of_its_own_a_page_is_jetons() {
        let page = sign_in();
        assert!(page.contains("<title>Sign in to Orders – Jeton</title>") && page.contains("<footer>Jeton</footer>"));
        assert!(!page.contains("<header") && page.contains(&format!("<style>{SHEET}</style>")));
        assert_eq!(worn().style_source(), source_of(SHEET));
    }

    #[test]
    fn every_page_has_the_name_the_logo_the_links_and_the_colours() {
        try_on(&draft(), assert_worn);
    }

    fn assert_worn(brand: &Brand) {
        for page in
            [sign_in(), Notice { title: Text::verbatim("Signed out"), text: Text::verbatim("Bye.") }.render().unwrap()]
        {
            assert!(page.contains(" – Quince &#38; Co</title>") && !page.contains("Jeton"), "{page}");
            assert!(
                page.contains(r#"<img class="mark" src="data:image/svg+xml;base64,PHN2Zy8+" alt="Quince &#38; Co">"#)
            );
            let link = r#"<a href="https://quince.example/help?a=1&#38;b=&#34;2" target="_blank" rel="noreferrer noopener">Help</a>"#;
            assert!(page.contains(link), "{page}");
            assert!(page.contains("Quince &#60;Ltd&#62;"));
            let (_, rest) = page.split_once("<style>").unwrap();
            let (sheet, _) = rest.split_once("</style>").unwrap();
            assert_eq!(source_of(sheet), brand.style_source());
            assert!(sheet.starts_with(SHEET) && sheet.contains("--link: #f0b0dc;"));
        }
        assert!(sign_in().contains("Use your work account.") && brand.has_logo());
    }

    #[test]
    fn a_name_stands_in_the_place_of_a_logo() {
        try_on(&BrandDraft { logo: None, ..draft() }, |_| {
            let page = sign_in();
            assert!(
                page.contains(r#"<header class="mark">Quince &#38; Co</header>"#) && !page.contains("<img"),
                "{page}"
            );
        });
    }

    #[test]
    fn a_mail_has_the_name_and_the_colour_of_buttons() {
        try_on(&draft(), |_| {
            let mail = Mail::ResetPassword { username: "ada", link: "https://id.example/", minutes: 30 };
            let rendered = mail.render().unwrap();
            let html = &rendered.html;
            assert!(html.contains("Quince &#38; Co") && html.contains("background: #7a1f5c; color: #ffffff"), "{html}");
            assert!(rendered.text.ends_with("\n\nQuince & Co\n"), "{}", rendered.text);
        });
    }

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

    #[test]
    fn a_vector_image_has_its_namespace_and_no_script() {
        let svg = |inner: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inner}</svg>");
        assert!(
            is_plain_svg(&svg("<path d=\"M0 0h9\"/>")) && is_plain_svg(&format!("<?xml version=\"1.0\"?>{}", svg("")))
        );
        for bad in ["<SCRIPT>x</SCRIPT>", "<foreignObject/>", "<a href=\"JavaScript:x\"/>"] {
            assert!(!is_plain_svg(&svg(bad)), "{bad}");
        }
        for bad in ["", "<svg></svg>", "<!DOCTYPE svg><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "<html></html>"] {
            assert!(!is_plain_svg(bad), "{bad}");
        }
    }
}
