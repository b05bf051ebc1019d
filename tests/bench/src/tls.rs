//! The store behind TLS, as in the cloud: what a handshake and the check of a certificate add to a start.

use std::path::PathBuf;

use harness::TlsFront;
use lambda::Settings;
use tempfile::TempDir;

use crate::Failure;
use crate::flow::Flow;
use crate::place::Place;
use crate::speed::{Cold, cold};

/// What the certificate is for.
const NAME: &str = "localhost";

/// A TLS endpoint in front of the store. It ends when it is dropped.
struct Front {
    tls: TlsFront,
    /// The certificate of the authority that everybody must trust.
    ca: PathBuf,
    _scratch: TempDir,
}

/// Starts each flow's function `starts` times and asks it once, with the store behind TLS.
///
/// # Errors
/// When a function does not start, or answers wrongly.
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
