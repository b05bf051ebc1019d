//! `/device_authorization`: a device asks for access, and gets a code for itself and one for a person (RFC 8628 §3.1).
//!
//! The person enters the code at `/device`, which the function `authorize` serves; the device polls at `/token`.
//!
//! # Decisions
//! - The request is settled here once: scope and APIs are those of the item, and the page shows exactly them. When the
//!   person answers, the client must still be allowed to have them.
//! - A client that registered itself cannot use the grant, so no document of a client is read here.
//! - The pointer from the user code is written before the request. A pointer that leads nowhere looks like an unknown code.
//! - The address that asks is stored for the page, and removed with the answer.
//! - A lost answer costs nothing: the device asks again, and what it stored before is deleted later.

use edge::{
    AuditEntry, AuditEvent, Awaited, Config, Endpoint, Error, Failure, Function, Incoming, Response, json, random,
};
use grants::{Attempt, Client, DeviceHandle, DeviceRequest, GrantSecret, Moment, Policy, Target, Timestamp, device};
use http::StatusCode;
use protocol::{DeviceAuthorizationRequest, DeviceAuthorizationResponse, TokenErrorCode, UserCode};
use service::{Authentication, Stores, Wiring};
use store::{Applied, Changed, GrantsTable, UserCodePointer};

const ENDPOINT: Endpoint = Endpoint::for_any_origin("POST");
/// The number of user codes that are drawn until one is free. Of 25 billion, one is hardly ever taken.
const DRAWS: usize = 4;

/// The `/device_authorization` endpoint for devices.
pub struct Device {
    wiring: Wiring,
    authentication: Authentication,
    grants: GrantsTable,
}

impl Device {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let (authentication, grants) = (Authentication::open(&config, stores)?, stores.grants()?);
        Ok(Self { authentication, grants, wiring: Wiring::assemble(config, stores, false)? })
    }

    async fn begin(&self, incoming: Incoming<'_>) -> Result<Response, Failure> {
        let now = edge::now();
        let form = incoming.form()?;
        let asked = DeviceAuthorizationRequest::parse(&form)?;
        let client = self.authentication.authenticate(&self.wiring, incoming, &form, now).await?;
        let client = client.client();
        incoming.log().client(&client.id);
        let target = self.admit(client, &asked, now).await?;
        let secret = GrantSecret::from_bytes(random());
        let moment = Moment { now, attempt: Attempt::from_bytes(random()) };
        let user_code = self.draw(&secret, moment).await?;
        let asked_from = incoming.source().map(|address| address.to_string());
        let request = DeviceRequest { user_code: user_code.clone(), asked_from, nonce: asked.nonce };
        let asked = device::Asked { target, request };
        let step = device::start(secret.id(), client, asked, &self.wiring.config.policy, moment);
        match self.grants.apply(&step).await? {
            Applied::Done(_) => {}
            // The SDK repeated a write whose answer was lost.
            Applied::Refused(found) if device::was_started(found.as_deref(), moment.attempt) => {}
            Applied::Refused(_) => return Err(again()),
        }
        incoming.log().event(AuditEntry::new(AuditEvent::DeviceRequested));
        self.respond(secret, &user_code, now).await
    }

    /// Admits the request by the cached registration of its client, or else by the current one.
    async fn admit(
        &self,
        client: &std::sync::Arc<Client>,
        asked: &DeviceAuthorizationRequest,
        now: Timestamp,
    ) -> Result<Target, Failure> {
        let apis = self.wiring.apis_of(client, now).await?;
        match device::admit(client, &apis, asked) {
            Err(refusal) if refusal.may_be_outdated() => {
                let current = self.wiring.client_again(client, &apis, now).await?;
                let current = current.filter(|current| !current.disabled).ok_or(refusal)?;
                Ok(device::admit(&current, &self.wiring.apis_of(&current, now).await?, asked)?)
            }
            admitted => Ok(admitted?),
        }
    }

    /// Draws a user code that is free, and has it lead to the request.
    async fn draw(&self, secret: &GrantSecret, Moment { now, attempt }: Moment) -> Result<UserCode, Failure> {
        let ring = self.wiring.keys.ring(now).await?;
        let expires_at = now.plus(self.wiring.config.policy.device_lifetime);
        for _ in 0..DRAWS {
            let user_code = UserCode::from_random(random());
            let code = ring.handles().hide_user_code(&user_code);
            let pointer = UserCodePointer { code, grant: secret.id(), expires_at };
            match self.grants.point(pointer, attempt, now).await? {
                Changed::Done => return Ok(user_code),
                Changed::Refused => {}
            }
        }
        Err(again())
    }

    async fn respond(&self, secret: GrantSecret, user_code: &UserCode, now: Timestamp) -> Result<Response, Failure> {
        let ring = self.wiring.keys.ring(now).await?;
        let device_code = ring.handles().seal_device(&DeviceHandle { secret });
        let verification_uri = format!("{}/device", self.wiring.config.issuer);
        let user_code = user_code.to_string();
        let document = DeviceAuthorizationResponse {
            device_code: device_code.expose(),
            user_code: &user_code,
            verification_uri: &verification_uri,
            verification_uri_complete: &format!("{verification_uri}?user_code={user_code}"),
            expires_in: self.wiring.config.policy.device_lifetime.into(),
            interval: Policy::DEVICE_INTERVAL.into(),
        };
        Ok(json(StatusCode::OK, &document))
    }
}

const fn again() -> Failure {
    Failure::new(TokenErrorCode::TemporarilyUnavailable, "ask again", "device_request_refused")
}

impl Device {
    /// Leads a request to what answers it.
    async fn route(&self, incoming: Incoming<'_>) -> Response {
        ENDPOINT.answer(incoming, |incoming| self.begin(incoming)).await
    }
}

impl Function for Device {
    fn name(&self) -> &'static str {
        "device"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(self.wiring.warm_up())
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(self.route(incoming))
    }
}
