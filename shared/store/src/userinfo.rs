//! What the UserInfo endpoint reads: a grant and its person, of two tables in one round trip.

use aws_sdk_dynamodb::Client;
use grants::{Grant, GrantId, PersonKey};
use sessions::User;

use crate::items::{Item, text};
use crate::person_item::{PROFILE, key, to_user};
use crate::{Unknown, batch, grant_item};

/// The two tables.
#[derive(Clone)]
pub struct UserInfoTables {
    client: Client,
    grants: String,
    people: String,
}

impl UserInfoTables {
    /// The tables with these names.
    pub const fn new(client: Client, grants: String, people: String) -> Self {
        Self { client, grants, people }
    }

    /// The grant and the person: strongly consistent, one round trip.
    ///
    /// # Errors
    /// [`Unknown`] when they are not known.
    pub async fn read(&self, grant: GrantId, person: PersonKey) -> Result<(Option<Grant>, Option<User>), Unknown> {
        let grant_key = Item::from([("id".to_owned(), text(&grant))]);
        let wanted = [(self.grants.as_str(), vec![grant_key]), (self.people.as_str(), vec![key(person, PROFILE)])];
        let [grants, people] = batch::read_of(&self.client, wanted).await?;
        let grant = grants.first().map(|item| grant_item::from_item(&self.grants, item)).transpose()?;
        let person = people.first().map(|item| to_user(&self.people, item)).transpose()?;
        Ok((grant, person))
    }
}
