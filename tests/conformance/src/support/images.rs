//! Images that can be logos.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A GIF image of one pixel, whose colour is `shade`.
pub(crate) fn gif(shade: u8) -> Vec<u8> {
    let colours = [[shade; 3], [255; 3]].concat();
    let pixel = b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    [b"GIF89a\x01\0\x01\0\x80\0\0", &*colours, pixel].concat()
}

/// Returns the tag by which a page shows a GIF image.
pub(crate) fn tag(image: &[u8]) -> String {
    format!("<img class=\"logo\" src=\"data:image/gif;base64,{}\" alt=\"\">", STANDARD.encode(image))
}
