//! Edits of registered clients and APIs: the attributes that differ, if everything is still as it was read.

use std::collections::BTreeSet;

use grants::{Api, Client};

use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, by_id, differences};
use crate::dynamodb::unknown::Unknown;
use crate::registry::api_item::{api_key, earlier_api_key, from_api, to_api};
use crate::registry::item::{from_client, key_of, to_client};
use crate::registry::table::Registry;

/// The attributes that name an item. They never change.
const NAMES: [&str; 4] = ["id", "client_id", "identifier", "created_at"];

/// An edit of one item: how it was read, and how it should be.
struct Edit<'a> {
    /// The item that stands in the table.
    stored: &'a Item,
    before: Item,
    after: Item,
}

impl Registry {
    /// Sets the attributes in which `after` differs from `before`, and makes the writes `beside` in the same
    /// transaction. It is refused if the client is not as it is in `before` any more, because the rules for `after`
    /// rest on all of it.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was made.
    pub async fn edit_client(
        &self,
        before: &Client,
        after: &Client,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<Changed, Unknown> {
        let key = key_of(before);
        let Some(stored) = self.get(&key).await? else { return Ok(Changed::Refused) };
        if to_client(&self.table, &stored)? != *before {
            return Ok(Changed::Refused);
        }
        let edit = Edit { stored: &stored, before: from_client(before), after: from_client(after) };
        let is_own = |found: &Item| to_client(&self.table, found).map(|found| found == *after);
        let federation = self.federation_writes(Some(before), Some(after));
        self.edit(&key, edit, beside.into_iter().chain(federation), is_own).await
    }

    /// Sets the attributes of an API in which `after` differs from `before`, as [`Registry::edit_client`] does.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was made.
    pub async fn edit_api(
        &self,
        before: &Api,
        after: &Api,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<Changed, Unknown> {
        let key = api_key(&before.identifier);
        let (key, stored) = match (self.get(&key).await?, earlier_api_key(&before.identifier)) {
            (Some(stored), _) => (key, Some(stored)),
            (None, Some(earlier)) => (earlier.clone(), self.get(&earlier).await?),
            (None, None) => (key, None),
        };
        let Some(stored) = stored else { return Ok(Changed::Refused) };
        if to_api(&self.table, &stored)? != *before {
            return Ok(Changed::Refused);
        }
        let edit = Edit { stored: &stored, before: from_api(before), after: from_api(after) };
        let is_own = |found: &Item| to_api(&self.table, found).map(|found| found == *after);
        self.edit(&key, edit, beside, is_own).await
    }

    async fn edit(
        &self,
        key: &str,
        edit: Edit<'_>,
        beside: impl IntoIterator<Item = Write>,
        is_own: impl Fn(&Item) -> Result<bool, Unknown>,
    ) -> Result<Changed, Unknown> {
        let own = Write::new(&self.table, Kind::Update(by_id(&key)), edit.expression());
        Ok(match commit(&self.dynamodb, std::iter::once(own).chain(beside).collect()).await? {
            Outcome::Done(_) => Changed::Done,
            // A retry found the result of its first attempt.
            Outcome::Refused(0, Some(found)) if is_own(&found)? => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }
}

impl Edit<'_> {
    /// Builds the update of the attributes that differ, under the condition that each attribute is as it is stored.
    fn expression(&self) -> Expression {
        let mut expression = Expression::default();
        expression.present("id");
        let attributes: BTreeSet<&String> = self.before.keys().chain(self.after.keys()).collect();
        for name in attributes.into_iter().filter(|name| *name != "id") {
            expression.same_or_absent(name, self.stored.get(name).cloned());
        }
        for (name, new) in differences(&self.before, &self.after).filter(|(name, _)| !NAMES.contains(name)) {
            expression.set_or_remove(name, new.cloned());
        }
        expression
    }
}

#[cfg(test)]
mod tests {
    use grants::Timestamp;
    use protocol::{ClientId, RedirectUri};

    use super::*;
    use crate::dynamodb::items::text;

    fn client() -> Client {
        Client::new(ClientId::parse("shop").unwrap(), Timestamp::from_seconds(1))
    }

    #[test]
    fn c133_an_edit_names_what_differs_and_rests_on_what_is_stored() {
        let (before, mut stored) = (client(), from_client(&client()));
        // A later version may have written more, and an earlier one less.
        stored.insert("of_tomorrow".to_owned(), text("kept"));
        stored.remove("introspects");
        let redirect_uris = vec![RedirectUri::parse("https://shop.example/cb").unwrap()];
        let after = Client { redirect_uris, trusted: true, ..client() };
        let edit = Edit { stored: &stored, before: from_client(&before), after: from_client(&after) };
        let mut expression = edit.expression();
        assert_eq!(expression.update().matches('=').count(), 2, "{}", expression.update());
        assert!(["redirect_uris", "#trusted"].iter().all(|name| expression.update().contains(name)));
        let condition = expression.take_condition().unwrap();
        for part in ["redirect_uris = ", "attribute_not_exists(#trusted)", "attribute_not_exists(#introspects)"] {
            assert!(condition.contains(part), "{part}: {condition}");
        }
        assert!(!condition.contains("of_tomorrow"), "{condition}");
        let back = Edit { stored: &stored, before: from_client(&after), after: from_client(&before) }.expression();
        assert!(back.update().contains("REMOVE #trusted"), "{}", back.update());
    }
}
