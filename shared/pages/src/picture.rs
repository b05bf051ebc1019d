//! Pictures on a page.

use std::fmt;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;

/// A raster image. It is part of the page, so that the browser loads nothing from elsewhere.
#[derive(Clone, Copy)]
pub struct Picture<'a> {
    /// The media type, such as `image/png`.
    pub media_type: &'static str,
    /// The bytes of the image.
    pub bytes: &'a [u8],
}

impl fmt::Display for Picture<'_> {
    /// Writes the picture as a URL (RFC 2397).
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "data:{};base64,{}", self.media_type, Base64Display::new(self.bytes, &STANDARD))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_a_url_with_all_its_bytes() {
        let picture = Picture { media_type: "image/gif", bytes: b"GIF89a\"><script>" };
        assert_eq!(picture.to_string(), "data:image/gif;base64,R0lGODlhIj48c2NyaXB0Pg==");
    }
}
