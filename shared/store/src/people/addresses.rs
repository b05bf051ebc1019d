//! Confirmed addresses: each leads to one person, by an alias that is written together with the person.
//!
//! An alias counts only while its address is the confirmed one of the person to whom it leads. So nothing has to be cleaned up
//! when an operator or a person changes the address: an alias that counts no more is taken over, in the transaction that
//! finds it so.
//!
//! The alias of a person who was deleted stays as long as a link of a sign-up works, and leads nowhere. So a link from before the
//! deletion makes no account after it.

use grants::{PersonKey, Timestamp};
use protocol::EmailAddress;
use sessions::{AliasKey, LinkName, SIGN_UP_LIFETIME, SignedIn, User, UserChange, UserFact};

use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::{text, time};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{LEADS_TO, PROFILE, alias_key, key, of_user_change};
use crate::people::table::PeopleTable;
use crate::people::user_writes::UserChanged;

/// The outcome of the confirmation of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The address is the person's confirmed one.
    Done,
    /// Nothing was changed: the session is over.
    Over,
    /// Nothing was changed: the person is not as read, or the link was used.
    Changed,
    /// Nothing was changed: it is the confirmed address of someone else.
    Taken,
}

/// The outcome of the registration of a person by an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreatedUser {
    /// The person is registered, and the confirmed address, if there is one, leads there.
    Done,
    /// The person is registered, and the address leads to someone else, whose confirmed one it is too.
    WithoutAddress,
    /// Nothing was written: the name is taken.
    Refused,
}

/// An address that a person confirms.
#[derive(Debug)]
pub struct AddressClaim<'a> {
    /// The address that was in the link.
    pub address: &'a EmailAddress,
    /// The change that makes it the person's confirmed one.
    pub change: &'a UserChange,
    /// The link, which is spent.
    pub link: LinkName,
    /// A write to be made in the same transaction, which must not depend on anything.
    pub beside: Option<Write>,
}

