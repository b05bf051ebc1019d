//! `/authorize`: users sign in and give consent (RFC 6749 §3.1, OpenID Connect Core §3.1.2).
//!
//! Three paths: the authorization request itself, the sign-in form and the consent form. At `/device` people answer the
//! requests of devices (RFC 8628 §3.3), on three paths of the same kind. The forms carry the
//! request along, and each step parses and checks it from the start, so a modified request is simply another
//! request.
//!
//! # Decisions
//! - After the password form, the browser is redirected to the request (303), so that "back" never sends a form
//!   twice.
//! - A browser does not send its session along when a form of another site is posted here. Such a request is answered with
//!   a page that posts the same form from here, so that it is the same request as a link. It is no redirect, because an
//!   `id_token_hint` must not get into an address. In a frame, where no page of this server is shown, it is answered at once,
//!   as one of somebody who is not signed in.
//! - Errors for a client that an operator registered are redirected at once, since its redirect URI can be
//!   trusted. For a client that registered itself, someone must be signed in, or the request must be silent
//!   (`prompt=none`); otherwise a page lets the user continue (RFC 9700 §4.11.2). Until the client and redirect
//!   URI are verified, all errors are shown on a page.
//! - While the store or a key does not answer, people get a page, and a silent request (`prompt=none`) that was admitted goes
//!   back to its client with `temporarily_unavailable`: nobody would read the page.
//! - Too many wrong passwords give the same page with 429, whether or not the user exists. A browser used for a
//!   successful sign-in keeps a cookie that separates it from everyone else who guesses.
//! - The implicit grant, where it is offered, differs only in its last step: sign-in, consent and single use are
//!   the same.
//! - A pushed request must be in time when its first form is shown, and never again: each later form is made for someone
//!   who had an earlier one. Its forms carry the reference only, so what the client pushed does not reach the browser.
//! - The same holds for the expiry of a request object. Until its signature is verified, every error is a page.
//! - A request object by reference is fetched once, for the first page, and goes on from page to page as one by value: what
//!   its client serves later changes nothing. The fragment of its URL is ignored, because it only tells servers that keep
//!   objects when to fetch them again.
//! - A fault of the reference itself is returned to the client, if the request has a redirect URI of the client beside it.
//! - A person who denies a pushed request ends it, like one who allows it.
//! - What a person allows counts with a sign-in that is new enough for the request at that moment, and a denial with any.
//! - Consent covers what the page showed: if the client's registration or an API of it changes in the meantime, the page is
//!   shown again. What is registered is read for the decision past the cache, while the session is read, here and for a device.
//! - A user code is looked up before anybody signs in, so that the person reads which client is meant. Wrong codes are
//!   counted by browser and by address. Unknown, answered and expired codes look the same.
//! - The answer to a device is one form with a ticket for its code. A look-up for such a form is no guess, and is not
//!   counted.
//! - Where the deployment demands a factor that a person does not have, the page of the account that adds one comes between
//!   the sign-in and the request, and leads back.
//! - A form that does not count is refused with a page that says why and leads on: the sign-in page itself, or a page that
//!   leads back to the request.

mod admit;
mod consent;
mod context;
mod device;
mod device_answer;
mod device_pages;
mod device_sign_in;
mod explained;
mod issue;
mod passkey_sign_in;
mod pushed;
mod refused;
mod respond;
mod returned_error;
mod show;
mod sign_in;
mod visitor;

use std::sync::Arc;

use edge::{Awaited, Config, Cookie, Error, Function, Incoming, Response};
use grants::{Client, Timestamp};
use http::Method;
use keys::{KeyRing, KeysError};
use protocol::{Logo, Parameters, Subject};
use service::{
    Browser, DocumentClients, RequestObjects, RequestReferences, SignIns, Stores, UserCodes, Wiring, shown_name,
};
use sessions::{SignedIn, next};
use store::{GrantsTable, PeopleTable};

use crate::context::{AuthorizationContext, CarriedRequest, POSTED_AGAIN};
use crate::refused::Refused;
use crate::returned_error::ReturnedError;
use crate::show::Question;
use crate::sign_in::with_factor_form;
use crate::visitor::Visitor;

/// The `/authorize` endpoint with its forms.
pub struct Authorize {
    wiring: Wiring,
    clients: DocumentClients,
    objects: RequestObjects,
    references: RequestReferences,
    grants: GrantsTable,
    people: PeopleTable,
    sign_ins: SignIns,
    user_codes: UserCodes,
}

