//! The QR code of a device, as an SVG picture.

use askama::Template;
use pages::QrPicture;
use protocol::UserCode;

use crate::dev::explorer::facts::Facts;

/// The picture of `verification_uri_complete`, with the margin that cameras need.
#[derive(Template)]
#[template(
    source = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"qr\" role=\"img\" aria-label=\"QR code of {{ address }}\" viewBox=\"0 0 {{ size }} {{ size }}\"><rect width=\"{{ size }}\" height=\"{{ size }}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{{ path }}\"/></svg>",
    ext = "html"
)]
pub(crate) struct DeviceQr {
    address: String,
    size: usize,
    path: String,
}

impl DeviceQr {
    /// Draws the address at which a person enters this code; `None` if the text is no code.
    pub(crate) fn of(user_code: &str, facts: &Facts) -> Option<Self> {
        let code = UserCode::parse(user_code).ok()?;
        let address = format!("{}/device?user_code={code}", facts.issuer);
        let picture = QrPicture::of(&address)?;
        Some(Self { address, size: picture.size(), path: picture.path().to_owned() })
    }
}
