//! Logos of clients: small raster images, which a browser shows without running anything.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use imagesize::{ImageType, blob_size, image_type};
use sha2::{Digest as _, Sha256};

/// The size limit of a logo, in bytes.
pub const MAX_LOGO_BYTES: usize = 64 * 1024;
/// The most pixels of its width and of its height: a few bytes could otherwise unpack to gigabytes.
const MAX_PIXELS: usize = 2048;

/// The logo of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    kind: LogoType,
    bytes: Vec<u8>,
}

/// The types of images that a logo can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoType {
    /// The media type `image/png`.
    Png,
    /// The media type `image/jpeg`.
    Jpeg,
    /// The media type `image/webp`.
    WebP,
    /// The media type `image/gif`.
    Gif,
}

/// The facts that are kept with a client about its logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogoFacts {
    /// The type of the image.
    pub kind: LogoType,
    /// The number of bytes.
    pub size: u32,
    /// The SHA-256 hash of the bytes.
    pub digest: [u8; 32],
}

/// The reasons why bytes are no logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedLogo {
    /// There are too many bytes.
    #[error("it is larger than 64 KiB")]
    TooLarge,
    /// The bytes are no image, or one of another type.
    #[error("it is no PNG, JPEG, WebP or GIF image")]
    NotAnImage,
    /// The image has too many pixels, or none.
    #[error("it is not between 1 and 2048 pixels wide and high")]
    Pixels,
}

/// The error for a text that [`LogoFacts`] did not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not what is kept about a logo")]
pub struct MalformedLogoFacts;

impl Logo {
    /// Reads an image. The type is that of its content, whatever its name or its server says.
    ///
    /// # Errors
    /// [`MalformedLogo`] gives the reason why it is no logo.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, MalformedLogo> {
        if bytes.len() > MAX_LOGO_BYTES {
            return Err(MalformedLogo::TooLarge);
        }
        let kind = image_type(&bytes).ok().and_then(LogoType::of).ok_or(MalformedLogo::NotAnImage)?;
        let size = blob_size(&bytes).map_err(|_| MalformedLogo::NotAnImage)?;
        let fits = |pixels| (1..=MAX_PIXELS).contains(&pixels);
        if fits(size.width) && fits(size.height) { Ok(Self { kind, bytes }) } else { Err(MalformedLogo::Pixels) }
    }

    /// Wraps the bytes of a logo that was parsed before, if `facts` are about them.
    pub fn of_facts(facts: &LogoFacts, bytes: Vec<u8>) -> Option<Self> {
        let logo = Self { kind: facts.kind, bytes };
        (logo.facts() == *facts).then_some(logo)
    }

    /// Returns the facts to keep about it.
    pub fn facts(&self) -> LogoFacts {
        let size = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        LogoFacts { kind: self.kind, size, digest: Sha256::digest(&self.bytes).into() }
    }

    /// The type of the image.
    pub const fn kind(&self) -> LogoType {
        self.kind
    }

    /// The bytes of the image.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl LogoType {
    const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::WebP, Self::Gif];

    fn of(found: ImageType) -> Option<Self> {
        let known = [
            (ImageType::Png, Self::Png),
            (ImageType::Jpeg, Self::Jpeg),
            (ImageType::Webp, Self::WebP),
            (ImageType::Gif, Self::Gif),
        ];
        known.into_iter().find(|(kind, _)| *kind == found).map(|(_, kind)| kind)
    }

    /// The name of the media type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }
}

impl LogoFacts {
    /// Reads the format that `Display` writes.
    ///
    /// # Errors
    /// [`MalformedLogoFacts`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedLogoFacts> {
        Self::read(text).ok_or(MalformedLogoFacts)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (kind, size, digest) = (parts.next()?, parts.next()?, parts.next()?);
        let kind = LogoType::ALL.into_iter().find(|known| known.as_str() == kind)?;
        let digest = URL_SAFE_NO_PAD.decode(digest).ok()?.try_into().ok()?;
        parts.next().is_none().then_some(Self { kind, size: size.parse().ok()?, digest })
    }
}

