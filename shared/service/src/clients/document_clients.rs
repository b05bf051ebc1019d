//! Clients whose id is the URL of a document that describes them (draft-ietf-oauth-client-id-metadata-document): the
//! document is fetched for an authorization request, checked, and kept for all endpoints.

use std::sync::Arc;

use edge::{AuditEntry, AuditEvent, Failure, Incoming, trouble};
use grants::{Client, CopyAge, DocumentCopy, Registrant, RegistrationPolicy, Seconds, SelfRegistration, Timestamp};
use outbound::{FetchUrl, Fetched, Outbound};
use protocol::{ClientId, ClientIdUrl, ClientMetadata, MAX_DOCUMENT_BYTES, MetadataError, TokenErrorCode};
use sessions::Wait;
use store::KeysTable;

use crate::clients::new_client::{ClientBuilder, Draft, NewClient, NoSector};
use crate::limits::fetches::Fetches;
use crate::wiring::Wiring;

/// The source of clients for authorization requests: the registry, and documents.
pub struct DocumentClients {
    outbound: Outbound,
    builder: ClientBuilder,
    fetches: Fetches,
}

/// The reasons why the client of a document is not known.
#[derive(Debug)]
pub enum NoDocument {
    /// The document, or the sector that it names, could not be fetched. The reason is only logged: the party that supplied the
    /// URL must not learn what is behind it.
    NotFetched {
        /// `true` if the host is only down. Otherwise it no longer serves the document, or not as it should.
        may_pass: bool,
    },
    /// Too many documents were fetched from this host or for this source; the number of seconds to wait.
    TooMany(Seconds),
    /// The document cannot be used, or a step failed.
    Failed(Failure),
}

/// A document to fetch.
struct Wanted<'w> {
    wiring: &'w Wiring,
    url: &'w ClientIdUrl,
    target: &'w FetchUrl,
    incoming: Incoming<'w>,
    now: Timestamp,
}

impl DocumentClients {
    /// Creates a source that has fetched nothing yet; `keys` is for [`ClientBuilder::new`].
    pub fn new(keys: KeysTable) -> Self {
        Self { outbound: Outbound::new(), builder: ClientBuilder::new(keys), fetches: Fetches::default() }
    }

    /// Returns the client of an authorization request: the registered one, or the one that the document
    /// at the URL `id` describes. A fresh copy of the document is used as it is, and a stale one if the host does not
    /// answer. Errors are never kept.
    ///
    /// # Errors
    /// [`NoDocument`] when the document must be fetched and gives no client.
    pub async fn find(
        &self,
        wiring: &Wiring,
        id: &ClientId,
        incoming: Incoming<'_>,
        now: Timestamp,
    ) -> Result<Option<Arc<Client>>, NoDocument> {
        let known = wiring.registry.client(id, now).await?;
        let Some(url) = ClientIdUrl::parse(id) else { return Ok(known) };
        match known.as_ref().map(|client| client.registrant()) {
            Some(Registrant::Operator | Registrant::Itself { .. }) => return Ok(known),
            Some(Registrant::Document) | None => {}
        }
        let documents = &wiring.config.registration.documents;
        let target = FetchUrl::parse(id.as_str(), &wiring.config.reach);
        let Some(target) = target.ok().filter(|target| documents.allow(target)) else { return Ok(None) };
        if known.as_ref().is_some_and(|client| stands(client, now)) {
            return Ok(known);
        }
        let wanted = Wanted { wiring, url: &url, target: &target, incoming, now };
        match (self.renew(&wanted).await, known) {
            (Err(NoDocument::NotFetched { may_pass: true } | NoDocument::TooMany(_)), Some(known))
                if age(&known, now) == CopyAge::Stale =>
            {
                Ok(Some(known))
            }
            (renewed, _) => renewed.map(Some),
        }
    }

