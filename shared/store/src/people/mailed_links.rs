//! Links in mails: an item stands for each until it is used. It has a hash of the link and nothing else of it.

use grants::Timestamp;
use sessions::{LinkName, UserChange};

use crate::dynamodb::batch;
use crate::dynamodb::commit::{Kind, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{PROFILE, key, of_user_change};
use crate::people::table::PeopleTable;
use crate::people::user_writes::UserChanged;

/// The sort key of the item of every link.
const MAILED_LINK: &str = "mailed-link";
/// The prefix of the partition key, before the name of the link.
const PREFIX: &str = "mailed-link#";

impl PeopleTable {
    /// Writes the item of a new link, which may be deleted at `expires_at`. It has to be there before the mail is sent. Of 256
    /// random bits none come twice, so nothing is overwritten but the item of a call that is repeated.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn remember_link(&self, name: LinkName, expires_at: Timestamp) -> Result<(), Unknown> {
        let mut item = key_of_link(name);
        item.insert("expires_at".to_owned(), time(expires_at));
        commit(&self.client, vec![self.write(Kind::Put(item), Expression::default())]).await.map(drop)
    }

    /// Returns whether a link was sent and is not used yet: strongly consistent.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn knows_link(&self, name: LinkName) -> Result<bool, Unknown> {
        Ok(!batch::read(&self.client, &self.table, vec![key_of_link(name)]).await?.is_empty())
    }

    /// Makes the change of a person to which a link is the right, spends the link, and makes the write `beside`, in one
    /// transaction. It is refused without the person if the link was used.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was made.
    pub async fn change_user_by_link(
        &self,
        change: &UserChange,
        link: LinkName,
        beside: Option<Write>,
    ) -> Result<UserChanged, Unknown> {
        let own = self.write(Kind::Update(key(change.key(), PROFILE)), of_user_change(change));
        let writes = [own, self.spend_link(link)].into_iter().chain(beside).collect();
        self.changed(0, commit(&self.client, writes).await?)
    }

    /// Returns the write that spends a link, if it is not used yet.
    pub(crate) fn spend_link(&self, name: LinkName) -> Write {
        let mut there = Expression::default();
        there.present("person");
        self.write(Kind::Delete(key_of_link(name)), there)
    }
}

fn key_of_link(name: LinkName) -> Item {
    Item::from([("person".to_owned(), text(&format!("{PREFIX}{name}"))), ("record".to_owned(), text(MAILED_LINK))])
}
