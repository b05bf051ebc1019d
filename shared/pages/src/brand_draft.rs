//! The parts of a look as a deployment gives them.

use std::collections::BTreeMap;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;

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
}

/// An image that was checked before: an image of pixels, or [`is_plain_svg`].
#[derive(Clone, Debug)]
pub struct BrandLogo {
    /// The media type, such as `image/png`.
    pub media_type: &'static str,
    /// The bytes of the image.
    pub bytes: Vec<u8>,
}

impl BrandLogo {
    /// Returns the logo as a URL that contains it (RFC 2397).
    pub(crate) fn data_url(&self) -> String {
        format!("data:{};base64,{}", self.media_type, Base64Display::new(&self.bytes, &STANDARD))
    }
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// A look that has each part, and whose texts need escaping.
    pub(crate) fn draft() -> BrandDraft {
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
