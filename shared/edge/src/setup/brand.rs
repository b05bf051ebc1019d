//! The look of the deployment: read from a variable, or from the file that it names.
//!
//! Lambda has 4 KB for all variables of a function. A look with a logo of more than a few hundred bytes is therefore a file
//! that a layer brings (`/opt/...`), with the same text.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pages::{Brand, BrandDraft, BrandLink, BrandLogo};
use protocol::{LinkUrl, Logo, LogoType};
use serde::{Deserialize, Serialize};

use crate::setup::config_error::ConfigError;

/// The variable with the look, or with the path of its file.
const BRAND: &str = "JETON_BRAND";
/// The size limit of a logo, in bytes: it is part of every page.
const MAX_LOGO_BYTES: usize = 32 * 1024;

/// The look of a deployment as its configuration writes it, in `brand.toml` and in the variable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BrandDocument {
    /// The name of the service.
    pub name: String,
    /// The colours of the light and of the dark scheme, each `#` and six digits.
    #[serde(default, skip_serializing_if = "ColourTables::is_empty")]
    pub colours: ColourTables,
    /// The links below every page.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
    /// The texts: `footer` and `sign_in`.
    #[serde(default, skip_serializing_if = "Texts::is_empty")]
    pub texts: Texts,
    /// Texts in place of Jeton's, and in further languages, by their tags. `brand.toml` has none: there each is a file in the
    /// folder `languages`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub languages: BTreeMap<String, String>,
    /// The bytes of the logo in base64url. `brand.toml` has none: there the logo is a file beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
}

/// The colours of a look, by scheme and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ColourTables {
    /// The colours where the browser is in its light mode.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub light: BTreeMap<String, String>,
    /// The colours where the browser is in its dark mode.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dark: BTreeMap<String, String>,
}

/// The texts of a look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The text below every page.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub footer: String,
    /// The text on the pages where people sign in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sign_in: String,
}

/// The reasons why a look cannot be used, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnfitBrand(String);

impl ColourTables {
    fn is_empty(&self) -> bool {
        self.light.is_empty() && self.dark.is_empty()
    }
}

impl Texts {
    fn is_empty(&self) -> bool {
        self.footer.is_empty() && self.sign_in.is_empty()
    }
}

impl BrandDocument {
    /// Returns the document with a logo, which replaces none or another.
    #[must_use]
    pub fn with_logo(self, bytes: &[u8]) -> Self {
        Self { logo: Some(URL_SAFE_NO_PAD.encode(bytes)), ..self }
    }

    /// Writes the document as the value of the variable: JSON in base64url, which no shell and no template changes.
    ///
    /// # Errors
    /// [`UnfitBrand`] when it cannot be written as JSON.
    pub fn to_value(&self) -> Result<String, UnfitBrand> {
        let json = serde_json::to_vec(self).map_err(|error| UnfitBrand(error.to_string()))?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }

    /// Reads the value of the variable.
    fn from_value(value: &str) -> Result<Self, UnfitBrand> {
        let unreadable = || UnfitBrand("it is not a text that `jeton brand check` wrote".to_owned());
        let json = URL_SAFE_NO_PAD.decode(value.trim()).map_err(|_| unreadable())?;
        serde_json::from_slice(&json).map_err(|_| unreadable())
    }

    /// Checks the look.
    ///
    /// # Errors
    /// [`UnfitBrand`] names the first part that cannot be used, and for colours the pair and its contrast.
    pub fn check(&self) -> Result<Brand, UnfitBrand> {
        let draft = BrandDraft {
            name: self.name.clone(),
            logo: self.logo.as_deref().map(logo).transpose()?,
            light: self.colours.light.clone(),
            dark: self.colours.dark.clone(),
            links: self.links.iter().map(|(name, url)| link(name, url)).collect::<Result<_, _>>()?,
            footer: self.texts.footer.clone(),
            sign_in: self.texts.sign_in.clone(),
            languages: self.languages.clone(),
        };
        Brand::new(&draft).map_err(|fault| UnfitBrand(fault.to_string()))
    }
}

fn link(name: &str, url: &str) -> Result<(BrandLink, String), UnfitBrand> {
    let names = BrandLink::ALL.map(BrandLink::as_str);
    let known = BrandLink::ALL.into_iter().find(|link| link.as_str() == name);
    let known =
        known.ok_or_else(|| UnfitBrand(format!("there is no link {name:?}; links are {}", names.join(", "))))?;
    let parsed = LinkUrl::parse(url).map_err(|error| UnfitBrand(format!("the link {name} {url:?}: {error}")))?;
    Ok((known, parsed.as_str().to_owned()))
}

