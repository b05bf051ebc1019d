//! The pages at `/device`: a person enters the code of a device, signs in, and answers its request (RFC 8628 §3.3).

use std::sync::Arc;

use edge::{AuditEntry, AuditEvent, Incoming, Response};
use grants::{Api, Client, Grant, Origin, Seconds, Target, Timestamp, device};
use http::Method;
use keys::KeyRing;
use protocol::{ClaimsRequest, MAX_REQUEST_BYTES, Parameters, UserCode};
use service::{Browser, EnteredCode, FoundCode, WayBack};
use sessions::{Next, RequestDigest, Rules, Shown, SignedIn, VisitId, signed_in};

use crate::Authorize;
use crate::refused::Refused;

/// The request of a device that waits for an answer, with its client.
pub(crate) struct DeviceContext {
    pub(crate) code: UserCode,
    pub(crate) waiting: Grant,
    pub(crate) target: Target,
    pub(crate) client: Arc<Client>,
    /// The APIs of the client.
    pub(crate) apis: Vec<Api>,
    pub(crate) digest: RequestDigest,
}

/// The visit of a browser in which a person enters codes.
pub(crate) struct Visit<'a> {
    browser: Browser<'a>,
    pub(crate) id: VisitId,
    /// `true` if the browser has no cookie for it yet.
    pub(crate) is_new: bool,
}

/// The reasons to ask for a code again.
#[derive(Clone, Copy)]
pub(crate) enum Entry {
    /// The code is unknown, or its request was answered or is over.
    Unknown,
    /// Too many wrong codes came from this browser or this address.
    TooMany(Seconds),
}

impl<'a> Visit<'a> {
    pub(crate) fn of(browser: Browser<'a>) -> Self {
        let known = browser.visit();
        Self { browser, is_new: known.is_none(), id: known.unwrap_or_else(|| VisitId::from_bytes(edge::random())) }
    }

    /// Gives the browser a cookie by which its wrong codes are counted, and its forms are known.
    pub(crate) fn kept(&self, response: Response) -> Response {
        if self.is_new { self.browser.begin_visit(response, self.id) } else { response }
    }
}

impl Authorize {
    /// Returns the path of the page where people enter codes.
    pub(crate) fn device_path(&self) -> String {
        format!("{}/device", self.wiring.config.path())
    }

    /// Answers a request below `/device`.
    pub(crate) async fn answer_about_device(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        match (incoming.path().strip_prefix(&self.device_path()), incoming.method()) {
            (Some(""), &Method::GET | &Method::POST) => self.enter_code(incoming).await,
            (Some("/sign-in"), &Method::POST) => self.sign_in_for_device(incoming).await,
            (Some("/consent"), &Method::POST) => self.answer_device(incoming).await,
            (Some(""), _) => Err(Refused::WrongMethod("GET, HEAD, POST")),
            (Some("/sign-in" | "/consent"), _) => Err(Refused::WrongMethod("POST")),
            _ => Err(Refused::NotFound),
        }
    }

    /// Takes a code from the form, or from the link that has it (RFC 8628 §3.3.1), and shows the next page.
    async fn enter_code(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let text = incoming.query_or_body().map_err(|_| Refused::Unreadable)?;
        let parameters = read(text).ok_or(Refused::Unreadable)?;
        let ring = self.ring(now).await?;
        let visit = Visit::of(Browser::of(incoming, self.wiring.config.cookies(), &ring));
        let typed = parameters.one("user_code").ok().flatten();
        // Wrong codes are counted for the browser and its address. A request for the head counts none, and neither does
        // one that another site caused without its visitor: that page would use up what the address has.
        let Some(typed) = typed.filter(|_| !incoming.is_head() && incoming.is_own_act()) else {
            return Ok(self.show_entry(&visit, typed.unwrap_or_default(), None));
        };
        let context = match self.find_code(incoming, typed, &visit, now).await? {
            Ok(context) => context,
            Err(entry) => return Ok(self.show_entry(&visit, "", Some(entry))),
        };
        incoming.log().client(&context.client.id);
        let asks_for_another = parameters.one("prompt").ok().flatten() == Some("login");
        let person = self.person_at(incoming, &ring, &context.client, now).await?;
        let must_sign_in = |person: &SignedIn| {
            sessions::must_sign_in_for_device(&context.client, person, context.digest, asks_for_another, now)
        };
        match person.filter(|person| !must_sign_in(person)) {
            Some(person) => self.ask_for_device(incoming, &context, &person, now).await,
            None => Ok(self.show_sign_in(&context, &visit, &ring, None)),
        }
    }

    /// Shows the question to a person who is signed in, or asks for the second factor that the client or the deployment
    /// demands.
    async fn ask_for_device(
        &self,
        incoming: Incoming<'_>,
        context: &DeviceContext,
        person: &SignedIn,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let ring = self.ring(now).await?;
        match sessions::next_for_device(&context.client, person, &self.wiring.config.policy) {
            Next::Factor => {
                let browser = Browser::of(incoming, self.wiring.config.cookies(), &ring);
                Ok(self.with_device_factor_form(context, |form| form.in_session(browser, person, now)))
            }
            Next::SetUp => Ok(self.set_up_factor(incoming, &context.way_back())),
            Next::Refuse(_) => Err(Refused::FactorMissing),
            Next::SignIn | Next::Consent | Next::Issue => self.show_question(context, person, now).await,
        }
    }

