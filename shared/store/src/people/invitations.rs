//! Invitations in the people table, each with a partition of its own. One that was used or withdrawn is deleted.

use protocol::{EmailAddress, Username};
use sessions::{Invitation, InvitationId};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::people::table::PeopleTable;

/// The sort key of every invitation.
const INVITATION: &str = "invitation";
/// The prefix of the partition key, before the name of the invitation.
const PREFIX: &str = "invitation#";

impl PeopleTable {
    /// Writes an invitation, and makes the writes `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn invite(
        &self,
        invitation: &Invitation,
        beside: impl IntoIterator<Item = Write>,
    ) -> Result<Changed, Unknown> {
        let mut new = Expression::default();
        new.absent("person");
        let own = self.write(Kind::Put(from_invitation(invitation)), new);
        Ok(match commit(&self.client, std::iter::once(own).chain(beside).collect()).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    /// Reads an invitation: strongly consistent. `None` if it was used or withdrawn.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn invitation(&self, id: InvitationId) -> Result<Option<Invitation>, Unknown> {
        let items = batch::read(&self.client, &self.table, vec![key_of_invitation(id)]).await?;
        items.first().map(|item| to_invitation(&self.table, item)).transpose()
    }

    /// Reads every invitation that was not used: a scan, for operators.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn all_invitations(&self) -> Result<Vec<Invitation>, Unknown> {
        let mut expression = Expression::default();
        expression.same("record", text(INVITATION));
        self.scan(expression).await?.iter().map(|item| to_invitation(&self.table, item)).collect()
    }

    /// Withdraws an invitation, and makes the write `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it is withdrawn.
    pub async fn withdraw_invitation(&self, id: InvitationId, beside: Option<Write>) -> Result<Changed, Unknown> {
        self.delete(key_of_invitation(id), beside).await
    }

    /// Returns the write that spends an invitation, if it is still there.
    pub(crate) fn spend_invitation(&self, id: InvitationId) -> Write {
        let mut there = Expression::default();
        there.present("person");
        self.write(Kind::Delete(key_of_invitation(id)), there)
    }
}

fn key_of_invitation(id: InvitationId) -> Item {
    Item::from([("person".to_owned(), text(&format!("{PREFIX}{id}"))), ("record".to_owned(), text(INVITATION))])
}

fn from_invitation(invitation: &Invitation) -> Item {
    let mut item = key_of_invitation(invitation.id);
    let username = invitation.username.as_ref().map(|username| ("username".to_owned(), text(username)));
    item.extend(username);
    item.extend([
        ("address".to_owned(), text(&invitation.address)),
        ("created_at".to_owned(), time(invitation.created_at)),
        ("expires_at".to_owned(), time(invitation.expires_at)),
    ]);
    item
}

fn to_invitation(table: &str, item: &Item) -> Result<Invitation, Unknown> {
    let read = Reader::new(table, item);
    let id = read.text("person")?.strip_prefix(PREFIX).and_then(InvitationId::parse);
    Ok(Invitation {
        id: id.ok_or_else(|| read.damaged("person"))?,
        address: read.parsed("address", EmailAddress::parse)?,
        username: read.optional_parsed("username", Username::parse)?,
        created_at: read.time("created_at")?,
        expires_at: read.time("expires_at")?,
    })
}

#[cfg(test)]
mod tests {
    use grants::Timestamp;

    use super::*;

    #[test]
    fn an_invitation_is_read_back_as_it_was_written() {
        for username in [None, Some(Username::parse("ada").unwrap())] {
            let invitation = Invitation {
                id: InvitationId::from_bytes([7; 16]),
                address: EmailAddress::parse("ada@example.org").unwrap(),
                username,
                created_at: Timestamp::from_seconds(9),
                expires_at: Timestamp::from_seconds(10),
            };
            assert_eq!(to_invitation("people", &from_invitation(&invitation)).unwrap(), invitation);
        }
    }
}
