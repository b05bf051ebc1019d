//! Incoming requests at the level of HTTP.

use std::net::IpAddr;

use grants::Refusal;
use http::{Method, header};
use keys::{HandleKeys, HandleKind};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};
use protocol::{
    BearerError, MAX_FORM_BYTES, MalformedForm, Parameters, PresentedToken, Secret, TokenErrorCode, TokenScheme,
};
use sessions::SessionHandle;

use crate::http::cookies::{Cookie, CookieRule};
use crate::http::failure::Failure;
use crate::log::request_log::RequestLog;

/// The header of a proof (RFC 9449 §4.1).
const DPOP: &str = "dpop";

/// An incoming HTTP request, with its log.
#[derive(Clone, Copy)]
pub struct Incoming<'a> {
    request: &'a Request,
    log: &'a RequestLog,
}

impl<'a> Incoming<'a> {
    /// Wraps the request that the gateway sent; its handling is recorded in `log`.
    pub const fn new(request: &'a Request, log: &'a RequestLog) -> Self {
        Self { request, log }
    }

    /// Returns the log of the request.
    pub const fn log(&self) -> &'a RequestLog {
        self.log
    }

    /// Returns the address that the gateway saw; headers about it are not trusted (C040).
    pub fn source(&self) -> Option<IpAddr> {
        source_of(self.request)
    }

    /// Returns the method of the request; that of `HEAD` is `GET`, because both have the same response.
    pub fn method(&self) -> &'a Method {
        if self.is_head() { &Method::GET } else { self.request.method() }
    }

    /// Returns the name of the method as it was sent, which may be `HEAD`.
    pub fn sent_method(&self) -> &'a str {
        self.request.method().as_str()
    }

    /// Returns whether only the head of the response is wanted. Such a request changes nothing (RFC 9110 §9.2.1).
    pub fn is_head(&self) -> bool {
        self.request.method() == Method::HEAD
    }

    /// Returns the path of the request.
    pub fn path(&self) -> &'a str {
        self.request.uri().path()
    }

    /// Returns the raw query, without the question mark.
    pub fn query(&self) -> &'a str {
        self.request.uri().query().unwrap_or_default()
    }

    /// Returns a header's value, if it is text and occurs once.
    pub fn header(&self, name: header::HeaderName) -> Option<&'a str> {
        self.request.headers().get(name).and_then(|value| value.to_str().ok())
    }

    /// Parses the parameters of a form in the body.
    ///
    /// # Errors
    /// A [`Failure`] with `invalid_request` when the content type is another, the form is too large or not
    /// readable, or when a parameter of the protocol was sent in the query, where servers and proxies log it (C053,
    /// C064). Any other parameter of the query is ignored (RFC 6749 §3.2).
    pub fn form(&self) -> Result<Parameters, Failure> {
        if protocol::names_body_parameter(self.query()) {
            return Err(invalid("send parameters in the body, not in the query", "query_parameters"));
        }
        self.body_form()
    }

    /// Parses the form in the body and ignores the query. No body without a content type is a form without parameters: a
    /// request to `/device_authorization` needs none (RFC 8628 §3.1).
    ///
    /// # Errors
    /// As [`Incoming::form`].
    pub fn body_form(&self) -> Result<Parameters, Failure> {
        let body: &[u8] = match self.request.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            Body::Empty | _ => &[],
        };
        let is_empty = body.is_empty() && !self.request.headers().contains_key(header::CONTENT_TYPE);
        if !is_empty && !self.is_form() {
            return Err(invalid("the content type must be application/x-www-form-urlencoded", "content_type"));
        }
        Ok(Parameters::parse(body)?)
    }

    /// Returns the access token of the request, if it has one (RFC 6750 §2.1, §2.2). A token in the query, where it
    /// is logged, is not accepted (§2.3).
    ///
    /// # Errors
    /// A [`Failure`] when the token or the form with it is malformed, or there are two.
    pub fn bearer_token(&self) -> Result<Option<Secret>, Failure> {
        let form = self.form_of_token()?;
        answered(protocol::bearer_token(self.header(header::AUTHORIZATION), form.as_ref()))
    }

    /// Returns the access token of the request with its scheme, if it has one (RFC 6750 §2.1, §2.2, RFC 9449 §7.1).
    ///
    /// # Errors
    /// A [`Failure`] when the token or the form with it is malformed, or there are two.
    pub fn presented_token(&self) -> Result<Option<PresentedToken>, Failure> {
        let form = self.form_of_token()?;
        answered(protocol::presented_token(self.header(header::AUTHORIZATION), form.as_ref()))
    }

    /// Returns the content of the `DPoP` header, if there is one.
    ///
    /// # Errors
    /// A [`Failure`] with `invalid_dpop_proof` when there are several, or it is not text (RFC 9449 §4.3).
    pub fn dpop_proof(&self) -> Result<Option<&'a str>, Failure> {
        let mut headers = self.request.headers().get_all(DPOP).iter();
        match (headers.next().map(|value| value.to_str()), headers.next()) {
            (None, _) => Ok(None),
            (Some(Ok(proof)), None) => Ok(Some(proof)),
            (Some(_), _) => Err(Refusal::DpopProofMalformed.into()),
        }
    }

    /// Returns whether the request has a `DPoP` header, good or bad.
    pub fn has_dpop_proof(&self) -> bool {
        self.request.headers().contains_key(DPOP)
    }

    fn form_of_token(self) -> Result<Option<Parameters>, Failure> {
        if self.method() != Method::POST || !self.is_form() {
            return Ok(None);
        }
        self.body_form().map(Some).map_err(Failure::of_token)
    }

    /// Returns the query of a GET, or the form of a POST, as text: an authorization request as it arrived.
    ///
    /// # Errors
    /// [`MalformedForm`] when it is too large, not UTF-8, or a POST without a form.
    pub fn query_or_body(&self) -> Result<&'a str, MalformedForm> {
        let text = match (self.method(), self.request.body()) {
            (&Method::POST, _) if !self.is_form() => return Err(MalformedForm::Encoding),
            (&Method::POST, Body::Text(text)) => text.as_bytes(),
            (&Method::POST, Body::Binary(bytes)) => bytes,
            (&Method::POST, _) => &[],
            _ => self.query().as_bytes(),
        };
        if text.len() > MAX_FORM_BYTES {
            return Err(MalformedForm::TooLarge);
        }
        std::str::from_utf8(text).map_err(|_| MalformedForm::Encoding)
    }

    /// Returns the body if its content type is JSON; the caller must check the syntax.
    pub fn json_body(&self) -> Option<&'a [u8]> {
        if !self.is_of("application/json") {
            return None;
        }
        match self.request.body() {
            Body::Text(text) => Some(text.as_bytes()),
            Body::Binary(bytes) => Some(bytes),
            Body::Empty | _ => Some(&[]),
        }
    }

    /// Returns whether the request names a media type in `Accept`. A range such as `*/*` does not name it, and one of the
    /// weight 0 refuses it (RFC 9110 §12.4.2).
    pub fn accepts(&self, media_type: &str) -> bool {
        let lines = self.request.headers().get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        lines.flat_map(|line| line.split(',')).any(|range| {
            let (named, parameters) = range.split_once(';').unwrap_or((range, ""));
            let mut weights = parameters.split(';').filter_map(|parameter| parameter.trim().split_once('='));
            let is_refused = weights.any(|(name, value)| {
                name.trim_end().eq_ignore_ascii_case("q") && value.trim_start().parse::<f32>().is_ok_and(|q| q <= 0.0)
            });
            named.trim().eq_ignore_ascii_case(media_type) && !is_refused
        })
    }

    fn is_form(self) -> bool {
        self.is_of("application/x-www-form-urlencoded")
    }

    fn is_of(self, expected: &str) -> bool {
        let media_type = self.header(header::CONTENT_TYPE).unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case(expected)
    }

    /// Returns the value of the cookie with this name; `None` for HEAD, which is answered without cookies.
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        if self.is_head() {
            return None;
        }
        let cookies = self.request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Returns the session handle from the browser's cookie.
    pub fn session(&self, cookies: CookieRule, handles: &HandleKeys) -> Option<SessionHandle> {
        let value = self.cookie(cookies.name(Cookie::Session))?;
        SessionHandle::from_bytes(&handles.open(HandleKind::Session, value)?)
    }

    /// Returns whether the browser says that the request comes from another site. Browsers that send no such
    /// header are treated as same-site: the form's ticket decides.
    pub fn is_cross_site(&self) -> bool {
        let site = self.request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
        site.is_some_and(|site| site != "same-origin" && site != "none")
    }

    /// Returns whether a page posted the request to show its answer in the window. If the page is one of another site, the
    /// browser left the cookies out (`SameSite=Lax`). Programs send none of these headers, and a frame shows no page of this
    /// server.
    pub fn is_posted_page(&self) -> bool {
        let is_of_a_page = self.is_cross_site() || self.header(header::ORIGIN).is_some();
        let destination = self.request.headers().get("sec-fetch-dest");
        self.method() == Method::POST && is_of_a_page && destination.is_none_or(|name| name == "document")
    }

    /// Returns whether a person caused the request: on a page of this server, by an address that was typed or scanned, or by
    /// following a link of another site. A page of another site can cause any other request without its visitor. Programs
    /// and browsers that send no such headers are believed.
    pub fn is_own_act(&self) -> bool {
        let says = |name: &str, value: &[u8]| {
            self.request.headers().get(name).is_some_and(|said| said.as_bytes().eq_ignore_ascii_case(value))
        };
        let follows_a_link = || says("sec-fetch-user", b"?1") && says("sec-fetch-dest", b"document");
        !self.is_cross_site() || (self.request.method() == Method::GET && follows_a_link())
    }
}

