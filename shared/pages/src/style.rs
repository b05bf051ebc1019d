//! The only stylesheet, and the hash by which a content security policy allows it.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

/// The stylesheet, exactly as it appears between `<style>` and `</style>` on every page.
pub const SHEET: &str = include_str!("../templates/style.css");

static SOURCE: LazyLock<String> = LazyLock::new(|| source_of(SHEET));

/// Returns the source expression that allows the pages' stylesheet, `'sha256-...'` with its quotes (CSP Level 3
/// §2.3.1), for use after `style-src`.
pub fn style_source() -> &'static str {
    &SOURCE
}

/// Returns the source expression that allows an inline text, for use after `script-src` or `style-src`.
pub fn source_of(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the colour of `name` in a block of custom properties, as red, green and blue.
    fn colour(block: &str, name: &str) -> [f64; 3] {
        let after = block.split_once(&format!("--{name}: #")).unwrap().1;
        [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&after[at..at + 2], 16).unwrap()) / 255.0)
    }

    /// Computes the "relative luminance" of WCAG 2.2.
    fn luminance(colour: [f64; 3]) -> f64 {
        let [r, g, b] = colour.map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn contrast(block: &str, one: &str, other: &str) -> f64 {
        let [a, b] = [one, other].map(|name| luminance(colour(block, name)));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_outlines_have_contrast_in_light_and_dark() {
        let (light, dark) = SHEET.split_once("@media (prefers-color-scheme: dark)").unwrap();
        let text = [
            ("text", "card"),
            ("quiet", "card"),
            ("quiet", "ground"),
            ("link", "card"),
            ("label", "button"),
            ("text", "code"),
            ("alert-text", "alert"),
            ("note-text", "note"),
        ];
        let outlines =
            [("edge", "card"), ("button", "card"), ("link", "card"), ("alert-line", "card"), ("note-line", "note")];
        for (scheme, block) in [("light", light), ("dark", dark)] {
            for (one, other) in text {
                assert!(contrast(block, one, other) >= 4.5, "{scheme}: {one} on {other}");
            }
            for (one, other) in outlines {
                assert!(contrast(block, one, other) >= 3.0, "{scheme}: {one} on {other}");
            }
        }
    }

    #[test]
    fn the_stylesheet_loads_nothing_and_survives_html_parsing() {
        // A parser turns CR LF into LF before it computes the hash, and ends the element at `</`.
        for forbidden in ["url(", "@import", "\r", "</", "\0"] {
            assert!(!SHEET.contains(forbidden), "{forbidden:?}");
        }
    }

    #[test]
    fn the_source_expression_is_the_base64_of_sha_256() {
        // FIPS 180-4: the digest of the empty message.
        assert_eq!(source_of(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
        assert_eq!(style_source(), source_of(SHEET));
    }
}
