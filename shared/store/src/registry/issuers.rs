//! Issuers that others run. The item of an issuer has its URL in its key, and a second item has its name, so that both are
//! given once.

use std::collections::BTreeSet;
use std::sync::Arc;

use grants::{Issuer, IssuerName, Preset, Purpose, Timestamp};
use protocol::IssuerUrl;

use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, by_id, list, number, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::registry::item::{REVISION, from_keys, to_keys};
use crate::registry::table::Registry;

const ISSUER: &str = "issuer#";
const NAME: &str = "issuer-name#";

impl Registry {
    /// Returns an issuer, at most a minute old. A missing one is read again each time, so that a new one works at once.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn issuer(&self, url: &IssuerUrl, now: Timestamp) -> Result<Option<Arc<Issuer>>, Unknown> {
        if let Some(known) = self.issuers.get(url.as_str(), now) {
            return Ok(Some(known));
        }
        let found = self.issuer_now(url).await?;
        Ok(found.map(|issuer| self.issuers.put(url.to_string(), issuer, now)))
    }

    /// Reads an issuer past the cache.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn issuer_now(&self, url: &IssuerUrl) -> Result<Option<Issuer>, Unknown> {
        let item = self.get(&issuer_key(url)).await?;
        item.map(|item| to_issuer(&self.table, &item)).transpose()
    }

    /// Reads an issuer past the cache, for an assertion that the cached one does not admit, and returns whether it is
    /// another one than before. Such reads are limited for each issuer.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn issuer_again(&self, url: &IssuerUrl, now: Timestamp) -> Result<bool, Unknown> {
        let before = self.issuers.get(url.as_str(), now);
        self.second_looks
            .look(format!("issuer {url}"), now, async {
                match self.issuer_now(url).await? {
                    Some(issuer) => drop(self.issuers.put(url.to_string(), issuer, now)),
                    None => self.issuers.remove(url.as_str()),
                }
                Ok(())
            })
            .await?;
        Ok(self.issuers.get(url.as_str(), now) != before)
    }

    /// Reads the issuer of a name past the cache.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn issuer_named(&self, name: &IssuerName) -> Result<Option<Issuer>, Unknown> {
        let Some(item) = self.get(&name_key(name)).await? else { return Ok(None) };
        let url = Reader::new(&self.table, &item).parsed("url", IssuerUrl::parse)?;
        // A deletion may have come between the two reads.
        Ok(self.issuer_now(&url).await?.filter(|issuer| issuer.name == *name))
    }

    /// Reads all issuers.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn all_issuers(&self) -> Result<Vec<Issuer>, Unknown> {
        self.scan(ISSUER).await?.iter().map(|item| to_issuer(&self.table, item)).collect()
    }

    /// Writes a new issuer with its name, and the write `beside` in the same transaction. It is refused if there is one
    /// of this URL or this name.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_issuer(&self, issuer: &Issuer, beside: Option<Write>) -> Result<Changed, Unknown> {
        let mut absent = Expression::default();
        absent.absent("id");
        let name = Write::new(&self.table, Kind::Put(name_item(issuer)), absent);
        self.create(from_issuer(issuer), std::iter::once(name).chain(beside)).await
    }

    /// Sets the keys and the purposes of an issuer, and makes the write `beside` in the same transaction. It is refused if
    /// the issuer is not as it is in `before` any more.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was made.
    pub async fn change_issuer(
        &self,
        before: &Issuer,
        after: &Issuer,
        beside: Option<Write>,
    ) -> Result<Changed, Unknown> {
        let own = Write::new(&self.table, Kind::Update(by_id(&issuer_key(&before.url))), change_of(before, after));
        Ok(match commit(&self.dynamodb, std::iter::once(own).chain(beside).collect()).await? {
            Outcome::Done(_) => Changed::Done,
            // A retry found the result of its first attempt.
            Outcome::Refused(0, Some(found)) if to_issuer(&self.table, &found)? == *after => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    /// Deletes an issuer with its name, and makes the write `beside` in the same transaction. It is refused if the issuer is
    /// gone, also if its URL or its name is that of another one by now.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was deleted.
    pub async fn delete_issuer(&self, issuer: &Issuer, beside: Option<Write>) -> Result<Changed, Unknown> {
        let (mut registered, mut named) = (Expression::default(), Expression::default());
        registered.same("created_at", time(issuer.created_at));
        named.same("url", text(&issuer.url));
        let name = Write::new(&self.table, Kind::Delete(by_id(&name_key(&issuer.name))), named);
        let own = Kind::Delete(by_id(&issuer_key(&issuer.url)));
        self.commit(own, registered, std::iter::once(name).chain(beside)).await
    }

    /// Returns the check that an issuer is registered, for the transaction that lets a client rest on it.
    pub(crate) fn check_of_issuer(&self, url: &IssuerUrl) -> Write {
        let mut present = Expression::default();
        present.present("id");
        Write::new(&self.table, Kind::Check(by_id(&issuer_key(url))), present)
    }
}

/// Builds the update of keys and purposes, under the condition that the issuer is the one that was read, and unchanged.
fn change_of(before: &Issuer, after: &Issuer) -> Expression {
    let mut expression = Expression::default();
    expression.same("created_at", time(before.created_at));
    expression.same(REVISION, number(&before.revision));
    let (jwks, jwks_uri) = from_keys(Some(&after.keys));
    expression.set_or_remove("jwks", jwks);
    expression.set_or_remove("jwks_uri", jwks_uri);
    expression.set("purposes", list(&purposes(after)));
    expression.set(REVISION, number(&after.revision));
    expression
}

fn issuer_key(url: &IssuerUrl) -> String {
    format!("{ISSUER}{url}")
}

fn name_key(name: &IssuerName) -> String {
    format!("{NAME}{name}")
}

fn name_item(issuer: &Issuer) -> Item {
    Item::from([("id".to_owned(), text(&name_key(&issuer.name))), ("url".to_owned(), text(&issuer.url))])
}

fn purposes(issuer: &Issuer) -> Vec<&'static str> {
    issuer.purposes.iter().map(|purpose| purpose.as_str()).collect()
}

fn from_issuer(issuer: &Issuer) -> Item {
    let mut item = Item::from([
        ("id".to_owned(), text(&issuer_key(&issuer.url))),
        ("name".to_owned(), text(&issuer.name)),
        ("url".to_owned(), text(&issuer.url)),
        ("purposes".to_owned(), list(&purposes(issuer))),
        ("created_at".to_owned(), time(issuer.created_at)),
        (REVISION.to_owned(), number(&issuer.revision)),
    ]);
    let (jwks, jwks_uri) = from_keys(Some(&issuer.keys));
    let optional =
        [("jwks", jwks), ("jwks_uri", jwks_uri), ("preset", issuer.preset.map(|preset| text(preset.as_str())))];
    item.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
}

fn to_issuer(table: &str, item: &Item) -> Result<Issuer, Unknown> {
    let read = Reader::new(table, item);
    let purposes: Vec<Purpose> = read.list("purposes", |text| Purpose::parse(text).ok_or(()))?;
    Ok(Issuer {
        name: read.parsed("name", IssuerName::parse)?,
        url: read.parsed("url", IssuerUrl::parse)?,
        preset: read.optional_parsed("preset", |text| Preset::parse(text).ok_or(()))?,
        keys: to_keys(&read)?.ok_or_else(|| read.damaged("jwks"))?,
        purposes: BTreeSet::from_iter(purposes),
        created_at: read.time("created_at")?,
        revision: read.number(REVISION)?,
    })
}
