//! The ledger: the answers that clients received, and how they differ from the contents of the table.

use std::collections::{BTreeMap, BTreeSet};

/// The stage of a grant's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// The code has been issued.
    Issued,
    /// Tokens have been issued, the last ones in this generation.
    Active(u32),
    /// The grant has been revoked.
    Revoked,
}

/// A grant, as far as a client knows its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The client that the grant belongs to.
    pub(crate) client: String,
    pub(crate) stage: Stage,
    /// The generations whose access tokens were revoked individually.
    pub(crate) revoked_access: BTreeSet<u32>,
    /// `true` if the person or the session that the grant depends on is over. What is left of such a grant is marked
    /// as revoked some time later.
    pub(crate) over: bool,
}

/// A person, as far as the operator and the browsers know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PersonStanding {
    pub(crate) disabled: bool,
    /// The number of valid sessions.
    pub(crate) sessions: usize,
}

/// The contents of the tables, by grant and by username.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    pub(crate) grants: BTreeMap<String, Standing>,
    pub(crate) people: BTreeMap<String, PersonStanding>,
}

/// The grants that were reported to clients, by the key of the item.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    told: BTreeMap<String, Standing>,
    told_twice: Vec<String>,
    /// The number of creating requests that ended in 503, by client and by the stage they would have created.
    unknown: BTreeMap<(String, Stage), usize>,
    /// The people, and for each the number of sessions of which no browser was told.
    people: BTreeMap<String, (PersonStanding, usize)>,
}

/// A difference between the ledger and the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// The same grant was given to two requests.
    ToldTwice(String),
    /// A grant that was reported to a client is missing.
    Missing(String, Standing),
    /// A grant that was reported to a client has another state.
    Otherwise { id: String, told: Standing, stands: Standing },
    /// No client was told of this grant, and no request can have created it.
    Stranger(String, Standing),
    /// A person is in another state than the operator and the browsers were told, is missing, or should not exist.
    Person { username: String, told: Option<PersonStanding>, stands: Option<PersonStanding> },
}

impl Standing {
    /// The state of a grant when it is created.
    pub(crate) fn new(client: &str, stage: Stage) -> Self {
        Self { client: client.to_owned(), stage, revoked_access: BTreeSet::new(), over: false }
    }

    /// Returns whether an item can be what is left of a grant that a client was told of.
    fn is_left_of(&self, told: &Self) -> bool {
        let revoked = Self { stage: Stage::Revoked, ..told.clone() };
        self == told || (told.over && *self == revoked)
    }
}

impl Ledger {
    /// A ledger with the people who exist before the callers begin, such as the demo user.
    pub(crate) fn beginning_with(contents: &Contents) -> Self {
        let people = contents.people.iter().map(|(username, standing)| (username.clone(), (*standing, 0)));
        Self { people: people.collect(), ..Self::default() }
    }

    /// Records that a client received a grant and knows its state.
    pub(crate) fn tell(&mut self, id: String, standing: Standing) {
        if self.told.insert(id.clone(), standing).is_some() {
            self.told_twice.push(id);
        }
    }

    /// Records that what a grant depends on is over.
    pub(crate) fn end(&mut self, id: &str) {
        self.told.get_mut(id).unwrap().over = true;
    }

    /// Returns whether what a grant depends on is over.
    pub(crate) fn is_over(&self, id: &str) -> bool {
        self.told[id].over
    }

    /// Records the state of a person, and the number of sessions that may exist besides.
    pub(crate) fn tell_of_person(&mut self, username: &str, standing: PersonStanding, unknown_sessions: usize) {
        self.people.insert(username.to_owned(), (standing, unknown_sessions));
    }

    /// Records that `requests` requests of a client, which would have created a grant of this stage, ended in 503.
    pub(crate) fn leave_unknown(&mut self, client: &str, stage: Stage, requests: usize) {
        *self.unknown.entry((client.to_owned(), stage)).or_default() += requests;
    }

    /// Adds the entries of another caller.
    pub(crate) fn add(&mut self, other: Self) {
        for (id, standing) in other.told {
            self.tell(id, standing);
        }
        self.told_twice.extend(other.told_twice);
        for ((client, stage), requests) in other.unknown {
            self.leave_unknown(&client, stage, requests);
        }
        self.people.extend(other.people);
    }

    /// The number of grants in the ledger.
    pub(crate) fn len(&self) -> usize {
        self.told.len()
    }

