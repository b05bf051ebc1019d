//! The work that checks of passwords do because of imported hashes: one item, with the most of each kind.

use std::collections::BTreeMap;

use protocol::Username;
use sessions::{AliasKey, PasswordWork, PersonKey};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, number, text};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{PROFILE, alias_key, key, to_user};
use crate::people::table::PeopleTable;

/// Both parts of the key. No person and no alias has it.
const WORK: &str = "password-work";
/// The most keys of one name: its alias, those of four former forms, and that of a person without one.
const KEYS_OF_A_NAME: usize = 6;
/// The names of one read, which has 100 keys at most.
const NAMES_AT_ONCE: usize = 100 / KEYS_OF_A_NAME;

impl PeopleTable {
    /// Reads the most work that an imported hash takes, of each kind; nothing if none was imported.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn password_work(&self) -> Result<PasswordWork, Unknown> {
        let items = batch::read(&self.client, &self.table, vec![work_key()]).await?;
        let attributes = items.iter().flatten().filter_map(|(name, value)| Some((name, value.as_n().ok()?)));
        let units = |(name, units): (&'_ String, &String)| Some((name.clone(), units.parse().ok()?));
        let named: Vec<(String, u32)> = attributes.filter_map(units).collect();
        Ok(PasswordWork::from_named(named.iter().map(|(name, units)| (name.as_str(), *units))))
    }

    /// Raises the work to this much; a kind of which more is known already stays as it is.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was raised.
    pub async fn raise_password_work(&self, to: &PasswordWork) -> Result<(), Unknown> {
        for (kind, units) in to.named() {
            let mut expression = Expression::default();
            let (name, more) = (expression.name(&kind), expression.value(number(&units)));
            expression.require(format_args!("(attribute_not_exists({name}) OR {name} < {more})"));
            expression.set(&kind, number(&units));
            commit(&self.client, vec![self.write(Kind::Update(work_key()), expression)]).await?;
        }
        Ok(())
    }

    /// Lowers the work to what the hashes that are left take, unless it was raised since it was read as `from`.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was lowered.
    pub async fn lower_password_work(&self, from: &PasswordWork, to: &PasswordWork) -> Result<Changed, Unknown> {
        let left: BTreeMap<String, u32> = to.named().collect();
        let mut expression = Expression::default();
        for (kind, units) in from.named() {
            expression.same(&kind, number(&units));
            expression.set_or_remove(&kind, left.get(&kind).map(number));
        }
        if from.is_empty() {
            return Ok(Changed::Done);
        }
        Ok(match commit(&self.client, vec![self.write(Kind::Update(work_key()), expression)]).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    /// Returns for each of the names whether it is taken, with one read for 16 names.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn taken(&self, names: &[Username]) -> Result<Vec<bool>, Unknown> {
        let mut taken = Vec::with_capacity(names.len());
        for part in names.chunks(NAMES_AT_ONCE) {
            let both = |name: &Username| (AliasKey::all_of(name), PersonKey::of_name(name));
            let mut keys: Vec<(String, Item)> = Vec::with_capacity(part.len().saturating_mul(KEYS_OF_A_NAME));
            for (aliases, legacy) in part.iter().map(both) {
                keys.extend(aliases.iter().map(|alias| (alias.as_str().to_owned(), alias_key(alias))));
                keys.push((legacy.to_string(), key(legacy, PROFILE)));
            }
            // A batch must not contain a key twice.
            keys.sort_by(|one, other| one.0.cmp(&other.0));
            keys.dedup_by(|one, other| one.0 == other.0);
            let keys = keys.into_iter().map(|(_, key)| key).collect();
            let found = batch::read(&self.client, &self.table, keys).await?;
            let mut held = Vec::with_capacity(found.len());
            for item in &found {
                let read = Reader::new(&self.table, item);
                // A person of version 0.1 who was renamed gave the name free.
                if read.text("record")? != PROFILE || !to_user(&self.table, item)?.aliased {
                    held.push(read.text("person")?);
                }
            }
            let is_held = |(aliases, legacy): (Vec<AliasKey>, PersonKey)| {
                let legacy = legacy.to_string();
                held.iter().any(|held| *held == legacy || aliases.iter().any(|alias| *held == alias.as_str()))
            };
            taken.extend(part.iter().map(both).map(is_held));
        }
        Ok(taken)
    }
}

fn work_key() -> Item {
    Item::from([("person".to_owned(), text(WORK)), ("record".to_owned(), text(WORK))])
}
