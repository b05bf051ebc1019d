//! Measures starts with the store behind TLS, as in the cloud: the cost of a handshake and of checking a certificate.

use std::path::PathBuf;

use harness::TlsFront;
use lambda::Settings;
use tempfile::TempDir;

use crate::Failure;
use crate::flow::Flow;
use crate::place::Place;
use crate::speed::{Cold, cold};

/// The host name in the certificate.
const NAME: &str = "localhost";

/// A TLS endpoint in front of the store. It stops when it is dropped.
struct Front {
    tls: TlsFront,
    /// The certificate of the authority that clients must trust.
    ca: PathBuf,
    _scratch: TempDir,
}

/// Starts each flow's function `starts` times with the store behind TLS, and calls it once after each start.
///
/// # Errors
/// If a function does not start, or gives a wrong answer.
pub async fn starts(place: &Place, starts: usize) -> Result<Vec<(String, Cold)>, Failure> {
    let front = Front::start(&place.store())?;
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
    fn start(store: &str) -> Result<Self, Failure> {
        let tls = TlsFront::start(NAME);
        tls.lead_to(store);
        let scratch = tempfile::tempdir()?;
        let ca = scratch.path().join("ca.pem");
        std::fs::write(&ca, tls.authority())?;
        Ok(Self { tls, ca, _scratch: scratch })
    }

    fn settings(&self, mut settings: Settings) -> Settings {
        settings.environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), self.tls.url());
        settings.environment.insert("SSL_CERT_FILE".to_owned(), self.ca.display().to_string());
        settings
    }
}
