//! TLS in front of a server, with its own host name: the front forwards requests as a load balancer does.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::background::Background;
use crate::proxy::Failure;

/// A TLS endpoint in front of a server. It stops when this is dropped.
pub struct TlsFront {
    server: Background,
    name: String,
    authority: String,
    way: TlsWay,
    upstream: Upstream,
}

/// The address to forward to, as `host:port`; `None` at first.
type Upstream = Arc<Mutex<Option<String>>>;

/// The connection settings for a [`TlsFront`]: they trust its authority, and resolve its name without DNS.
#[derive(Clone)]
pub(crate) struct TlsWay {
    connector: TlsConnector,
    name: ServerName<'static>,
    address: String,
}

/// A certificate, its key, and the authority that signed it; both keys P-256. Amazon's chain is longer and uses RSA.
struct Certified {
    authority: rcgen::Certificate,
    own: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl TlsFront {
    /// Starts a front for the host `name` on a free port. Connections fail until [`TlsFront::lead_to`] is called.
    pub fn start(name: &str) -> Self {
        let certified = certified(name).expect("a certificate");
        let authority = certified.authority.pem();
        let trusted = certified.authority.der().clone();
        let acceptor = acceptor(certified).expect("a TLS configuration");
        let upstream = Upstream::default();
        let led = Arc::clone(&upstream);
        let server = Background::serve(move |listener| accept(listener, acceptor, led));
        let way = TlsWay {
            connector: connector(trusted).expect("a TLS configuration"),
            name: ServerName::try_from(name.to_owned()).expect("a host name"),
            address: server.address().to_string(),
        };
        Self { server, name: name.to_owned(), authority, way, upstream }
    }

    /// Forwards to a server on plain HTTP from now on: `http://127.0.0.1:PORT`.
    pub fn lead_to(&self, url: &str) {
        let address = url.strip_prefix("http://").expect("a URL of plain HTTP");
        *self.upstream.lock().unwrap_or_else(PoisonError::into_inner) = Some(address.to_owned());
    }

    /// The URL of the front, without a slash at the end: `https://NAME:PORT`.
    pub fn url(&self) -> String {
        format!("https://{}:{}", self.name, self.server.address().port())
    }

    /// The certificate of the authority that clients must trust, as PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) fn way(&self) -> TlsWay {
        self.way.clone()
    }
}

impl TlsWay {
    /// Sends a request on a new connection. The header `Host` is that of the URL unless another one is set.
    pub(crate) async fn send(&self, mut request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Failure> {
        let authority = request.uri().authority().ok_or("a URL without a host")?.to_string();
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).parse()?;
        request.headers_mut().entry(HOST).or_insert(HeaderValue::from_str(&authority)?);
        *request.uri_mut() = path;
        let stream = TcpStream::connect(&self.address).await?;
        let stream = self.connector.connect(self.name.clone(), stream).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        connection.abort();
        Ok(Response::from_parts(head, body))
    }
}

impl std::fmt::Debug for TlsWay {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?} at {}", self.name, self.address)
    }
}

fn certified(name: &str) -> Result<Certified, Failure> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let signed = authority.self_signed(&key)?;
    let own_key = KeyPair::generate()?;
    let own = CertificateParams::new(vec![name.to_owned()])?.signed_by(&own_key, &Issuer::new(authority, key))?;
    let key = PrivatePkcs8KeyDer::from(own_key.serialize_der()).into();
    Ok(Certified { authority: signed, own: own.der().clone(), key })
}

fn acceptor(certified: Certified) -> Result<TlsAcceptor, Failure> {
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();
    Ok(TlsAcceptor::from(Arc::new(config.with_single_cert(vec![certified.own], certified.key)?)))
}

fn connector(trusted: CertificateDer<'static>) -> Result<TlsConnector, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted)?;
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions()?.with_root_certificates(roots);
    Ok(TlsConnector::from(Arc::new(config.with_no_client_auth())))
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, upstream: Upstream) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let to = upstream.lock().unwrap_or_else(PoisonError::into_inner).clone();
        connections.spawn(pass(stream, acceptor.clone(), to));
        while connections.try_join_next().is_some() {}
    }
}

/// Errors of a connection are ignored here: the client notices them in its answer.
async fn pass(stream: TcpStream, acceptor: TlsAcceptor, upstream: Option<String>) {
    let _ = stream.set_nodelay(true);
    let Ok(mut near) = acceptor.accept(stream).await else { return };
    let Some(upstream) = upstream else { return };
    let Ok(mut far) = TcpStream::connect(upstream).await else { return };
    let _ = far.set_nodelay(true);
    let _ = copy_bidirectional(&mut near, &mut far).await;
}
