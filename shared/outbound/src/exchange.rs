//! One request and its response, with the limits of both.

use std::future::{Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::{Builder, Client};
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::{FetchUrl, Forbidden};

/// The time limit from name resolution to the last byte.
const WHOLE: Duration = Duration::from_secs(3);
/// The time limit for establishing a connection.
const CONNECT: Duration = Duration::from_secs(1);
/// The largest response body that is read, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// The largest response head that is read, in bytes.
const MAX_HEAD: usize = 16 * 1024;
const USER_AGENT: &str = concat!("jeton/", env!("CARGO_PKG_VERSION"));
const ACCEPTED_JSON: &str = "application/json, application/jwk-set+json";
const ACCEPTED_OBJECTS: &str = "application/oauth-authz-req+jwt, application/jwt, */*;q=0.1";
const ACCEPTED_IMAGES: &str = "image/png, image/jpeg, image/webp, image/gif";
const FORM: &str = "application/x-www-form-urlencoded";

/// A client for outbound requests. It reads and sends nothing until the first request.
#[derive(Clone, Default)]
pub struct Outbound {
    tls: Arc<OnceCell<ClientConfig>>,
}

/// A document fetched from another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The document as it was received.
    pub body: Vec<u8>,
    /// The number of seconds for which it may be cached, if the response says so (RFC 9111 §5.2.2); `None` if it
    /// must not be.
    pub max_age: Option<u32>,
}

/// The reasons why a request has no usable response. They contain nothing that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address must not be requested.
    #[error("the address may not be asked: {0}")]
    Forbidden(#[from] Forbidden),
    /// No root certificates are installed or named.
    #[error("there are no root certificates: install those of the system, or name a file with SSL_CERT_FILE")]
    NoRoots,
    /// The host name has no address.
    #[error("the host has no address: check its name, and that this function reaches a resolver")]
    Unresolved,
    /// The connection failed, the certificate is not trusted, or the response is not HTTP.
    #[error("the host did not answer over TLS as it should: check its address, its certificate, and the way there")]
    Unreachable,
    /// The response takes too long.
    #[error("the host did not answer within 3 seconds")]
    Timeout,
    /// The status is not 200. Redirects are not followed.
    #[error("the host answered with status {0} instead of 200; redirects are not followed")]
    Status(StatusCode),
    /// The content type is not JSON, or the body is compressed.
    #[error("the host did not answer with plain JSON: serve application/json, uncompressed")]
    NotJson,
    /// The body is compressed.
    #[error("the host did not answer with plain text: serve it uncompressed")]
    NotPlain,
    /// The content type is not that of an image, or the body is compressed.
    #[error(
        "the host did not answer with an image: serve image/png, image/jpeg, image/webp or image/gif, uncompressed"
    )]
    NotAnImage,
    /// The response is larger than the limit.
    #[error("the answer is too large")]
    TooLarge,
}

impl FetchError {
    /// Returns whether the failure may be temporary, that is, may end without a change to the registered address or
    /// its content.
    pub fn may_pass(self) -> bool {
        match self {
            Self::Unresolved | Self::Unreachable | Self::Timeout | Self::NoRoots => true,
            Self::Status(status) => status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS,
            Self::Forbidden(_) | Self::NotJson | Self::NotPlain | Self::NotAnImage | Self::TooLarge => false,
        }
    }
}

impl Outbound {
    /// Creates a client that trusts the system's root certificates.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fetches a JSON document of at most 64 KiB.
    ///
    /// # Errors
    /// [`FetchError`] when there is no response, or it is not such a document.
    pub async fn get_json(&self, target: &FetchUrl) -> Result<Fetched, FetchError> {
        self.get_small_json(target, MAX_BODY).await
    }

    /// Fetches a JSON document of at most `most` bytes.
    ///
    /// # Errors
    /// [`FetchError`] when there is no response, or it is not such a document.
    pub async fn get_small_json(&self, target: &FetchUrl, most: usize) -> Result<Fetched, FetchError> {
        let content = |headers: &HeaderMap| if is_plain_json(headers) { Ok(()) } else { Err(FetchError::NotJson) };
        self.get(target, ACCEPTED_JSON, content, most).await
    }

    /// Fetches a signed text of at most `most` bytes. Its signature tells what it is, and its content type nothing.
    ///
    /// # Errors
    /// [`FetchError`] when there is no response, or it is compressed.
    pub async fn get_signed(&self, target: &FetchUrl, most: usize) -> Result<Vec<u8>, FetchError> {
        let content = |headers: &HeaderMap| if is_packed(headers) { Err(FetchError::NotPlain) } else { Ok(()) };
        Ok(self.get(target, ACCEPTED_OBJECTS, content, most).await?.body)
    }

