//! `/logout`: an app or a user ends the session on this browser (OpenID Connect RP-Initiated Logout §2).
//!
//! Two paths: the request, and the form that asks the user. The session on this browser ends at once, in one
//! write. The rest, ending grants and notifying apps, is done by `back-channel-logout`, which learns of the
//! deleted session from the table's stream: so it happens even if this process dies right after the write.
//!
//! # Decisions
//! - A request with an ID token of this session or person, expired or not, is carried out without asking: only a party
//!   that was told about the sign-in has one. Anybody else can make a browser come here, so the person is asked.
//! - A person is sent on only to an address that the named app registered, to the letter (C128). It is named by its ID token
//!   or by `client_id`: what counts is that the operator or the app registered the address, and that the person confirmed
//!   or the ID token proves the request (RP-Initiated Logout §3). An address that is not registered, or a hint that is none,
//!   gets a page, and the session stays. What a person confirmed is compared with what is registered at that moment, not with
//!   the cache.
//! - An ID token whose key retired, or never was ours, proves nothing. It is no error, because apps keep ID tokens for long:
//!   the person is asked, as without one. Its audience names the app, as `client_id` does, which anybody can write too.
//! - An app's server calls without a cookie. Then a valid ID token ends the session of its own `sid`, while that session
//!   lives and is of the same person, and nothing else (C180). Whoever holds the ID token could do the same through the
//!   person's browser, and all that it does is to make the person sign in again. Where a browser shows a session, that one
//!   is meant, and the rules above hold.
//! - A page says that a session ended only if one did.
//! - A browser sends its session along when it is led here, but not when another site's form is posted here. Such a post
//!   is answered with a page that posts the same form from here. It is no redirect, because an ID token must not get into
//!   an address, where histories and logs keep it; for the same reason no link on a page repeats one.
//! - A cookie whose secret a later sign-in replaced shows nobody, so there is nobody to ask. It still names the session that
//!   this browser had, and ends it: the answer to the later sign-in may never have come, and a page that says "signed out"
//!   must be true. Someone who copied that cookie can do no more with it than this.
//! - A person who stays signed in stays here: no app hears about it.

mod admit;
mod refused;
mod show;

use edge::{AuditEntry, AuditEvent, Awaited, Config, Cookie, Error, Function, Incoming, Response};
use grants::Timestamp;
use http::{Method, header};
use keys::{HandleKind, KeyRing};
use protocol::Parameters;
use service::{Stores, Wiring, form_ticket};
use sessions::{FormFault, RequestDigest, Rules, Session, SignOut, SignedIn, ended_by_hint, sign_out, signed_in};
use store::PeopleTable;

use crate::admit::Admitted;
use crate::refused::Refused;

/// The parameter of a form that was posted again, so that it is not posted a third time.
const POSTED_AGAIN: &str = "posted_again";

/// The `/logout` endpoint with its form.
pub struct Logout {
    wiring: Wiring,
    people: PeopleTable,
}

/// The user at the browser, signed in or not.
enum Visitor {
    SignedIn(Box<SignedIn>),
    /// No one is signed in. The cookie names this session but does not grant access to it.
    Names(Box<Session>),
    Nobody,
}

