//! People in the people table: created, changed, renamed, deleted. Each change names its attributes; changes of
//! two items are one transaction.

use protocol::Username;
use sessions::{AliasKey, PersonKey, User, UserChange, UserFact};

use crate::dynamodb::batch;
use crate::dynamodb::changed::Changed;
use crate::dynamodb::commit::{Kind, Outcome, Write, commit};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::{Item, Reader, flag, text};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{ENDED, LEADS_TO, PROFILE, alias_key, from_alias, from_user, key, of_user_change};
use crate::people::links::LINK;
use crate::people::passkey_item::alias_of;
use crate::people::table::PeopleTable;

/// The outcome of a change to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserChanged {
    /// The change was made.
    Done,
    /// A guard did not hold, or the name is taken; contains the stored person, if the refusal concerns that
    /// person.
    Refused(Option<Box<User>>),
}

impl PeopleTable {
    /// Writes a new person with the alias of the username, and `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether they were written.
    pub async fn create_user(&self, user: &User, beside: Option<Write>) -> Result<Changed, Unknown> {
        let mut writes = self.creation(user);
        writes.extend(beside);
        Ok(match commit(&self.client, writes).await? {
            Outcome::Done(_) => Changed::Done,
            Outcome::Refused(..) => Changed::Refused,
        })
    }

    /// Returns the writes of a new person with the alias of the username.
    pub(crate) fn creation(&self, user: &User) -> Vec<Write> {
        let mut profile = Expression::default();
        profile.absent("person");
        let mut writes = self.take_name(user, &user.username, &[]);
        writes.push(self.write(Kind::Put(from_user(user)), profile));
        writes
    }

    /// Changes a person, and makes the write `beside` in the same transaction.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was made.
    pub async fn change_user(&self, change: &UserChange, beside: Option<Write>) -> Result<UserChanged, Unknown> {
        let own = self.write(Kind::Update(key(change.key(), PROFILE)), of_user_change(change));
        let writes = std::iter::once(own).chain(beside).collect();
        self.changed(0, commit(&self.client, writes).await?)
    }

    /// Changes a person's username: the alias moves in the same transaction, and a name that is taken is refused.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was done.
    pub async fn rename_user(
        &self,
        user: &User,
        username: &Username,
        beside: Option<Write>,
    ) -> Result<UserChanged, Unknown> {
        let change = UserChange::rename(user, username.clone());
        let mut writes = vec![self.write(Kind::Update(key(user.key, PROFILE)), of_user_change(&change))];
        if !user.aliased || AliasKey::all_of(&user.username) != AliasKey::all_of(username) {
            let mut held = self.held_names(user).await?;
            writes.extend(self.take_name(user, username, &held));
            held.retain(|alias| *alias != AliasKey::login(username));
            writes.extend(self.release_names(user, &held));
        }
        writes.extend(beside);
        self.changed(0, commit(&self.client, writes).await?)
    }

    /// Deletes a person and the alias of the username, and makes the write `beside`, in one transaction, unless
    /// the person was renamed since `user` was read. All other items of the person are invalid from then on;
    /// [`PeopleTable::forget`] deletes them.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether it was done.
    pub async fn delete_user(&self, user: &User, beside: Option<Write>) -> Result<UserChanged, Unknown> {
        let own = of_guards(&UserFact::of_deletion(user));
        let mut writes = vec![self.write(Kind::Delete(key(user.key, PROFILE)), own)];
        writes.extend(self.release_names(user, &self.held_names(user).await?));
        writes.extend(beside);
        self.changed(0, commit(&self.client, writes).await?)
    }

    /// Returns the writes that give a person a free name: the alias, and the checks that nobody of an earlier version
    /// has it. `held` are the aliases that may be the person's already.
    pub(crate) fn take_name(&self, user: &User, username: &Username, held: &[AliasKey]) -> Vec<Write> {
        let condition = |alias: &AliasKey| {
            let mut free = Expression::default();
            if held.contains(alias) {
                free_or_own(&mut free, user.key);
            } else {
                free.absent("person");
            }
            free
        };
        let alias = AliasKey::login(username);
        let put = Kind::Put(from_alias(&alias, user.key, user.created_at));
        let mut writes = vec![self.write(put, condition(&alias))];
        let former = AliasKey::all_of(username).into_iter().skip(1).filter(|former| !held.contains(former));
        writes.extend(former.map(|former| self.write(Kind::Check(alias_key(&former)), condition(&former))));
        let legacy = PersonKey::of_name(username);
        if legacy != user.key {
            let mut free = Expression::default();
            let (person, aliased, yes) = (free.name("person"), free.name("aliased"), free.value(flag(true)));
            free.require(format_args!("attribute_not_exists({person}) OR {aliased} = {yes}"));
            writes.push(self.write(Kind::Check(key(legacy, PROFILE)), free));
        }
        writes
    }

    /// Returns the writes that delete the aliases that a person holds.
    fn release_names(&self, user: &User, held: &[AliasKey]) -> Vec<Write> {
        let release = |alias: &AliasKey| {
            let mut own = Expression::default();
            own.same(LEADS_TO, text(&user.key));
            self.write(Kind::Delete(alias_key(alias)), own)
        };
        held.iter().map(release).collect()
    }

    /// Interprets the outcome of a commit whose write at `place` is to the person's own item.
    pub(crate) fn changed(&self, place: usize, outcome: Outcome) -> Result<UserChanged, Unknown> {
        match outcome {
            Outcome::Done(_) => Ok(UserChanged::Done),
            Outcome::Refused(at, Some(found)) if at == place => {
                Ok(UserChanged::Refused(Some(Box::new(self.to_person(&found)?))))
            }
            Outcome::Refused(..) => Ok(UserChanged::Refused(None)),
        }
    }

    /// Ends the links of a person and deletes the remaining items, except the work that remains after sessions ended: apps
    /// are still notified, and then those items are deleted automatically.
    ///
    /// A link that is made meanwhile stays: call [`PeopleTable::unlink_all`] once more when the person is deleted, after
    /// which none is made.
    ///
    /// # Errors
    /// [`Unknown`] when it is not known whether all is deleted.
    pub async fn forget(&self, person: PersonKey) -> Result<(), Unknown> {
        self.unlink_all(person).await?;
        batch::delete(&self.client, &self.table, self.remaining(person).await?).await
    }

    /// Returns the keys of all items of a person that are deleted before the person is, without the links. A record of a
    /// link is only deleted together with its alias, or the alias would keep the subject from everybody else.
    pub(crate) async fn remaining(&self, person: PersonKey) -> Result<Vec<Item>, Unknown> {
        let mut keys = Vec::new();
        for item in &self.items_of(person, "").await? {
            let record = Reader::new(&self.table, item).text("record")?;
            if !record.starts_with(ENDED) && !record.starts_with(LINK) && record != PROFILE {
                keys.push(key(person, record));
                keys.extend(alias_of(record));
            }
        }
        Ok(keys)
    }
}

/// Requires that an alias is free, or leads to this person.
fn free_or_own(expression: &mut Expression, person: PersonKey) {
    let (name, leads_to, own) = (expression.name("person"), expression.name(LEADS_TO), expression.value(text(&person)));
    expression.require(format_args!("(attribute_not_exists({name}) OR {leads_to} = {own})"));
}
