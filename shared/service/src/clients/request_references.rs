//! Request objects that clients serve, and refer to in their requests (OpenID Connect Core §6.2, RFC 9101 §5.2).

use std::sync::Arc;

use edge::{Incoming, trouble};
use grants::{Client, Refusal, Timestamp};
use outbound::{FetchUrl, Outbound};
use protocol::Secret;

use crate::clients::kept_objects::KeptObjects;
use crate::clients::request_objects::NoRequestObject;
use crate::limits::fetches::Fetches;
use crate::wiring::Wiring;

/// The largest request object that is fetched, in bytes. It is carried from page to page in a link.
const MAX_OBJECT_BYTES: usize = 8 * 1024;

/// The reader of such objects. What it fetched serves for a moment, so that neither many requests of a client nor strangers
/// who repeat its URL use up the limits. The signature and the times of an object tell each time whether it counts.
#[derive(Default)]
pub struct RequestReferences {
    outbound: Outbound,
    kept: KeptObjects,
    fetches: Fetches,
}

/// A request that refers to an object.
#[derive(Clone, Copy)]
pub struct ReferredRequest<'r> {
    /// The client that sends the request.
    pub client: &'r Arc<Client>,
    /// The `request_uri` as it was sent.
    pub uri: &'r str,
    /// The request of the browser.
    pub incoming: Incoming<'r>,
}

impl RequestReferences {
    /// Fetches the object, if its URL is one that the client registered. A URL that the cached registration does not
    /// have is looked for once more in the current one, so that a new one works at once.
    ///
    /// # Errors
    /// [`NoRequestObject`] when there is none at such a URL.
    pub async fn fetch(
        &self,
        wiring: &Wiring,
        request: ReferredRequest<'_>,
        now: Timestamp,
    ) -> Result<Secret, NoRequestObject> {
        let ReferredRequest { client, uri, incoming } = request;
        let registered = match client.requests.referred(uri) {
            Ok(registered) => registered.clone(),
            Err(refusal) => {
                let current = Box::pin(wiring.registry.client_again(client, now)).await.map_err(edge::Failure::from)?;
                current.ok_or(refusal)?.requests.referred(uri)?.clone()
            }
        };
        if let Some(object) = self.kept.fresh(uri, now) {
            return Ok(object);
        }
        let target = FetchUrl::parse(registered.without_fragment(), &wiring.config.reach);
        let target = target.map_err(|error| not_fetched(&error))?;
        if self.fetches.count(target.authority(), incoming.source(), now).is_err() {
            return self.kept.while_limited(uri, now).ok_or(Refusal::RequestUriTooOften.into());
        }
        let fetched = Box::pin(self.outbound.get_signed(&target, MAX_OBJECT_BYTES)).await;
        let object = String::from_utf8(fetched.map_err(|error| not_fetched(&error))?);
        let object = Secret::new(object.map_err(|error| not_fetched(&error))?.trim().to_owned());
        self.kept.keep(uri, &object, now);
        Ok(object)
    }
}

/// Logs why there is no object. The client is told what it should serve, and nobody learns what is behind a URL.
fn not_fetched(error: &dyn std::error::Error) -> Refusal {
    trouble("a request object could not be fetched", error);
    Refusal::RequestUriNotFetched
}
