//! The work after changes in the people table, which its stream delivers: what follows a sign-out and the withdrawal of an
//! app's access, and mail to people.
//!
//! After a sign-out, apps are notified, and the grants of the session are marked as revoked (OpenID
//! Connect Core §11, Back-Channel Logout §2.5). It makes no decisions: those grants depend on the
//! session and ended with it. After a withdrawal, grants are ended that were written just before it: they depend on no consent.
//!
//! It runs asynchronously, called by the stream of the people table, which keeps changes for a day: every session
//! that is deleted arrives at least once, whatever fails on the way.
//!
//! # Decisions
//! - Work that remains after a pass is stored as an item, whose change comes back through the same stream a little
//!   later. So an app that does not answer is retried without delaying later records, and nothing runs or costs
//!   money while there is nothing to do.
//! - There is always a second pass: the index that finds a session's grants lags behind its table. A withdrawal has made one
//!   itself, so both of its passes here come later. Its item has a sort key like that of a sign-out, and the same reader.
//! - An app may receive a sign-out twice and must tolerate it: a logout token names the session, not the message.
//! - Grants with `offline_access` stay (Back-Channel Logout §2.7); their apps are notified anyway, because their
//!   sign-in is over.
//! - Mail is sent here and not by a function of its own. A stream has two readers at most, and both are this function's
//!   event sources. A request writes what a mail is about, together with the change that it tells of, and nobody waits
//!   for a mail service; who gets a mail is decided here, so that no answer and no time tells whether a name is known.
//! - The random bits of a link are made here, right before its mail is sent, and the table gets their hash first. So the mail
//!   that waits has no link yet, and nothing but the mail has it afterwards.
//! - A mail is sent once as a rule, and twice if the function ends between the mail service's answer and the deletion of
//!   the item. A mail service that does not answer is asked again later for an hour, without delaying other records.
//! - An address inside a private network is not contacted (C119), and an app that refused is not contacted again.

mod event;
mod mail;
mod post;
mod withdrawal;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use edge::{Config, Error, Failure, log_logout};
use futures_util::future::join_all;
use grants::revocation::revoke;
use grants::{Grant, LogoutToken, PersonKey, Stage, Timestamp};
use http::StatusCode;
use outbound::{FetchError, FetchUrl, Outbound};
use protocol::ClientId;
use service::{Mails, Stores, Wiring};
use sessions::EndedSession;
use store::{GrantsTable, PeopleTable, SessionRecord};

pub use event::{
    ItemFailure, StreamAnswer, StreamChange, StreamEvent, StreamKeys, StreamRecord, StreamText, UserIdentity,
};
pub use post::{NotSent, OutgoingMail, Post, Sending};

/// The number of grants that are revoked concurrently.
const AT_ONCE: usize = 50;

/// The back-channel logout function.
pub struct BackChannelLogout {
    wiring: Wiring,
    grants: GrantsTable,
    people: PeopleTable,
    outbound: Outbound,
    mails: Mails,
    /// Whoever takes mails; `None` if this deployment sends none.
    post: Option<Arc<dyn Post>>,
}

/// The outcome of notifying a client.
enum Outcome {
    /// The client was notified, or refused the notification.
    Settled(ClientId),
    /// The client did not answer.
    Missed,
}