    /// Fetches an image of at most `most` bytes. Only its content tells what it really is.
    ///
    /// # Errors
    /// [`FetchError`] when there is no response, or it does not claim to be an image.
    pub async fn get_image(&self, target: &FetchUrl, most: usize) -> Result<Vec<u8>, FetchError> {
        let content = |headers: &HeaderMap| {
            let is_image = media_type(headers).starts_with("image/") && !is_packed(headers);
            if is_image { Ok(()) } else { Err(FetchError::NotAnImage) }
        };
        Ok(self.get(target, ACCEPTED_IMAGES, content, most).await?.body)
    }

    async fn get(
        &self,
        target: &FetchUrl,
        accepted: &str,
        content: impl Fn(&HeaderMap) -> Result<(), FetchError>,
        most: usize,
    ) -> Result<Fetched, FetchError> {
        let request = Request::builder().method(Method::GET).header(header::ACCEPT, accepted);
        let exchange = async {
            let answer = self.ask(target, request, String::new()).await?;
            if answer.status() != StatusCode::OK {
                return Err(FetchError::Status(answer.status()));
            }
            content(answer.headers())?;
            let max_age = max_age(answer.headers());
            Ok(Fetched { body: read(answer, most).await?, max_age })
        };
        timeout(WHOLE, exchange).await.unwrap_or(Err(FetchError::Timeout))
    }

    /// Posts a form and returns the status. The body of the response is not read.
    ///
    /// # Errors
    /// [`FetchError`] when there is no response.
    pub async fn post_form(&self, target: &FetchUrl, body: String) -> Result<StatusCode, FetchError> {
        let request = Request::builder().method(Method::POST).header(header::CONTENT_TYPE, FORM);
        let exchange = async { self.ask(target, request, body).await.map(|answer| answer.status()) };
        timeout(WHOLE, exchange).await.unwrap_or(Err(FetchError::Timeout))
    }

    async fn ask(
        &self,
        target: &FetchUrl,
        request: http::request::Builder,
        body: String,
    ) -> Result<Response<Incoming>, FetchError> {
        let addresses = target.resolve().await?.ok_or(FetchError::Unresolved)?;
        let mut connector = HttpConnector::new_with_resolver(Resolved(addresses));
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let tls = HttpsConnectorBuilder::new().with_tls_config(self.tls().await?.clone()).https_or_http();
        let client: Client<_, String> = client().build(tls.enable_http1().wrap_connector(connector));
        let request = request.uri(target.uri()).header(header::USER_AGENT, USER_AGENT).body(body);
        let request = request.map_err(|_| FetchError::Forbidden(Forbidden::Malformed))?;
        client.request(request).await.map_err(|_| FetchError::Unreachable)
    }

    async fn tls(&self) -> Result<&ClientConfig, FetchError> {
        self.tls.get_or_try_init(|| async { trusting(roots()) }).await
    }
}

fn client() -> Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_max_idle_per_host(0).retry_canceled_requests(false).http1_max_buf_size(MAX_HEAD);
    builder
}

fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn trusting(roots: RootCertStore) -> Result<ClientConfig, FetchError> {
    if roots.is_empty() {
        return Err(FetchError::NoRoots);
    }
    let config =
        ClientConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
    Ok(config.map_err(|_| FetchError::NoRoots)?.with_root_certificates(roots).with_no_client_auth())
}

/// A resolver that returns the checked addresses, no matter which name is looked up.
#[derive(Clone)]
struct Resolved(Vec<SocketAddr>);

impl tower_service::Service<Name> for Resolved {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Ready<Result<Self::Response, io::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        ready(Ok(self.0.clone().into_iter()))
    }
}

/// Reads a body in pieces, and stops when it exceeds the limit.
async fn read(answer: Response<Incoming>, most: usize) -> Result<Vec<u8>, FetchError> {
    let (mut body, mut whole) = (answer.into_body(), Vec::new());
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|_| FetchError::Unreachable)?.into_data() else { continue };
        if whole.len() + piece.len() > most {
            return Err(FetchError::TooLarge);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

/// Returns whether the content is plain JSON: `application/json` or a type based on it, such as
/// `application/jwk-set+json`, without compression.
fn is_plain_json(headers: &HeaderMap) -> bool {
    let kind = media_type(headers);
    let json = kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"));
    json && !is_packed(headers)
}

/// Returns the content type in lower case, without its parameters.
fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Returns whether the body is compressed.
fn is_packed(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity")
}

/// Returns the number of seconds for which a response may be cached.
fn max_age(headers: &HeaderMap) -> Option<u32> {
    let values = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives = values.flat_map(|value| value.split(',')).map(|word| word.trim().to_ascii_lowercase());
    let seconds = directives.filter_map(|directive| match directive.as_str() {
        "no-store" | "no-cache" => Some(0),
        other => other.strip_prefix("max-age=").and_then(|seconds| seconds.parse().ok()),
    });
    seconds.min()
}

#[cfg(test)]
mod tests;