/// Reads a logo: an SVG image, or an image of pixels as clients may have one.
fn logo(text: &str) -> Result<BrandLogo, UnfitBrand> {
    let unfit = |why: &str| UnfitBrand(format!("the logo cannot be used: {why}"));
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| unfit("it is not in base64url"))?;
    if bytes.len() > MAX_LOGO_BYTES {
        return Err(unfit("it is larger than 32 KiB, and is part of every page"));
    }
    if str::from_utf8(&bytes).is_ok_and(pages::is_plain_svg) {
        return Ok(BrandLogo { media_type: "image/svg+xml", bytes });
    }
    match Logo::parse(bytes) {
        Ok(logo) if logo.kind() == LogoType::Png => {
            Ok(BrandLogo { media_type: LogoType::Png.as_str(), bytes: logo.bytes().to_vec() })
        }
        Ok(_) | Err(_) => Err(unfit(
            "it must be a PNG of at most 2048 pixels in width and height, or an SVG with xmlns=\"http://www.w3.org/2000/svg\" \
             and without scripts, entities, a document type and foreignObject",
        )),
    }
}

/// Reads `JETON_BRAND`, and the file if it is a path. Pages are Jeton's own if it is not set.
pub(crate) fn brand(get: &impl Fn(&str) -> Option<String>) -> Result<Option<Arc<Brand>>, ConfigError> {
    let Some(value) = get(BRAND) else { return Ok(None) };
    let unfit = |error: &dyn std::fmt::Display| ConfigError::Unfit(BRAND, error.to_string());
    let text = if value.starts_with('/') { fs::read_to_string(&value).map_err(|error| unfit(&error))? } else { value };
    let brand =
        BrandDocument::from_value(&text).and_then(|document| document.check()).map_err(|error| unfit(&error))?;
    Ok(Some(Arc::new(brand)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\"/></svg>";

    fn document() -> BrandDocument {
        let map = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        BrandDocument {
            name: "Quince".to_owned(),
            colours: ColourTables { light: map("button", "#7a1f5c"), dark: BTreeMap::new() },
            links: map("help", "https://quince.example/help"),
            texts: Texts { footer: "Quince Ltd".to_owned(), sign_in: String::new() },
            languages: map("nl", "save = Opslaan\n"),
            logo: None,
        }
    }

    fn read(value: &str) -> Result<bool, String> {
        let read = brand(&|name: &str| (name == BRAND).then(|| value.to_owned()));
        read.map(|brand| brand.is_some_and(|brand| brand.has_logo())).map_err(|error| error.to_string())
    }

    #[test]
    fn a_look_is_read_from_the_variable_or_from_its_file() {
        assert!(brand(&|_: &str| None).unwrap().is_none());
        let value = document().to_value().unwrap();
        assert_eq!(read(&value), Ok(false));
        assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        let with_logo = document().with_logo(SVG);
        assert_eq!(BrandDocument::from_value(&with_logo.to_value().unwrap()).unwrap(), with_logo);
        let file = std::env::temp_dir().join(format!("jeton-brand-{}", std::process::id()));
        fs::write(&file, format!("{}\n", with_logo.to_value().unwrap())).unwrap();
        assert_eq!(read(&file.display().to_string()), Ok(true));
        fs::remove_file(&file).unwrap();
        assert!(read(&file.display().to_string()).unwrap_err().contains("JETON_BRAND"));
    }

    #[test]
    fn a_look_that_cannot_be_used_is_named_with_the_variable() {
        type Spoil = fn(&mut BrandDocument);
        let rows: [(Spoil, &str); 8] = [
            (|look| look.name.clear(), "name"),
            (
                |look| look.colours.light = BTreeMap::from([("button".to_owned(), "#ff8800".to_owned())]),
                "label and button",
            ),
            (|look| look.links = BTreeMap::from([("shop".to_owned(), "https://quince.example".to_owned())]), "shop"),
            (|look| look.links = BTreeMap::from([("help".to_owned(), "javascript:x".to_owned())]), "help"),
            (
                |look| look.languages = BTreeMap::from([("nl".to_owned(), "safe = Opslaan".to_owned())]),
                "languages/nl.ftl: there is no text safe",
            ),
            (|look| look.logo = Some("*".to_owned()), "logo"),
            (|look| look.logo = Some(URL_SAFE_NO_PAD.encode("<svg><script/></svg>")), "logo"),
            (|look| look.logo = Some(URL_SAFE_NO_PAD.encode("a".repeat(MAX_LOGO_BYTES + 1))), "32 KiB"),
        ];
        for (spoil, named) in rows {
            let mut spoiled = document();
            spoil(&mut spoiled);
            let told = read(&spoiled.to_value().unwrap()).unwrap_err();
            assert!(told.contains("JETON_BRAND") && told.contains(named), "{told}");
        }
        for value in ["x", "{}", "e30", "eyJuYW1lIjoiYSIsInNjcmlwdCI6ImIifQ"] {
            assert!(read(value).unwrap_err().contains("jeton brand check"), "{value}");
        }
    }

    #[test]
    fn a_logo_is_a_png_or_a_plain_svg() {
        let kind = |bytes: &[u8]| logo(&URL_SAFE_NO_PAD.encode(bytes)).map(|logo| logo.media_type).ok();
        assert_eq!(kind(SVG), Some("image/svg+xml"));
        let png = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &8_u32.to_be_bytes(), &8_u32.to_be_bytes(), &[8, 6, 0, 0, 0]];
        assert_eq!(kind(&png.concat()), Some("image/png"));
        assert_eq!(kind(b"GIF89a\x08\0\x08\0\0\0\0"), None);
    }
}
