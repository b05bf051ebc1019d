//! The apps that have access to a person's account: shown, and withdrawn.

use std::collections::BTreeMap;

use edge::{AuditEntry, AuditEvent, Incoming, Response, localized_once};
use futures_util::future::try_join_all;
use grants::{Client, Grant, Stage, Timestamp, revocation};
use pages::{AccountApp, GivenScope};
use protocol::{ClientId, Scope, Subject};
use service::{registered_itself, shown_name};
use sessions::{Rules, Session, rests_on_former, stands};
use store::Unknown;

use crate::Account;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::{Visitor, not_over};

/// The number of passes that look for grants: the index lags slightly behind the table. A grant that it does not show by then is
/// over anyway, or is looked for later.
const PASSES: usize = 3;
/// The number of grants that are ended at the same time.
const AT_ONCE: usize = 25;

/// The scope that an app was given, and the time since when.
struct Access {
    scope: Scope,
    since: Timestamp,
}

impl Account {
    /// Returns the apps that the person gave consent to, or that have a living grant, by name.
    pub(crate) async fn apps(
        &self,
        visitor: &Visitor,
        sessions: &[Session],
        now: Timestamp,
    ) -> Result<Vec<AccountApp>, Refused> {
        let user = visitor.person.user();
        let (consents, grants) = tokio::join!(self.people.consents_of(user.key), self.grants.of_person(&user.subject));
        let mut found: BTreeMap<ClientId, Access> = BTreeMap::new();
        for stored in consents? {
            let scope = stored.consent.targets.iter().fold(Scope::default(), |all, target| all.or(&target.scope));
            add(&mut found, stored.client, Access { scope, since: stored.consent.agreed_at });
        }
        for grant in grants?.into_iter().filter(|grant| self.lives(grant, visitor, sessions, now)) {
            add(&mut found, grant.client_id, Access { scope: grant.scope, since: grant.created_at });
        }
        let mut apps = Vec::with_capacity(found.len());
        for (client_id, access) in found {
            apps.push(self.describe(client_id, &access, now).await?);
        }
        apps.sort_by_key(|app| app.name.to_lowercase());
        Ok(apps)
    }

    async fn describe(&self, id: ClientId, access: &Access, now: Timestamp) -> Result<AccountApp, Refused> {
        let client = self.wiring.client(&id, now).await?;
        let client = client.as_deref();
        let redirect_uri = client.and_then(|client| client.redirect_uris.first());
        Ok(AccountApp {
            name: client.map_or_else(|| id.to_string(), shown_name),
            registered_itself: client.and_then(registered_itself),
            host: redirect_uri.map(protocol::RedirectUri::display_host).unwrap_or_default(),
            scope: self.given(client, &access.scope, now).await,
            since: access.since.seconds(),
            client_id: id.to_string(),
        })
    }

    /// Returns a scope with what the APIs of the app say about it, in the language of the page. The person can withdraw the
    /// access without that, so the page goes without what cannot be read.
    async fn given(&self, client: Option<&Client>, scope: &Scope, now: Timestamp) -> Vec<GivenScope> {
        let mut apis = Vec::new();
        // One at a time: the role of this function permits no batches on the registry.
        for identifier in client.map(|client| client.apis.as_slice()).unwrap_or_default() {
            match self.wiring.registry.apis(std::slice::from_ref(identifier), now).await {
                Ok(found) => apis.extend(found),
                Err(error) => edge::trouble("an API of an app could not be read", &error),
            }
        }
        let given = |token: &str| {
            let texts = localized_once(apis.iter().filter_map(|api| api.scope_descriptions.get(token)));
            GivenScope { token: token.to_owned(), descriptions: texts.into_iter().map(str::to_owned).collect() }
        };
        scope.tokens().map(given).collect()
    }

    /// Returns whether an app can still get tokens from a grant.
    fn lives(&self, grant: &Grant, visitor: &Visitor, sessions: &[Session], now: Timestamp) -> bool {
        let is_over = match grant.stage {
            Stage::Revoked | Stage::Pushed { .. } | Stage::Pending { .. } | Stage::Denied => true,
            Stage::Issued { code_expires_at, .. } | Stage::Approved { code_expires_at, .. } => code_expires_at <= now,
            Stage::Active { .. } => grant.ends_at <= now,
        };
        let session = sessions.iter().find(|session| grant.session() == Some(session.id));
        let rules = Rules::at(&self.wiring.config.policy, now);
        !is_over && stands(grant, Some(visitor.person.user()), session, rules).is_ok()
    }

    /// Withdraws the access of an app: its remembered consent, and every grant.
    pub(crate) async fn withdraw(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let (visitor, form) = self.form_of_change(incoming, now).await?;
        let Some(client) = form.one("client").ok().flatten().and_then(|id| ClientId::parse(id).ok()) else {
            return Ok(self.back());
        };
        incoming.log().client(&client);
        // Consent first, if the session in which this is done is not over: from then on, the app cannot get a grant without
        // asking. That its grants end follows from it. One that was written just before, and that the index does not show yet,
        // ends half a minute later: the same write has left that work to `back-channel-logout`.
        let withdrawn = self.people.withdraw_own_consent(&visitor.person, &client, now).await?;
        not_over(withdrawn, Page::Overview)?;
        self.end_grants(&visitor.person.user().subject, |grant| grant.client_id == client).await?;
        incoming.log().event(AuditEntry::of_person(AuditEvent::AccessWithdrawn, &visitor.person.user().subject));
        Ok(self.back())
    }

    /// Marks the grants of a person as revoked that were made before the credentials of this version, which are those of now,
    /// and are over.
    pub(crate) async fn revoke_older(&self, subject: &Subject, credential_version: u32) -> Result<(), Unknown> {
        let now = Some(edge::now());
        self.end_grants(subject, |grant| rests_on_former(grant, credential_version, now)).await
    }

    /// Ends the grants of a person that are meant, many at a time: there may be hundreds, and the person waits.
    async fn end_grants(&self, subject: &Subject, is_meant: impl Fn(&Grant) -> bool) -> Result<(), Unknown> {
        for _ in 0..PASSES {
            let mut grants = self.grants.of_person(subject).await?;
            grants.retain(|grant| is_meant(grant) && !matches!(grant.stage, Stage::Revoked));
            if grants.is_empty() {
                break;
            }
            for some in grants.chunks(AT_ONCE) {
                let steps: Vec<_> = some.iter().map(|grant| revocation::revoke(grant.id)).collect();
                try_join_all(steps.iter().map(|step| self.grants.apply(step))).await?;
            }
        }
        Ok(())
    }
}

/// Adds what a consent or a grant allows to what is known of the app.
fn add(found: &mut BTreeMap<ClientId, Access>, client: ClientId, access: Access) {
    match found.get_mut(&client) {
        None => drop(found.insert(client, access)),
        Some(known) => {
            known.scope = known.scope.or(&access.scope);
            known.since = known.since.min(access.since);
        }
    }
}
