//! The store behind TLS, as in the cloud: what a handshake and the check of a certificate add to a start.

use std::path::PathBuf;
use std::sync::Arc;

use lambda::Settings;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::Failure;
use crate::flow::Flow;
use crate::place::Place;
use crate::speed::{Cold, cold};

/// What the certificate is for.
const NAME: &str = "localhost";

/// A TLS endpoint in front of the store. It ends when it is dropped.
struct Front {
    port: u16,
    /// The certificate of the CA that everybody must trust.
    ca: PathBuf,
    _scratch: TempDir,
    _server: JoinSet<()>,
}

/// Starts each flow's function `starts` times and asks it once, with the store behind TLS.
///
/// # Errors
/// When a function does not start, or answers wrongly.
pub async fn starts(place: &Place, starts: usize) -> Result<Vec<(String, Cold)>, Failure> {
    let front = Front::start(&place.store()).await?;
    let mut all = Vec::new();
    for flow in Flow::ALL {
        let settings = front.settings(place.settings(flow.function, None)?);
        let measured = cold(place, &flow, (settings, starts)).await?;
        println!("{}: {measured:?}", flow.name);
        all.push((flow.name.to_owned(), measured));
    }
    Ok(all)
}

impl Front {
    async fn start(store: &str) -> Result<Self, Failure> {
        let upstream = store.strip_prefix("http://").ok_or("the store is not plain HTTP")?.to_owned();
        let scratch = tempfile::tempdir()?;
        let (ca, acceptor) = certified()?;
        let file = scratch.path().join("ca.pem");
        std::fs::write(&file, ca)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let mut server = JoinSet::new();
        server.spawn(accept(listener, acceptor, upstream));
        Ok(Self { port, ca: file, _scratch: scratch, _server: server })
    }

    fn settings(&self, mut settings: Settings) -> Settings {
        let endpoint = format!("https://{NAME}:{}", self.port);
        settings.environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), endpoint);
        settings.environment.insert("SSL_CERT_FILE".to_owned(), self.ca.display().to_string());
        settings
    }
}

/// A CA, and an endpoint with a certificate of it; both P-256. Amazon's chain is longer and RSA.
fn certified() -> Result<(String, TlsAcceptor), Failure> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let ca = authority.self_signed(&key)?.pem();
    let own_key = KeyPair::generate()?;
    let own = CertificateParams::new(vec![NAME.to_owned()])?.signed_by(&own_key, &Issuer::new(authority, key))?;
    let config =
        ServerConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions()?;
    let own_key = PrivatePkcs8KeyDer::from(own_key.serialize_der());
    let config = config.with_no_client_auth().with_single_cert(vec![own.der().clone()], own_key.into())?;
    Ok((ca, TlsAcceptor::from(Arc::new(config))))
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, upstream: String) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(pass(stream, acceptor.clone(), upstream.clone()));
        while connections.try_join_next().is_some() {}
    }
}

/// A connection that breaks is the function's own affair: its answer is looked at.
async fn pass(stream: TcpStream, acceptor: TlsAcceptor, upstream: String) {
    let _ = stream.set_nodelay(true);
    let Ok(mut near) = acceptor.accept(stream).await else { return };
    let Ok(mut far) = TcpStream::connect(upstream).await else { return };
    let _ = far.set_nodelay(true);
    let _ = copy_bidirectional(&mut near, &mut far).await;
}
