//! Cookies: their names, and how they are set and deleted.
//!
//! With an https issuer, cookies are `Secure` and have the prefix `__Host-`: the browser restricts them to this host, to
//! TLS and to the path `/`. An http issuer, which can only be on the loopback interface (C116), has cookies without
//! either, because WebKit drops `Secure` cookies there (C170). The issuer alone decides; there is no switch.

use grants::Seconds;
use http::{HeaderValue, header};
use protocol::Resource;

use crate::http::response::Response;

/// A cookie of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session of a signed-in person.
    Session,
    /// A browser used for a successful sign-in: wrong guesses from elsewhere do not lock it out.
    Device,
    /// A browser that has not signed in.
    Visit,
    /// A browser in which a person went from the request of an app or a device to the account: the way back.
    WayBack,
}

/// The protection of all cookies, which follows from the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieRule {
    /// Cookies for TLS and this host only.
    Https,
    /// Cookies of a developer's own machine, where there is no TLS.
    Loopback,
}

impl CookieRule {
    /// Returns the rule for the cookies of an issuer.
    pub fn of(issuer: &Resource) -> Self {
        if issuer.as_str().starts_with("http://") { Self::Loopback } else { Self::Https }
    }

    /// The name of a cookie in the browser.
    pub const fn name(self, cookie: Cookie) -> &'static str {
        match (self, cookie) {
            (Self::Https, Cookie::Session) => "__Host-jeton-session",
            (Self::Https, Cookie::Device) => "__Host-jeton-device",
            (Self::Https, Cookie::Visit) => "__Host-jeton-visit",
            (Self::Https, Cookie::WayBack) => "__Host-jeton-way-back",
            (Self::Loopback, Cookie::WayBack) => "jeton-way-back",
            (Self::Loopback, Cookie::Session) => "jeton-session",
            (Self::Loopback, Cookie::Device) => "jeton-device",
            (Self::Loopback, Cookie::Visit) => "jeton-visit",
        }
    }

    /// Sets a cookie for the browser session (C035).
    pub fn set(self, mut response: Response, cookie: Cookie, value: &str) -> Response {
        let secure = match self {
            Self::Https => " Secure;",
            Self::Loopback => "",
        };
        let cookie = format!("{}={value}; Path=/;{secure} HttpOnly; SameSite=Lax", self.name(cookie));
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// Sets a cookie that outlives the browser session; `age` is in seconds.
    pub fn set_lasting(self, response: Response, cookie: Cookie, value: &str, age: Seconds) -> Response {
        self.set(response, cookie, &format!("{value}; Max-Age={age}"))
    }

    /// Deletes a cookie in the browser.
    pub fn forget(self, response: Response, cookie: Cookie) -> Response {
        self.set_lasting(response, cookie, "", 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::response::no_content;

    #[test]
    fn c035_c170_only_an_http_issuer_has_cookies_without_tls() {
        let rule = |issuer: &str| CookieRule::of(&Resource::parse(issuer).unwrap());
        assert_eq!(rule("https://issuer.example"), CookieRule::Https);
        assert_eq!(rule("https://127.0.0.1:9000"), CookieRule::Https);
        for issuer in ["http://127.0.0.1:9000", "http://localhost:9000/a", "http://[::1]"] {
            assert_eq!(rule(issuer), CookieRule::Loopback, "{issuer}");
        }
        let set = |rule: CookieRule| {
            let response = rule.set_lasting(no_content(), Cookie::Visit, "v", 7);
            response.headers().get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned()
        };
        let https = "__Host-jeton-visit=v; Max-Age=7; Path=/; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(set(CookieRule::Https), https);
        assert_eq!(set(CookieRule::Loopback), "jeton-visit=v; Max-Age=7; Path=/; HttpOnly; SameSite=Lax");
        for cookie in [Cookie::Session, Cookie::Device, Cookie::Visit, Cookie::WayBack] {
            let plain = CookieRule::Loopback.name(cookie);
            assert_eq!(CookieRule::Https.name(cookie), format!("__Host-{plain}"));
        }
    }
}
