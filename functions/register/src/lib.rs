//! `/register`: clients register themselves (RFC 7591, OpenID Connect Dynamic Client Registration), and read,
//! replace and delete their registration (RFC 7592).
//!
//! # Decisions
//! - When it is off, it does not exist: 404, and the metadata do not mention it.
//! - The new client and the use of its initial access token are written in one transaction: one use never makes
//!   two clients, and no use is lost without a client. If the answer is lost, the client is unusable, because no
//!   one else has its secret.
//! - A client expires according to its policy, as `client_id_expires_at` and `client_secret_expires_at` state. Where
//!   anybody registers, `/authorize` extends the registration of a client that is in use, about once a month; `/token`
//!   has no write access to the registry, and needs none, because no grant outlives the registration.
//! - The registration access token is a handle whose keyed hash is stored with the client. A token that was not
//!   made here costs no read, and one that gives no access gets the same 401, whether or not the client exists.
//! - Secrets are stored as hashes, so they are shown once, when they are created. Reading a registration creates
//!   no new secret; a replacement does if the client starts to have a secret, or needs one of another kind.
//! - A registration is read past the cache and replaced only if it is unchanged, so that a client which an
//!   operator disables at that moment stays disabled. Other functions see a change within a minute, and a new
//!   client at once.
//! - Every registration is checked completely before another host is contacted (`sector_identifier_uri`), which
//!   happens once. Failures of that request only go to the log: whoever supplied the address must not learn what
//!   is behind it.
//! - A request that has a document fetched is counted before that, whatever comes of it: by its initial access token and by
//!   its source. So a token that is good for one client is not good for any number of requests to other hosts. The changes
//!   that a client makes to its registration are counted too.
//! - A logo (`logo_uri`) is fetched once, after all checks, and only where the deployment shows the logos of strangers. It is
//!   kept, so that no page loads anything from the client's host. A registration whose logo cannot be fetched, or is none,
//!   has no logo.
//! - A name must not look like the name of an operator's client, so the registry is scanned for those names, at
//!   most once a minute and only for a registration that has a name.
//! - Any origin may read the answers: only the token counts, and cookies are ignored.

mod create;
mod information;
mod logo;
mod manage;

use edge::{
    AuditEntry, AuditEvent, Awaited, Config, Endpoint, Error, Failure, Function, Incoming, RegistrationMode, Response,
};
use http::Method;
use protocol::ClientId;
use service::{ClientBuilder, Logos, Registrations, Stores, Wiring};

const HERE: &str = "/register";

/// The `/register` endpoint for clients.
pub struct Register {
    wiring: Wiring,
    registrations: Registrations,
    builder: ClientBuilder,
    logos: Logos,
}

/// The resource that a request addresses.
#[derive(Clone, Copy)]
enum Location<'p> {
    /// The collection of clients: a new one is created here.
    All,
    /// The client with this id, if it exists.
    One(&'p str),
}

impl Location<'_> {
    const fn endpoint(self) -> Endpoint {
        match self {
            Self::All => Endpoint::for_any_origin("POST"),
            Self::One(_) => Endpoint::for_any_origin("GET, HEAD, PUT, DELETE"),
        }
    }
}

impl Register {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        if config.registration.mode == RegistrationMode::Open {
            edge::warning("anybody may register clients (JETON_REGISTRATION=open): for development and tests only");
        }
        let registrations = stores.registrations()?;
        let builder = ClientBuilder::new(stores.keys()?);
        Ok(Self { registrations, builder, logos: Logos::default(), wiring: Wiring::assemble(config, stores, false)? })
    }

    async fn respond(&self, incoming: Incoming<'_>, location: Location<'_>) -> Result<Response, Failure> {
        let now = edge::now();
        match (location, incoming.method()) {
            (Location::All, &Method::POST) => self.create(incoming, now).await,
            (Location::One(id), &Method::GET) => self.read(incoming, id, now).await,
            (Location::One(id), &Method::PUT) => self.replace(incoming, id, now).await,
            (Location::One(id), &Method::DELETE) => self.delete(incoming, id, now).await,
            (Location::All | Location::One(_), _) => Err(Failure::wrong_method()),
        }
    }

    /// Returns the resource at a path; `None` for an unknown path.
    fn locate<'p>(&self, path: &'p str) -> Option<Location<'p>> {
        let own = self.wiring.config.path();
        let below = path.strip_prefix(own).unwrap_or(path).strip_prefix(HERE)?;
        if below.is_empty() { Some(Location::All) } else { below.strip_prefix('/').map(Location::One) }
    }
}

/// Logs what happened to the registration of a client.
fn log(incoming: Incoming<'_>, event: AuditEvent, client: &ClientId) {
    incoming.log().client(client);
    incoming.log().event(AuditEntry::new(event));
}

impl Register {
    /// Leads a request to what answers it.
    async fn route(&self, incoming: Incoming<'_>) -> Response {
        let location = self.locate(incoming.path()).filter(|_| self.wiring.config.registration.mode.is_on());
        let Some(location) = location else {
            return Failure::not_found("clients do not register themselves here").answer(incoming.log());
        };
        location.endpoint().answer(incoming, |incoming| self.respond(incoming, location)).await
    }
}

impl Function for Register {
    fn name(&self) -> &'static str {
        "register"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(async move {
            if self.wiring.config.registration.mode.is_on() {
                self.wiring.warm_up().await;
            }
        })
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(self.route(incoming))
    }
}