impl Logout {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        Ok(Self { people: stores.people()?, wiring: Wiring::assemble(config, stores, false)? })
    }

    fn path(&self) -> String {
        format!("{}/logout", self.wiring.config.path())
    }

    /// Handles the logout request.
    async fn begin(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let text = incoming.query_or_body().map_err(|_| Refused::Unreadable)?;
        if let Some(page) = self.post_again(incoming, text)? {
            return Ok(page);
        }
        let admitted = self.admit(incoming, text, now).await?;
        let ring = self.wiring.keys.ring(now).await?;
        match self.visitor(incoming, &ring, now).await? {
            Visitor::SignedIn(person) => {
                let known_as = admitted.known_as(person.user(), &ring)?;
                match sign_out(&person, admitted.hinted(known_as.as_ref())) {
                    SignOut::End => self.end(incoming, &admitted, &person).await,
                    SignOut::Ask => Ok(show::ask(admitted.recorded(incoming.log()), &person, &ring, now)),
                }
            }
            Visitor::Names(session) => self.end_session(incoming, &admitted, &session).await,
            Visitor::Nobody => self.end_hinted(incoming, &admitted, &ring, now).await,
        }
    }

    /// Returns the page that posts a form of another site again from here, so that the browser sends its session along;
    /// `None` for any other request. An app's server sends neither header.
    fn post_again(&self, incoming: Incoming<'_>, text: &str) -> Result<Option<Response>, Refused> {
        let is_of_a_site = incoming.is_cross_site() || incoming.header(header::ORIGIN).is_some();
        let session_cookie = self.wiring.config.cookies().name(Cookie::Session);
        if incoming.method() != Method::POST || !is_of_a_site || incoming.cookie(session_cookie).is_some() {
            return Ok(None);
        }
        let parameters = Parameters::parse(text.as_bytes()).map_err(|_| Refused::Unreadable)?;
        // The page would not repeat a parameter without a value. A request with one is refused, with a session or without.
        if parameters.has(POSTED_AGAIN) || parameters.without_repeats().is_err() {
            return Ok(None);
        }
        let parameters = parameters.with(POSTED_AGAIN, "1");
        Ok(Some(show::post_again(&self.path(), &parameters.pairs())))
    }

    /// Processes the user's decision.
    async fn confirm(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let form = incoming.body_form()?;
        let text = form.one("request").ok().flatten().unwrap_or_default();
        let admitted = self.admit(incoming, text, now).await?;
        let ring = self.wiring.keys.ring(now).await?;
        let person = match self.visitor(incoming, &ring, now).await? {
            Visitor::SignedIn(person) => person,
            Visitor::Names(session) => return self.end_session(incoming, &admitted, &session).await,
            Visitor::Nobody => return Ok(show::no_one(admitted.recorded(incoming.log()))),
        };
        let digest = RequestDigest::of(&admitted.query);
        form_ticket(incoming, &form, &ring, HandleKind::SignOutForm)
            .and_then(|ticket| ticket.check_sign_out(person.session().id, digest, now))
            .map_err(|fault| admitted.bad_form(fault, incoming.log()))?;
        match form.one("decision").ok().flatten() {
            Some("sign_out") => {
                let admitted = self.admit_as_registered_now(incoming, admitted, text, now).await?;
                self.end(incoming, &admitted, &person).await
            }
            Some("stay") => Ok(show::stayed()),
            Some(_) | None => Err(admitted.bad_form(FormFault::Unreadable, incoming.log())),
        }
    }

    /// Returns the user at the browser: one read, or none without a cookie.
    async fn visitor(&self, incoming: Incoming<'_>, ring: &KeyRing, now: Timestamp) -> Result<Visitor, Refused> {
        let cookies = self.wiring.config.cookies();
        let Some(handle) = incoming.session(cookies, ring.handles()) else { return Ok(Visitor::Nobody) };
        let visitor = self.people.visitor(&handle, None).await?;
        let person =
            signed_in(&handle, visitor.session.clone(), visitor.user, Rules::at(&self.wiring.config.policy, now));
        Ok(match (person, visitor.session) {
            (Some(person), _) => Visitor::SignedIn(Box::new(person)),
            (None, Some(session)) => Visitor::Names(Box::new(session)),
            (None, None) => Visitor::Nobody,
        })
    }

    /// Ends the session with one write.
    async fn end(&self, incoming: Incoming<'_>, admitted: &Admitted, person: &SignedIn) -> Result<Response, Refused> {
        let response = self.end_session(incoming, admitted, person.session()).await?;
        incoming.log().event(AuditEntry::of_person(AuditEvent::SignedOut, &person.user().subject));
        Ok(response)
    }

    async fn end_session(
        &self,
        incoming: Incoming<'_>,
        admitted: &Admitted,
        session: &Session,
    ) -> Result<Response, Refused> {
        self.people.end_session(session).await?;
        let response = show::over(admitted.recorded(incoming.log()));
        Ok(self.wiring.config.cookies().forget(response, Cookie::Session))
    }

    /// Ends the session that a valid ID token names, where no browser shows a session.
    async fn end_hinted(
        &self,
        incoming: Incoming<'_>,
        admitted: &Admitted,
        ring: &KeyRing,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let admitted = admitted.recorded(incoming.log());
        if incoming.is_head() {
            return Ok(show::no_one(admitted));
        }
        let Some(leads_to) = admitted.leads_to() else { return Ok(show::no_one(admitted)) };
        let found = self.people.ground(leads_to).await?;
        let Some(user) = found.user else { return Ok(show::no_one(admitted)) };
        let known_as = admitted.known_as(&user, ring)?;
        let Some(hint) = admitted.hinted(known_as.as_ref()) else { return Ok(show::no_one(admitted)) };
        let rules = Rules::at(&self.wiring.config.policy, now);
        let Some(session) = ended_by_hint(hint, found.session, Some(&user), rules) else {
            return Ok(show::no_one(admitted));
        };
        // It was alive when it was read: if it is gone now, a write whose answer was lost ended it, or another request did.
        self.people.end_session(&session).await?;
        incoming.log().event(AuditEntry::of_person(AuditEvent::SignedOut, &user.subject));
        // An app's server leads the browser to where the answer says, and some libraries demand such an address.
        let is_of_server = incoming.method() == Method::POST && incoming.header(header::ORIGIN).is_none();
        let path = self.path();
        Ok(show::over_elsewhere(admitted, is_of_server.then_some(path.as_str())))
    }
}

impl Logout {
    /// Leads a request to what answers it.
    async fn route(&self, incoming: Incoming<'_>) -> Response {
        let path = self.path();
        let step = incoming.path().strip_prefix(&path);
        let answered = match (step, incoming.method()) {
            (Some(""), &Method::GET | &Method::POST) => self.begin(incoming).await,
            (Some("/confirm"), &Method::POST) => self.confirm(incoming).await,
            (Some(""), _) => Err(Refused::WrongMethod("GET, HEAD, POST")),
            (Some("/confirm"), _) => Err(Refused::WrongMethod("POST")),
            _ => Err(Refused::NotFound),
        };
        answered.unwrap_or_else(|refused| refused.answer(&path, incoming.log()))
    }
}

impl Function for Logout {
    fn name(&self) -> &'static str {
        "logout"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(self.wiring.warm_up())
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(self.route(incoming))
    }
}
