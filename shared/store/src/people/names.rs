//! Usernames in the people table: the person with a name, and the aliases that a person holds.

use protocol::Username;
use sessions::{AliasKey, PersonKey, User};

use crate::dynamodb::batch;
use crate::dynamodb::items::Reader;
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{LEADS_TO, PROFILE, alias_key, key, to_alias};
use crate::people::table::PeopleTable;

/// The person with a username, as far as the aliases show.
#[derive(Clone, Debug)]
pub enum Named {
    /// An alias that leads to this person.
    Leads(PersonKey),
    /// A person of version 0.1, whose key is the name's hash.
    Legacy(Box<User>),
    /// No one has this name.
    Nobody,
}

impl PeopleTable {
    /// Reads the owner of this username: one round trip, strongly consistent, and one more if it leads to several people.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn named(&self, username: &Username) -> Result<Named, Unknown> {
        let aliases = AliasKey::all_of(username);
        let keys = aliases.iter().map(alias_key).chain([key(PersonKey::of_name(username), PROFILE)]).collect();
        let (mut people, mut legacy) = (Vec::new(), None);
        for item in &batch::read(&self.client, &self.table, keys).await? {
            if item.contains_key(LEADS_TO) {
                people.push(to_alias(&self.table, item)?);
            } else {
                legacy = Some(self.to_person(item)?).filter(|user| !user.aliased);
            }
        }
        let person = match people.as_slice() {
            [] => None,
            [only] => Some(*only),
            several => self.nearest(username, several).await?,
        };
        Ok(match (person, legacy) {
            (Some(person), _) => Named::Leads(person),
            (None, Some(user)) => Named::Legacy(Box::new(user)),
            (None, None) => Named::Nobody,
        })
    }

    /// Reads the person with this username.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn by_name(&self, username: &Username) -> Result<Option<User>, Unknown> {
        let found = match self.named(username).await? {
            Named::Leads(person) => self.user(person).await?,
            Named::Legacy(user) => Some(*user),
            Named::Nobody => None,
        };
        // An alias of a former form may be that of somebody with another name.
        Ok(found.filter(|user| user.goes_by(username)))
    }

    /// Returns the one of several people with a name who wrote it most like this. Earlier versions took some names for different
    /// ones that are one name now.
    async fn nearest(&self, username: &Username, people: &[PersonKey]) -> Result<Option<PersonKey>, Unknown> {
        let mut distinct: Vec<PersonKey> = Vec::with_capacity(people.len());
        for person in people {
            if !distinct.contains(person) {
                distinct.push(*person);
            }
        }
        let keys = distinct.into_iter().map(|person| key(person, PROFILE)).collect();
        let items = batch::read(&self.client, &self.table, keys).await?;
        let mut users = items.iter().map(|item| self.to_person(item)).collect::<Result<Vec<User>, Unknown>>()?;
        users.retain(|user| user.goes_by(username));
        let differs = |user: &User| {
            let lower = |name: &Username| name.as_str().to_lowercase();
            (user.username != *username, lower(&user.username) != lower(username), user.created_at)
        };
        Ok(users.iter().min_by_key(|user| differs(user)).map(|user| user.key))
    }

    /// Returns the aliases of a person's username that lead to this person. Where there is only one, nothing is read.
    pub(crate) async fn held_names(&self, user: &User) -> Result<Vec<AliasKey>, Unknown> {
        let mut aliases = if user.aliased { AliasKey::all_of(&user.username) } else { Vec::new() };
        if aliases.len() > 1 {
            let keys = aliases.iter().map(alias_key).collect();
            let mut held = Vec::with_capacity(aliases.len());
            for item in &batch::read(&self.client, &self.table, keys).await? {
                if to_alias(&self.table, item)? == user.key {
                    held.push(Reader::new(&self.table, item).text("person")?.to_owned());
                }
            }
            aliases.retain(|alias| held.iter().any(|held| held == alias.as_str()));
        }
        Ok(aliases)
    }
}
