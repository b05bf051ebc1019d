//! Changes that people make to their own account. Each rests, in the same transaction, on the session in which it is made
//! and on the person: a session that was ended meanwhile, or whose credentials are over, changes nothing any more.

use grants::Timestamp;
use protocol::ClientId;
use sessions::{
    CredentialsChange, PasskeyId, PersonKey, Session, SessionChange, SignedIn, UserChange, WithdrawnAccess,
};

use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::Item;
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{PROFILE, consent_record, key, of_session_change, of_user_change, session_record};
use crate::people::table::PeopleTable;

/// The most items that one transaction deletes.
const MOST_DELETED_AT_ONCE: usize = 50;

/// The outcome of a change that a person makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acted {
    /// The change was made.
    Done,
    /// Nothing was changed: the session, or what it rests on, is over.
    Over,
    /// Nothing was changed: what should change is not as it was read.
    Refused,
}

impl PeopleTable {
    /// Ends sessions of a person at the wish of the person, all or none. Those that are over already stay so.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether they ended.
    pub async fn end_own_sessions(
        &self,
        person: &SignedIn,
        sessions: &[Session],
        now: Timestamp,
    ) -> Result<Acted, Unknown> {
        let own = person.session().id;
        let mut writes = vec![self.still_enabled(person)];
        if sessions.iter().all(|session| session.id != own) {
            writes.push(self.still_in_use(person, now));
        }
        writes.extend(sessions.iter().map(|session| {
            let rests_on =
                if session.id == own { of_guards(&person.session_guards(now)) } else { Expression::default() };
            self.write(Kind::Delete(key(session.person, &session_record(session.id))), rests_on)
        }));
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => Acted::Done,
            Outcome::Refused(..) => Acted::Over,
        })
    }

    /// Changes a person at the wish of the person, and makes the write `beside` in the same transaction, which must not depend
    /// on anything.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was changed.
    pub async fn change_own_profile(
        &self,
        person: &SignedIn,
        change: &UserChange,
        beside: Option<Write>,
        now: Timestamp,
    ) -> Result<Acted, Unknown> {
        let own = self.write(Kind::Update(key(change.key(), PROFILE)), of_user_change(change));
        let writes = [self.still_in_use(person, now), own].into_iter().chain(beside).collect();
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => Acted::Done,
            Outcome::Refused(0, _) => Acted::Over,
            Outcome::Refused(..) => Acted::Refused,
        })
    }

    /// Adds a second factor at the wish of the person, and makes the session in which it was proven one with a second factor.
    /// The write `beside` is made in the same transaction, and must not depend on anything.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was added.
    pub async fn add_own_factor(
        &self,
        session: &Session,
        proven: SessionChange,
        change: &UserChange,
        beside: Option<Write>,
    ) -> Result<Acted, Unknown> {
        let session = Kind::Update(key(session.person, &session_record(session.id)));
        let session = self.write(session, of_session_change(proven));
        let own = self.write(Kind::Update(key(change.key(), PROFILE)), of_user_change(change));
        Ok(match commit(&self.client, [session, own].into_iter().chain(beside).collect()).await? {
            Outcome::Done(_) => Acted::Done,
            Outcome::Refused(0, _) => Acted::Over,
            Outcome::Refused(..) => Acted::Refused,
        })
    }

    /// Changes a password at the wish of the person, with the sessions that go on, and makes the write `beside` in the same
    /// transaction, which must not depend on anything.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was changed.
    pub async fn change_own_password(
        &self,
        change: &CredentialsChange,
        beside: Option<Write>,
    ) -> Result<Acted, Unknown> {
        let person = self.write(Kind::Update(key(change.user.key(), PROFILE)), of_user_change(&change.user));
        let writes = std::iter::once(person).chain(self.moved(change)).chain(beside).collect();
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => Acted::Done,
            // The person, and then the session of this browser.
            Outcome::Refused(0 | 1, _) => Acted::Over,
            Outcome::Refused(..) => Acted::Refused,
        })
    }

    /// Removes a factor at the wish of the person, the app or this passkey, with the sessions that go on, and makes the write
    /// `beside` in the same transaction, which must not depend on anything.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was removed.
    pub async fn remove_own_factor(
        &self,
        change: &CredentialsChange,
        passkey: Option<&PasskeyId>,
        beside: Option<Write>,
        now: Timestamp,
    ) -> Result<Acted, Unknown> {
        let person = change.user.key();
        let mut writes: Vec<Write> = self.moved(change).collect();
        writes.push(self.write(Kind::Update(key(person, PROFILE)), of_user_change(&change.user)));
        writes.extend(passkey.into_iter().flat_map(|id| self.removal(person, id, now)));
        writes.extend(beside);
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => Acted::Done,
            // The session of this browser comes first.
            Outcome::Refused(0, _) => Acted::Over,
            Outcome::Refused(..) => Acted::Refused,
        })
    }

    /// Returns the writes of the sessions that go on, that of this browser first.
    fn moved(&self, change: &CredentialsChange) -> impl Iterator<Item = Write> {
        change.sessions.iter().map(|(session, change)| {
            let key = key(session.person, &session_record(session.id));
            self.write(Kind::Update(key), of_session_change(*change))
        })
    }

    /// Withdraws consent at the wish of the person, and stores the work that remains in the same transaction. Consent that was
    /// not given stays so.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is withdrawn.
    pub async fn withdraw_own_consent(
        &self,
        person: &SignedIn,
        client: &ClientId,
        now: Timestamp,
    ) -> Result<Acted, Unknown> {
        let consent = key(person.user().key, &consent_record(client));
        let mut writes = self.still_acting(person, now);
        writes.push(self.write(Kind::Delete(consent), Expression::default()));
        writes.push(self.withdrawal(&WithdrawnAccess::new(person, client.clone(), now)));
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => Acted::Done,
            Outcome::Refused(..) => Acted::Over,
        })
    }

    /// Ends the links of a person and deletes the remaining items, as [`PeopleTable::forget`] does, with the rights of a
    /// function.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether all is deleted.
    pub async fn forget_own(&self, person: PersonKey) -> Result<(), Unknown> {
        self.unlink_all(person).await?;
        let remaining = self.remaining(person).await?;
        for some in remaining.chunks(MOST_DELETED_AT_ONCE) {
            let delete = |key: &Item| self.write(Kind::Delete(key.clone()), Expression::default());
            commit(&self.client, some.iter().map(delete).collect()).await?;
        }
        Ok(())
    }

    /// Returns the conditions of everything that a person does in a session.
    fn still_acting(&self, person: &SignedIn, now: Timestamp) -> Vec<Write> {
        vec![self.still_enabled(person), self.still_in_use(person, now)]
    }

    fn still_enabled(&self, person: &SignedIn) -> Write {
        self.write(Kind::Check(key(person.user().key, PROFILE)), of_guards(&person.person_guards()))
    }

    pub(crate) fn still_in_use(&self, person: &SignedIn, now: Timestamp) -> Write {
        let session = key(person.user().key, &session_record(person.session().id));
        self.write(Kind::Check(session), of_guards(&person.session_guards(now)))
    }
}
