//! `/logout`: an app or a user ends the session on this browser (OpenID Connect RP-Initiated Logout §2).
//!
//! Two paths: the request, and the form that asks the user. The session on this browser ends at once, in one
//! write. The rest, ending grants and notifying apps, is done by `back-channel-logout`, which learns of the
//! deleted session from the table's stream: so it happens even if this process dies right after the write.
//!
//! # Decisions
//! - An app is followed without a question when it shows an ID token of this session or person, expired or not: only
//!   who was told about the sign-in has one. Anybody else can make a browser come here, so the person is asked.
//! - A person is sent on only to an address that the app of a good ID token registered, to the letter (C128). An address
//!   that is not registered, or a hint that is none, gets a page, and the session stays.
//! - A browser sends its session along when it is led here, but not when another site's form is posted here. Such a post
//!   is answered with the same request as a link.
//! - A cookie whose secret a later sign-in replaced shows nobody, so there is nobody to ask. It still names the session that
//!   this browser had, and ends it: the answer to the later sign-in may never have come, and a page that says "signed out"
//!   must be true. Somebody who copied that cookie can do no more with it than this.
//! - A person who stays signed in stays here: no app hears about it.

mod refused;
mod show;

use std::sync::Arc;

use edge::{AuditEntry, AuditEvent, Config, Cookie, Error, Function, Incoming, RequestLog, Response, redirect};
use grants::{Client, Timestamp};
use http::Method;
use keys::{HandleKind, IdTokenFacts, KeyRing};
use protocol::{LogoutRequest, Parameters, RedirectUri};
use service::{Stores, Wiring, form_ticket};
use sessions::{FormFault, Hinted, RequestDigest, Rules, Session, SignOut, SignedIn, sign_out, signed_in};
use store::PeopleTable;

use crate::refused::Refused;

/// The `/logout` endpoint with its form.
pub struct Logout {
    wiring: Wiring,
    people: PeopleTable,
}

/// A request that passed all checks.
struct Admitted {
    /// The app and the person of a valid ID token.
    hinted: Option<(Arc<Client>, IdTokenFacts)>,
    /// The address to which the user is sent afterwards, as registered, and with the app's `state`.
    back: Option<(RedirectUri, String)>,
    path: String,
    /// The request in its canonical encoding.
    query: String,
}

impl Admitted {
    /// Records the app, if it is known, before a response to its request.
    fn recorded(&self, log: &RequestLog) -> &Self {
        if let Some((client, _)) = &self.hinted {
            log.client(&client.id);
        }
        self
    }

    fn bad_form(&self, fault: FormFault, log: &RequestLog) -> Refused {
        Refused::BadForm(fault, format!("{}?{}", self.recorded(log).path, self.query))
    }
}

/// The user at the browser, signed in or not.
enum Visitor {
    SignedIn(Box<SignedIn>),
    /// No one is signed in. The cookie names this session but does not grant access to it.
    Names(Box<Session>),
    Nobody,
}

impl Visitor {
    fn person(&self) -> Option<&SignedIn> {
        match self {
            Self::SignedIn(person) => Some(person),
            Self::Names(_) | Self::Nobody => None,
        }
    }
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
        let session_cookie = self.wiring.config.cookies().name(Cookie::Session);
        if incoming.method() == Method::POST && incoming.cookie(session_cookie).is_none() {
            let parameters = Parameters::parse(text.as_bytes()).map_err(|_| Refused::Unreadable)?;
            return Ok(redirect(&format!("{}?{}", self.path(), parameters.to_query())));
        }
        let ring = self.wiring.keys.ring(now).await?;
        let admitted = self.admit(incoming, text, &ring, now).await?;
        let visitor = self.visitor(incoming, &ring, now).await?;
        let known_as = match (&admitted.hinted, visitor.person()) {
            (Some((client, _)), Some(person)) => {
                Some(ring.handles().known_as(&client.relying_party, &person.user().subject))
            }
            _ => None,
        };
        let known_as = known_as.transpose()?;
        let hint = admitted.hinted.as_ref().map(|(_, facts)| Hinted {
            session: facts.session,
            subject: &facts.subject,
            known_as: known_as.as_ref(),
        });
        match &visitor {
            Visitor::SignedIn(person) => match sign_out(person, hint) {
                SignOut::End => self.end(incoming, &admitted, person).await,
                SignOut::Ask => Ok(show::ask(admitted.recorded(incoming.log()), person, &ring, now)),
            },
            Visitor::Names(session) => self.end_session(incoming, &admitted, session).await,
            Visitor::Nobody => Ok(show::no_one(admitted.recorded(incoming.log()))),
        }
    }

    /// Processes the user's decision.
    async fn confirm(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let form = incoming.body_form()?;
        let text = form.one("request").ok().flatten().unwrap_or_default();
        let ring = self.wiring.keys.ring(now).await?;
        let admitted = self.admit(incoming, text, &ring, now).await?;
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
            Some("sign_out") => self.end(incoming, &admitted, &person).await,
            Some("stay") => Ok(show::stayed()),
            Some(_) | None => Err(admitted.bad_form(FormFault::Unreadable, incoming.log())),
        }
    }

    /// Parses a request and decides where it may lead.
    async fn admit(
        &self,
        incoming: Incoming<'_>,
        text: &str,
        ring: &KeyRing,
        now: Timestamp,
    ) -> Result<Admitted, Refused> {
        let parameters = Parameters::parse(text.as_bytes()).map_err(|_| Refused::Unreadable)?;
        let request = LogoutRequest::parse(&parameters)?;
        let hinted = match &request.id_token_hint {
            None => None,
            Some(hint) => {
                let facts = ring.verify_id_token(hint, self.wiring.config.issuer.as_str());
                let facts = facts.map_err(|_| Refused::BadHint)?;
                if request.client_id.as_ref().is_some_and(|id| *id != facts.client_id) {
                    return Err(Refused::BadHint);
                }
                let client = self.wiring.client(&facts.client_id, now).await?;
                Some((client.filter(|client| !client.disabled).ok_or(Refused::BadHint)?, facts))
            }
        };
        let back = match (request.post_logout_redirect_uri, &hinted) {
            (Some(uri), Some((client, _))) => {
                if !client.relying_party.post_logout_redirect_uris.contains(&uri) {
                    incoming.log().client(&client.id);
                    return Err(Refused::Unregistered);
                }
                let state = request.state.as_ref().map(|state| uri.with_query(&[("state", state.as_str())]));
                let whole = state.unwrap_or_else(|| uri.to_string());
                Some((uri, whole))
            }
            (Some(_) | None, _) => None,
        };
        Ok(Admitted { hinted, back, path: self.path(), query: parameters.to_query() })
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
}

impl Function for Logout {
    const NAME: &'static str = "logout";

    async fn warm_up(&self) {
        self.wiring.warm_up().await;
    }

    async fn answer(&self, incoming: Incoming<'_>) -> Response {
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