impl BackChannelLogout {
    /// Builds the function from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let (grants, people, mails) = (stores.grants()?, stores.people()?, stores.mails()?);
        let wiring = Wiring::assemble(config, stores, true)?;
        Ok(Self { wiring, grants, people, outbound: Outbound::new(), mails, post: None })
    }

    /// Returns the function with somebody who takes mails. Without, mails are forgotten.
    #[must_use]
    pub fn with_post(self, post: Arc<dyn Post>) -> Self {
        Self { post: Some(post), ..self }
    }

    /// Processes all records concurrently. The answer lists those that failed and must be delivered again.
    pub async fn run(&self, event: &StreamEvent) -> StreamAnswer {
        let now = edge::now();
        let followed = event.records.iter().map(|record| async move {
            let failure = self.follow_up(record, now).await.err()?;
            edge::trouble("a record of the people table was not followed up and comes again", &failure.reason());
            Some(ItemFailure { item_identifier: record.dynamodb.sequence_number.clone() })
        });
        StreamAnswer { batch_item_failures: join_all(followed).await.into_iter().flatten().collect() }
    }

    async fn follow_up(&self, record: &StreamRecord, now: Timestamp) -> Result<(), Failure> {
        if let Some(mail) = record.mail() {
            return self.send(mail, now).await;
        }
        let Ok(person) = PersonKey::parse(&record.dynamodb.keys.person.text) else { return Ok(()) };
        if let Some(withdrawal) = record.withdrawal() {
            return self.follow_withdrawal(person, &withdrawal).await;
        }
        let Some(session) = record.session() else { return Ok(()) };
        let ended = match session {
            SessionRecord::Session(session) => Some(EndedSession::new(session, person)),
            SessionRecord::Ended(session) => self.people.ended(person, session).await?,
        };
        match ended {
            Some(ended) => self.pass(ended, now).await,
            None => Ok(()),
        }
    }

    /// Makes one pass: ends grants, notifies clients, and stores the remaining work.
    async fn pass(&self, ended: EndedSession, now: Timestamp) -> Result<(), Failure> {
        let (session, person) = (ended.session, ended.person);
        let grants = self.grants.of_session(session).await?;
        let ending = grants.iter().filter(|grant| grant.ends_with_session(session) && grant.stage != Stage::Revoked);
        self.end(&ending.collect::<Vec<&Grant>>()).await?;
        let (mut settled, mut missed) = (Vec::new(), false);
        for outcome in join_all(grants_to_notify(&grants, &ended).map(|grant| self.notify_client(grant, now))).await {
            match outcome? {
                Outcome::Settled(client) => settled.push(client),
                Outcome::Missed => missed = true,
            }
        }
        match ended.after_pass(settled, missed) {
            Some(left) => Ok(self.people.remember_ended(&left, now).await?),
            None => Ok(self.people.forget_ended(person, session).await?),
        }
    }

    /// Marks grants as revoked, many at a time.
    async fn end(&self, grants: &[&Grant]) -> Result<(), Failure> {
        for some in grants.chunks(AT_ONCE) {
            for applied in join_all(some.iter().map(|grant| async { self.grants.apply(&revoke(grant.id)).await })).await
            {
                // A grant that was already over is in the desired state.
                applied?;
            }
        }
        Ok(())
    }

    /// Notifies the client of a grant, if it registered for that.
    async fn notify_client(&self, grant: &Grant, now: Timestamp) -> Result<Outcome, Failure> {
        let client = self.wiring.client(&grant.client_id, now).await?.filter(|client| !client.disabled);
        let settled = Outcome::Settled(grant.client_id.clone());
        let Some(client) = client else { return Ok(settled) };
        let Some(token) = LogoutToken::of(grant, &client.relying_party, now) else { return Ok(settled) };
        let Some(uri) = client.relying_party.backchannel.as_ref().map(|told| told.uri.as_str()) else {
            return Ok(settled);
        };
        let ring = self.wiring.keys.ring_to_sign(token.algorithm, now).await?;
        let jti = edge::random_name::<16>();
        let token = ring.sign_logout_token(&token, self.wiring.config.issuer.as_str(), &jti)?;
        Ok(match self.deliver(uri, &token).await {
            Ok(()) => {
                log_logout(&client.id, None);
                settled
            }
            Err(error) => {
                log_logout(&client.id, Some(&error));
                if error.may_pass() { Outcome::Missed } else { settled }
            }
        })
    }

    /// Posts a logout token (Back-Channel Logout §2.5). 200 and 204 mean that it was accepted (§2.8).
    async fn deliver(&self, uri: &str, token: &str) -> Result<(), FetchError> {
        let target = FetchUrl::parse(uri, &self.wiring.config.reach)?;
        // A JWT contains no character that needs form encoding.
        match self.outbound.post_form(&target, format!("logout_token={token}")).await? {
            StatusCode::OK | StatusCode::NO_CONTENT => Ok(()),
            status => Err(FetchError::Status(status)),
        }
    }
}

/// Returns one grant for each client that was not yet notified of the end of the session.
fn grants_to_notify<'a>(grants: &'a [Grant], ended: &EndedSession) -> impl Iterator<Item = &'a Grant> + use<'a> {
    let knows = |grant: &&Grant| grant.sign_in().is_some();
    let open = grants.iter().filter(knows).filter(|grant| !ended.told.contains(&grant.client_id));
    let by_client: BTreeMap<&ClientId, &Grant> = open.map(|grant| (&grant.client_id, grant)).collect();
    by_client.into_values()
}
