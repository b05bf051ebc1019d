//! Sign-ins that are one transaction: the session, its count at the person, what the person showed, and the end of the session
//! that the browser had before.

use sessions::{PasskeyUse, Session, SessionStart, SignedIn, SpentFactor, UserChange};

use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::number;
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{PROFILE, attributes_of, from_session, key, of_user_change, session_record};
use crate::people::passkey_item::{from_uses, record};
use crate::people::table::PeopleTable;

/// A session to start, and what is written with it.
#[derive(Clone, Copy, Debug)]
pub struct StartedSession<'a> {
    /// The person and the session.
    pub person: &'a SignedIn,
    /// The kind of write that starts it.
    pub start: SessionStart,
    /// The proof that the person showed.
    pub by: StartedBy<'a>,
    /// The session that the browser had before, which ends.
    pub former: Option<&'a Session>,
}

/// The proof that a person showed, with what the write that starts the session does about it.
#[derive(Clone, Copy, Debug)]
pub enum StartedBy<'a> {
    /// The password, of which nothing is spent.
    Password,
    /// A second factor after the password, which is spent.
    Factor(&'a SpentFactor),
    /// A passkey, whose challenge is marked as answered.
    Passkey(&'a PasskeyUse),
}

/// The outcome of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStarted {
    /// The session is stored.
    Done,
    /// Nothing was written: the session that should go on is over, or has other credentials by now.
    SessionOver,
    /// Nothing was written: the person, or what was shown, is not as it was read.
    Over,
}

impl PeopleTable {
    /// Stores a session, counts a new one at the person, and spends what the person showed, with the write `beside`: all
    /// together, or nothing. A repetition of the call finds its own result, so that a lost answer is no refusal.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn start_session_together(
        &self,
        session: StartedSession<'_>,
        beside: Option<Write>,
    ) -> Result<SessionStarted, Unknown> {
        let StartedSession { person, start, by, former } = session;
        let mut writes = vec![self.start_of(person.session(), start), self.person_of_start(person, start, by)];
        if let StartedBy::Passkey(usage) = by {
            writes.push(self.used(usage));
        }
        writes.extend(former.map(|former| {
            let former = key(former.person, &session_record(former.id));
            self.write(Kind::Delete(former), Expression::default())
        }));
        writes.extend(beside);
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => SessionStarted::Done,
            Outcome::Refused(0, _) if start == SessionStart::Renewed => SessionStarted::SessionOver,
            Outcome::Refused(..) => SessionStarted::Over,
        })
    }

    /// Returns the write that starts a session.
    pub(crate) fn start_of(&self, session: &Session, start: SessionStart) -> Write {
        let mut expression = Expression::default();
        match start {
            SessionStart::New => {
                expression.absent("person");
                self.write(Kind::Put(from_session(session)), expression)
            }
            SessionStart::Renewed => {
                // It goes on only while it has the credentials of the sign-in: a new password may have moved it on.
                expression.same("credential_version", number(&session.credential_version));
                for (name, value) in attributes_of(session) {
                    expression.set(name, value);
                }
                self.write(Kind::Update(key(session.person, &session_record(session.id))), expression)
            }
        }
    }

    fn person_of_start(&self, person: &SignedIn, start: SessionStart, by: StartedBy<'_>) -> Write {
        let user = person.user();
        let expression = match (start, by) {
            (SessionStart::New, StartedBy::Factor(spent)) => {
                of_user_change(&UserChange::count_session_and_spend(user, spent))
            }
            (SessionStart::Renewed, StartedBy::Factor(spent)) => of_user_change(&UserChange::spend(user, spent)),
            (SessionStart::New, StartedBy::Password | StartedBy::Passkey(_)) => {
                of_user_change(&UserChange::count_session(user))
            }
            (SessionStart::Renewed, StartedBy::Password | StartedBy::Passkey(_)) => {
                // A session that goes on is not one more, but it rests on the same.
                let mut expression = of_guards(UserChange::count_session(user).guards());
                expression.add("sessions", number(&0));
                expression
            }
        };
        self.write(Kind::Update(key(user.key, PROFILE)), expression)
    }

    fn used(&self, usage: &PasskeyUse) -> Write {
        let mut expression = of_guards(&usage.guards());
        for (name, value) in from_uses(usage.uses()) {
            expression.set(name, value);
        }
        self.write(Kind::Update(key(usage.person(), &record(usage.id()))), expression)
    }
}
