//! Creation of a new registration (RFC 7591 §3).

use edge::{AuditEvent, Failure, Incoming, RegistrationConfig, RegistrationMode, Response};
use grants::userinfo::Denial;
use grants::{Client, InitialTokenName, RegistrationPolicy, SelfRegistration, Timestamp};
use http::StatusCode;
use keys::{HandleKind, KeyRing};
use protocol::{ClientId, ClientMetadata, Logo, MetadataError, Secret, TokenErrorCode};
use service::{NewClient, new_client_secret};
use store::Changed;

use crate::information::{Shown, information};
use crate::logo::WithLogo;
use crate::{Register, log};

/// The authorization to register a client, and the access that the client may have.
struct Authorization {
    policy: RegistrationPolicy,
    token: Option<InitialTokenName>,
}

impl Register {
    pub(crate) async fn create(&self, incoming: Incoming<'_>, now: Timestamp) -> Result<Response, Failure> {
        let authorization = self.authorize(incoming, now).await?;
        let asked = asked(incoming)?;
        if self.fetches(&asked) {
            self.registrations.count_fetches(incoming, authorization.token.as_ref(), now).await?;
        }
        let ring = self.wiring.keys.ring(now).await?;
        let id = new_id()?;
        let access_token = ring.handles().seal(HandleKind::Registration, &edge::random::<16>());
        let digest = ring.handles().digest(&access_token);
        let standing = SelfRegistration::new(digest, authorization.policy, authorization.token, now);
        let new = NewClient { asked, blank: Client::new(id, now), standing };
        let new = self.builder.build(&self.wiring, new, now).await?;
        let wrap = self.wiring.keys.wrap();
        let (secret, stored) = new_client_secret(&ring, wrap, new.auth_method, &new.id, now).await?.unzip();
        let new = Client { secrets: stored.into_iter().collect(), ..new };
        let client = new.register().map_err(MetadataError::from)?;
        let WithLogo { client, logo } = self.with_logo(incoming, client, None, now).await;
        self.write(&client, logo.as_ref(), now).await?;
        let shown = Shown { access_token: &access_token, secret: secret.as_ref() };
        log(incoming, AuditEvent::ClientRegistered, &client.id);
        Ok(information(StatusCode::CREATED, &client, &shown, self.wiring.config.issuer.as_str()))
    }

    /// Returns whether a registration names a document that is fetched for it.
    pub(crate) fn fetches(&self, asked: &ClientMetadata) -> bool {
        let shows_logos = self.wiring.config.registration.logos;
        asked.about.sector_identifier_uri.is_some() || (shows_logos && asked.about.logo_uri().is_some())
    }

    /// Returns the authorization of a request. An initial access token that is presented must be valid, even where
    /// none is needed.
    async fn authorize(&self, incoming: Incoming<'_>, now: Timestamp) -> Result<Authorization, Failure> {
        match incoming.bearer_token()? {
            Some(token) => {
                let ring = self.wiring.keys.ring(now).await?;
                let name = name_of(&ring, &token).ok_or(Denial::Token)?;
                let found = self.wiring.registry.initial_token(&name).await?;
                let found = found.filter(|found| found.is_good(now)).ok_or(Denial::Token)?;
                Ok(Authorization { policy: found.policy, token: Some(name) })
            }
            None if self.wiring.config.registration.mode == RegistrationMode::Open => {
                self.registrations.count(incoming, now).await?;
                let RegistrationConfig { apis, bare_schemes, .. } = self.wiring.config.registration.clone();
                Ok(Authorization { policy: RegistrationPolicy::open(apis, bare_schemes), token: None })
            }
            None => Err(Failure::token_missing()),
        }
    }

    async fn write(&self, client: &Client, logo: Option<&Logo>, now: Timestamp) -> Result<(), Failure> {
        let registry = &self.wiring.registry;
        let token = client.registered_by.as_ref().and_then(|by| by.initial_token.as_ref());
        let written = match token {
            Some(token) => registry.register_client(client, logo, token, now).await?,
            None => registry.create_client(client, logo.map(|logo| registry.with_logo(client, logo))).await?,
        };
        match (written, token) {
            (Changed::Done, _) => Ok(()),
            // The token was used up or deleted since it was read.
            (Changed::Refused, Some(_)) => Err(Denial::Token.into()),
            // The answer to the same write was lost, and the write was sent again.
            (Changed::Refused, None) if registry.client_now(&client.id).await?.as_ref() == Some(client) => Ok(()),
            (Changed::Refused, None) => Err(server_error()),
        }
    }
}

/// Parses the metadata that a request contains.
pub(crate) fn asked(incoming: Incoming<'_>) -> Result<ClientMetadata, MetadataError> {
    let body = incoming.json_body();
    let body = body.ok_or_else(|| MetadataError::of("request", "the content type must be application/json"))?;
    ClientMetadata::parse(body)
}

fn name_of(ring: &KeyRing, token: &Secret) -> Option<InitialTokenName> {
    ring.handles().open(HandleKind::InitialAccess, token.expose())?;
    Some(InitialTokenName::of(&ring.handles().digest(token)))
}

fn new_id() -> Result<ClientId, Failure> {
    let text = format!("{}{}", Client::SELF_REGISTERED, edge::random_name::<16>());
    ClientId::parse(&text).map_err(|_| server_error())
}

/// The error for a client id that exists already: 128 random bits do not collide by chance.
const fn server_error() -> Failure {
    Failure::new(TokenErrorCode::ServerError, "the client could not be registered", "registration_failed")
}
