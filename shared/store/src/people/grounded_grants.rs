//! Grants together with the items they depend on: two tables in the time of one round trip.

use aws_sdk_dynamodb::Client;
use grants::{Grant, GrantId, RestsOn, TokenId, Transition};

use crate::dynamodb::batch;
use crate::dynamodb::items::{Item, by_id};
use crate::dynamodb::unknown::Unknown;
use crate::grants::item::from_item;
use crate::grants::table::{Applied, GrantsTable, group_of, token_key, withdrawn_key};
use crate::people::item::{PROFILE, key, session_record};
use crate::people::table::{Ground, PeopleTable};

/// The grants table and the people table.
#[derive(Clone)]
pub struct GroundedGrants {
    grants: GrantsTable,
    people: PeopleTable,
}

impl GroundedGrants {
    /// Opens the tables with these names.
    pub fn new(client: Client, grants: String, people: String) -> Self {
        Self { grants: GrantsTable::new(client.clone(), grants), people: PeopleTable::new(client, people) }
    }

    /// Returns the grants table alone.
    pub const fn grants(&self) -> &GrantsTable {
        &self.grants
    }

    /// Returns the people table alone.
    pub const fn people(&self) -> &PeopleTable {
        &self.people
    }

    /// Reads a grant alone: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn grant(&self, id: GrantId) -> Result<Option<Grant>, Unknown> {
        Ok(self.grants.with_ids(&[id]).await?.into_iter().next())
    }

    /// Applies a transition and concurrently reads the items that the grant depends on according to its handle.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was applied, or what the items say.
    pub async fn apply(&self, step: &Transition, handle: Option<RestsOn>) -> Result<(Applied, Ground), Unknown> {
        let (applied, ground) = tokio::join!(self.grants.apply(step), self.ground(handle));
        Ok((applied?, ground?))
    }

    /// Reads the grant, and the items that it depends on according to the token: strongly consistent, one round
    /// trip. A token that does not name them costs a second one. There is no grant for a token whose key `kid` was
    /// withdrawn, or one of whose `exchanged` ancestors was revoked.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn read(
        &self,
        id: GrantId,
        token: Option<RestsOn>,
        kid: &str,
        exchanged: &[TokenId],
    ) -> Result<Option<(Grant, Ground)>, Unknown> {
        let withdrawn = std::iter::once(withdrawn_key(kid, group_of(&id.to_string())));
        let ends = withdrawn.chain(exchanged.iter().map(|id| token_key(*id)));
        self.read_with(id, token, ends.collect()).await
    }

    /// Reads the grant of a refresh token that is not rotated, and the items that it depends on according to its handle,
    /// as [`GroundedGrants::read`] does.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn look(&self, id: GrantId, handle: Option<RestsOn>) -> Result<Option<(Grant, Ground)>, Unknown> {
        self.read_with(id, handle, Vec::new()).await
    }

    /// Reads the grant and the items that it depends on, unless an item with one of the keys `ends` exists.
    async fn read_with(
        &self,
        id: GrantId,
        handle: Option<RestsOn>,
        ends: Vec<String>,
    ) -> Result<Option<(Grant, Ground)>, Unknown> {
        let grant = id.to_string();
        let grants = std::iter::once(grant.clone()).chain(ends).map(|id| by_id(&id)).collect();
        let people = handle.map_or_else(Vec::new, |rests_on| {
            let session = rests_on.session.map(|session| key(rests_on.person, &session_record(session)));
            std::iter::once(key(rests_on.person, PROFILE)).chain(session).collect()
        });
        let (client, table) = (&self.grants.client, self.grants.table.as_str());
        let (found, people) = if people.is_empty() {
            (batch::read(client, table, grants).await?, Vec::new())
        } else {
            let wanted = [(table, grants), (self.people.table.as_str(), people)];
            let [found, people] = batch::read_of(client, wanted).await?;
            (found, people)
        };
        // Whatever else is found ends the token.
        let is_grant = |item: &Item| item.get("id").and_then(|id| id.as_s().ok()) == Some(&grant);
        let [item] = found.as_slice() else { return Ok(None) };
        if !is_grant(item) {
            return Ok(None);
        }
        let grant = from_item(table, item)?;
        let ground = self.ground_of(&grant, self.people.to_ground(handle, &people)?).await?;
        Ok(Some((grant, ground)))
    }

    /// Returns the items that a grant depends on. They are `read`, unless the handle named none, or others than
    /// the grant names.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn ground_of(&self, grant: &Grant, read: Ground) -> Result<Ground, Unknown> {
        if read.rests_on == grant.rests_on() { Ok(read) } else { self.ground(grant.rests_on()).await }
    }

    async fn ground(&self, rests_on: Option<RestsOn>) -> Result<Ground, Unknown> {
        match rests_on {
            Some(rests_on) => self.people.ground(rests_on).await,
            None => Ok(Ground::default()),
        }
    }
}
