//! The colours of the pages, and the contrast that WCAG 2.2 (AA) wants between them.

use std::collections::BTreeMap;
use std::fmt;

use crate::style::SHEET;

/// An opaque colour of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    /// Reads `#` and six hexadecimal digits; `None` for everything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let value =
            digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())??;
        let [_, red, green, blue] = value.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// Computes the contrast ratio of two colours, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Computes the "relative luminance" of WCAG 2.2.
    fn luminance(self) -> f64 {
        let part = |value: u8| f64::from(value) / 255.0;
        let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        let [red, green, blue] = self.0.map(part).map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(to, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// The two sets of colours, of which a browser chooses one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

impl Scheme {
    /// Both schemes, the usual one first.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// Returns the name of the scheme.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Returns the media query of the scheme. Every browser that knows the feature knows this form.
    const fn query(self) -> &'static str {
        match self {
            Self::Light => "not all and (prefers-color-scheme: dark)",
            Self::Dark => "(prefers-color-scheme: dark)",
        }
    }

    /// Returns the part of the stylesheet that has the colours of the scheme.
    fn block(self) -> &'static str {
        let (light, dark) = SHEET.split_once(Self::Dark.query()).unwrap_or((SHEET, ""));
        match self {
            Self::Light => light,
            Self::Dark => dark,
        }
    }
}

/// The names of the colours that a deployment may choose, as in the stylesheet.
pub const COLOURS: [&str; 10] = ["ground", "card", "text", "quiet", "line", "edge", "link", "button", "label", "code"];

/// Two colours that must be told apart, and the least contrast that they need.
struct Pair(&'static str, &'static str, f64);

/// The least contrast of text (WCAG 2.2, 1.4.3).
const TEXT: f64 = 4.5;
/// The least contrast of fields, buttons and outlines (WCAG 2.2, 1.4.11).
const OUTLINE: f64 = 3.0;

/// The pairs that appear on pages, one on the other.
const PAIRS: [Pair; 17] = [
    Pair("text", "ground", TEXT),
    Pair("text", "card", TEXT),
    Pair("text", "code", TEXT),
    Pair("quiet", "ground", TEXT),
    Pair("quiet", "card", TEXT),
    Pair("link", "ground", TEXT),
    Pair("link", "card", TEXT),
    Pair("label", "button", TEXT),
    Pair("alert-text", "alert", TEXT),
    Pair("note-text", "note", TEXT),
    Pair("alert-line", "card", OUTLINE),
    Pair("edge", "card", OUTLINE),
    Pair("button", "card", OUTLINE),
    Pair("link", "alert", OUTLINE),
    Pair("link", "note", OUTLINE),
    Pair("alert-line", "alert", OUTLINE),
    Pair("note-line", "note", OUTLINE),
];

/// A pair of colours with too little contrast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LowContrast {
    scheme: Scheme,
    one: &'static str,
    other: &'static str,
    ratio: f64,
    least: f64,
}

impl fmt::Display for LowContrast {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, one, other, ratio, least } = self;
        // Rounded down, so that no ratio looks as if it were enough.
        let ratio = (ratio * 100.0).floor() / 100.0;
        let scheme = scheme.as_str();
        write!(
            to,
            "the {scheme} colours {one} and {other} have a contrast of {ratio:.2}, and need {least} (WCAG 2.2 AA)"
        )
    }
}

/// The colours of one scheme that a deployment chose.
#[derive(Clone, Debug)]
pub(crate) struct Palette {
    pub(crate) scheme: Scheme,
    pub(crate) chosen: BTreeMap<&'static str, Colour>,
}

impl Palette {
    /// Returns the colour of a name: the chosen one, or else the one of the stylesheet.
    pub(crate) fn colour(&self, name: &str) -> Option<Colour> {
        let usual = || {
            let (_, after) = self.scheme.block().split_once(&format!("--{name}: "))?;
            Colour::parse(after.get(..7)?)
        };
        self.chosen.get(name).copied().or_else(usual)
    }

