//! Generated sequences of commands about people. Each command is built from an earlier state of a person. The store
//! does what the changes mean, every name leads to its person, and no name stays taken without an owner.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use protocol::{Claims, Subject, Username};
use report::{Section, depth, seed};
use sessions::{PasswordHash, PersonKey, User, UserChange, UserFact};
use store::{Changed, Named, PeopleTable, UserChanged};
use tokio::time::Instant;

use crate::people_table::user;
use crate::place::Place;

const SEQUENCES: usize = 40;
const LONG: usize = 400;
static SECTION: Section = Section::new(
    "2-store-people",
    "What commands about people mean and what the store does",
    &["implementation of DynamoDB", "sequences of commands", "made", "refused", "differences", "seconds"],
);

/// The usernames; two of them differ only in case.
const NAMES: [&str; 4] = ["ada", "Ada", "grace", "hopper"];

#[derive(Clone, Debug)]
enum Command {
    Create(usize),
    /// A person as version 0.1 stored it: without an alias, under the hash of the name.
    CreateLegacy(usize),
    /// This command and the following ones use the person's state at the moment with this number.
    Disable(usize),
    Enable(usize),
    SetPassword(usize, u8),
    RenewHash(usize, u8),
    SetClaims(usize, u8),
    Rename(usize, usize),
    Delete(usize),
}

fn command() -> impl Strategy<Value = Command> {
    let (moment, name) = (0_usize..64, 0..NAMES.len());
    prop_oneof![
        2 => name.clone().prop_map(Command::Create),
        2 => name.clone().prop_map(Command::CreateLegacy),
        1 => moment.clone().prop_map(Command::Disable),
        1 => moment.clone().prop_map(Command::Enable),
        1 => (moment.clone(), 0_u8..3).prop_map(|(moment, number)| Command::SetPassword(moment, number)),
        1 => (moment.clone(), 0_u8..3).prop_map(|(moment, number)| Command::RenewHash(moment, number)),
        1 => (moment.clone(), 0_u8..3).prop_map(|(moment, number)| Command::SetClaims(moment, number)),
        4 => (moment.clone(), name).prop_map(|(moment, name)| Command::Rename(moment, name)),
        3 => moment.prop_map(Command::Delete),
    ]
}

fn name(number: usize) -> Username {
    Username::parse(NAMES[number]).unwrap()
}

/// The expected state of all people. A name leads to a person by an alias, or by the hash in the key of a person
/// without one.
#[derive(Default)]
struct Everybody {
    people: BTreeMap<String, User>,
    aliases: BTreeMap<String, PersonKey>,
    /// The state of a person after each change, in order.
    moments: Vec<User>,
}

impl Everybody {
    fn of(&self, key: PersonKey) -> Option<&User> {
        self.people.get(&key.to_string())
    }

    fn put(&mut self, user: User) {
        self.moments.push(user.clone());
        self.people.insert(user.key.to_string(), user);
    }

    fn is_free(&self, name: &Username, for_key: PersonKey) -> bool {
        let hashed = PersonKey::of_name(name);
        let held = hashed != for_key && self.of(hashed).is_some_and(|user| !user.aliased);
        !held && !self.aliases.contains_key(&name.normalized())
    }

    fn moment(&self, number: usize) -> Option<User> {
        let last = self.moments.len().checked_sub(1)?;
        // Old moments are as likely as new ones.
        self.moments.get(last - number.min(last)).cloned()
    }

    fn rename(&mut self, read: &User, to: &Username) -> Option<User> {
        let after = UserChange::rename(read, to.clone()).after(self.of(read.key))?;
        let (former, new) = (read.username.normalized(), to.normalized());
        if (former != new || !read.aliased) && !self.is_free(to, read.key) {
            return None;
        }
        self.aliases.remove(&former);
        self.aliases.insert(new, read.key);
        self.put(after.clone());
        Some(after)
    }

    fn delete(&mut self, read: &User) -> bool {
        let stands = UserFact::of_deletion(read).iter().all(|guard| guard.holds(self.of(read.key)));
        if stands {
            self.people.remove(&read.key.to_string());
            self.aliases.remove(&read.username.normalized());
        }
        stands
    }
}

/// Returns a person who did not exist before.
fn new_person(number: usize) -> User {
    let subject = format!("usr_{number:022}");
    let subject = Subject::parse(&subject).unwrap();
    User { subject, claims: Claims::default(), ..user("somebody") }
}

