//! Management of an existing registration (RFC 7592 §2).

use edge::{AuditEvent, Failure, Incoming, Response, no_content};
use grants::userinfo::Denial;
use grants::{AuthMethod, Client, KeptSecret, SecretSalt, SelfRegistration, StoredSecret, Timestamp};
use http::StatusCode;
use keys::HandleKind;
use protocol::{ClientId, MetadataError, Secret, TokenErrorCode};
use service::{NewClient, new_client_secret};
use store::Changed;

use crate::create::asked;
use crate::information::{Shown, information};
use crate::logo::WithLogo;
use crate::{Register, log};

/// A client that presented the token of its registration.
struct Found {
    client: Client,
    registration: SelfRegistration,
    access_token: Secret,
}

impl Register {
    pub(crate) async fn read(&self, incoming: Incoming<'_>, id: &str, now: Timestamp) -> Result<Response, Failure> {
        let found = self.find(incoming, id, now).await?;
        let shown = Shown { access_token: &found.access_token, secret: None };
        log(incoming, AuditEvent::RegistrationRead, &found.client.id);
        Ok(information(StatusCode::OK, &found.client, &shown, self.wiring.config.issuer.as_str()))
    }

    /// Replaces the existing registration with a complete new one.
    pub(crate) async fn replace(&self, incoming: Incoming<'_>, id: &str, now: Timestamp) -> Result<Response, Failure> {
        let Found { client: before, registration, access_token } = self.find(incoming, id, now).await?;
        let asked = asked(incoming)?;
        if asked.client_id.as_ref() != Some(&before.id) {
            return Err(MetadataError::of("client_id", "it must be there, and be that of this registration").into());
        }
        self.registrations.count_replacement(&before.id, now).await?;
        if self.fetches(&asked) {
            self.registrations.count_fetches(incoming, None, now).await?;
        }
        let sent = asked.client_secret.clone();
        if let Some(sent) = &sent {
            self.check_secret(&before, sent, now).await?;
        }
        let blank = Client::new(before.id.clone(), before.created_at);
        let new = self.builder.build(&self.wiring, NewClient { asked, blank, standing: registration }, now).await?;
        let new = Client { auth_method: before.auth_method.replaced_by(new.auth_method), ..new };
        let (kept, made) = self.secrets(&before, new.auth_method, now).await?;
        // The secret that was sent is gone if the new method has none.
        let sent = sent.as_ref().filter(|_| new.auth_method.has_secret());
        let shown = Shown { access_token: &access_token, secret: made.as_ref().or(sent) };
        let new = Client { secrets: kept, ..new };
        let client = new.register().map_err(MetadataError::from)?;
        let WithLogo { client, logo } = self.with_logo(incoming, client, Some(&before), now).await;
        match self.wiring.registry.replace_registration(&client, &before, logo.as_ref()).await? {
            Changed::Done => {}
            Changed::Refused => return Err(changed_meanwhile()),
        }
        log(incoming, AuditEvent::RegistrationChanged, &client.id);
        Ok(information(StatusCode::OK, &client, &shown, self.wiring.config.issuer.as_str()))
    }

    pub(crate) async fn delete(&self, incoming: Incoming<'_>, id: &str, now: Timestamp) -> Result<Response, Failure> {
        let found = self.find(incoming, id, now).await?;
        match self.wiring.registry.delete_client(&found.client, None).await? {
            // The client is gone in both cases.
            Changed::Done | Changed::Refused => {}
        }
        log(incoming, AuditEvent::ClientDeleted, &found.client.id);
        Ok(no_content())
    }

    /// Returns the client if the presented token is its own. Every other case gets the same answer.
    async fn find(&self, incoming: Incoming<'_>, id: &str, now: Timestamp) -> Result<Found, Failure> {
        let access_token = incoming.bearer_token()?.ok_or_else(Failure::token_missing)?;
        let ring = self.wiring.keys.ring(now).await?;
        let made_here = ring.handles().open(HandleKind::Registration, access_token.expose());
        let id = ClientId::parse(id).ok().filter(|_| made_here.is_some()).ok_or(Denial::Token)?;
        let client = self.wiring.registry.client_now(&id).await?.ok_or(Denial::Token)?;
        let registration = client.registration_for(ring.handles().digest(&access_token), now).cloned();
        let registration = registration.ok_or(Denial::Token)?;
        Ok(Found { client, registration, access_token })
    }

    /// Refuses a secret that is none of the client's.
    async fn check_secret(&self, client: &Client, sent: &Secret, now: Timestamp) -> Result<(), Failure> {
        let ring = self.wiring.keys.ring(now).await?;
        let digest = ring.handles().digest(sent);
        let salt = |secret: &StoredSecret| match secret.kept {
            KeptSecret::Salt(salt) => Some(salt),
            KeptSecret::Digest(_) => None,
        };
        let salts: Vec<SecretSalt> = client.secrets.iter().filter_map(salt).collect();
        let mut is_of_client = client.secrets.iter().any(|secret| secret.kept == KeptSecret::Digest(digest));
        if !salts.is_empty() {
            let keys = self.wiring.keys.signing_secrets(&salts, now).await?;
            for salt in &salts {
                is_of_client |= ring.handles().digest(&keys.derive(&client.id, salt)?) == digest;
            }
        }
        if is_of_client {
            Ok(())
        } else {
            Err(MetadataError::of("client_secret", "it is not that of this client").into())
        }
    }

    /// Returns the secrets that a client keeps when it changes to `method`, and a new one if they are of no use for it.
    async fn secrets(
        &self,
        before: &Client,
        method: AuthMethod,
        now: Timestamp,
    ) -> Result<(Vec<StoredSecret>, Option<Secret>), Failure> {
        let signs = method == AuthMethod::ClientSecretJwt;
        let useful = |secret: &&StoredSecret| matches!(secret.kept, KeptSecret::Salt(_)) == signs;
        let kept: Vec<StoredSecret> = before.secrets.iter().filter(useful).copied().collect();
        if !method.has_secret() {
            return Ok((Vec::new(), None));
        }
        if !kept.is_empty() {
            return Ok((kept, None));
        }
        let (ring, wrap) = (self.wiring.keys.ring(now).await?, self.wiring.keys.wrap());
        let (made, stored) = new_client_secret(&ring, wrap, method, &before.id, now).await?.unzip();
        Ok((stored.into_iter().collect(), made))
    }
}

const fn changed_meanwhile() -> Failure {
    let description = "the registration was changed by somebody else: read it, and send the request again";
    Failure::new(TokenErrorCode::TemporarilyUnavailable, description, "registration_changed_meanwhile")
}