/// Returns the address that the gateway saw.
pub(crate) fn source_of(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref()?.parse().ok(),
        Some(_) | None => None,
    }
}

fn answered<T>(token: Result<T, BearerError>) -> Result<Option<T>, Failure> {
    match token {
        Ok(token) => Ok(Some(token)),
        Err(BearerError::Missing) => Ok(None),
        Err(BearerError::Malformed(TokenScheme::Bearer)) => Err(Failure::token_malformed()),
        Err(BearerError::Malformed(TokenScheme::Dpop)) => Err(Failure::token_malformed().of_dpop_token()),
        Err(BearerError::Repeated(description)) => Err(Failure::token_repeated(description)),
    }
}

const fn invalid(description: &'static str, reason: &'static str) -> Failure {
    Failure::new(TokenErrorCode::InvalidRequest, description, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lambda::event::request_of;

    fn request(headers: &[(&str, &str)], uri: &str, body: Body) -> Request {
        let mut builder = http::Request::builder().method("POST").uri(uri);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(body).unwrap()
    }

    #[test]
    fn c040_the_source_is_what_the_gateway_saw_and_not_what_a_header_says() {
        let event = |source: &str| {
            serde_json::json!({
                "version": "2.0", "rawPath": "/token", "headers": {"x-forwarded-for": "203.0.113.9"},
                "requestContext": {"http": {"method": "POST", "sourceIp": source}},
            })
            .to_string()
        };
        let log = RequestLog::default();
        let source = |event: String| Incoming::new(&request_of(event.as_bytes()).unwrap(), &log).source();
        assert_eq!(source(event("192.0.2.1")), "192.0.2.1".parse().ok());
        assert_eq!(source(event("nowhere")), None);
    }

    #[test]
    fn c053_c161_a_form_has_its_content_type_and_nothing_of_it_in_the_query() {
        let form = ("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
        let log = RequestLog::default();
        let read = |headers: &[(&str, &str)], uri: &str, body| Incoming::new(&request(headers, uri, body), &log).form();
        assert!(read(&[form], "/token", Body::Text("a=b".to_owned())).unwrap().has("a"));
        assert!(read(&[form], "/token", Body::Binary(b"a=b".to_vec())).unwrap().has("a"));
        assert!(read(&[form], "/token?client-request-id=1", Body::Text("a=b".to_owned())).unwrap().has("a"));
        assert!(read(&[form], "/token?a=b&token=x", Body::Text("a=b".to_owned())).is_err());
        assert!(read(&[("content-type", "application/json")], "/token", Body::Text("{}".to_owned())).is_err());
        assert!(read(&[], "/token", Body::Text("a=b".to_owned())).is_err());
        assert!(!read(&[], "/token", Body::Empty).unwrap().has("a"));
        assert!(read(&[("content-type", "application/json")], "/token", Body::Empty).is_err());
        assert!(read(&[form], "/token", Body::Binary(vec![b'a'; 1 << 20])).is_err());
    }

    #[test]
    fn c172_head_has_the_response_of_get_and_is_nobodys() {
        let mut request = request(&[("cookie", "a=1")], "/", Body::Empty);
        *request.method_mut() = Method::HEAD;
        let log = RequestLog::default();
        let incoming = Incoming::new(&request, &log);
        assert_eq!((incoming.method(), incoming.is_head(), incoming.cookie("a")), (&Method::GET, true, None));
        *request.method_mut() = Method::GET;
        let incoming = Incoming::new(&request, &log);
        assert_eq!((incoming.method(), incoming.is_head(), incoming.cookie("a")), (&Method::GET, false, Some("1")));
    }

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let request = request(&[("cookie", "a=1; __Host-jeton-session=x=y;b=2")], "/", Body::Empty);
        let log = RequestLog::default();
        let incoming = Incoming::new(&request, &log);
        assert_eq!(incoming.cookie("__Host-jeton-session"), Some("x=y"));
        assert_eq!(incoming.cookie("b"), Some("2"));
        assert_eq!(incoming.cookie("jeton-session"), None);
    }

    #[test]
    fn a_media_type_is_named_whole_and_refused_by_the_weight_0() {
        let log = RequestLog::default();
        let accepts =
            |accept| Incoming::new(&request(&[("accept", accept)], "/", Body::Empty), &log).accepts("a/b+jwt");
        for accept in ["a/b+jwt", "text/html, A/B+JWT;q=0.1", "a/b+jwt; charset=x ;q=1"] {
            assert!(accepts(accept), "{accept}");
        }
        for refused in ["*/*", "a/*", "a/b", "a/b+jwt;q=0", "a/b+jwt; Q=0.000", "a/b+jwt;x=y; q = 0"] {
            assert!(!accepts(refused), "{refused}");
        }
    }

    #[test]
    fn another_site_causes_a_request_of_its_visitor_only_by_a_link_that_is_followed() {
        let log = RequestLog::default();
        let by = |method: Method, headers: &[(&str, &str)]| {
            let mut request = request(headers, "/", Body::Empty);
            *request.method_mut() = method;
            Incoming::new(&request, &log).is_own_act()
        };
        let own = |headers: &[(&str, &str)]| by(Method::GET, headers);
        let (elsewhere, user) = (("sec-fetch-site", "cross-site"), ("sec-fetch-user", "?1"));
        assert!(own(&[]) && own(&[("sec-fetch-site", "none")]) && own(&[("sec-fetch-site", "same-origin")]));
        assert!(own(&[elsewhere, user, ("sec-fetch-dest", "document")]));
        assert!(!by(Method::POST, &[elsewhere, user, ("sec-fetch-dest", "document")]));
        assert!(!own(&[elsewhere]) && !own(&[elsewhere, ("sec-fetch-dest", "document")]));
        assert!(
            !own(&[elsewhere, ("sec-fetch-dest", "image")]) && !own(&[elsewhere, user, ("sec-fetch-dest", "iframe")])
        );
    }

    #[test]
    fn a_browser_that_says_cross_site_is_believed() {
        let log = RequestLog::default();
        let said = |site| Incoming::new(&request(&[("sec-fetch-site", site)], "/", Body::Empty), &log).is_cross_site();
        assert!(said("cross-site") && said("same-site"));
        assert!(!said("same-origin") && !said("none"));
        assert!(!Incoming::new(&request(&[], "/", Body::Empty), &log).is_cross_site());
    }
}
