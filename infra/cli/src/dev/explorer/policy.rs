//! The content security policy of the explorer's pages, and the script and the style that it allows by their hashes.

use edge::{Error, Response, html};
use http::{HeaderValue, StatusCode, header};

/// The script of all pages, which uses no library and requests nothing from another origin.
pub(crate) const SCRIPT: &str = concat!(
    "'use strict';\n",
    include_str!("script/values.js"),
    include_str!("script/wire.js"),
    include_str!("script/tokens.js"),
    include_str!("script/signing.js"),
    include_str!("script/steps.js"),
    include_str!("script/attacks.js"),
    include_str!("script/page.js"),
);

/// The style that these pages have in addition to the style of all pages.
pub(crate) const SHEET: &str = include_str!("style.css");

/// Returns the policy: this script, these styles, and requests to this server.
pub(crate) fn policy() -> String {
    format!(
        "default-src 'none'; style-src {} {}; script-src {}; connect-src 'self'; form-action 'none'; base-uri 'none'; \
         frame-ancestors 'none'",
        pages::source_of(pages::SHEET),
        pages::source_of(SHEET),
        pages::source_of(SCRIPT),
    )
}

/// Builds the response with a picture.
pub(crate) fn picture(svg: &impl askama::Template) -> Result<Response, Error> {
    let mut response = page(svg)?;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    Ok(response)
}

/// Builds the response with a page.
pub(crate) fn page(page: &impl askama::Template) -> Result<Response, Error> {
    let mut response = html(StatusCode::OK, Ok(page.render()?));
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy())?);
    Ok(response)
}
