//! The stylesheet, and the hash by which a content security policy allows it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

/// The stylesheet of every page, which a deployment may follow with its own colours.
pub const SHEET: &str = include_str!("../templates/style.css");

/// Returns the source expression that allows an inline text, for use after `script-src` or `style-src`.
pub fn source_of(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