    /// Lists all differences between the ledger and the tables.
    pub(crate) fn differences(&self, contents: &Contents) -> Vec<Difference> {
        let table = &contents.grants;
        let twice = self.told_twice.iter().cloned().map(Difference::ToldTwice);
        let told = self.told.iter().filter_map(|(id, told)| match table.get(id) {
            None => Some(Difference::Missing(id.clone(), told.clone())),
            Some(stands) if stands.is_left_of(told) => None,
            Some(stands) => Some(Difference::Otherwise { id: id.clone(), told: told.clone(), stands: stands.clone() }),
        });
        twice.chain(told).chain(self.strangers(table)).chain(self.people_otherwise(contents)).collect()
    }

    /// Lists the items in the table that are neither in the ledger nor explained by requests that ended in 503.
    fn strangers(&self, table: &BTreeMap<String, Standing>) -> Vec<Difference> {
        let mut unknown = self.unknown.clone();
        let untold = table.iter().filter(|(id, _)| !self.told.contains_key(*id));
        let strangers = untold.filter(|(_, stands)| {
            // Of a code or of a device's tokens whose session is over, an item is left that may have been marked as revoked since.
            let swept = (stands.over && stands.stage == Stage::Revoked).then_some([Stage::Issued, Stage::Active(1)]);
            let explained = [stands.stage].into_iter().chain(swept.into_iter().flatten()).any(|stage| {
                let possible = unknown.get_mut(&(stands.client.clone(), stage)).filter(|left| **left > 0);
                possible.map(|left| *left -= 1).is_some()
            });
            !explained || !stands.revoked_access.is_empty()
        });
        strangers.map(|(id, stands)| Difference::Stranger(id.clone(), stands.clone())).collect()
    }

    /// Lists the people who are in another state than the ledger says.
    fn people_otherwise(&self, contents: &Contents) -> Vec<Difference> {
        let all: BTreeSet<&String> = self.people.keys().chain(contents.people.keys()).collect();
        let otherwise = all.into_iter().filter_map(|username| {
            let (told, stands) = (self.people.get(username), contents.people.get(username).copied());
            let (told, unknown) = told.map_or((None, 0), |(told, unknown)| (Some(*told), *unknown));
            let fits = match (told, stands) {
                (Some(told), Some(stands)) => {
                    told.disabled == stands.disabled
                        && (told.sessions..=told.sessions + unknown).contains(&stands.sessions)
                }
                (Some(_) | None, _) => false,
            };
            (!fits).then(|| Difference::Person { username: username.clone(), told, stands })
        });
        otherwise.collect()
    }