    /// Fetches the document and keeps its copy, unless another process did so in the meantime.
    async fn renew(&self, wanted: &Wanted<'_>) -> Result<Arc<Client>, NoDocument> {
        let Wanted { wiring, url, target, incoming, now } = *wanted;
        self.count(wanted, target)?;
        let found = wiring.registry.client_past_the_cache(url.id(), now).await?;
        if let Some(found) = found.as_ref().filter(|client| stands(client, now)) {
            return Ok(Arc::clone(found));
        }
        let fetched = self.fetch(wanted).await?;
        let client = self.read(wanted, &fetched, found.as_deref()).await?;
        let kept = wiring.registry.keep_document(client, found.as_deref(), now).await?;
        if found.is_none() {
            incoming.log().event(AuditEntry::new(AuditEvent::ClientRegistered));
        }
        kept.ok_or(NoDocument::Failed(deleted()))
    }

    /// Counts a fetch for a request.
    fn count(&self, wanted: &Wanted<'_>, target: &FetchUrl) -> Result<(), NoDocument> {
        let counted = self.fetches.count(target.authority(), wanted.incoming.source(), wanted.now);
        counted.map_err(|Wait(wait)| NoDocument::TooMany(wait))
    }

    async fn fetch(&self, wanted: &Wanted<'_>) -> Result<Fetched, NoDocument> {
        let fetched = Box::pin(self.outbound.get_small_json(wanted.target, MAX_DOCUMENT_BYTES)).await;
        fetched.map_err(|error| {
            trouble("the document of a client could not be fetched", &error);
            NoDocument::NotFetched { may_pass: error.may_pass() }
        })
    }

    /// Turns a document into its client, by the rules for clients that register themselves.
    async fn read(&self, wanted: &Wanted<'_>, fetched: &Fetched, found: Option<&Client>) -> Result<Client, NoDocument> {
        let Wanted { wiring, url, now, .. } = *wanted;
        let asked = ClientMetadata::parse_document(&fetched.body, url)?;
        let (opened, lifetime) = (wiring.config.registration.clone(), wiring.config.policy.grant_lifetime);
        let policy = RegistrationPolicy::of_documents(opened.apis, opened.bare_schemes, lifetime);
        let standing = SelfRegistration::of_document(DocumentCopy::fetched(now, fetched.max_age), policy);
        let since = found.map_or(now, |client| client.created_at);
        let blank = Client::new(url.id().clone(), since);
        let draft = self.builder.draft(wiring, NewClient { asked, blank, standing }, now).await?;
        let new = self.confirm(wanted, draft).await?;
        new.register().map_err(|error| MetadataError::from(error).into())
    }

    /// Asks the sector that a document names, if it names one. Its host may be another, so it is counted too; and if it does
    /// not answer, that is as if the document's host did not.
    async fn confirm(&self, wanted: &Wanted<'_>, draft: Draft) -> Result<Client, NoDocument> {
        if let Some(sector) = draft.sector() {
            self.count(wanted, sector)?;
        }
        self.builder.confirm(draft).await.map_err(|error| match error {
            NoSector::NotRead(error) if error.may_pass() => {
                trouble("the sector that the document of a client names could not be fetched", &error);
                NoDocument::NotFetched { may_pass: true }
            }
            lasting @ (NoSector::NotRead(_) | NoSector::Refused(_)) => MetadataError::from(lasting).into(),
        })
    }
}

/// Returns whether a client is used without another look at its document.
fn stands(client: &Client, now: Timestamp) -> bool {
    client.disabled || age(client, now) == CopyAge::Fresh
}

/// Returns the age of the copy; a registered client has none, and is always fresh.
fn age(client: &Client, now: Timestamp) -> CopyAge {
    client.document().map_or(CopyAge::Fresh, |copy| copy.age(now))
}

const fn deleted() -> Failure {
    let description = "the client was deleted at this moment: send the request again";
    Failure::new(TokenErrorCode::TemporarilyUnavailable, description, "document_not_kept")
}

impl NoDocument {
    /// Returns the failure for a client that sent its request directly.
    pub fn into_failure(self) -> Failure {
        match self {
            Self::NotFetched { .. } => Failure::new(
                TokenErrorCode::TemporarilyUnavailable,
                "the document of the client did not answer as it should: send the request again",
                "client_document_not_fetched",
            ),
            Self::TooMany(wait) => Failure::too_many_documents(wait),
            Self::Failed(failure) => failure,
        }
    }
}

/// Every step that can fail has a failure with its reason.
impl<E: Into<Failure>> From<E> for NoDocument {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
