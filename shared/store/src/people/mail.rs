//! Mails that wait to be sent, in the people table. Its stream passes each on to the function that sends it, and a change
//! of a person can be written together with the mail that tells of it. An item is deleted when its mail is sent.

use grants::PersonKey;
use protocol::EmailAddress;
use sessions::{AddressWish, AliasKey, InvitationId, Letter, MailId, Notice, QueuedMail, Recipient, User};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, number, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{LEADS_TO, alias_key};
use crate::people::table::PeopleTable;

/// The sort key of every mail, which the template's filters name.
const MAIL: &str = "mail";
/// The prefix of the partition key, before the name of the mail.
const PREFIX: &str = "mail#";
const FORGOTTEN_PASSWORD: &str = "forgotten_password";
const CONFIRM_ADDRESS: &str = "confirm_address";
const SIGN_UP: &str = "sign_up";
const INVITATION: &str = "invitation";

/// Reads the name of a mail from the keys of an item; `None` for items of other kinds.
pub fn mail_of_keys(person: &str, record: &str) -> Option<MailId> {
    MailId::parse(person.strip_prefix(PREFIX).filter(|_| record == MAIL)?)
}

impl PeopleTable {
    /// Queues a mail.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn queue_mail(&self, mail: &QueuedMail) -> Result<(), Unknown> {
        commit(&self.client, vec![self.mail_write(mail)]).await.map(drop)
    }

    /// Returns the write that queues a mail, to be made together with the change that it tells of.
    pub fn mail_write(&self, mail: &QueuedMail) -> Write {
        self.write(Kind::Put(from_mail(mail)), Expression::default())
    }

    /// Reads a mail that waits: strongly consistent. `None` if it was sent or given up.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn mail(&self, id: MailId) -> Result<Option<QueuedMail>, Unknown> {
        let items = batch::read(&self.client, &self.table, vec![key_of_mail(id)]).await?;
        items.first().map(|item| to_mail(&self.table, id, item)).transpose()
    }

    /// Stores the mail after a failed attempt to send it; it comes back as a record of the table's stream. A mail that was
    /// sent meanwhile is not restored.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was written.
    pub async fn retry_mail(&self, mail: &QueuedMail) -> Result<Changed, Unknown> {
        let mut expression = Expression::default();
        expression.present("person");
        expression.set("attempts", number(&mail.attempts));
        let write = self.write(Kind::Update(key_of_mail(mail.id)), expression);
        Ok(match commit(&self.client, vec![write]).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    /// Deletes a mail that was sent, or that nobody gets.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was deleted.
    pub async fn forget_mail(&self, id: MailId) -> Result<(), Unknown> {
        self.delete(key_of_mail(id), None).await.map(drop)
    }

    /// Reads the person whose confirmed address this is.
    ///
    /// # Errors
    /// [`Unknown`] when the store gives no usable answer.
    pub async fn by_address(&self, address: &EmailAddress) -> Result<Option<User>, Unknown> {
        // An operator may have changed the address since.
        let holder = self.holder(address).await?.and_then(|(_, user)| user);
        Ok(holder.filter(|user| user.has_confirmed(address)))
    }

    /// Reads the person to whom the alias of an address leads, whether the address is still theirs or not.
    pub(crate) async fn holder(&self, address: &EmailAddress) -> Result<Option<(PersonKey, Option<User>)>, Unknown> {
        let alias = alias_key(&AliasKey::email(address));
        let items = batch::read(&self.client, &self.table, vec![alias]).await?;
        let Some(item) = items.first() else { return Ok(None) };
        let leads_to = Reader::new(&self.table, item).optional_parsed(LEADS_TO, PersonKey::parse)?;
        let Some(person) = leads_to else { return Ok(None) };
        Ok(Some((person, self.user(person).await?)))
    }
}

fn key_of_mail(id: MailId) -> Item {
    Item::from([("person".to_owned(), text(&format!("{PREFIX}{id}"))), ("record".to_owned(), text(MAIL))])
}

fn from_mail(mail: &QueuedMail) -> Item {
    let mut item = key_of_mail(mail.id);
    let attributes = match &mail.letter {
        Letter::ForgottenPassword(typed) => vec![("typed", text(typed))],
        Letter::ConfirmAddress(wish) => vec![
            ("of", text(&wish.person)),
            ("credential_version", number(&wish.credential_version)),
            ("address", text(&wish.address)),
        ],
        Letter::SignUp(address) => vec![("address", text(address))],
        Letter::Invitation(id) => vec![("invitation", text(id))],
        Letter::Notice(_, recipient) => {
            vec![("address", text(&recipient.address)), ("username", text(&recipient.username))]
        }
    };
    item.extend(attributes.into_iter().map(|(name, value)| (name.to_owned(), value)));
    item.extend([
        ("kind".to_owned(), text(mail.letter.kind())),
        ("attempts".to_owned(), number(&mail.attempts)),
        ("queued_at".to_owned(), time(mail.queued_at)),
        ("expires_at".to_owned(), time(mail.expires_at())),
    ]);
    item.extend(mail.language.iter().map(|tag| ("language".to_owned(), text(tag))));
    item
}

fn to_mail(table: &str, id: MailId, item: &Item) -> Result<QueuedMail, Unknown> {
    let read = Reader::new(table, item);
    let letter = match read.text("kind")? {
        FORGOTTEN_PASSWORD => Letter::ForgottenPassword(read.text("typed")?.to_owned()),
        CONFIRM_ADDRESS => Letter::ConfirmAddress(AddressWish {
            person: read.parsed("of", PersonKey::parse)?,
            credential_version: read.number("credential_version")?,
            address: read.parsed("address", EmailAddress::parse)?,
        }),
        INVITATION => {
            let id = InvitationId::parse(read.text("invitation")?);
            Letter::Invitation(id.ok_or_else(|| read.damaged("invitation"))?)
        }
        SIGN_UP => Letter::SignUp(read.parsed("address", EmailAddress::parse)?),
        _ => Letter::Notice(
            read.named("kind", Notice::named)?,
            Recipient {
                address: read.parsed("address", EmailAddress::parse)?,
                username: read.text("username")?.to_owned(),
            },
        ),
    };
    Ok(QueuedMail {
        id,
        letter,
        attempts: read.number("attempts")?,
        queued_at: read.time("queued_at")?,
        language: read.optional_text("language")?.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use grants::Timestamp;

    use super::*;

    #[test]
    fn every_letter_is_read_back_as_it_was_written() {
        let recipient =
            Recipient { address: EmailAddress::parse("ada@example.org").unwrap(), username: "ada".to_owned() };
        let notices = Notice::ALL.map(|notice| Letter::Notice(notice, recipient.clone()));
        let wish = AddressWish {
            person: PersonKey::from_bytes([3; 16]),
            credential_version: 4,
            address: recipient.address.clone(),
        };
        let others = [
            Letter::ForgottenPassword("ada".to_owned()),
            Letter::ConfirmAddress(wish),
            Letter::SignUp(recipient.address.clone()),
            Letter::Invitation(InvitationId::from_bytes([5; 16])),
        ];
        for letter in others.into_iter().chain(notices) {
            let mail = QueuedMail { attempts: 3, ..QueuedMail::new(letter, [7; 16], Timestamp::from_seconds(9)) };
            let item = from_mail(&mail);
            assert_eq!(to_mail("people", mail.id, &item).unwrap(), mail);
            let keys = ["person", "record"].map(|name| item.get(name).unwrap().as_s().unwrap().as_str());
            assert_eq!(mail_of_keys(keys[0], keys[1]), Some(mail.id));
            assert_eq!(mail_of_keys(keys[0], "profile"), None);
            // A mail in English is written as before there were other languages.
            assert!(!item.contains_key("language") && from_mail(&mail.clone().in_language("en")) == item);
            let german = mail.in_language("de");
            assert_eq!(to_mail("people", german.id, &from_mail(&german)).unwrap(), german);
        }
        assert_eq!(mail_of_keys("AAAA", MAIL), None);
        assert_eq!(mail_of_keys("mail#AAAA", MAIL), None);
    }
}
