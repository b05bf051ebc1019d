//! Cookies: their names, and how they are set and deleted.

use grants::Seconds;
use http::{HeaderValue, header};

use crate::http::response::Response;

/// The session cookie of a signed-in person. With `__Host-`, the browser restricts it to this host, to TLS and to
/// the path `/`.
pub const SESSION_COOKIE: &str = "__Host-jeton-session";
/// The device cookie of a browser used for a successful sign-in: wrong guesses from elsewhere do not lock it out.
pub const DEVICE_COOKIE: &str = "__Host-jeton-device";
/// The cookie of a browser that has not signed in.
pub const VISIT_COOKIE: &str = "__Host-jeton-visit";

/// Sets a cookie that outlives the browser session; `age` is in seconds.
pub fn set_lasting_cookie(response: Response, name: &str, value: &str, age: Seconds) -> Response {
    set_cookie(response, name, &format!("{value}; Max-Age={age}"))
}

/// Deletes a cookie in the browser.
pub fn forget_cookie(response: Response, name: &str) -> Response {
    set_lasting_cookie(response, name, "", 0)
}

/// Sets a cookie for the browser session (C035).
pub fn set_cookie(mut response: Response, name: &str, value: &str) -> Response {
    let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
