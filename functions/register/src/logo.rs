//! The logo of a client that registers itself.

use edge::Incoming;
use grants::{Client, Timestamp};
use protocol::Logo;

use crate::Register;

/// A client to write, with its logo if that is new.
pub(crate) struct WithLogo {
    pub(crate) client: Client,
    pub(crate) logo: Option<Logo>,
}

impl Register {
    /// Adds the logo that a client names. It is fetched once, where the deployment shows logos; `before` is the client
    /// whose registration is replaced, which keeps its logo while it names the same URL.
    pub(crate) async fn with_logo(
        &self,
        incoming: Incoming<'_>,
        client: Client,
        before: Option<&Client>,
        now: Timestamp,
    ) -> WithLogo {
        let config = &self.wiring.config;
        let Some(uri) = logo_uri(&client) else { return WithLogo { client, logo: None } };
        let kept = before.filter(|before| logo_uri(before) == Some(uri)).and_then(|before| before.logo);
        if kept.is_some() || !config.registration.logos {
            return WithLogo { client: Client { logo: kept, ..client }, logo: None };
        }
        let logo = self.logos.fetch(uri, incoming, &config.reach, now).await;
        WithLogo { client: Client { logo: logo.as_ref().map(Logo::facts), ..client }, logo }
    }
}

fn logo_uri(client: &Client) -> Option<&str> {
    client.registered_by.as_ref().and_then(|own| own.about.logo_uri())
}
