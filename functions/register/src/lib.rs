//! `/register`: clients that register themselves (RFC 7591, OpenID Connect Dynamic Client Registration), and read, replace
//! and delete their registration (RFC 7592).
//!
//! # Decisions
//! - Off, it is not there: 404, and the metadata say nothing of it.
//! - A client and the use of the initial access token that let it in are one transaction: no use makes two clients, and
//!   none is lost without a client. Where the answer is lost, so is the client: nobody knows its secret.
//! - A client ends when its policy says so, and `client_secret_expires_at` tells it. Whether a client was ever used is not
//!   written down: `/token` would have to write to the registry, where nothing but this endpoint and the operator may.
//! - What opens a registration is a handle whose keyed hash stands at the client. One that was not made here costs no read,
//!   and one that opens nothing gets the same 401, whether or not there is such a client.
//! - Secrets are kept as hashes, so they are told once, when they are made. Reading a registration makes no new one; a
//!   replacement does where the client begins to have a secret, or a secret of another kind.
//! - A registration is read past the cache and replaced only as it was found, so that a client which an operator switches off
//!   in that moment stays off. Other functions know of a change within a minute, and of a new client at once.
//! - Every registration is checked before anybody else is asked about it (`sector_identifier_uri`), and that host is asked
//!   once. What went wrong there is for the log: whoever wrote the address down shall not learn what is behind it.
//! - A name must not look like one of the operator's clients, so the registry is scanned for those, once a minute at most and
//!   only for a registration that has a name.
//! - Any origin may read the answers: what counts is the token, and no cookie is looked at.

mod create;
mod manage;
mod names;
mod settle;
mod tell;

use edge::{
    Answer, Config, Error, Function, Incoming, Parts, RegistrationFailure, RegistrationMode, Registrations, Stores,
    cross_origin, method_not_allowed, not_found, preflight,
};
use http::Method;
use lambda_http::Request;
use outbound::Outbound;

use crate::names::OperatorNames;

const HERE: &str = "/register";

/// The endpoint.
pub struct Register {
    parts: Parts,
    registrations: Registrations,
    names: OperatorNames,
    outbound: Outbound,
}

/// What a request is about.
#[derive(Clone, Copy)]
enum Place<'p> {
    /// All clients: a new one is made here.
    All,
    /// The client of this name, if it is one.
    One(&'p str),
}

impl Place<'_> {
    const fn methods(self) -> &'static str {
        match self {
            Self::All => "POST",
            Self::One(_) => "GET, PUT, DELETE",
        }
    }
}

impl Register {
    /// Builds it from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        if config.registration.mode == RegistrationMode::Open {
            edge::warning("anybody may register clients (JETON_REGISTRATION=open): for development and tests only");
        }
        let registrations = Registrations::open(stores)?;
        let (names, outbound) = (OperatorNames::default(), Outbound::new());
        Ok(Self { registrations, names, parts: Parts::assemble(config, stores, false)?, outbound })
    }

    async fn tell(&self, incoming: Incoming<'_>, place: Place<'_>) -> Result<Answer, RegistrationFailure> {
        let now = edge::now();
        match (place, incoming.method()) {
            (Place::All, &Method::POST) => self.create(incoming, now).await,
            (Place::One(id), &Method::GET) => self.read(incoming, id, now).await,
            (Place::One(id), &Method::PUT) => self.replace(incoming, id, now).await,
            (Place::One(id), &Method::DELETE) => self.delete(incoming, id, now).await,
            (Place::All | Place::One(_), _) => Ok(method_not_allowed(place.methods())),
        }
    }

    /// What a path is about; `None` where there is no such path.
    fn place<'p>(&self, path: &'p str) -> Option<Place<'p>> {
        let own = self.parts.config.path();
        let below = path.strip_prefix(own).unwrap_or(path).strip_prefix(HERE)?;
        if below.is_empty() { Some(Place::All) } else { below.strip_prefix('/').map(Place::One) }
    }
}

impl Function for Register {
    const NAME: &'static str = "register";

    async fn warm_up(&self) {
        if self.parts.config.registration.mode.is_on() {
            self.parts.warm_up().await;
        }
    }

    async fn answer(&self, request: Request) -> Answer {
        let incoming = Incoming::new(&request);
        let place = self.place(incoming.path()).filter(|_| self.parts.config.registration.mode.is_on());
        let Some(place) = place else { return not_found("clients do not register themselves here") };
        if let Some(answer) = preflight(request.method(), place.methods()) {
            return answer;
        }
        cross_origin(self.tell(incoming, place).await.unwrap_or_else(|failure| failure.answer()))
    }
}