    /// Counts the items in the table that are not in the ledger.
    pub(crate) fn untold(&self, table: &BTreeMap<String, Standing>) -> usize {
        table.keys().filter(|id| !self.told.contains_key(*id)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Spoil = fn(&mut Standing);

    const ON: PersonStanding = PersonStanding { disabled: false, sessions: 1 };

    /// Five grants, one of them with a revoked token and two whose session is over; two requests with an unknown outcome,
    /// one of which created an item; a person who may have one session more than the browsers know.
    fn all_is_well() -> (Ledger, Contents) {
        let revoked_access = [2].into();
        let ended = Standing { over: true, ..Standing::new("web", Stage::Active(2)) };
        let grants = [
            ("code", Standing::new("web", Stage::Issued)),
            ("ended", ended.clone()),
            ("swept", ended),
            ("live", Standing { revoked_access, ..Standing::new("web", Stage::Active(3)) }),
            ("over", Standing::new("spa", Stage::Revoked)),
        ];
        let (mut ledger, mut table) = (Ledger::default(), BTreeMap::new());
        for (id, standing) in grants {
            ledger.tell(id.to_owned(), standing.clone());
            table.insert(id.to_owned(), standing);
        }
        ledger.leave_unknown("web", Stage::Issued, 1);
        ledger.leave_unknown("service", Stage::Active(1), 1);
        table.insert("unknown".to_owned(), Standing::new("web", Stage::Issued));
        table.get_mut("swept").unwrap().stage = Stage::Revoked;
        ledger.tell_of_person("ana", ON, 1);
        (ledger, Contents { grants: table, people: BTreeMap::from([("ana".to_owned(), ON)]) })
    }

    fn differences(spoil: impl FnOnce(&mut Ledger, &mut BTreeMap<String, Standing>)) -> Vec<Difference> {
        let (mut ledger, mut contents) = all_is_well();
        spoil(&mut ledger, &mut contents.grants);
        ledger.differences(&contents)
    }

    #[test]
    fn what_stands_as_it_was_told_is_no_difference() {
        assert_eq!(differences(|_, _| {}), []);
        let (ledger, contents) = all_is_well();
        assert_eq!((ledger.len(), ledger.untold(&contents.grants)), (5, 1));
        // A request that ended in 503 need not have created anything.
        assert_eq!(differences(|_, table| drop(table.remove("unknown"))), []);
        // What it created may have been marked as revoked after the session was over.
        let swept = Standing { over: true, ..Standing::new("web", Stage::Revoked) };
        assert_eq!(differences(|_, table| drop(table.insert("unknown".to_owned(), swept))), []);
        // So may the tokens of a device, whose answer was lost.
        let swept = Standing { over: true, ..Standing::new("tv", Stage::Revoked) };
        let lost = |ledger: &mut Ledger, table: &mut BTreeMap<String, Standing>| {
            ledger.leave_unknown("tv", Stage::Active(1), 1);
            table.insert("lost".to_owned(), swept.clone());
        };
        assert_eq!(differences(lost), []);
    }

    #[test]
    fn an_item_that_is_gone_is_missed() {
        for id in ["code", "live", "over", "ended", "swept"] {
            let found = differences(|_, table| drop(table.remove(id)));
            assert!(matches!(&found[..], [Difference::Missing(missing, _)] if missing == id), "{found:?}");
        }
    }

    #[test]
    fn an_item_that_stands_otherwise_is_seen() {
        let rows: [(&str, Spoil); 13] = [
            ("code", |item| item.stage = Stage::Active(1)),
            ("code", |item| item.client = "spa".to_owned()),
            ("live", |item| item.stage = Stage::Issued),
            ("live", |item| item.stage = Stage::Active(2)),
            ("live", |item| item.stage = Stage::Active(4)),
            ("live", |item| item.revoked_access.clear()),
            ("live", |item| item.revoked_access.extend([3])),
            ("over", |item| item.stage = Stage::Active(1)),
            // A grant that outlives its session, or does not end with it.
            ("live", |item| item.over = true),
            ("ended", |item| item.over = false),
            ("swept", |item| item.over = false),
            ("ended", |item| item.stage = Stage::Active(3)),
            ("ended", |item| item.revoked_access.extend([1])),
        ];
        for (id, spoil) in rows {
            let found = differences(|_, table| spoil(table.get_mut(id).unwrap()));
            assert!(matches!(&found[..], [Difference::Otherwise { id: other, .. }] if other == id), "{found:?}");
        }
    }

    #[test]
    fn an_item_of_which_nobody_was_told_is_a_stranger() {
        let rows = [
            // One request of the app could have created a code, and that exists.
            Standing::new("web", Stage::Issued),
            Standing::new("spa", Stage::Issued),
            // An item whose creation was not reported is still in its initial state.
            Standing::new("web", Stage::Active(1)),
            Standing::new("service", Stage::Active(2)),
            Standing::new("service", Stage::Revoked),
            Standing { revoked_access: [1].into(), ..Standing::new("service", Stage::Active(1)) },
            Standing { over: true, ..Standing::new("web", Stage::Revoked) },
        ];
        for stranger in rows {
            let found = differences(|_, table| drop(table.insert("zz".to_owned(), stranger.clone())));
            assert_eq!(found, [Difference::Stranger("zz".to_owned(), stranger)]);
        }
        let made = Standing::new("service", Stage::Active(1));
        assert_eq!(differences(|_, table| drop(table.insert("zz".to_owned(), made))), []);
    }

    #[test]
    fn what_was_given_twice_is_seen_also_by_two_callers() {
        let again = || Standing::new("web", Stage::Issued);
        let twice = [Difference::ToldTwice("code".to_owned())];
        assert_eq!(differences(|ledger, _| ledger.tell("code".to_owned(), again())), twice);
        let mut other = Ledger::default();
        other.tell("code".to_owned(), again());
        assert_eq!(differences(|ledger, _| ledger.add(other)), twice);
    }

    #[test]
    fn a_person_in_another_state_is_seen() {
        let stands = |person: Option<PersonStanding>| {
            let (ledger, mut contents) = all_is_well();
            contents.people.remove("ana");
            contents.people.extend(person.map(|person| ("ana".to_owned(), person)));
            ledger.differences(&contents)
        };
        for fits in [ON, PersonStanding { sessions: 2, ..ON }] {
            assert_eq!(stands(Some(fits)), []);
        }
        let off = PersonStanding { disabled: true, ..ON };
        let sessions = [0, 3].map(|sessions| PersonStanding { sessions, ..ON });
        for stands_so in [None, Some(off), Some(sessions[0]), Some(sessions[1])] {
            let person = Difference::Person { username: "ana".to_owned(), told: Some(ON), stands: stands_so };
            assert_eq!(stands(stands_so), [person]);
        }
        let (ledger, mut contents) = all_is_well();
        contents.people.insert("ben".to_owned(), ON);
        let stranger = Difference::Person { username: "ben".to_owned(), told: None, stands: Some(ON) };
        assert_eq!(ledger.differences(&contents), [stranger]);
    }
}
