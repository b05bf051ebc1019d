//! Simulates months: hosts with different clocks, concurrent rotators, and a rotator that is interrupted after any
//! write.

use grants::MAX_LIFETIME;
use protocol::Jwk;

use super::*;
use crate::signing::masters::{MasterName, MasterRecord};
use crate::signing::retirement::Retirement;

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
const INTERVAL: Seconds = 7 * 24 * 3600;
/// The largest clock error, in seconds, with which AWS still accepts a signature.
const SKEW: u64 = 300;
/// The time for which a gateway caches a key set, in seconds.
const STALE: u64 = 2 * HOUR;
const ALGORITHM: SigningAlgorithm = SigningAlgorithm::Es256;

/// A random number generator with reproducible results.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// Returns the time that a host's clock shows at `time`, with a random error.
    fn clock(&mut self, time: u64) -> Timestamp {
        Timestamp::from_seconds(time - SKEW + self.roll(2 * SKEW + 1))
    }
}

/// The keys table, which refuses to overwrite an existing item, and the names of withdrawn keys, which another table has.
#[derive(Clone, Default)]
struct Table {
    records: Records,
    withdrawn: BTreeSet<String>,
    made: u32,
}

impl Table {
    /// Performs the first `writes` writes of a plan that may be older than the table.
    fn perform(&mut self, plan: &Rotation, writes: u64, now: Timestamp) {
        let mut left = 0..writes;
        let mut may = || left.next().is_some();
        if plan.master.is_some() && may() {
            self.add_master(plan.master == Some(NewMaster::First), now);
        }
        for planned in &plan.make {
            let key = self.key(planned, now);
            if may() && self.records.signing.iter().all(|other| other.place() != key.place()) {
                self.records.signing.push(key);
            }
        }
        for key in &plan.delete {
            if may() {
                self.records.signing.retain(|other| other.place() != key.place());
            }
        }
    }

    /// Returns the table as every reader sees it.
    fn read(&self) -> Records {
        self.records.clone().without(&self.withdrawn)
    }

    fn add_master(&mut self, is_first: bool, now: Timestamp) {
        self.made += 1;
        let name = if is_first { MasterName::First } else { MasterName::Later(self.made.to_be_bytes()) };
        let stored = &mut self.records.masters.stored;
        if stored.iter().all(|master| master.name != name) {
            stored.push(MasterRecord { name, created_at: now, activates_at: now, wrapped: vec![1] });
        }
    }

    /// Withdraws a key in one step.
    fn retire(&mut self, kid: &str, now: Timestamp) {
        let plan = self.read().retirement(kid, now).unwrap();
        self.withdrawn.insert(kid.to_owned());
        match plan {
            Retirement::Signing { key, make } => {
                self.records.signing.retain(|other| other.place() != key.place());
                if let Some(planned) = &make {
                    let key = self.key(planned, now);
                    assert!(
                        self.records.signing.iter().all(|other| other.place() != key.place()),
                        "its place is taken"
                    );
                    self.records.signing.push(key);
                }
            }
            Retirement::Master { make, .. } => {
                if make {
                    self.add_master(false, now);
                }
            }
            Retirement::Before => {}
        }
    }

    fn key(&mut self, planned: &PlannedKey, now: Timestamp) -> KeyRecord {
        self.made += 1;
        KeyRecord {
            public: Jwk { kid: format!("key {}", self.made), ..Jwk::default() },
            algorithm: planned.algorithm,
            predecessor: planned.predecessor.clone(),
            created_at: now,
            activates_at: planned.activates_at,
            wrapped: Vec::new(),
        }
    }
}

/// A token: the key that signed it, and the end of its validity.
struct Token {
    kid: String,
    expires_at: u64,
}

fn algorithms() -> BTreeSet<SigningAlgorithm> {
    BTreeSet::from([ALGORITHM])
}

/// Simulates one hour: two rotators that both read before either writes, one of which may be interrupted, and
/// one token signed on some host.
fn hour(table: &mut Table, dice: &mut Dice, time: u64) -> Option<Token> {
    let clocks = [dice.clock(time), dice.clock(time)];
    let plans = clocks.map(|now| table.read().rotation(&algorithms(), When::Due(INTERVAL), now));
    for (plan, now) in plans.iter().zip(clocks) {
        let writes = if dice.roll(3) == 0 { dice.roll(4) } else { u64::MAX };
        table.perform(plan, writes, now);
    }
    let now = dice.clock(time);
    let kid = table.read().active(ALGORITHM, now)?.public.kid.clone();
    Some(Token { kid, expires_at: now.seconds() + u64::from(MAX_LIFETIME) })
}

#[test]
fn c102_every_live_token_verifies_with_a_key_set_that_is_two_hours_old() {
    for seed in 0..50 {
        let mut dice = Dice(seed);
        let (mut table, mut tokens, mut sets): (Table, Vec<Token>, Vec<Vec<Jwk>>) = Default::default();
        let start = 1_800_000_000;
        for step in 0..(90 * 24) {
            let time = start + step * HOUR;
            tokens.extend(hour(&mut table, &mut dice, time));
            tokens.retain(|token| token.expires_at > time);
            sets.push(table.read().published(dice.clock(time)));
            let stale = sets.len().saturating_sub(1 + usize::try_from(STALE / HOUR).unwrap());
            // In the first hours there is no older set, and only the first key exists.
            let known = |token: &Token| sets[stale].iter().any(|key| key.kid == token.kid);
            assert!(step < 24 || tokens.iter().all(known), "seed {seed}, hour {step}");
            assert!(step < 24 || !tokens.is_empty(), "seed {seed}, hour {step}: nothing was signed");
            assert!(table.records.signing.len() <= 3, "seed {seed}, hour {step}: old keys stay");
        }
        let rotations = 90 * DAY / u64::from(INTERVAL);
        let last = table.records.signing.iter().map(|key| key.activates_at).max().unwrap();
        assert!(last.seconds() > start + (rotations - 2) * u64::from(INTERVAL), "seed {seed}: it stopped rotating");
    }
}

