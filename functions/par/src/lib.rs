//! `/par`: a client pushes an authorization request (RFC 9126), and sends the browser with a reference to it.
//!
//! # Decisions
//! - A request is admitted here by the same rules as at `/authorize`, and once more when it is shown: what was pushed
//!   gives no right.
//! - Clients push by themselves as soon as the metadata name this endpoint, so whatever `/authorize` takes from a client is
//!   taken here too: from public clients and from those of documents, and requests of the same size.
//! - A signed request object is verified here, and only its parameters are stored.
//! - The client's credentials are removed before the request is stored.
//! - A DPoP proof that comes with a request binds its code, as `dpop_jkt` does (RFC 9449 §10.1). It is checked after its
//!   client, and before an assertion is used up, also by the rules of the client's profile.
//! - A lost answer costs nothing: the client pushes again, and what it pushed before is deleted later.

use std::sync::Arc;

use edge::{
    AuditEntry, AuditEvent, Awaited, Config, Endpoint, Error, Failure, Function, Incoming, Response, json, random,
};
use grants::authorization::Arrival;
use grants::dpop::{ProvenKey, code_key};
use grants::{Attempt, Client, GrantSecret, Moment, Policy, PushedHandle, Refusal, Timestamp, pushed, request_object};
use http::{StatusCode, header};
use protocol::{
    CREDENTIAL_PARAMETERS, ClientId, MAX_REQUEST_BYTES, Parameters, PresentedClient, PushedReference, PushedResponse,
    SentObject, Thumbprint, TokenErrorCode,
};
use service::{
    Applicant, Authentication, DocumentClients, NoDocument, RequestObjects, RequestWithObject, Stores, Wiring,
};
use store::{Applied, GrantsTable};

const PATH: &str = "/par";
const ENDPOINT: Endpoint = Endpoint::for_any_origin("POST");

/// The `/par` endpoint for clients.
pub struct Par {
    wiring: Wiring,
    authentication: Authentication,
    clients: DocumentClients,
    objects: RequestObjects,
    grants: GrantsTable,
}

impl Par {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let authentication = Authentication::open(&config, stores)?.at(PATH);
        let objects = RequestObjects::new(&config);
        let (clients, grants) = (DocumentClients::new(stores.keys()?), stores.grants()?);
        Ok(Self { authentication, wiring: Wiring::assemble(config, stores, false)?, clients, objects, grants })
    }

    async fn push(&self, incoming: Incoming<'_>) -> Result<Response, Failure> {
        let now = edge::now();
        let form = incoming.form().map_err(Failure::of_push)?;
        if form.has("request_uri") {
            return Err(invalid("request_uri cannot be pushed: push the parameters of the request"));
        }
        let (client, proven) = self.authenticate(incoming, &form, now).await?;
        let parameters = bound(self.asked(incoming, form, &client, now).await?, &client, proven.as_ref())?;
        let client = client.id.clone();
        if parameters.to_query().len() > MAX_REQUEST_BYTES {
            return Err(Failure::push_too_large("the request is larger than 16 KiB"));
        }
        let arrival = Arrival::Pushed;
        let applicant = Applicant { wiring: &self.wiring, incoming, parameters: &parameters, arrival, now };
        self.clients.admit(applicant).await?;
        let response = self.store(&client, &parameters, now).await?;
        incoming.log().event(AuditEntry::new(AuditEvent::RequestPushed));
        Ok(response)
    }

    /// Authenticates the client as at `/token`, and checks its DPoP proof, if there is one, before an assertion is used up.
    /// The document of a client is read first, because this may be the first request of the client.
    async fn authenticate(
        &self,
        incoming: Incoming<'_>,
        form: &Parameters,
        now: Timestamp,
    ) -> Result<(Arc<Client>, Option<ProvenKey>), Failure> {
        let presented = PresentedClient::parse(incoming.header(header::AUTHORIZATION), form)?;
        if let Some(id) = presented.client_id() {
            let found = self.clients.find(&self.wiring, id, incoming, now).await;
            found.map_err(NoDocument::into_failure)?;
        }
        let verified = self.authentication.check_credentials(&self.wiring, incoming, form, now).await?;
        incoming.log().client(&verified.client().id);
        let proven = self.wiring.proven_key(incoming, PATH, None, now).await?;
        check_proof(form, verified.client(), proven.as_ref())?;
        let client = self.authentication.use_up(verified, incoming, now).await?;
        Ok((Arc::clone(client.client()), proven))
    }

    /// Returns the request of the client: its parameters, or those of the request object that it signed.
    async fn asked(
        &self,
        incoming: Incoming<'_>,
        form: Parameters,
        client: &Arc<Client>,
        now: Timestamp,
    ) -> Result<Parameters, Failure> {
        let parameters = of_client(form, &client.id);
        match SentObject::find(&parameters) {
            Ok(None) => {
                request_object::may_be_unsigned(client)?;
                Ok(parameters)
            }
            Ok(Some(sent)) => {
                let sent = RequestWithObject { client, object: &sent.object, incoming };
                let signed = self.objects.open(&self.wiring, sent, now).await?;
                Ok(signed.in_time()?.without(&CREDENTIAL_PARAMETERS))
            }
            Err(_) => Err(invalid("request is included more than once")),
        }
    }

    /// Stores the request, and answers with the reference to it.
    async fn store(&self, client: &ClientId, parameters: &Parameters, now: Timestamp) -> Result<Response, Failure> {
        let secret = GrantSecret::from_bytes(random());
        let moment = Moment { now, attempt: Attempt::from_bytes(random()) };
        match self.grants.apply(&pushed::push(secret.id(), client, parameters, moment)).await? {
            Applied::Done(_) => {}
            // The SDK repeated a write whose answer was lost.
            Applied::Refused(found) if pushed::was_pushed(found.as_deref(), moment.attempt) => {}
            Applied::Refused(_) => {
                let (code, description) = (TokenErrorCode::TemporarilyUnavailable, "push the request again");
                return Err(Failure::new(code, description, "push_refused"));
            }
        }
        let ring = self.wiring.keys.ring(now).await?;
        let handle = ring.handles().seal_pushed(&PushedHandle { secret, continues_until: None });
        let request_uri = PushedReference::uri(&handle);
        let document = PushedResponse { request_uri: request_uri.expose(), expires_in: Policy::PUSHED_LIFETIME.into() };
        Ok(json(StatusCode::CREATED, &document))
    }
}