    /// Returns the first pair that cannot be told apart well.
    pub(crate) fn low_contrast(&self) -> Option<LowContrast> {
        let scheme = self.scheme;
        PAIRS.iter().find_map(|&Pair(one, other, least)| {
            let ratio = self.colour(one)?.contrast(self.colour(other)?);
            (ratio < least).then_some(LowContrast { scheme, one, other, ratio, least })
        })
    }

    /// Returns the rule that puts the chosen colours in the place of the usual ones; empty if none was chosen.
    pub(crate) fn rule(&self) -> String {
        if self.chosen.is_empty() {
            return String::new();
        }
        let colours: Vec<String> = self.chosen.iter().map(|(name, colour)| format!("--{name}: {colour};")).collect();
        format!("@media {} {{ :root {{ {} }} }}\n", self.scheme.query(), colours.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn palette(scheme: Scheme, chosen: &[(&'static str, &str)]) -> Palette {
        let chosen = chosen.iter().map(|(name, colour)| (*name, Colour::parse(colour).unwrap())).collect();
        Palette { scheme, chosen }
    }

    #[test]
    fn a_colour_is_six_digits_and_nothing_else() {
        assert_eq!(Colour::parse("#1D4cb8").map(|colour| colour.to_string()), Some("#1d4cb8".to_owned()));
        for bad in ["", "#", "1d4cb8", "#1d4cb", "#1d4cb80", "#1d4cbg", "#+d4cb8", "red", "#1d4cb8;", "#é1d4c"] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let [black, white, grey] = ["#000000", "#ffffff", "#777777"].map(|text| Colour::parse(text).unwrap());
        assert!((black.contrast(white) - 21.0).abs() < 1e-9 && (white.contrast(black) - 21.0).abs() < 1e-9);
        // The usual example of a grey that just misses.
        assert!((grey.contrast(white) - 4.478).abs() < 1e-3);
    }

    #[test]
    fn the_usual_colours_are_known_by_name_and_have_contrast() {
        for scheme in Scheme::ALL {
            let usual = palette(scheme, &[]);
            let paired = PAIRS.iter().flat_map(|Pair(one, other, _)| [*one, *other]);
            for name in COLOURS.into_iter().chain(paired) {
                assert!(usual.colour(name).is_some(), "{scheme:?}: {name}");
            }
            assert_eq!(usual.low_contrast(), None);
            assert_eq!(usual.rule(), "");
        }
        let [light, dark] = Scheme::ALL.map(|scheme| palette(scheme, &[]).colour("card"));
        assert_eq!([light, dark], ["#ffffff", "#1a2029"].map(Colour::parse));
    }

    #[test]
    fn a_pair_with_too_little_contrast_is_named_with_its_ratio() {
        let pale = palette(Scheme::Light, &[("button", "#ff8800")]).low_contrast().unwrap().to_string();
        assert!(
            pale.contains("light colours label and button") && pale.contains("2.39") && pale.contains("4.5"),
            "{pale}"
        );
        let hidden = palette(Scheme::Dark, &[("card", "#9cbcff")]).low_contrast().unwrap().to_string();
        assert!(hidden.contains("dark colours text and card"), "{hidden}");
        let fixed = palette(Scheme::Light, &[("card", "#ffffff"), ("edge", "#cccccc")]).low_contrast().unwrap();
        assert_eq!((fixed.one, fixed.other, fixed.least), ("edge", "card", 3.0));
        assert_eq!(palette(Scheme::Light, &[("button", "#7a1f5c"), ("link", "#7a1f5c")]).low_contrast(), None);
    }

    #[test]
    fn chosen_colours_become_one_rule_of_their_scheme() {
        let chosen = palette(Scheme::Light, &[("link", "#7A1F5C"), ("button", "#7a1f5c")]);
        let rule = "@media not all and (prefers-color-scheme: dark) { :root { --button: #7a1f5c;--link: #7a1f5c; } }\n";
        assert_eq!(chosen.rule(), rule);
    }
}
