//! Items: reading and writing of typed attributes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use grants::{KeptSecret, SecretDigest, SecretSalt, SigningAlgorithm, StoredSecret, Timestamp};

use crate::dynamodb::unknown::Unknown;

/// The attributes of one item.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Returns the key of an item in a table whose items have an `id`.
pub(crate) fn by_id(id: &(impl ToString + ?Sized)) -> Item {
    Item::from([("id".to_owned(), text(id))])
}

pub(crate) fn text(value: &(impl ToString + ?Sized)) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

pub(crate) fn number(value: &impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn time(value: Timestamp) -> AttributeValue {
    number(&value.seconds())
}

pub(crate) fn flag(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}

pub(crate) fn algorithm(text: &str) -> Result<SigningAlgorithm, ()> {
    SigningAlgorithm::parse(text).ok_or(())
}

pub(crate) fn bytes(value: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(value))
}

pub(crate) fn list<T: ToString>(values: &[T]) -> AttributeValue {
    AttributeValue::L(values.iter().map(text).collect())
}

pub(crate) fn secrets(secrets: &[StoredSecret]) -> AttributeValue {
    AttributeValue::L(secrets.iter().map(from_secret).collect())
}

/// Lists the attributes in which two items differ, by name, each with its value in `after` if it has one there.
pub(crate) fn differences<'i>(
    before: &'i Item,
    after: &'i Item,
) -> impl Iterator<Item = (&'i str, Option<&'i AttributeValue>)> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    changed.map(|name| (name.as_str(), after.get(name)))
}

/// The attribute of a secret that is derived from the key for this purpose. Earlier versions do not know it.
const OWN_SALT: &str = "own_salt";

fn from_secret(secret: &StoredSecret) -> AttributeValue {
    let (name, kept) = match &secret.kept {
        KeptSecret::Digest(digest) => ("digest", bytes(digest.as_bytes())),
        KeptSecret::Salt(salt @ SecretSalt::Own(_)) => (OWN_SALT, bytes(salt.as_bytes())),
        KeptSecret::Salt(salt) => ("salt", bytes(salt.as_bytes())),
    };
    AttributeValue::M(Item::from([(name.to_owned(), kept), ("created_at".to_owned(), time(secret.created_at))]))
}

