//! Changes to APIs that are registered.

use grants::{Api, ApiChange};
use protocol::Resource;

use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::items::by_id;
use crate::dynamodb::unknown::Unknown;
use crate::registry::api_item::{api_key, to_api};
use crate::registry::changes::of_api_change;
use crate::registry::table::Registry;

/// The outcome of a change to an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiChanged {
    /// The change was made.
    Done,
    /// A guard did not hold; contains the stored API, if the refusal concerns that API.
    Refused(Option<Box<Api>>),
}

impl Registry {
    /// Reads an API past the cache, by any spelling of its identifier.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn api_now(&self, identifier: &Resource) -> Result<Option<Api>, Unknown> {
        Ok(self.read_apis(&[identifier]).await?.pop().map(|(_, api)| api))
    }

    /// Changes an API, and makes the writes `beside` in the same transaction. Returns whether it was made, or the item
    /// found instead.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was made.
    pub async fn change_api(
        &self,
        change: &ApiChange,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<ApiChanged, Unknown> {
        let identifier = change.identifier();
        let key = self.earlier_api(identifier).await?.unwrap_or_else(|| api_key(identifier));
        let own = Write::new(&self.table, Kind::Update(by_id(&key)), of_api_change(change));
        Ok(match commit(&self.dynamodb, std::iter::once(own).chain(beside).collect()).await? {
            Outcome::Done(_) => ApiChanged::Done,
            Outcome::Refused(0, found) => {
                let found = found.map(|item| to_api(&self.table, &item)).transpose()?;
                ApiChanged::Refused(found.map(Box::new))
            }
            // The refusal came from the write beside it, which does not concern an API.
            Outcome::Refused(..) => ApiChanged::Refused(None),
        })
    }
}
