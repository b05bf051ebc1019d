//! Consent of people: written only if unchanged since it was read, listed and withdrawn.

use grants::Consent;
use protocol::ClientId;
use sessions::PersonKey;

use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, text};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{CONSENT, OF_CONSENT, consent_record, from_consent, key, to_consent};
use crate::people::table::PeopleTable;

/// Consent of one person to one client, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredConsent {
    /// The key of the person.
    pub person: PersonKey,
    /// The id of the client.
    pub client: ClientId,
    /// The consent given to the client.
    pub consent: Consent,
}

/// The outcome of storing consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// The consent was written.
    Done,
    /// The stored consent changed since it was read; contains the current one, read in the same step.
    Refused(Option<Consent>),
}

impl PeopleTable {
    /// Writes `consent` if `found` is still the stored one. Consent that another request gave or withdrew in the
    /// meantime stays unchanged.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn remember_consent(
        &self,
        person: PersonKey,
        client: &ClientId,
        consent: &Consent,
        found: Option<&Consent>,
    ) -> Result<Remembered, Unknown> {
        let (mut new, mut old) = (from_consent(consent), found.map(from_consent).unwrap_or_default());
        let mut expression = Expression::default();
        for name in OF_CONSENT {
            expression.same_or_absent(name, old.remove(name));
            expression.set_or_remove(name, new.remove(name));
        }
        let write = self.write(Kind::Update(key(person, &consent_record(client))), expression);
        match commit(&self.client, vec![write]).await? {
            Outcome::Done(_) => Ok(Remembered::Done),
            Outcome::Refused(_, found) => {
                let stands = found.map(|item| to_consent(&self.table, &item)).transpose()?;
                Ok(Remembered::Refused(stands))
            }
        }
    }

    /// Reads every consent of a person.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn consents_of(&self, person: PersonKey) -> Result<Vec<StoredConsent>, Unknown> {
        self.consents(&self.items_of(person, CONSENT).await?)
    }

    /// Reads every consent of all people.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn all_consents(&self) -> Result<Vec<StoredConsent>, Unknown> {
        let mut expression = Expression::default();
        expression.begins_with("record", text(CONSENT));
        self.consents(&self.scan(expression).await?)
    }

    /// Withdraws the consent of a person to a client, and makes the write `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is withdrawn.
    pub async fn withdraw_consent(
        &self,
        person: PersonKey,
        client: &ClientId,
        beside: Option<Write>,
    ) -> Result<Changed, Unknown> {
        self.delete(key(person, &consent_record(client)), beside).await
    }

    fn consents(&self, items: &[Item]) -> Result<Vec<StoredConsent>, Unknown> {
        let client = |record: &str| record.strip_prefix(CONSENT).and_then(|id| ClientId::parse(id).ok());
        let stored = |item: &Item| {
            let read = Reader::new(&self.table, item);
            Ok(StoredConsent {
                person: read.parsed("person", PersonKey::parse)?,
                client: read.named("record", client)?,
                consent: to_consent(&self.table, item)?,
            })
        };
        items.iter().map(stored).collect()
    }
}
