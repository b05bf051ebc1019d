//! Consent that people gave: written under the condition that it is as it was found, listed and withdrawn.

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
    /// The person.
    pub person: PersonKey,
    /// The client.
    pub client: ClientId,
    /// The consent.
    pub consent: Consent,
}

/// The outcome of remembering consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// It is written.
    Done,
    /// The stored consent is not the one that was found: this stands there, read in the same step.
    Refused(Option<Consent>),
}

impl PeopleTable {
    /// Writes `consent` where `found` is what is stored. Consent that another request gave or withdrew meanwhile stays
    /// as it is.
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

    /// Every consent of a person.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn consents_of(&self, person: PersonKey) -> Result<Vec<StoredConsent>, Unknown> {
        self.consents(&self.items_of(person, CONSENT).await?)
    }

    /// Every consent of everybody.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn all_consents(&self) -> Result<Vec<StoredConsent>, Unknown> {
        let mut expression = Expression::default();
        let (record, value) = (expression.name("record"), expression.value(text(CONSENT)));
        expression.require(format!("begins_with({record}, {value})"));
        self.consents(&self.scan(expression).await?)
    }

    /// Withdraws the consent of a person to a client, and does `beside` in the same transaction.
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
