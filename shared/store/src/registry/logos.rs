//! Logos of clients. Each is an item of its own, because the item of a client is read for each token request.
//!
//! The client has the facts of its logo, and both are written in one transaction. So an item that does not fit the facts
//! is that of another moment.

use grants::Client;
use protocol::{ClientId, Logo};

use crate::dynamodb::commit::{Kind, Write};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, by_id, bytes, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::registry::table::Registry;

const LOGO: &str = "logo#";

impl Registry {
    /// Reads the logo of a client; `None` if it has none, or another one than the facts in `client` are about.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn logo(&self, client: &Client) -> Result<Option<Logo>, Unknown> {
        let Some(facts) = &client.logo else { return Ok(None) };
        let Some(item) = self.get(&logo_key(&client.id)).await? else { return Ok(None) };
        let bytes = Reader::new(&self.table, &item).bytes("bytes")?.to_vec();
        Ok(Logo::of_facts(facts, bytes))
    }

    /// Returns the write that stores a logo, for the transaction that gives its facts to `client`. The item ends with
    /// the client's registration.
    pub fn with_logo(&self, client: &Client, logo: &Logo) -> Write {
        let mut item =
            Item::from([("id".to_owned(), text(&logo_key(&client.id))), ("bytes".to_owned(), bytes(logo.bytes()))]);
        if let Some(ends_at) = client.registered_by.as_ref().and_then(|own| own.ends_at) {
            item.insert("expires_at".to_owned(), time(ends_at));
        }
        Write::new(&self.table, Kind::Put(item), Expression::default())
    }

    /// Returns the write that deletes the logo of a client, if there is one, for the transaction that takes the facts
    /// or deletes the client.
    pub fn without_logo(&self, id: &ClientId) -> Write {
        let key = by_id(&logo_key(id));
        Write::new(&self.table, Kind::Delete(key), Expression::default())
    }

    /// Returns the write that lets the logo of `client`, if it has one, end with its registration.
    pub fn extended_logo(&self, client: &Client) -> Option<Write> {
        let ends_at = client.logo.and(client.registered_by.as_ref()?.ends_at)?;
        let mut expression = Expression::default();
        expression.present("id");
        expression.set("expires_at", time(ends_at));
        let key = by_id(&logo_key(&client.id));
        Some(Write::new(&self.table, Kind::Update(key), expression))
    }
}

fn logo_key(id: &ClientId) -> String {
    format!("{LOGO}{id}")
}
