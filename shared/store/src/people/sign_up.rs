//! New people who make their own account: the person, the name and the confirmed address in one transaction.

use grants::Timestamp;
use protocol::EmailAddress;
use sessions::{AliasKey, InvitationId, LinkName, PersonKey, User};

use crate::dynamodb::batch;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Reader, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{LEADS_TO, alias_key, from_user};
use crate::people::table::PeopleTable;

/// The outcome of a sign-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedUp {
    /// The person is there, with the name and the address.
    Done,
    /// Nothing was written: the name is that of somebody else.
    NameTaken,
    /// Nothing was written: the address is the confirmed one of somebody, or was taken since the link was made, or the
    /// link was used, or the invitation was used or withdrawn.
    AddressTaken,
}

/// The right to make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpRight {
    /// A link that was made at this time, for whoever asked for it.
    Link(Timestamp),
    /// An invitation, which is spent.
    Invitation(InvitationId),
}

/// A person who makes an account, and the link that is the right to do so.
#[derive(Clone, Copy, Debug)]
pub struct SignUp<'a> {
    /// The new person, with the address as the confirmed one.
    pub user: &'a User,
    /// The address that the link was sent to.
    pub address: &'a EmailAddress,
    /// The right to do so.
    pub right: SignUpRight,
    /// The link, which is spent.
    pub link: LinkName,
}

/// The alias of an address as it was read, whose person does not have the address any more.
struct Former {
    holder: PersonKey,
    user: Option<User>,
}

impl PeopleTable {
    /// Writes a new person with the name and the address, and `beside` in the same transaction. Of all sign-ups with one name,
    /// and of all with one address, one is carried out; and so it is of all uses of one link.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether they were written.
    pub async fn sign_up(&self, new: SignUp<'_>, beside: Option<Write>) -> Result<SignedUp, Unknown> {
        let SignUp { user, address, right, link } = new;
        let alias = alias_key(&AliasKey::email(address));
        let former = match batch::read(&self.client, &self.table, vec![alias]).await?.first() {
            None => None,
            Some(item) => {
                let read = Reader::new(&self.table, item);
                let taken_at = read.time("created_at")?;
                if matches!(right, SignUpRight::Link(issued_at) if taken_at >= issued_at) {
                    return Ok(SignedUp::AddressTaken);
                }
                match read.optional_parsed(LEADS_TO, PersonKey::parse)? {
                    Some(holder) => Some(Former { holder, user: self.user(holder).await? }),
                    None => None,
                }
            }
        };
        if former.iter().filter_map(|former| former.user.as_ref()).any(|user| user.has_confirmed(address)) {
            return Ok(SignedUp::AddressTaken);
        }
        let alias = self.take_unused(new, former.as_ref().map(|former| former.holder));
        let mut writes = vec![alias, self.spend_link(link)];
        if let SignUpRight::Invitation(id) = right {
            writes.push(self.spend_invitation(id));
        }
        writes.extend(former.map(|Former { holder, user }| self.still_without(holder, user.as_ref())));
        let of_address = writes.len();
        let mut profile = Expression::default();
        profile.absent("person");
        writes.extend(self.take_name(user, &user.username, &[]));
        writes.push(self.write(Kind::Put(from_user(user)), profile));
        writes.extend(beside);
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => SignedUp::Done,
            Outcome::Refused(place, _) if place < of_address => SignedUp::AddressTaken,
            Outcome::Refused(..) => SignedUp::NameTaken,
        })
    }

    /// Returns the write of the alias, if it leads nowhere or to the former holder still, and is older than the link.
    fn take_unused(&self, new: SignUp<'_>, former: Option<PersonKey>) -> Write {
        let SignUp { user, address, right, .. } = new;
        let mut free = Expression::default();
        free.same_or_absent(LEADS_TO, former.map(|former| text(&former)));
        if let SignUpRight::Link(issued_at) = right {
            let (taken_at, issued_at) = (free.name("created_at"), free.value(time(issued_at)));
            free.require(format_args!("(attribute_not_exists({taken_at}) OR {taken_at} < {issued_at})"));
        }
        free.set(LEADS_TO, text(&user.key));
        free.set_or_remove("expires_at", None);
        free.set("created_at", time(user.created_at));
        self.write(Kind::Update(alias_key(&AliasKey::email(address))), free)
    }
}
