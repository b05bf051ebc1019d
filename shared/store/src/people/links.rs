//! Links between people and the subjects of other issuers: put if absent by issuer and subject, and listed with the person.

use grants::Timestamp;
use protocol::IssuerUrl;
use sessions::{AliasKey, PersonKey};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{LEADS_TO, PROFILE, alias_key, from_alias, key, to_alias};
use crate::people::table::PeopleTable;

pub(crate) const LINK: &str = "link#";

/// A subject of another issuer, which is a person here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The issuer, by its URL: a name that is given to another issuer leads to nobody.
    pub issuer: IssuerUrl,
    /// The tenant of the issuer that the person belongs to, if the issuer has several: only together with it does `sub` name
    /// one person.
    pub tenant: Option<String>,
    /// The `sub` by which the issuer calls the person.
    pub subject: String,
    /// The time when an operator linked them.
    pub created_at: Timestamp,
}

impl PeopleTable {
    /// Reads the person to whom a subject is linked: one round trip, strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn linked(
        &self,
        issuer: &IssuerUrl,
        tenant: Option<&str>,
        subject: &str,
    ) -> Result<Option<PersonKey>, Unknown> {
        let key = alias_key(&AliasKey::of_issuer(issuer, tenant, subject));
        let found = batch::read(&self.client, &self.table, vec![key]).await?;
        found.first().map(|item| to_alias(&self.table, item)).transpose()
    }

    /// Links a subject to a person, and makes the write `beside` in the same transaction. It is refused if the subject is
    /// linked already, or the person is gone.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether they were linked.
    pub async fn link(&self, person: PersonKey, link: &Link, beside: Option<Write>) -> Result<Changed, Unknown> {
        let alias = alias_of(link);
        let (mut free, mut there) = (Expression::default(), Expression::default());
        free.absent("person");
        there.present("person");
        let record = self.write(Kind::Put(from_link(person, &alias, link)), Expression::default());
        let writes = [
            self.write(Kind::Put(from_alias(&alias, person, link.created_at)), free),
            self.write(Kind::Check(key(person, PROFILE)), there),
            record,
        ];
        self.outcome_of(writes.into_iter().chain(beside).collect()).await
    }

    /// Ends a link, and makes the write `beside` in the same transaction. It is refused if the subject is not linked to this
    /// person.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was ended.
    pub async fn unlink(&self, person: PersonKey, link: &Link, beside: Option<Write>) -> Result<Changed, Unknown> {
        let alias = alias_of(link);
        let mut own = Expression::default();
        own.same(LEADS_TO, text(&person));
        let writes = [
            self.write(Kind::Delete(alias_key(&alias)), own),
            self.write(Kind::Delete(key(person, &record(&alias))), Expression::default()),
        ];
        self.outcome_of(writes.into_iter().chain(beside).collect()).await
    }

    /// Reads the links of a person.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn links_of(&self, person: PersonKey) -> Result<Vec<Link>, Unknown> {
        self.items_of(person, LINK).await?.iter().map(|item| to_link(&self.table, item)).collect()
    }

    /// Ends all links of a person.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether all were ended.
    pub async fn unlink_all(&self, person: PersonKey) -> Result<(), Unknown> {
        for link in self.links_of(person).await? {
            self.unlink(person, &link, None).await?;
        }
        Ok(())
    }

    async fn outcome_of(&self, writes: Vec<Write>) -> Result<Changed, Unknown> {
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }
}

fn alias_of(link: &Link) -> AliasKey {
    AliasKey::of_issuer(&link.issuer, link.tenant.as_deref(), &link.subject)
}

fn record(alias: &AliasKey) -> String {
    format!("{LINK}{}", alias.as_str())
}

fn from_link(person: PersonKey, alias: &AliasKey, link: &Link) -> Item {
    let mut item = key(person, &record(alias));
    item.extend([
        ("issuer".to_owned(), text(&link.issuer)),
        ("linked_subject".to_owned(), text(&link.subject)),
        ("created_at".to_owned(), time(link.created_at)),
    ]);
    item.extend(link.tenant.as_ref().map(|tenant| ("tenant".to_owned(), text(tenant))));
    item
}

fn to_link(table: &str, item: &Item) -> Result<Link, Unknown> {
    let read = Reader::new(table, item);
    Ok(Link {
        issuer: read.parsed("issuer", IssuerUrl::parse)?,
        tenant: read.optional_text("tenant")?.map(str::to_owned),
        subject: read.text("linked_subject")?.to_owned(),
        created_at: read.time("created_at")?,
    })
}