/// Runs a command and compares its result with its meaning. `number` makes people different.
async fn make(people: &PeopleTable, place: &Place, all: &mut Everybody, command: &Command, number: usize) -> bool {
    match command {
        Command::Create(named) => create(people, all, User { username: name(*named), ..new_person(number) }).await,
        Command::CreateLegacy(named) => {
            create_legacy(people, place, all, User { username: name(*named), ..new_person(number) }).await
        }
        Command::Rename(moment, named) => {
            let Some(read) = all.moment(*moment) else { return false };
            let made = people.rename_user(&read, &name(*named), None).await.unwrap();
            let after = all.rename(&read, &name(*named));
            assert_eq!(made == UserChanged::Done, after.is_some(), "{command:?} of {read:?}: {made:?}");
            after.is_some()
        }
        Command::Delete(moment) => {
            let Some(read) = all.moment(*moment) else { return false };
            let made = people.delete_user(&read, None).await.unwrap();
            let gone = all.delete(&read);
            assert_eq!(made == UserChanged::Done, gone, "{command:?} of {read:?}: {made:?}");
            gone
        }
        Command::Disable(moment)
        | Command::Enable(moment)
        | Command::SetPassword(moment, _)
        | Command::RenewHash(moment, _)
        | Command::SetClaims(moment, _) => {
            let Some(read) = all.moment(*moment) else { return false };
            let change = change(command, &read);
            let made = people.change_user(&change, None).await.unwrap();
            let (before, after) = (all.of(read.key).cloned(), change.after(all.of(read.key)));
            let expected = if after.is_some() { UserChanged::Done } else { UserChanged::Refused(before.map(Box::new)) };
            assert_eq!(made, expected, "{command:?} of {read:?}");
            let Some(after) = after else { return false };
            all.put(after);
            true
        }
    }
}

async fn create(people: &PeopleTable, all: &mut Everybody, new: User) -> bool {
    let free = all.is_free(&new.username, new.key);
    let made = people.create_user(&new, None).await.unwrap();
    assert_eq!(made, if free { Changed::Done } else { Changed::Refused }, "{new:?}");
    if free {
        all.aliases.insert(new.username.normalized(), new.key);
        all.put(new);
    }
    free
}

/// Creates a legacy person, but only in an empty table, because aliases can only be removed all at once.
async fn create_legacy(people: &PeopleTable, place: &Place, all: &mut Everybody, new: User) -> bool {
    if !all.people.is_empty() {
        return false;
    }
    let old = User { key: PersonKey::of_name(&new.username), aliased: false, ..new };
    assert_eq!(people.create_user(&old, None).await.unwrap(), Changed::Done);
    place.without_aliases().await;
    place.without_attribute_of_people("aliased").await;
    all.put(old);
    true
}

fn change(command: &Command, read: &User) -> UserChange {
    match command {
        Command::Disable(_) => UserChange::disable(read),
        Command::Enable(_) => UserChange::enable(read),
        Command::SetPassword(_, number) => {
            UserChange::set_password(read, PasswordHash::from_stored(format!("password {number}")))
        }
        Command::RenewHash(_, number) => {
            UserChange::renew_hash(read, PasswordHash::from_stored(format!("renewed {number}")))
        }
        Command::SetClaims(_, number) => {
            UserChange::set_claims(read, Claims::parse(&format!(r#"{{"name":"{number}"}}"#)).unwrap())
        }
        Command::Create(_) | Command::CreateLegacy(_) | Command::Rename(..) | Command::Delete(_) => {
            panic!("{command:?} is no change of a person alone")
        }
    }
}

/// Asserts that the table matches the changes. A name leads to the person who has it, or to nobody and is free.
async fn agrees(people: &PeopleTable, all: &Everybody) {
    let mut stored = people.all_users().await.unwrap();
    stored.sort_by_key(|user| user.key.to_string());
    assert_eq!(stored, all.people.values().cloned().collect::<Vec<_>>());
    for name in NAMES.map(|name| Username::parse(name).unwrap()) {
        let found = people.by_name(&name).await.unwrap();
        let expected = all.people.values().find(|user| user.goes_by(&name));
        assert_eq!(found.as_ref(), expected, "{name}");
        if let Named::Leads(_) = people.named(&name).await.unwrap() {
            assert!(found.is_some(), "{name} is taken by nobody");
        }
    }
}

async fn c133_c131_whatever_commands_were_made_of_names_lead_to_their_people(place: Place) {
    let people = place.stores.people().unwrap();
    let seed = seed("whatever_commands_were_made_of_names_lead_to_their_people");
    let bytes: Vec<u8> = [seed, 1, 0, 0].iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let strategy = proptest::collection::vec(command(), 4..24);
    let (mut made, mut refused) = (0, 0);
    let (sequences, began) = (depth(SEQUENCES, LONG), Instant::now());
    for sequence in 0..sequences {
        let commands = strategy.new_tree(&mut runner).unwrap().current();
        let mut all = Everybody::default();
        for (number, command) in commands.iter().enumerate() {
            let done = make(&people, &place, &mut all, command, sequence * 100 + number).await;
            if done {
                made += 1;
            } else {
                refused += 1;
            }
            agrees(&people, &all).await;
        }
        for user in all.people.values() {
            assert_eq!(people.delete_user(user, None).await.unwrap(), UserChanged::Done);
        }
        agrees(&people, &Everybody::default()).await;
    }
    // `agrees` panics at any difference.
    let seconds = began.elapsed().as_secs();
    SECTION.tell(place.implementation, &[&sequences, &made, &refused, &0, &seconds]);
    assert!(made > SEQUENCES && refused > SEQUENCES, "{made} made, {refused} refused");
}

crate::on_both! { c133_c131_whatever_commands_were_made_of_names_lead_to_their_people }