impl Authorize {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let objects = RequestObjects::new(&config);
        let wiring = Wiring::assemble(config, stores, true)?.with_factors();
        let (clients, grants, people) = (DocumentClients::new(stores.keys()?), stores.grants()?, stores.people()?);
        let (sign_ins, user_codes) = (stores.sign_ins()?, stores.user_codes()?);
        let references = RequestReferences::default();
        Ok(Self { wiring, clients, objects, references, grants, people, sign_ins, user_codes })
    }

    /// Returns the path of this endpoint: the last part of the authorization endpoint's URL.
    fn path(&self) -> String {
        format!("{}/authorize", self.wiring.config.path())
    }

    /// Handles the authorization request.
    async fn begin(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let text = incoming.query_or_body().map_err(|_| Refused::Unreadable)?;
        if let Some(page) = self.post_again(incoming, text)? {
            return Ok(page);
        }
        let context = self.admit(incoming, text, now).await?;
        let answered = self.answer_admitted(incoming, &context, now).await;
        answered.map_err(|refused| refused.or_returned(&context.admission))
    }

    /// Answers an admitted request.
    async fn answer_admitted(
        &self,
        incoming: Incoming<'_>,
        context: &AuthorizationContext<'_>,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let ring = self.ring(now).await?;
        let visitor = self.visitor(incoming, &ring, context.admission.client(), now).await?;
        context.check_in_time(&visitor, now)?;
        self.go_on(incoming, context, &visitor, now).await
    }

    /// Returns the page that posts a form of another site again from here, so that the browser sends its session along;
    /// `None` for any other request.
    fn post_again(&self, incoming: Incoming<'_>, text: &str) -> Result<Option<Response>, Refused> {
        let session_cookie = self.wiring.config.cookies().name(Cookie::Session);
        if !incoming.is_posted_page() || incoming.cookie(session_cookie).is_some() {
            return Ok(None);
        }
        let parameters = Parameters::parse(text.as_bytes()).map_err(|_| Refused::Unreadable)?;
        if parameters.has(POSTED_AGAIN) {
            return Ok(None);
        }
        edge::follow_locales(&parameters);
        let carried = CarriedRequest::of(self.path(), parameters).ok_or(Refused::Unreadable)?;
        if carried.parameters.without_repeats().is_err() {
            // The page would not repeat a parameter without a value. The request is refused, with a session or without.
            return Ok(None);
        }
        let parameters = carried.parameters.with(POSTED_AGAIN, "1");
        Ok(Some(show::post_again(&carried.path, &parameters.pairs())))
    }

    /// Shows the next page, or takes the next step.
    async fn go_on(
        &self,
        incoming: Incoming<'_>,
        context: &AuthorizationContext<'_>,
        visitor: &Visitor,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let ring = self.ring(now).await?;
        let situation = context.situation(visitor, false);
        match (next(context.admission.request(), &situation, now), &visitor.signed_in) {
            (sessions::Next::Consent, Some(person)) => self.ask(context, person, now, false).await,
            (sessions::Next::Issue, Some(person)) => self.issue(context, person, issue::Allowed::Before, now).await,
            (sessions::Next::Factor, Some(person)) => {
                let browser = Browser::of(incoming, context.cookies, &ring);
                Ok(with_factor_form(context, &ring, now, |form| form.in_session(browser, person, now)))
            }
            (sessions::Next::SetUp, Some(_)) => {
                context.log_client();
                Ok(self.set_up_factor(incoming, &context.carried.way_back(&ring, now)))
            }
            (sessions::Next::Refuse(unmet), visitor) => {
                let error = ReturnedError::for_admitted(&context.admission, unmet.code(), unmet.description());
                Err(Refused::Returned(Box::new(ReturnedError { signed_in: visitor.is_some(), ..error })))
            }
            (
                sessions::Next::SignIn
                | sessions::Next::Factor
                | sessions::Next::SetUp
                | sessions::Next::Consent
                | sessions::Next::Issue,
                _,
            ) => Ok(show::sign_in(context, incoming, &ring, now, None)),
        }
    }

    /// Shows the consent page; `changed` if the person's decision was about a page with other facts.
    async fn ask(
        &self,
        context: &AuthorizationContext<'_>,
        person: &SignedIn,
        now: Timestamp,
        changed: bool,
    ) -> Result<Response, Refused> {
        let ring = self.ring(now).await?;
        let logo = self.logo(context).await;
        let actors = self.actors(context.admission.client(), now).await?;
        let question = Question { person, logo: logo.as_ref(), actors: &actors, changed };
        Ok(show::consent(context, &question, &ring, now))
    }

    /// Returns the names of the clients that may act with the tokens of this one (`may_act`).
    async fn actors(&self, client: &Client, now: Timestamp) -> Result<Vec<String>, Refused> {
        let mut names = Vec::new();
        for id in &client.may_act {
            let actor = self.wiring.client(id, now).await?;
            names.extend(actor.filter(|actor| !actor.disabled).map(|actor| shown_name(&actor)));
        }
        Ok(names)
    }

    /// Reads the logo that the page shows. Nobody needs it to decide, so the page goes without if it cannot be read.
    async fn logo(&self, context: &AuthorizationContext<'_>) -> Option<Logo> {
        context.shown().logo?;
        let found = self.wiring.registry.logo(context.admission.client()).await;
        found.inspect_err(|error| edge::trouble("the logo of a client could not be read", error)).ok()?
    }

    async fn ring(&self, now: Timestamp) -> Result<Arc<KeyRing>, Refused> {
        Ok(self.wiring.keys.ring(now).await?)
    }
}

/// Returns the `sub` by which a client knows a person.
fn known_as(client: &Client, person: &SignedIn, ring: &KeyRing) -> Result<Subject, KeysError> {
    ring.handles().known_as(&client.relying_party, &person.user().subject)
}

impl Authorize {
    /// Leads a request to what answers it.
    async fn route(&self, incoming: Incoming<'_>) -> Response {
        let step = incoming.path().strip_prefix(&self.path());
        let answered = match (step, incoming.method()) {
            (None, _) => self.answer_about_device(incoming).await,
            (Some(""), &Method::GET | &Method::POST) => self.begin(incoming).await,
            (Some("/sign-in"), &Method::POST) => self.sign_in(incoming).await,
            (Some("/consent"), &Method::POST) => self.consent(incoming).await,
            (Some(""), _) => Err(Refused::WrongMethod("GET, HEAD, POST")),
            (Some("/sign-in" | "/consent"), _) => Err(Refused::WrongMethod("POST")),
            _ => Err(Refused::NotFound),
        };
        match answered {
            Ok(response) => response,
            Err(refused) => self.respond_to_refused(&refused, incoming.log()).await,
        }
    }
}

impl Function for Authorize {
    fn name(&self) -> &'static str {
        "authorize"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(self.wiring.warm_up())
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(self.route(incoming))
    }
}