/// Checks that the client may bind a code by the key that it proved. What a request object asks for is not read yet: only
/// that counts then, and it is compared later.
fn check_proof(form: &Parameters, client: &Client, proven: Option<&ProvenKey>) -> Result<(), Refusal> {
    if form.has("request") {
        return code_key(client, None, proven).map(drop);
    }
    key_to_name(form, client, proven).map(drop)
}

/// Binds the code to the key of the proof that came with the request, if there is one (RFC 9449 §10.1). Both this and
/// `dpop_jkt` bind the code at redemption; in disagreement the request is refused.
fn bound(parameters: Parameters, client: &Client, proven: Option<&ProvenKey>) -> Result<Parameters, Refusal> {
    Ok(match key_to_name(&parameters, client, proven)? {
        Some(key) => parameters.with("dpop_jkt", &key.to_string()),
        None => parameters,
    })
}

/// Returns the key that was proven, if the request does not name it.
fn key_to_name(
    parameters: &Parameters,
    client: &Client,
    proven: Option<&ProvenKey>,
) -> Result<Option<Thumbprint>, Refusal> {
    // One that is sent twice, or is no thumbprint, is refused by the checks of the request.
    let Ok(Ok(asked)) = parameters.one("dpop_jkt").map(|key| key.map(Thumbprint::parse).transpose()) else {
        return Ok(None);
    };
    Ok(code_key(client, asked, proven)?.filter(|_| asked.is_none()))
}

/// Returns the authorization request of a client: its parameters without credentials, and with the client's id, which
/// may stand in the credentials alone.
fn of_client(form: Parameters, client: &ClientId) -> Parameters {
    let form = form.without(&CREDENTIAL_PARAMETERS);
    if form.has("client_id") { form } else { form.with("client_id", client.as_str()) }
}

const fn invalid(description: &'static str) -> Failure {
    Failure::new(TokenErrorCode::InvalidRequest, description, "malformed_request")
}

impl Par {
    /// Leads a request to what answers it.
    async fn route(&self, incoming: Incoming<'_>) -> Response {
        let response = ENDPOINT.answer(incoming, |incoming| self.push(incoming)).await;
        self.wiring.with_nonce(incoming, response).await
    }
}

impl Function for Par {
    fn name(&self) -> &'static str {
        "par"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(self.wiring.warm_up())
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(self.route(incoming))
    }
}
