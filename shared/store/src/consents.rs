//! Consent that people gave: written under the condition that it is as it was found, listed and withdrawn.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use grants::Consent;
use protocol::ClientId;
use sessions::PersonKey;

use crate::items::{Item, Reader, text};
use crate::person_item::{CONSENT, OF_CONSENT, consent_record, from_consent, key, to_consent};
use crate::{Changed, PeopleTable, Unknown};

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
        let (new, old) = (from_consent(consent), found.map(from_consent).unwrap_or_default());
        let mut values = Item::new();
        let (mut set, mut remove, mut guards) = (Vec::new(), Vec::new(), Vec::new());
        for name in OF_CONSENT {
            match new.get(name) {
                Some(value) => {
                    set.push(format!("#{name} = :{name}"));
                    values.insert(format!(":{name}"), value.clone());
                }
                None => remove.push(format!("#{name}")),
            }
            match old.get(name) {
                Some(value) => {
                    guards.push(format!("#{name} = :old_{name}"));
                    values.insert(format!(":old_{name}"), value.clone());
                }
                None => guards.push(format!("attribute_not_exists(#{name})")),
            }
        }
        let removed = if remove.is_empty() { String::new() } else { format!(" REMOVE {}", remove.join(", ")) };
        let names = OF_CONSENT.map(|name| (format!("#{name}"), name.to_owned()));
        let call = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(person, &consent_record(client))))
            .update_expression(format!("SET {}{removed}", set.join(", ")))
            .condition_expression(guards.join(" AND "))
            .set_expression_attribute_names(Some(names.into()))
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match Box::pin(call.send()).await {
            Ok(_) => Ok(Remembered::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    let stands = failed.item.as_ref().filter(|item| !item.is_empty());
                    stands.map(|item| to_consent(&self.table, item)).transpose().map(Remembered::Refused)
                }
                _ => Err(Unknown::from_sdk(&self.table, error)),
            },
        }
    }

    /// Every consent of a person.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn consents_of(&self, person: PersonKey) -> Result<Vec<StoredConsent>, Unknown> {
        let call = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("person = :person AND begins_with(#record, :consent)")
            .expression_attribute_names("#record", "record")
            .expression_attribute_values(":person", text(&person))
            .expression_attribute_values(":consent", text(&CONSENT))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        self.consents(
            call.collect::<Result<Vec<Item>, _>>().await.map_err(|error| Unknown::from_sdk(&self.table, error))?,
        )
    }

    /// Every consent of everybody.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn all_consents(&self) -> Result<Vec<StoredConsent>, Unknown> {
        let call = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression("begins_with(#record, :consent)")
            .expression_attribute_names("#record", "record")
            .expression_attribute_values(":consent", text(&CONSENT))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        self.consents(
            call.collect::<Result<Vec<Item>, _>>().await.map_err(|error| Unknown::from_sdk(&self.table, error))?,
        )
    }

    /// Withdraws the consent of a person to a client.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is withdrawn.
    pub async fn withdraw_consent(&self, person: PersonKey, client: &ClientId) -> Result<Changed, Unknown> {
        self.delete(key(person, &consent_record(client))).await
    }

    fn consents(&self, items: Vec<Item>) -> Result<Vec<StoredConsent>, Unknown> {
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
