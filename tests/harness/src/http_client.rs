//! A thin HTTP client that does nothing automatically: no redirects, no cookies, no corrections.

use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body_util::Full;
use serde_json::Value;
use url::Url;

use crate::proxy::Failure;
use crate::tls::TlsWay;
use crate::{RegisteredClient, TlsFront};

const FORM: &str = "application/x-www-form-urlencoded";
const TIMEOUT: std::time::Duration = std::time::Duration::from_mins(1);

/// A client for one server. Its connections belong to the runtime that created it: create one in each test.
#[derive(Clone, Debug)]
pub struct Http {
    way: Way,
    base: String,
}

/// The way to send requests.
#[derive(Clone, Debug)]
enum Way {
    Plain(reqwest::Client),
    Tls(TlsWay),
}

/// A request that is being built.
#[derive(Clone, Debug)]
#[must_use]
pub struct Ask {
    way: Way,
    method: Method,
    url: String,
    headers: HeaderMap,
    fields: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// An answer, read to its end.
#[derive(Clone)]
pub struct Reply {
    /// The HTTP status code.
    pub status: u16,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body of the answer, in full.
    pub body: Bytes,
}

impl Http {
    /// A client for the server at `base`, a URL without a slash at the end.
    pub fn new(base: &str) -> Self {
        Self::bound(base, None)
    }

    /// The same for a machine with another address, such as 127.0.0.2.
    pub fn from_address(base: &str, address: IpAddr) -> Self {
        Self::bound(base, Some(address))
    }

    /// A client for the server behind `front`, which it trusts.
    pub fn through(front: &TlsFront) -> Self {
        Self { way: Way::Tls(front.way()), base: front.url() }
    }

    fn bound(base: &str, address: Option<IpAddr>) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).local_address(address);
        let client = client.timeout(TIMEOUT).build().expect("an HTTP client");
        Self { way: Way::Plain(client), base: base.to_owned() }
    }

    /// Begins a request with any method, to a path or to a whole URL.
    pub fn ask(&self, method: &str, target: &str) -> Ask {
        let url = if target.starts_with('/') { format!("{}{target}", self.base) } else { target.to_owned() };
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        Ask { way: self.way.clone(), method, url, headers: HeaderMap::new(), fields: Vec::new(), body: None }
    }

    /// Begins a GET request to `target`.
    pub fn get(&self, target: &str) -> Ask {
        self.ask("GET", target)
    }

    /// Begins a POST request to `target`.
    pub fn post(&self, target: &str) -> Ask {
        self.ask("POST", target)
    }
}

impl Ask {
    /// Adds a header; its bytes are sent unchanged.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        self.headers.append(name, HeaderValue::from_bytes(value.as_ref()).expect("a header value"));
        self
    }

    /// Adds HTTP Basic authentication as in RFC 6749 §2.3.1: both parts are form-urlencoded first.
    pub fn basic(self, id: &str, secret: &str) -> Self {
        let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let credentials = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
        self.header(AUTHORIZATION.as_str(), format!("Basic {credentials}"))
    }

    /// Authenticates as most clients are registered: with Basic if there is a secret, otherwise with `client_id`
    /// only.
    pub fn client(self, client: &RegisteredClient) -> Self {
        match &client.secret {
            Some(secret) => self.basic(&client.id, secret),
            None => self.field("client_id", &client.id),
        }
    }

    /// Adds one form field.
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds several form fields.
    pub fn fields(self, fields: &[(&str, &str)]) -> Self {
        fields.iter().fold(self, |ask, (name, value)| ask.field(name, value))
    }

    /// Sets a raw body instead of form fields. It has no content type unless one is set with [`Ask::header`].
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sets a raw form body: any bytes, with the content type of a form.
    pub fn raw_form(self, body: impl Into<Vec<u8>>) -> Self {
        self.header(CONTENT_TYPE.as_str(), FORM).body(body)
    }

    /// Sends the request and reads the answer.
    pub async fn send(mut self) -> Reply {
        let body = match self.body {
            Some(body) => Some(body),
            None if self.fields.is_empty() => None,
            None => {
                self.headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(FORM));
                let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish();
                Some(form.into_bytes())
            }
        };
        let sent = self.way.send(&self.method, &self.url, self.headers, body).await;
        sent.unwrap_or_else(|error| panic!("{} {}: {error:?}", self.method, self.url))
    }
}

impl Way {
    async fn send(
        &self,
        method: &Method,
        url: &str,
        headers: HeaderMap,
        body: Option<Vec<u8>>,
    ) -> Result<Reply, Failure> {
        match self {
            Self::Plain(client) => {
                let request = client.request(method.clone(), url).headers(headers);
                let answer = body.into_iter().fold(request, reqwest::RequestBuilder::body).send().await?;
                let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
                Ok(Reply { status, headers, body: answer.bytes().await? })
            }
            Self::Tls(way) => {
                let body = Full::new(Bytes::from(body.unwrap_or_default()));
                let mut request = http::Request::builder().method(method).uri(url).body(body)?;
                *request.headers_mut() = headers;
                let (head, body) = tokio::time::timeout(TIMEOUT, way.send(request)).await??.into_parts();
                Ok(Reply { status: head.status.as_u16(), headers: head.headers, body })
            }
        }
    }
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_else(|_| panic!("the body is not UTF-8: {self:?}"))
    }

    /// The body parsed as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("the body is not JSON ({error}): {self:?}"))
    }

    /// A string in the JSON body; panics if it is missing.
    pub fn string(&self, name: &str) -> String {
        let value = self.json().get(name).and_then(Value::as_str).map(str::to_owned);
        value.unwrap_or_else(|| panic!("no string {name} in the answer: {self:?}"))
    }

    /// A header that occurs at most once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers(name);
        let first = values.next();
        assert!(values.next().is_none(), "{name} is there more than once: {self:?}");
        first
    }

    /// A header that may occur several times.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().expect("a header of visible characters"))
    }

    /// The value of `Retry-After`, in seconds.
    pub fn retry_after(&self) -> Option<u64> {
        self.header(RETRY_AFTER.as_str())?.parse().ok()
    }

    /// The URL that the answer redirects to.
    pub fn location(&self) -> Option<Url> {
        let location = self.header(LOCATION.as_str())?;
        Some(Url::parse(location).unwrap_or_else(|error| panic!("Location is not a whole URL ({error}): {self:?}")))
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "HTTP {}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(formatter, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        write!(formatter, "\n{}", String::from_utf8_lossy(&self.body))
    }
}
