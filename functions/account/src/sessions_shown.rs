//! The sessions of a person: shown, and ended.

use edge::{AuditEntry, AuditEvent, Cookie, Incoming, Response};
use grants::Timestamp;
use pages::AccountSession;
use sessions::{Rules, Session, SessionId, is_alive};

use crate::Account;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::{Visitor, not_over};

/// The most sessions that one transaction ends, besides its conditions.
const AT_ONCE: usize = 90;

impl Account {
    /// Reads the sessions of a person that are alive: that of this browser first, then the newest.
    pub(crate) async fn living_sessions(&self, visitor: &Visitor, now: Timestamp) -> Result<Vec<Session>, Refused> {
        let (user, own) = (visitor.person.user(), visitor.person.session().id);
        let mut sessions = self.people.sessions_of(user.key).await?;
        sessions.retain(|session| is_alive(session, user, Rules::at(&self.wiring.config.policy, now)));
        sessions.sort_by_key(|session| (session.id != own, std::cmp::Reverse(session.auth_time)));
        Ok(sessions)
    }

    /// Ends one session. One that is over already stays so.
    pub(crate) async fn end_session(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let (visitor, form) = self.form_of_change(incoming, now).await?;
        let named = form.one("session").ok().flatten().and_then(|id| SessionId::parse(id).ok());
        let mut sessions = self.living_sessions(&visitor, now).await?;
        sessions.retain(|session| Some(session.id) == named);
        self.end(incoming, &visitor, &sessions, now).await
    }

    /// Ends all sessions but that of this browser.
    pub(crate) async fn end_others(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let (visitor, _) = self.form_of_change(incoming, now).await?;
        let mut sessions = self.living_sessions(&visitor, now).await?;
        sessions.retain(|session| session.id != visitor.person.session().id);
        self.end(incoming, &visitor, &sessions, now).await
    }

    async fn end(
        &self,
        incoming: Incoming<'_>,
        visitor: &Visitor,
        sessions: &[Session],
        now: Timestamp,
    ) -> Result<Response, Refused> {
        for some in sessions.chunks(AT_ONCE) {
            not_over(self.people.end_own_sessions(&visitor.person, some, now).await?, Page::Overview)?;
            for _ in some {
                incoming.log().event(AuditEntry::of_person(AuditEvent::SessionEnded, &visitor.person.user().subject));
            }
        }
        let ended_own = sessions.iter().any(|session| session.id == visitor.person.session().id);
        let response = self.back();
        Ok(if ended_own { self.wiring.config.cookies().forget(response, Cookie::Session) } else { response })
    }
}

/// Returns the rows of the page.
pub(crate) fn rows(sessions: &[Session], own: SessionId) -> Vec<AccountSession> {
    let row = |session: &Session| AccountSession {
        id: session.id.to_string(),
        is_this: session.id == own,
        signed_in: pages::moment(session.auth_time.seconds()),
        last_seen: pages::moment(session.last_seen_at.seconds()),
    };
    sessions.iter().map(row).collect()
}
