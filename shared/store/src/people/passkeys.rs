//! Passkeys in the people table. Each is an item under its person, and an alias of its credential id leads to the person.
//!
//! The alias of a passkey that was removed stays until the challenges of that time have expired, and leads nowhere. So the
//! answer to a challenge adds a passkey once.

use grants::{Consent, Seconds, Timestamp};
use protocol::{ClientId, CredentialId};
use sessions::{
    AliasKey, FORM_LIFETIME, Passkey, PasskeyId, PasskeyName, PersonKey, Session, SessionChange, SessionHandle,
    SignedIn, User, UserChange,
};

use crate::dynamodb::batch;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::{Item, Reader, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{
    LEADS_TO, PROFILE, SESSION, alias_key, consent_record, from_alias, key, of_session_change, of_user_change,
    session_record, to_consent, to_session,
};
use crate::people::own_account::Acted;
use crate::people::passkey_item::{PASSKEY, from_passkey, record, to_passkey};
use crate::people::table::PeopleTable;
use crate::people::user_writes::UserChanged;

/// The time in seconds for which the alias of a removed passkey stays: longer than any form.
const FORGOTTEN_AFTER: Seconds = 2 * FORM_LIFETIME;

/// The stored items about a passkey that a browser showed; `sessions` decides what they mean.
#[derive(Clone, Debug, Default)]
pub struct PasskeyHolder {
    /// The person to whom the credential leads.
    pub user: Option<User>,
    /// The passkey, if it was not removed.
    pub passkey: Option<Passkey>,
    /// The session that the browser's cookie names, whoever it belongs to.
    pub former: Option<Session>,
    /// The consent that the person gave to this client before.
    pub agreed: Option<Consent>,
}

/// A passkey that a person adds.
#[derive(Clone, Copy, Debug)]
pub struct AddedPasskey<'a> {
    /// The session in which it was made.
    pub session: &'a Session,
    /// The change of the session, in which the passkey was proven.
    pub proven: SessionChange,
    /// The passkey to store.
    pub passkey: &'a Passkey,
    /// The change of the person.
    pub change: &'a UserChange,
}

impl PeopleTable {
    /// Reads the person whose passkey has this credential id, the passkey, and what else a sign-in needs: two round trips,
    /// strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn passkey_holder(
        &self,
        credential: &CredentialId,
        cookie: Option<&SessionHandle>,
        client: Option<&ClientId>,
    ) -> Result<PasskeyHolder, Unknown> {
        let id = PasskeyId::of(credential);
        let alias = batch::read(&self.client, &self.table, vec![alias_key(&AliasKey::of_passkey(&id))]).await?;
        let leads_to = |item: &Item| Reader::new(&self.table, item).optional_parsed(LEADS_TO, PersonKey::parse);
        let person = alias.first().map(leads_to).transpose()?.flatten();
        let Some(person) = person else { return Ok(PasskeyHolder::default()) };
        let records = [PROFILE.to_owned(), record(&id)].into_iter().chain(client.map(consent_record));
        let session = cookie.map(|cookie| key(cookie.person(), &session_record(cookie.id())));
        let keys = records.map(|record| key(person, &record)).chain(session).collect();
        self.to_holder(&batch::read(&self.client, &self.table, keys).await?)
    }

    fn to_holder(&self, items: &[Item]) -> Result<PasskeyHolder, Unknown> {
        let mut holder = PasskeyHolder::default();
        for item in items {
            match Reader::new(&self.table, item).text("record")? {
                PROFILE => holder.user = Some(self.to_person(item)?),
                record if record.starts_with(PASSKEY) => holder.passkey = Some(to_passkey(&self.table, item)?),
                record if record.starts_with(SESSION) => holder.former = Some(to_session(&self.table, item)?),
                _ => holder.agreed = Some(to_consent(&self.table, item)?),
            }
        }
        Ok(holder)
    }

    /// Reads the passkeys of a person, the oldest first: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn passkeys_of(&self, person: PersonKey) -> Result<Vec<Passkey>, Unknown> {
        let items = self.items_of(person, PASSKEY).await?;
        let mut passkeys =
            items.iter().map(|item| to_passkey(&self.table, item)).collect::<Result<Vec<_>, Unknown>>()?;
        passkeys.sort_by_key(|passkey| passkey.created_at);
        Ok(passkeys)
    }

    /// Adds a passkey at the wish of the person, and makes the session in which it was made one with two factors. The write
    /// `beside` is made in the same transaction, and must not depend on anything.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was added.
    pub async fn add_own_passkey(&self, added: AddedPasskey<'_>, beside: Option<Write>) -> Result<Acted, Unknown> {
        let AddedPasskey { session, proven, passkey, change } = added;
        let mut free = Expression::default();
        free.absent("person");
        let id = passkey.id();
        let alias = from_alias(&AliasKey::of_passkey(&id), passkey.person, passkey.created_at);
        let session = Kind::Update(key(session.person, &session_record(session.id)));
        let writes = [
            self.write(session, of_session_change(proven)),
            self.write(Kind::Update(key(change.key(), PROFILE)), of_user_change(change)),
            self.write(Kind::Put(alias), free),
            self.write(Kind::Put(from_passkey(passkey)), Expression::default()),
        ];
        let writes = writes.into_iter().chain(beside).collect();
        Ok(acted(&commit(&self.client, writes).await?))
    }

    /// Gives a passkey another name at the wish of the person.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it has the name.
    pub async fn rename_own_passkey(
        &self,
        person: &SignedIn,
        id: &PasskeyId,
        name: &PasskeyName,
        now: Timestamp,
    ) -> Result<Acted, Unknown> {
        let owner = person.user().key;
        let mut named = Expression::default();
        named.set("name", text(name.as_str()));
        let writes = vec![
            self.still_in_use(person, now),
            self.write(Kind::Check(key(owner, PROFILE)), of_guards(&person.guards_of_passkey(id))),
            self.write(Kind::Update(key(owner, &record(id))), named),
        ];
        Ok(acted(&commit(&self.client, writes).await?))
    }

    /// Removes every factor of a person at the wish of an operator, and makes the writes `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether they were removed.
    pub async fn reset_factors(
        &self,
        user: &User,
        beside: impl IntoIterator<Item = Write>,
        now: Timestamp,
    ) -> Result<UserChanged, Unknown> {
        let change = UserChange::reset_factors(user);
        let mut writes = vec![self.write(Kind::Update(key(change.key(), PROFILE)), of_user_change(&change))];
        let ids = user.factors.passkeys.iter().filter_map(|id| PasskeyId::parse(id));
        writes.extend(ids.flat_map(|id| self.removal(user.key, &id, now)));
        writes.extend(beside);
        self.changed(0, commit(&self.client, writes).await?)
    }

    /// Returns the writes that delete a passkey, and let its alias lead nowhere.
    pub(crate) fn removal(&self, person: PersonKey, id: &PasskeyId, now: Timestamp) -> [Write; 2] {
        let mut alias = Expression::default();
        alias.set_or_remove(LEADS_TO, None);
        alias.set("expires_at", time(now.plus(FORGOTTEN_AFTER)));
        [
            self.write(Kind::Delete(key(person, &record(id))), Expression::default()),
            self.write(Kind::Update(alias_key(&AliasKey::of_passkey(id))), alias),
        ]
    }
}

const fn acted(outcome: &Outcome) -> Acted {
    match outcome {
        Outcome::Done(_) => Acted::Done,
        Outcome::Refused(0, _) => Acted::Over,
        Outcome::Refused(..) => Acted::Refused,
    }
}
