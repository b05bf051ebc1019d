//! Simulates months: hosts with different clocks, concurrent rotators, and a rotator that is interrupted after any
//! write.

use grants::MAX_LIFETIME;
use protocol::Jwk;

use super::*;
use crate::signing::records::MasterRecord;

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

/// The keys table, which refuses to overwrite an existing item.
#[derive(Clone, Default)]
struct Table {
    records: Records,
    made: u32,
}

impl Table {
    /// Performs the first `writes` writes of a plan that may be older than the table.
    fn perform(&mut self, plan: &Rotation, writes: u64, now: Timestamp) {
        let mut left = 0..writes;
        let mut may = || left.next().is_some();
        if plan.master && may() && self.records.master.is_none() {
            self.records.master = Some(MasterRecord { wrapped: vec![1] });
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
    let plans = clocks.map(|now| table.records.rotation(&algorithms(), When::Due(INTERVAL), now));
    for (plan, now) in plans.iter().zip(clocks) {
        let writes = if dice.roll(3) == 0 { dice.roll(4) } else { u64::MAX };
        table.perform(plan, writes, now);
    }
    let now = dice.clock(time);
    let kid = table.records.active(ALGORITHM, now)?.public.kid.clone();
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
            sets.push(table.records.published(dice.clock(time)));
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
        let plans = [0, 1].map(|_| table.records.rotation(&algorithms(), when, now));
        for plan in &plans {
            table.perform(plan, u64::MAX, now);
        }
        assert_eq!(table.records.signing.len(), before + 1, "{when:?}");
    }
    assert!(table.records.master.is_some());
}

#[test]
fn a_first_key_and_one_for_a_leaked_key_sign_at_once_and_all_others_are_published_before() {
    let now = Timestamp::from_seconds(1_800_000_000);
    let mut table = Table::default();
    let plan = |table: &Table, when| table.records.rotation(&algorithms(), when, now).make;
    let first = plan(&table, When::Due(INTERVAL));
    assert_eq!(first[0].activates_at, now);
    table.perform(&Rotation { master: true, make: first, delete: Vec::new() }, u64::MAX, now);
    assert_eq!(plan(&table, When::Due(INTERVAL)), []);
    assert_eq!(plan(&table, When::Due(PREPUBLICATION))[0].activates_at, now.plus(PREPUBLICATION));
    assert_eq!(plan(&table, When::Soon)[0].activates_at, now.plus(PREPUBLICATION));
    assert_eq!(plan(&table, When::AtOnce)[0].activates_at, now);
    assert_eq!(table.records.oldest_signing_age(now.plus(90)), Some(90));
}
