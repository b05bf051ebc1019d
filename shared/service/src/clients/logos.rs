//! Logos that clients name when they register themselves.

use edge::{Incoming, trouble};
use grants::Timestamp;
use outbound::{FetchUrl, Outbound, Reach};
use protocol::{Logo, MAX_LOGO_BYTES};

use crate::limits::fetches::Fetches;

/// Fetches logos, each when it is registered.
#[derive(Default)]
pub struct Logos {
    outbound: Outbound,
    fetches: Fetches,
}

impl Logos {
    /// Fetches the logo at `uri` for a registration request. A registration does not need one, so there is no error, only
    /// `None`: if there is no logo at a public URL, or if too many were fetched just now.
    pub async fn fetch(&self, uri: &str, incoming: Incoming<'_>, reach: &Reach, now: Timestamp) -> Option<Logo> {
        let target = FetchUrl::parse(uri, reach).ok()?;
        self.fetches.count(target.authority(), incoming.source(), now).ok()?;
        let fetched = Box::pin(self.outbound.get_image(&target, MAX_LOGO_BYTES)).await;
        let image = fetched.inspect_err(|error| trouble("the logo of a client could not be fetched", error)).ok()?;
        let logo = Logo::parse(image);
        logo.inspect_err(|error| trouble("what a client serves as its logo cannot be used", error)).ok()
    }
}
