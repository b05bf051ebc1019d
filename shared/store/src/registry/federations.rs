//! The way from the issuer and the subject of a token to the clients that it may authenticate.
//!
//! An item names the clients of one issuer and one subject. It is written in the transaction that writes a client, and it
//! is only a way to find them: the client itself says which tokens authenticate it.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Client, Federation, Issuer, Timestamp};
use protocol::{ClientId, FederatedAssertion, IssuerUrl};

use crate::dynamodb::commit::{Kind, Write};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::by_id;
use crate::dynamodb::unknown::Unknown;
use crate::registry::item::{client_key, to_client};
use crate::registry::table::Registry;

const FEDERATION: &str = "federation#";
const CLIENTS: &str = "clients";

/// The registrations that decide on a token, as they are cached.
type Known = (Option<Arc<Issuer>>, Vec<Option<Arc<Client>>>);

impl Registry {
    /// Returns the clients that a token of another issuer may authenticate: the one that the request names, or those of
    /// the issuer and the subject. They are at most a minute old.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn clients_of(
        &self,
        assertion: &FederatedAssertion,
        now: Timestamp,
    ) -> Result<Vec<Arc<Client>>, Unknown> {
        if let Some(named) = assertion.client_id() {
            return Ok(self.client(named, now).await?.into_iter().collect());
        }
        let key = federation_key(assertion.issuer(), assertion.subject());
        let ids = match self.federations.get(&key, now) {
            Some(known) => known,
            None => match self.ids_of(&key).await? {
                Some(ids) => self.federations.put(key, ids, now),
                None => return Ok(Vec::new()),
            },
        };
        let mut clients = Vec::new();
        for id in ids.iter() {
            clients.extend(self.client(id, now).await?);
        }
        Ok(clients)
    }

    /// Reads the issuer of a token and its clients again, after the token was refused with those that are cached. Returns
    /// whether any of them differs. The number of such reads is limited: before the signature is verified, for each issuer.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn federation_again(
        &self,
        assertion: &FederatedAssertion,
        is_signed: bool,
        now: Timestamp,
    ) -> Result<bool, Unknown> {
        let url = assertion.issuer();
        let key = federation_key(url, assertion.subject());
        let before = self.known(assertion, &key, now);
        let limited_by = if is_signed { key.clone() } else { format!("issuer {url}") };
        self.second_looks
            .look(limited_by, now, async {
                match self.issuer_now(url).await? {
                    Some(issuer) => drop(self.issuers.put(url.to_string(), issuer, now)),
                    None => self.issuers.remove(url.as_str()),
                }
                if is_signed { self.read_clients_of(assertion, &key, now).await } else { Ok(()) }
            })
            .await?;
        Ok(self.known(assertion, &key, now) != before)
    }

    async fn read_clients_of(&self, assertion: &FederatedAssertion, key: &str, now: Timestamp) -> Result<(), Unknown> {
        let ids = match assertion.client_id() {
            Some(named) => vec![named.clone()],
            None => self.ids_of(key).await?.unwrap_or_default(),
        };
        for id in &ids {
            match self.get(&client_key(id)).await? {
                Some(item) => drop(self.clients.put(id.to_string(), to_client(&self.table, &item)?, now)),
                None => self.clients.remove(id.as_str()),
            }
        }
        if assertion.client_id().is_none() {
            self.federations.put(key.to_owned(), ids, now);
        }
        Ok(())
    }

    fn known(&self, assertion: &FederatedAssertion, key: &str, now: Timestamp) -> Known {
        let client = |id: &ClientId| self.clients.get(id.as_str(), now);
        let ids = self.federations.get(key, now);
        let clients = match assertion.client_id() {
            Some(named) => vec![client(named)],
            None => ids.iter().flat_map(|ids| ids.iter()).map(client).collect(),
        };
        (self.issuers.get(assertion.issuer().as_str(), now), clients)
    }

    /// Reads the ids of the clients of one issuer and one subject; `None` if there are none.
    async fn ids_of(&self, key: &str) -> Result<Option<Vec<ClientId>>, Unknown> {
        let Some(item) = self.get(key).await? else { return Ok(None) };
        let Some(members) = item.get(CLIENTS) else { return Ok(None) };
        let damaged = || Unknown::damaged(&self.table, CLIENTS);
        let members = members.as_ss().map_err(|_| damaged())?;
        let ids = members.iter().map(|text| ClientId::parse(text).map_err(|_| damaged()));
        ids.collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// Returns the writes that let tokens find a client as it is `after` a change, and no more as it was `before`, for the
    /// transaction that changes it. A rule rests on its issuer, so this must be registered.
    pub fn federation_writes(&self, before: Option<&Client>, after: Option<&Client>) -> Vec<Write> {
        let (old, new) = (before.and_then(place), after.and_then(place));
        if old == new {
            return Vec::new();
        }
        let update = |(id, key): (&ClientId, String), is_new: bool| {
            let mut expression = Expression::default();
            let member = AttributeValue::Ss(vec![id.to_string()]);
            if is_new {
                expression.add(CLIENTS, member);
            } else {
                expression.take_out(CLIENTS, member);
            }
            Write::new(&self.table, Kind::Update(by_id(&key)), expression)
        };
        let issuer = after.and_then(|client| client.federation.as_ref()).map(|rule| self.check_of_issuer(&rule.issuer));
        let (old, new) = (old.map(|old| update(old, false)), new.map(|new| update(new, true)));
        old.into_iter().chain(new).chain(issuer).collect()
    }
}

/// Returns the id of a client and the key of the item that leads to it.
fn place(client: &Client) -> Option<(&ClientId, String)> {
    let Federation { issuer, subject, .. } = client.federation.as_ref()?;
    Some((&client.id, federation_key(issuer, subject)))
}

fn federation_key(issuer: &IssuerUrl, subject: &str) -> String {
    format!("{FEDERATION}{}", Federation::digest(issuer, subject))
}