#[test]
fn of_two_rotations_at_once_one_makes_the_key() {
    let now = Timestamp::from_seconds(1_800_000_000);
    let mut table = Table::default();
    for when in [When::Due(INTERVAL), When::Soon, When::AtOnce] {
        let before = table.records.signing.len();
        let plans = [0, 1].map(|_| table.read().rotation(&algorithms(), when, now));
        for plan in &plans {
            table.perform(plan, u64::MAX, now);
        }
        assert_eq!(table.records.signing.len(), before + 1, "{when:?}");
    }
    assert_eq!(table.records.masters.stored.len(), 1);
}

#[test]
fn a_first_key_and_one_for_a_leaked_key_sign_at_once_and_all_others_are_published_before() {
    let now = Timestamp::from_seconds(1_800_000_000);
    let mut table = Table::default();
    let plan = |table: &Table, when| table.read().rotation(&algorithms(), when, now).make;
    let first = plan(&table, When::Due(INTERVAL));
    assert_eq!(first[0].activates_at, now);
    table.perform(
        &Rotation {
            master: Some(NewMaster::First),
            client_secrets: true,
            second_factors: true,
            make: first,
            delete: Vec::new(),
        },
        u64::MAX,
        now,
    );
    assert_eq!(plan(&table, When::Due(INTERVAL)), []);
    assert_eq!(plan(&table, When::Due(PREPUBLICATION))[0].activates_at, now.plus(PREPUBLICATION));
    assert_eq!(plan(&table, When::Soon)[0].activates_at, now.plus(PREPUBLICATION));
    assert_eq!(plan(&table, When::AtOnce)[0].activates_at, now);
    assert_eq!(table.records.oldest_signing_age(now.plus(90)), Some(90));
}

/// Asserts that a good key signs and a good master makes handles, and that no withdrawn one is of any use.
fn assert_good(table: &Table, now: Timestamp, told: &str) {
    let read = table.read();
    let active = read.active(ALGORITHM, now).unwrap_or_else(|| panic!("{told}: nothing signs"));
    let master = read.masters.active(now).unwrap_or_else(|| panic!("{told}: no master"));
    let used = read.published(now).into_iter().map(|key| key.kid);
    let used = used.chain([active.public.kid.clone(), master.name.to_string()]);
    assert!(used.into_iter().all(|kid| !table.withdrawn.contains(&kid)), "{told}: a withdrawn key is used");
}

#[test]
fn c151_a_withdrawn_key_stays_dead_whatever_is_restored_and_a_good_one_signs_at_once() {
    let (mut retired, mut restored) = (0, 0);
    for seed in 0..20 {
        let mut dice = Dice(seed);
        let (mut table, mut backups) = (Table::default(), Vec::new());
        for step in 0..(40 * 24) {
            let time = 1_800_000_000 + step * HOUR;
            let now = Timestamp::from_seconds(time);
            hour(&mut table, &mut dice, time);
            // The next run completes what an interrupted one left.
            let plan = table.read().rotation(&algorithms(), When::Due(INTERVAL), now);
            table.perform(&plan, u64::MAX, now);
            assert_good(&table, now, &format!("seed {seed}, hour {step}"));
            backups.push(table.records.clone());
            match dice.roll(60) {
                0 | 1 => {
                    let read = table.read();
                    let masters = read.masters.good().map(|master| master.name.to_string());
                    let kids: Vec<String> =
                        read.signing.iter().map(|key| key.public.kid.clone()).chain(masters).collect();
                    let kid = &kids[usize::try_from(dice.roll(kids.len() as u64)).unwrap()];
                    table.retire(kid, now);
                    assert_good(&table, now, &format!("seed {seed}, hour {step}, without {kid}"));
                    assert_eq!(table.read().retirement("another key", now), None);
                    retired += 1;
                }
                2 => {
                    let backup = usize::try_from(dice.roll(backups.len() as u64)).unwrap();
                    table.records = backups[backup].clone();
                    restored += 1;
                }
                _ => {}
            }
        }
    }
    assert!(retired > 200 && restored > 100, "{retired} {restored}");
}

#[test]
fn c151_a_key_that_does_not_sign_is_withdrawn_without_a_successor() {
    let now = Timestamp::from_seconds(1_800_000_000);
    let mut table = Table::default();
    for when in [When::Due(INTERVAL), When::Soon] {
        let plan = table.read().rotation(&algorithms(), when, now);
        table.perform(&plan, u64::MAX, now);
    }
    let kids: Vec<String> = table.records.signing.iter().map(|key| key.public.kid.clone()).collect();
    let make = |kid: &str| match table.read().retirement(kid, now) {
        Some(Retirement::Signing { make, .. }) => make,
        other => panic!("{other:?}"),
    };
    assert_eq!(make(&kids[1]), None);
    // The pending key follows the one that signs, so the new one follows the pending key.
    let expected = PlannedKey { algorithm: ALGORITHM, predecessor: Some(kids[1].clone()), activates_at: now };
    assert_eq!(make(&kids[0]), Some(expected));
    table.retire(&kids[0], now);
    assert_eq!(table.read().retirement(&kids[0], now), None, "it is not in the table any more");
}
