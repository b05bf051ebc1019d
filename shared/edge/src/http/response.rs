//! Responses: status lines and headers.
//!
//! # What protects the pages
//! The content security policy of a page with a form has no `form-action`. Chromium and WebKit apply it to every redirect
//! that follows the form, so it would stop an app whose callback redirects on, to another origin or to a scheme of an app,
//! and no list can name where an app sends its users (C169). What `form-action` would hold, a form that markup of an
//! attacker adds to the page or changes, does not come about:
//! - Every value on a page is escaped by the template engine, there is no script (`default-src 'none'`) but those two that
//!   are allowed by their hashes, and no `<base>`.
//! - Forms are posted to paths of this site, which the templates refuse to render otherwise, and only the page of
//!   `form_post` posts to the registered redirect URI.
//! - A form that is posted counts only with its ticket, in the same browser, for the same request and for half an hour, a
//!   consent form once; and not if the browser says that another site sent it (`Sec-Fetch-Site`).
//! - No page can be framed (`frame-ancestors`, `X-Frame-Options`).
//!
//! The consent page of a client with a logo may show an image, and so may all pages of a deployment with a logo of its own:
//! their policy allows `data:` URLs for images, which load nothing. Pages without a form have `form-action 'none'`. No page has `Cross-Origin-Opener-Policy`: in a popup it
//! would cut the app off from its window, which then looks closed (C168). An opener can navigate the popup or close it, and
//! read nothing.

use http::header::{self, HeaderName};
use http::{HeaderValue, StatusCode};
use lambda_http::Body;
use serde::Serialize;

use crate::log::lines::trouble;

/// A response that is sent to the gateway.
pub type Response = http::Response<Body>;

/// The media type of signed introspection responses (RFC 9701 §4).
pub const INTROSPECTION_JWT: &str = "application/token-introspection+jwt";

/// The headers of every response: no caching, no content sniffing, no referrer, and TLS only (C039, C055).
const ALWAYS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000"),
];
/// Passkeys are used by this site's own pages, and by no frame in them.
const PASSKEYS_HERE: &str = "publickey-credentials-get=(self), publickey-credentials-create=(self)";
/// Strict-Transport-Security for the issuer's host and its subdomains, if the deployment asks for it.
const WITH_SUBDOMAINS: &str = "max-age=63072000; includeSubDomains";

/// Requires TLS of the subdomains too.
pub(crate) fn include_subdomains(response: &mut Response) {
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(WITH_SUBDOMAINS));
}

/// The directive of a page with a picture, which is part of the page (CSP Level 3 §2.3.1).
const PICTURES: &str = "img-src data:; ";

/// Builds a response with a JSON document.
pub fn json(status: StatusCode, document: &impl Serialize) -> Response {
    // Large enough for a response with three tokens, so that it does not grow step by step.
    let mut text = Vec::with_capacity(2048);
    let written = serde_json::to_writer(&mut text, document).ok().and_then(|()| String::from_utf8(text).ok());
    match written {
        Some(text) => build(status, "application/json", text),
        None => build(StatusCode::INTERNAL_SERVER_ERROR, "application/json", "{\"error\":\"server_error\"}".to_owned()),
    }
}

/// Builds a response with a signed document (RFC 7519 §10.3.1).
pub fn jwt(text: String) -> Response {
    build(StatusCode::OK, "application/jwt", text)
}

/// Builds a response with a signed introspection document (RFC 9701 §5).
pub fn introspection_jwt(text: String) -> Response {
    build(StatusCode::OK, INTROSPECTION_JWT, text)
}

/// Builds a page that posts a form to another site by itself: it may run this one script, and nothing else.
pub fn form_post(page: Result<String, pages::Unrenderable>) -> Response {
    page_with(StatusCode::OK, page, &format!("script-src {}; ", pages::script_source()))
}

/// Builds a page with a form, and with the form for a passkey if one is `offered`: then it may run that form's script.
pub fn html_with_passkey(status: StatusCode, page: Result<String, pages::Unrenderable>, offered: bool) -> Response {
    if !offered {
        return html_with_form(status, page);
    }
    let mut response = page_with(status, page, &format!("script-src {}; ", pages::passkey_script_source()));
    response.headers_mut().insert("permissions-policy", HeaderValue::from_static(PASSKEYS_HERE));
    response
}

/// Builds a page without a form.
pub fn html(status: StatusCode, page: Result<String, pages::Unrenderable>) -> Response {
    page_with(status, page, "form-action 'none'; ")
}

/// Builds a page with a form, whose answer may be a redirect to an app, and from there to anywhere.
pub fn html_with_form(status: StatusCode, page: Result<String, pages::Unrenderable>) -> Response {
    page_with(status, page, "")
}

/// Builds a page with a form and a picture.
pub fn html_with_form_and_picture(page: Result<String, pages::Unrenderable>) -> Response {
    page_with(StatusCode::OK, page, PICTURES)
}

/// Builds a page under a content security policy that allows its style and contains the directives in `more`.
fn page_with(status: StatusCode, page: Result<String, pages::Unrenderable>, more: &str) -> Response {
    let page = match page {
        Ok(page) => page,
        Err(error) => {
            trouble("a page could not be made", &error);
            return build(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", "server error".to_owned());
        }
    };
    let mut response = build(status, "text/html; charset=utf-8", page);
    let brand = pages::worn();
    // The deployment's logo is on every page.
    let logo = if brand.has_logo() && more != PICTURES { PICTURES } else { "" };
    let policy = format!(
        "default-src 'none'; style-src {}; {logo}{more}base-uri 'none'; frame-ancestors 'none'",
        brand.style_source(),
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if let Ok(language) = HeaderValue::from_str(pages::spoken().tag()) {
        headers.insert(header::CONTENT_LANGUAGE, language);
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

/// Builds a redirect with 303, which drops method and body (C023). One to a page of this site keeps the language that the
/// request asks for.
pub fn redirect(location: &str) -> Response {
    let mut response = build(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", String::new());
    let kept = location.starts_with('/').then(|| pages::kept(location));
    match HeaderValue::from_str(kept.as_deref().unwrap_or(location)) {
        Ok(value) => {
            response.headers_mut().insert(header::LOCATION, value);
        }
        // Cannot happen: every URI that was parsed is a valid header value.
        Err(_) => *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR,
    }
    response
}

/// Adds the nonce for the client's next proof (RFC 9449 §8.2). There is never a second one.
pub fn with_dpop_nonce(mut response: Response, nonce: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(nonce) {
        response.headers_mut().insert("dpop-nonce", value);
    }
    response
}

/// Builds a 204, a response without content.
pub fn no_content() -> Response {
    empty(StatusCode::NO_CONTENT)
}

/// Builds a response with an empty body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = build(status, "text/plain", String::new());
    response.headers_mut().remove(header::CONTENT_TYPE);
    response
}

fn build(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(if body.is_empty() { Body::Empty } else { Body::Text(body) });
    *response.status_mut() = status;
    let headers = response.headers_mut();
    // With room for the headers that are added later.
    headers.reserve(2 * ALWAYS.len());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