impl fmt::Display for LogoFacts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.kind.as_str(), self.size, URL_SAFE_NO_PAD.encode(self.digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        [&header[..], &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x06\0\0\0"].concat()
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let frame = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08";
        [&frame[..], &height.to_be_bytes(), &width.to_be_bytes(), b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01"].concat()
    }

    fn webp(width: u32) -> Vec<u8> {
        let header = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f";
        [&header[..], &(width - 1).to_le_bytes(), b"\x07\x10\0\0\0\0\0\0"].concat()
    }

    fn gif(width: u16, height: u16) -> Vec<u8> {
        [b"GIF89a", &width.to_le_bytes()[..], &height.to_le_bytes(), b"\0\0\0;"].concat()
    }

    #[test]
    fn c119_a_logo_is_a_small_raster_image_by_its_content() {
        use MalformedLogo as M;
        let kind = |bytes: Vec<u8>| Logo::parse(bytes).map(|logo| logo.kind().as_str());
        for (bytes, expected) in [
            (png(1, 2048), "image/png"),
            (jpeg(640, 480), "image/jpeg"),
            (webp(16), "image/webp"),
            (gif(48, 48), "image/gif"),
            ([png(9, 9), vec![0; MAX_LOGO_BYTES - png(9, 9).len()]].concat(), "image/png"),
        ] {
            assert_eq!(kind(bytes), Ok(expected));
        }
        for (bytes, fault) in [
            (Vec::new(), M::NotAnImage),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec(), M::NotAnImage),
            (b"<!doctype html><script>alert(1)</script>".to_vec(), M::NotAnImage),
            (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0".to_vec(), M::NotAnImage),
            (png(9, 9)[..12].to_vec(), M::NotAnImage),
            (gif(9, 9)[..7].to_vec(), M::NotAnImage),
            (png(2049, 1), M::Pixels),
            (png(1, 4_000_000_000), M::Pixels),
            (gif(0, 9), M::Pixels),
            (vec![0; MAX_LOGO_BYTES + 1], M::TooLarge),
        ] {
            assert_eq!(kind(bytes.clone()), Err(fault), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_kept_about_a_logo_is_read_again_and_fits_its_bytes_only() {
        let logo = Logo::parse(gif(48, 32)).unwrap();
        let facts = logo.facts();
        assert_eq!((facts.kind, facts.size), (LogoType::Gif, 14));
        assert_eq!(LogoFacts::parse(&facts.to_string()), Ok(facts));
        assert_eq!(Logo::of_facts(&facts, logo.bytes().to_vec()), Some(logo));
        assert_eq!(Logo::of_facts(&facts, gif(48, 33)), None);
        assert_eq!(Logo::of_facts(&LogoFacts { kind: LogoType::Png, ..facts }, png(1, 1)), None);
        let text = facts.to_string();
        for bad in ["", "image/svg+xml 14 x", &text[..text.len() - 1], &format!("{text} x"), &text.replace("14", "-1")]
        {
            assert_eq!(LogoFacts::parse(bad), Err(MalformedLogoFacts), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_logo_or_not_and_nothing_panics(
            start in proptest::sample::select(vec![png(9, 9), jpeg(9, 9), webp(9), gif(9, 9)]),
            rest in proptest::collection::vec(proptest::num::u8::ANY, 0..200),
            cut in 0_usize..40,
        ) {
            let bytes = [&start[..cut.min(start.len())], &rest].concat();
            if let Ok(logo) = Logo::parse(bytes.clone()) {
                proptest::prop_assert_eq!(logo.bytes(), &*bytes);
                proptest::prop_assert_eq!(LogoFacts::parse(&logo.facts().to_string()), Ok(logo.facts()));
            }
        }
    }
}
