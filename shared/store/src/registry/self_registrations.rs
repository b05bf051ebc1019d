//! Registrations that clients make themselves, and the initial access tokens that permit them.

use std::collections::BTreeMap;

use grants::{Client, ClientFact, InitialToken, InitialTokenName, Timestamp};
use protocol::{ClientId, Logo};

use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::{Reader, by_id, number, text, time};
use crate::dynamodb::send::Listing;
use crate::dynamodb::unknown::Unknown;
use crate::registry::item::{
    CLIENT, NAME_IN, from_client, key_of, optional_of_operator, optional_of_registration, to_client,
};
use crate::registry::self_registration_item::{INITIAL_TOKEN, from_initial_token, initial_token_key, to_initial_token};
use crate::registry::table::Registry;

impl Registry {
    /// Reads the current client `id`, past the cache: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn client_now(&self, id: &ClientId) -> Result<Option<Client>, Unknown> {
        self.client_item(id).await?.map(|item| to_client(&self.table, &item)).transpose()
    }

    /// Reads the names of the clients that an operator registered, in all languages, from the whole table in pages of at
    /// most a megabyte.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn names_of_operators_clients(&self) -> Result<Vec<String>, Unknown> {
        let call = self
            .dynamodb
            .scan()
            .table_name(&self.table)
            .filter_expression("begins_with(id, :client) AND attribute_not_exists(registered_by)")
            .projection_expression(format!("#name, {NAME_IN}"))
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":client", text(&CLIENT));
        let items = call.all_items().await;
        let items = items.map_err(|error| Unknown::from_sdk(&self.table, error))?;
        let mut names = Vec::with_capacity(items.len());
        for item in &items {
            let read = Reader::new(&self.table, item);
            names.push(read.text("name")?.to_owned());
            names.extend(read.map(NAME_IN)?.map_or(Ok(BTreeMap::new()), |by_tag| by_tag.texts())?.into_values());
        }
        Ok(names)
    }

    /// Writes a new client with its logo and takes one use of an initial access token, all or nothing. So no use makes
    /// two clients, however requests race, and no use is lost if the client is not written.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether they were written.
    pub async fn register_client(
        &self,
        client: &Client,
        logo: Option<&Logo>,
        token: &InitialTokenName,
        now: Timestamp,
    ) -> Result<Changed, Unknown> {
        let mut left = of_guards(&InitialToken::guards(now));
        left.add("uses_left", number(&-1));
        let token = by_id(&initial_token_key(token));
        let used = Write::new(&self.table, Kind::Update(token), left);
        let logo = logo.map(|logo| self.with_logo(client, logo));
        self.create(from_client(client), std::iter::once(used).chain(logo)).await
    }

    /// Sets everything in a client's registration, unless the client in `found` was disabled, deleted, or given
    /// another secret or registration in the meantime. Attributes that only the operator decides, and the end of the
    /// registration, are not written. `logo` is a new logo; without it, the facts in `client` say whether the logo of
    /// `found` stays.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn replace_registration(
        &self,
        client: &Client,
        found: &Client,
        logo: Option<&Logo>,
    ) -> Result<Changed, Unknown> {
        let logo = match logo {
            Some(logo) => Some(self.with_logo(client, logo)),
            None => (client.logo.is_none() && found.logo.is_some()).then(|| self.without_logo(&client.id)),
        };
        let key = by_id(&key_of(client));
        let own = Write::new(&self.table, Kind::Update(key), of_replacement(client, found));
        Ok(match commit(&self.dynamodb, std::iter::once(own).chain(logo).collect()).await? {
            Outcome::Done(_) => Changed::Done,
            // A retry found the result of its first attempt.
            Outcome::Refused(_, Some(there)) if to_client(&self.table, &there)? == *client => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    /// Writes an initial access token.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn create_initial_token(&self, token: &InitialToken, beside: Option<Write>) -> Result<Changed, Unknown> {
        self.create(from_initial_token(token), beside).await
    }

    /// Reads an initial access token: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn initial_token(&self, name: &InitialTokenName) -> Result<Option<InitialToken>, Unknown> {
        let item = self.get(&initial_token_key(name)).await?;
        item.map(|item| to_initial_token(&self.table, &item)).transpose()
    }

    /// Reads every initial access token that is still stored.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn all_initial_tokens(&self) -> Result<Vec<InitialToken>, Unknown> {
        self.scan(INITIAL_TOKEN).await?.iter().map(|item| to_initial_token(&self.table, item)).collect()
    }

    /// Deletes an initial access token. Clients that were registered with it stay.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was deleted.
    pub async fn delete_initial_token(
        &self,
        name: &InitialTokenName,
        beside: Option<Write>,
    ) -> Result<Changed, Unknown> {
        self.delete(initial_token_key(name), beside).await
    }
}

/// Builds the update to the registration in `client`, under the condition that the one in `found` still stands.
fn of_replacement(client: &Client, found: &Client) -> Expression {
    /// The attributes of every client that a client does not register itself. The operator's optional ones are kept too.
    const KEPT: [&str; 4] = ["id", "client_id", "disabled", "created_at"];
    let mut after = from_client(client);
    let mut expression = of_guards(&ClientFact::of_registration(found));
    expression.same_or_absent("registered_by", from_client(found).remove("registered_by"));
    for kept in KEPT.into_iter().chain(optional_of_operator(client).into_iter().map(|(name, _)| name)) {
        after.remove(kept);
    }
    // Write every optional attribute, including those that another request set: if two requests found the same
    // registration, the later one replaces it as a whole.
    for (optional, value) in optional_of_registration(client) {
        after.remove(optional);
        expression.set_or_remove(optional, value);
    }
    for (name, value) in after {
        expression.set(&name, value);
    }
    // Use extends a registration, so its end is kept. The copy of a document ends by its own time.
    if client.document().is_some() {
        let ends_at = client.registered_by.as_ref().and_then(|own| own.ends_at);
        expression.set_or_remove("expires_at", ends_at.map(time));
    }
    expression
}