    /// Looks up a code that a person typed. A wrong one is counted.
    async fn find_code(
        &self,
        incoming: Incoming<'_>,
        typed: &str,
        visit: &Visit<'_>,
        now: Timestamp,
    ) -> Result<Result<DeviceContext, Entry>, Refused> {
        let (log, ring) = (incoming.log(), self.ring(now).await?);
        let Ok(code) = UserCode::parse(typed) else {
            log.refused("user_code_malformed");
            return Ok(Err(Entry::Unknown));
        };
        let known = Some(visit.id).filter(|_| !visit.is_new);
        let entered = EnteredCode { code: &code, browser: known, source: incoming.source() };
        let waiting = match self.user_codes.find(&entered, ring.handles(), now).await? {
            FoundCode::Waiting(waiting) => Some(*waiting),
            FoundCode::Unknown => None,
            FoundCode::Wait(wait) => {
                log.refused(AuditEvent::UserCodesThrottled.as_str());
                log.event(AuditEntry::new(AuditEvent::UserCodesThrottled));
                return Ok(Err(Entry::TooMany(wait)));
            }
        };
        let found = self.device_context(code, waiting, now).await?;
        if found.is_none() {
            log.refused("user_code_unknown");
        }
        Ok(found.ok_or(Entry::Unknown))
    }

    /// Returns the request that waits, if its client may still have what it asked for: by the cached registration, or else
    /// by the current one.
    pub(crate) async fn device_context(
        &self,
        code: UserCode,
        waiting: Option<Grant>,
        now: Timestamp,
    ) -> Result<Option<DeviceContext>, Refused> {
        let Some(waiting) = waiting else { return Ok(None) };
        let Some(cached) = self.wiring.client(&waiting.client_id, now).await? else { return Ok(None) };
        let apis = self.wiring.apis_of(&cached, now).await?;
        let may =
            |client: &Client, apis: &[Api]| !client.disabled && device::admit_again(client, apis, &waiting).is_ok();
        let (client, apis) = if may(&cached, &apis) {
            (cached, apis)
        } else {
            let Some(current) = self.wiring.client_again(&cached, &apis, now).await? else { return Ok(None) };
            let apis = self.wiring.apis_of(&current, now).await?;
            if !may(&current, &apis) {
                return Ok(None);
            }
            (current, apis)
        };
        let digest = digest(&code);
        let target = Target { resources: waiting.resources.clone(), scope: waiting.scope.clone() };
        Ok(Some(DeviceContext { code, waiting, target, client, apis, digest }))
    }

    /// Returns the person who is signed in with this browser: one read, or none without a cookie.
    pub(crate) async fn person_at(
        &self,
        incoming: Incoming<'_>,
        ring: &KeyRing,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<SignedIn>, Refused> {
        let Some(handle) = incoming.session(self.wiring.config.cookies(), ring.handles()) else { return Ok(None) };
        let found = self.people.visitor(&handle, Some(&client.id)).await?;
        Ok(signed_in(&handle, found.session, found.user, Rules::at(&self.wiring.config.policy, now)))
    }
}

/// Reads the parameters of a page or a form; `None` if they are not encoded as they should be, or too long.
pub(crate) fn read(text: &str) -> Option<Parameters> {
    Parameters::parse(text.as_bytes()).ok().filter(|_| text.len() <= MAX_REQUEST_BYTES)
}

/// Returns the digest of the forms about a code. No authorization request has it, because a query has no spaces.
pub(crate) fn digest(code: &UserCode) -> RequestDigest {
    RequestDigest::of(&format!("device {}", code.as_str()))
}

impl DeviceContext {
    /// Returns the facts on the page that asks the person.
    pub(crate) fn shown<'a>(&'a self, claims: &'a ClaimsRequest) -> Shown<'a> {
        let (client, target, apis) = (&*self.client, &self.target, self.apis.as_slice());
        Shown { client, redirect_uri: None, target, claims, apis, logo: None }
    }

    /// The request as it is carried through a form.
    pub(crate) fn query(&self) -> String {
        format!("user_code={}", self.code)
    }

    /// Returns the way back to the question about this request.
    pub(crate) fn way_back(&self) -> WayBack {
        WayBack::Device(self.code.clone())
    }

    /// The address that the request came from, if it is known.
    pub(crate) fn asked_from(&self) -> Option<&str> {
        match &self.waiting.origin {
            Origin::DeviceRequest(request) => request.asked_from.as_deref(),
            Origin::Device(..)
            | Origin::Asserted(..)
            | Origin::Pushed(_)
            | Origin::Request(..)
            | Origin::Password(_)
            | Origin::Service => None,
        }
    }
}