/// Reads the attributes of an item of `table`; a missing or malformed attribute means that the item is damaged.
pub(crate) struct Reader<'a> {
    table: &'a str,
    item: &'a Item,
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(table: &'a str, item: &'a Item) -> Self {
        Self { table, item }
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<&'a str, Unknown> {
        self.optional_text(name)?.ok_or_else(|| self.damaged(name))
    }

    pub(crate) fn optional_text(&self, name: &'static str) -> Result<Option<&'a str>, Unknown> {
        let read = |value: &'a AttributeValue| value.as_s().map(String::as_str).map_err(|_| self.damaged(name));
        self.item.get(name).map(read).transpose()
    }

    pub(crate) fn parsed<T, E>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Unknown> {
        parse(self.text(name)?).map_err(|_| self.damaged(name))
    }

    pub(crate) fn optional_parsed<T, E>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Unknown> {
        self.optional_text(name)?.map(parse).transpose().map_err(|_| self.damaged(name))
    }

    pub(crate) fn named<T>(&self, name: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Unknown> {
        parse(self.text(name)?).ok_or_else(|| self.damaged(name))
    }

    pub(crate) fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<T, Unknown> {
        self.optional_number(name)?.ok_or_else(|| self.damaged(name))
    }

    pub(crate) fn optional_number<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, Unknown> {
        let read = |value: &AttributeValue| {
            value.as_n().ok().and_then(|text| text.parse().ok()).ok_or_else(|| self.damaged(name))
        };
        self.item.get(name).map(read).transpose()
    }

    pub(crate) fn time(&self, name: &'static str) -> Result<Timestamp, Unknown> {
        self.number(name).map(Timestamp::from_seconds)
    }

    pub(crate) fn optional_time(&self, name: &'static str) -> Result<Option<Timestamp>, Unknown> {
        Ok(self.optional_number(name)?.map(Timestamp::from_seconds))
    }

    pub(crate) fn flag(&self, name: &'static str) -> Result<bool, Unknown> {
        let value = self.item.get(name).and_then(|value| value.as_bool().ok());
        value.copied().ok_or_else(|| self.damaged(name))
    }

    /// Reads a flag; an absent one is `false`.
    pub(crate) fn optional_flag(&self, name: &'static str) -> Result<bool, Unknown> {
        if self.item.contains_key(name) { self.flag(name) } else { Ok(false) }
    }

    pub(crate) fn bytes(&self, name: &'static str) -> Result<&'a [u8], Unknown> {
        let value = self.item.get(name).and_then(|value| value.as_b().ok());
        value.map(Blob::as_ref).ok_or_else(|| self.damaged(name))
    }

    /// Reads the texts of a list; an absent attribute is an empty list.
    pub(crate) fn list<T, E>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Vec<T>, Unknown> {
        let Some(value) = self.item.get(name) else { return Ok(Vec::new()) };
        let values = value.as_l().map_err(|_| self.damaged(name))?;
        let read = |value: &AttributeValue| value.as_s().ok().and_then(|text| parse(text).ok());
        values.iter().map(|value| read(value).ok_or_else(|| self.damaged(name))).collect()
    }

    pub(crate) fn maps(&self, name: &'static str) -> Result<Vec<Reader<'a>>, Unknown> {
        let Some(value) = self.item.get(name) else { return Ok(Vec::new()) };
        let values = value.as_l().map_err(|_| self.damaged(name))?;
        let read = |value: &'a AttributeValue| value.as_m().map(|item| Self::new(self.table, item));
        values.iter().map(|value| read(value).map_err(|_| self.damaged(name))).collect()
    }

    /// Reads the secrets of a client; an absent attribute is an empty list.
    pub(crate) fn secrets(&self, name: &'static str) -> Result<Vec<StoredSecret>, Unknown> {
        self.maps(name)?.iter().map(Self::secret).collect()
    }

    /// Reads the item of one secret.
    fn secret(&self) -> Result<StoredSecret, Unknown> {
        let created_at = self.time("created_at")?;
        if self.get(OWN_SALT).is_some() {
            let salt = <[u8; 32]>::try_from(self.bytes(OWN_SALT)?).map_err(|_| self.damaged(OWN_SALT))?;
            return Ok(StoredSecret::derived(SecretSalt::Own(salt), created_at));
        }
        if self.get("salt").is_some() {
            let salt = SecretSalt::read(self.bytes("salt")?).ok_or_else(|| self.damaged("salt"))?;
            return Ok(StoredSecret::derived(salt, created_at));
        }
        let digest = <[u8; 32]>::try_from(self.bytes("digest")?).map_err(|_| self.damaged("digest"))?;
        Ok(StoredSecret::hashed(SecretDigest::from_bytes(digest), created_at))
    }

    /// Reads a map; `None` if the attribute is absent.
    pub(crate) fn map(&self, name: &'static str) -> Result<Option<Self>, Unknown> {
        let read = |value: &'a AttributeValue| value.as_m().map(|item| Self::new(self.table, item));
        self.item.get(name).map(read).transpose().map_err(|_| self.damaged(name))
    }

    /// Reads a map whose values are texts.
    pub(crate) fn texts(&self) -> Result<BTreeMap<String, String>, Unknown> {
        let read = |(name, value): (&String, &AttributeValue)| Some((name.clone(), value.as_s().ok()?.clone()));
        self.item.iter().map(|pair| read(pair).ok_or_else(|| self.damaged("a text in a map"))).collect()
    }

    /// Reads a map whose values are maps of texts.
    pub(crate) fn maps_of_texts(&self) -> Result<BTreeMap<String, BTreeMap<String, String>>, Unknown> {
        let read = |(name, value): (&String, &'a AttributeValue)| {
            let inner = value.as_m().map_err(|_| self.damaged("a map in a map"))?;
            Ok((name.clone(), Self::new(self.table, inner).texts()?))
        };
        self.item.iter().map(read).collect()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a AttributeValue> {
        self.item.get(name)
    }

    pub(crate) fn damaged(&self, name: &'static str) -> Unknown {
        Unknown::damaged(self.table, name)
    }
}