impl PeopleTable {
    /// Confirms an address at the wish of the person. Of two people who confirm one address, one gets it.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was confirmed.
    pub async fn confirm_own_address(
        &self,
        person: &SignedIn,
        claim: AddressClaim<'_>,
        now: Timestamp,
    ) -> Result<Confirmed, Unknown> {
        let AddressClaim { address, change, link, beside } = claim;
        let own = person.user().key;
        let former = self.holder(address).await?.filter(|(holder, _)| *holder != own);
        if former.iter().any(|(_, user)| user.as_ref().is_some_and(|user| user.has_confirmed(address))) {
            return Ok(Confirmed::Taken);
        }
        let profile = self.write(Kind::Update(key(change.key(), PROFILE)), of_user_change(change));
        let mut writes = vec![self.still_in_use(person, now), profile, self.spend_link(link)];
        writes.push(self.take_address(address, own, former.as_ref().map(|(holder, _)| *holder), now));
        writes.extend(former.map(|(holder, user)| self.still_without(holder, user.as_ref())));
        writes.extend(beside);
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => Confirmed::Done,
            Outcome::Refused(0, _) => Confirmed::Over,
            Outcome::Refused(1 | 2, _) => Confirmed::Changed,
            Outcome::Refused(..) => Confirmed::Taken,
        })
    }

    /// Lets the confirmed address of a person lead to the person, unless it is the confirmed one of someone else. An operator
    /// confirms addresses in this way, and may give one to several people.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it leads there.
    pub async fn lead_from_address(&self, user: &User, now: Timestamp) -> Result<Changed, Unknown> {
        let Some(address) = user.confirmed_address() else { return Ok(Changed::Done) };
        let write = self.take_address(&address, user.key, None, now);
        if let Outcome::Done(_) = commit(&self.client, vec![write]).await? {
            return Ok(Changed::Done);
        }
        let Some((holder, former)) = self.holder(&address).await? else { return Ok(Changed::Refused) };
        if former.as_ref().is_some_and(|former| former.has_confirmed(&address)) {
            return Ok(Changed::Refused);
        }
        let take = self.take_address(&address, user.key, Some(holder), now);
        let writes = vec![take, self.still_without(holder, former.as_ref())];
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    /// Writes a new person as [`PeopleTable::create_user`] does, and lets the confirmed address lead to the person in the same
    /// transaction, unless it is the confirmed one of someone else. `beside` makes a write for that transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether they were written.
    pub async fn create_user_with_address(
        &self,
        user: &User,
        beside: impl Fn() -> Write,
        now: Timestamp,
    ) -> Result<CreatedUser, Unknown> {
        let Some(address) = user.confirmed_address() else {
            return self.create_user_alone(user, beside(), CreatedUser::Done).await;
        };
        let former = self.holder(&address).await?;
        if former.iter().any(|(_, holder)| holder.as_ref().is_some_and(|holder| holder.has_confirmed(&address))) {
            return self.create_user_alone(user, beside(), CreatedUser::WithoutAddress).await;
        }
        let mut writes = self.creation(user);
        let own = writes.len();
        writes.push(self.take_address(&address, user.key, former.as_ref().map(|(holder, _)| *holder), now));
        writes.extend(former.map(|(holder, found)| self.still_without(holder, found.as_ref())));
        writes.push(beside());
        match commit(&self.client, writes).await? {
            Outcome::Done(_) => Ok(CreatedUser::Done),
            Outcome::Refused(place, _) if place < own => Ok(CreatedUser::Refused),
            // Someone took the address at the same moment, so it is theirs.
            Outcome::Refused(..) => self.create_user_alone(user, beside(), CreatedUser::WithoutAddress).await,
        }
    }

    async fn create_user_alone(&self, user: &User, beside: Write, done: CreatedUser) -> Result<CreatedUser, Unknown> {
        Ok(match self.create_user(user, Some(beside)).await? {
            Changed::Done => done,
            Changed::Refused => CreatedUser::Refused,
        })
    }

    /// Changes a person, who is `after` the change, and lets the confirmed address lead to the person in the same transaction,
    /// unless it is the confirmed one of someone else.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was made.
    pub async fn change_user_with_address(
        &self,
        change: &UserChange,
        after: &User,
        now: Timestamp,
    ) -> Result<UserChanged, Unknown> {
        let Some(address) = after.confirmed_address() else { return self.change_user(change, None).await };
        let former = self.holder(&address).await?.filter(|(holder, _)| *holder != after.key);
        if former.iter().any(|(_, user)| user.as_ref().is_some_and(|user| user.has_confirmed(&address))) {
            return self.change_user(change, None).await;
        }
        let own = self.write(Kind::Update(key(change.key(), PROFILE)), of_user_change(change));
        let take = self.take_address(&address, after.key, former.as_ref().map(|(holder, _)| *holder), now);
        let still = former.map(|(holder, user)| self.still_without(holder, user.as_ref()));
        match commit(&self.client, [own, take].into_iter().chain(still).collect()).await? {
            // Someone took the address at the same moment, so it is theirs.
            Outcome::Refused(1.., _) => self.change_user(change, None).await,
            outcome @ (Outcome::Done(_) | Outcome::Refused(..)) => self.changed(0, outcome),
        }
    }

    /// Lets the alias of the confirmed address of a person who is deleted lead nowhere, if it leads there.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was done.
    pub async fn release_address(&self, user: &User, now: Timestamp) -> Result<(), Unknown> {
        let Some(address) = user.confirmed_address() else { return Ok(()) };
        let mut own = Expression::default();
        own.same(LEADS_TO, text(&user.key));
        own.set_or_remove(LEADS_TO, None);
        own.set("created_at", time(now));
        own.set("expires_at", time(now.plus(SIGN_UP_LIFETIME)));
        let release = self.write(Kind::Update(alias_key(&AliasKey::email(&address))), own);
        commit(&self.client, vec![release]).await.map(drop)
    }

    /// Returns the write of the alias, if it is free, the person's own, or that of the former holder.
    fn take_address(&self, address: &EmailAddress, own: PersonKey, former: Option<PersonKey>, now: Timestamp) -> Write {
        let mut free = Expression::default();
        let leads_to = free.name(LEADS_TO);
        let (own_key, former) = (free.value(text(&own)), free.value(text(&former.unwrap_or(own))));
        free.require(format_args!("(attribute_not_exists({leads_to}) OR {leads_to} IN ({own_key}, {former}))"));
        free.set(LEADS_TO, text(&own));
        free.set_or_remove("expires_at", None);
        free.set("created_at", time(now));
        self.write(Kind::Update(alias_key(&AliasKey::email(address))), free)
    }

    /// Returns the condition that a former holder still has no right to the address: gone, or with the claims that were read.
    pub(crate) fn still_without(&self, holder: PersonKey, user: Option<&User>) -> Write {
        let unchanged = if let Some(user) = user {
            of_guards(&[UserFact::same_claims(user)])
        } else {
            let mut gone = Expression::default();
            gone.absent("person");
            gone
        };
        self.write(Kind::Check(key(holder, PROFILE)), unchanged)
    }
}
