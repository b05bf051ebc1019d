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
}

/// The grants that were reported to clients, by the key of the item.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    told: BTreeMap<String, Standing>,
    told_twice: Vec<String>,
    /// The number of creating requests that ended in 503, by client and by the stage they would have created.
    unknown: BTreeMap<(String, Stage), usize>,
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
}

impl Standing {
    /// The state of a grant when it is created.
    pub(crate) fn new(client: &str, stage: Stage) -> Self {
        Self { client: client.to_owned(), stage, revoked_access: BTreeSet::new() }
    }
}

impl Ledger {
    /// Records that a client received a grant and knows its state.
    pub(crate) fn tell(&mut self, id: String, standing: Standing) {
        if self.told.insert(id.clone(), standing).is_some() {
            self.told_twice.push(id);
        }
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
    }

    /// The number of grants in the ledger.
    pub(crate) fn len(&self) -> usize {
        self.told.len()
    }

    /// Lists all differences between the ledger and the table.
    pub(crate) fn differences(&self, table: &BTreeMap<String, Standing>) -> Vec<Difference> {
        let twice = self.told_twice.iter().cloned().map(Difference::ToldTwice);
        let told = self.told.iter().filter_map(|(id, told)| match table.get(id) {
            None => Some(Difference::Missing(id.clone(), told.clone())),
            Some(stands) if stands == told => None,
            Some(stands) => Some(Difference::Otherwise { id: id.clone(), told: told.clone(), stands: stands.clone() }),
        });
        twice.chain(told).chain(self.strangers(table)).collect()
    }

    /// Lists the items in the table that are neither in the ledger nor explained by requests that ended in 503.
    fn strangers(&self, table: &BTreeMap<String, Standing>) -> Vec<Difference> {
        let mut unknown = self.unknown.clone();
        let untold = table.iter().filter(|(id, _)| !self.told.contains_key(*id));
        let strangers = untold.filter(|(_, stands)| {
            let possible = unknown.get_mut(&(stands.client.clone(), stands.stage));
            match possible.filter(|left| **left > 0 && stands.revoked_access.is_empty()) {
                Some(left) => {
                    *left -= 1;
                    false
                }
                None => true,
            }
        });
        strangers.map(|(id, stands)| Difference::Stranger(id.clone(), stands.clone())).collect()
    }

    /// Counts the items in the table that are not in the ledger.
    pub(crate) fn untold(&self, table: &BTreeMap<String, Standing>) -> usize {
        table.keys().filter(|id| !self.told.contains_key(*id)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Table = BTreeMap<String, Standing>;
    type Spoil = fn(&mut Standing);

    /// Three grants, one of them with a revoked token; two requests with an unknown outcome, one of which created an
    /// item.
    fn all_is_well() -> (Ledger, Table) {
        let revoked_access = [2].into();
        let grants = [
            ("code", Standing::new("web", Stage::Issued)),
            ("live", Standing { revoked_access, ..Standing::new("web", Stage::Active(3)) }),
            ("over", Standing::new("spa", Stage::Revoked)),
        ];
        let (mut ledger, mut table) = (Ledger::default(), Table::new());
        for (id, standing) in grants {
            ledger.tell(id.to_owned(), standing.clone());
            table.insert(id.to_owned(), standing);
        }
        ledger.leave_unknown("web", Stage::Issued, 1);
        ledger.leave_unknown("service", Stage::Active(1), 1);
        table.insert("unknown".to_owned(), Standing::new("web", Stage::Issued));
        (ledger, table)
    }

    fn differences(spoil: impl FnOnce(&mut Ledger, &mut Table)) -> Vec<Difference> {
        let (mut ledger, mut table) = all_is_well();
        spoil(&mut ledger, &mut table);
        ledger.differences(&table)
    }

    #[test]
    fn what_stands_as_it_was_told_is_no_difference() {
        assert_eq!(differences(|_, _| {}), []);
        let (ledger, table) = all_is_well();
        assert_eq!((ledger.len(), ledger.untold(&table)), (3, 1));
        // A request that ended in 503 need not have created anything.
        assert_eq!(differences(|_, table| drop(table.remove("unknown"))), []);
    }

    #[test]
    fn an_item_that_is_gone_is_missed() {
        for id in ["code", "live", "over"] {
            let found = differences(|_, table| drop(table.remove(id)));
            assert!(matches!(&found[..], [Difference::Missing(missing, _)] if missing == id), "{found:?}");
        }
    }

    #[test]
    fn an_item_that_stands_otherwise_is_seen() {
        let rows: [(&str, Spoil); 8] = [
            ("code", |item| item.stage = Stage::Active(1)),
            ("code", |item| item.client = "spa".to_owned()),
            ("live", |item| item.stage = Stage::Issued),
            ("live", |item| item.stage = Stage::Active(2)),
            ("live", |item| item.stage = Stage::Active(4)),
            ("live", |item| item.revoked_access.clear()),
            ("live", |item| item.revoked_access.extend([3])),
            ("over", |item| item.stage = Stage::Active(1)),
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
}
