//! Sessions in the people table: started, used, ended. A session that ended is never restored.

use grants::SessionId;
use sessions::{PersonKey, Session, SessionChange, SessionHandle, SessionStart};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::text;
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{SESSION, key, of_session_change, session_record, to_session};
use crate::people::table::PeopleTable;

impl PeopleTable {
    /// Reads the session that a cookie names, whoever it belongs to and whether or not it is valid: strongly
    /// consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn session(&self, handle: &SessionHandle) -> Result<Option<Session>, Unknown> {
        let record = session_record(handle.id());
        Ok(self.records(handle.person(), std::iter::once(record)).await?.session)
    }

    /// Stores a session: a new one if the name is free, or the attributes that a sign-in sets on an existing one.
    /// A session that ended in the meantime is not restored.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn start_session(&self, session: &Session, start: SessionStart) -> Result<Changed, Unknown> {
        Ok(match commit(&self.client, vec![self.start_of(session, start)]).await? {
            Outcome::Done(_) => Changed::Done,
            // A retry found the result of its first attempt.
            Outcome::Refused(_, Some(found)) if to_session(&self.table, &found)?.secret == session.secret => {
                Changed::Done
            }
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    /// Changes a session and returns it afterwards; `None` if it is over.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was made.
    pub async fn change_session(&self, session: &Session, change: SessionChange) -> Result<Option<Session>, Unknown> {
        let key = key(session.person, &session_record(session.id));
        match commit(&self.client, vec![self.write(Kind::Update(key), of_session_change(change))]).await? {
            Outcome::Done(item) => item.map(|item| to_session(&self.table, &item)).transpose(),
            Outcome::Refused(..) => Ok(None),
        }
    }

    /// Ends a session. One that is already over stays so.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it ended.
    pub async fn end_session(&self, session: &Session) -> Result<Changed, Unknown> {
        self.end_session_beside(session, None).await
    }

    /// Ends a session, and makes the write `beside` in the same transaction. If it is already over, nothing is
    /// written.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it ended.
    pub async fn end_session_beside(&self, session: &Session, beside: Option<Write>) -> Result<Changed, Unknown> {
        self.delete(key(session.person, &session_record(session.id)), beside).await
    }

    /// Reads every session of a person that is still stored: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn sessions_of(&self, person: PersonKey) -> Result<Vec<Session>, Unknown> {
        let items = self.items_of(person, SESSION).await?;
        items.iter().map(|item| to_session(&self.table, item)).collect()
    }

    /// Ends sessions of a person concurrently.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether all ended.
    pub async fn end_sessions(&self, person: PersonKey, sessions: &[Session]) -> Result<(), Unknown> {
        let keys = sessions.iter().map(|session| key(person, &session_record(session.id))).collect();
        batch::delete(&self.client, &self.table, keys).await
    }

    /// Reads every session that is still stored, or the one with this name: a scan, for operators.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn all_sessions(&self, id: Option<SessionId>) -> Result<Vec<Session>, Unknown> {
        let mut expression = Expression::default();
        if let Some(id) = id {
            expression.same("record", text(&session_record(id)));
        } else {
            expression.begins_with("record", text(SESSION));
        }
        self.scan(expression).await?.iter().map(|item| to_session(&self.table, item)).collect()
    }
}
