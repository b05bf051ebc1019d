//! Weeks of rotation against a table: rotators side by side whose clocks differ, one of which dies after any of its
//! writes, and tokens of all ages, verified by a stranger's library with a key set that is two hours old.

use std::collections::BTreeSet;

use edge::Stores;
use grants::{AccessToken, MAX_LIFETIME, Seconds, SigningAlgorithm, Timestamp, TokenFormat, TokenId};
use harness::CountingProxy;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use keys::{FileWrap, KeyRing, KeyWrap, When};
use protocol::{JwkSet, Scope, Secret};
use rotate_keys::rotate;
use serde_json::Value;
use store::KeysTable;

use crate::fixtures::{NOW, client, resource};
use crate::place::Place;

const HOUR: Seconds = 3600;
const WEEKS: u32 = 3;
const INTERVAL: Seconds = 50 * HOUR;
/// How wrong a clock may be before AWS refuses what its host signs.
const SKEW: Seconds = 300;
/// A gateway keeps a key set for so many hours.
const STALE: usize = 2;
/// Both are quick to make.
const ALGORITHMS: [SigningAlgorithm; 2] = [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa];

/// What happens to the rotators, in turn, whenever there is something to do. The first run is cut after each of its
/// writes: a master, and a key of each algorithm.
const LUCK: [Luck; 9] = [
    Luck::TheOnlyOneDies(0),
    Luck::TheOnlyOneDies(0),
    Luck::TheOnlyOneDies(0),
    Luck::Both,
    Luck::OneDies(0),
    Luck::TheOnlyOneDies(1),
    Luck::OneDies(1),
    Luck::TheOnlyOneDies(0),
    Luck::Both,
];

/// What happens to the rotators of one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Luck {
    /// Two at once, and both live.
    Both,
    /// Two at once; one dies once it has written so often and once more.
    OneDies(usize),
    /// One alone, which dies so.
    TheOnlyOneDies(usize),
}

struct Weeks {
    table: KeysTable,
    proxy: CountingProxy,
    by_proxy: Stores,
    wrap: FileWrap,
    ring: Option<KeyRing>,
    sets: Vec<JwkSet>,
    tokens: Vec<(Secret, Timestamp)>,
    /// How many hours had something to do.
    busy: usize,
    deaths: BTreeSet<Luck>,
}

impl Weeks {
    fn begin(place: &Place) -> Self {
        let path = std::env::temp_dir().join(format!("jeton-rotation-{}", edge::random_name::<6>()));
        std::fs::write(&path, FileWrap::file_of(&[1; 32]).as_bytes()).unwrap();
        let wrap = FileWrap::open(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        let proxy = CountingProxy::to(place.endpoint());
        let (table, by_proxy) = (place.stores.keys().unwrap(), place.by_way_of(&proxy.endpoint()));
        let (sets, tokens, deaths) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { table, proxy, by_proxy, wrap, ring: None, sets, tokens, busy: 0, deaths }
    }

    async fn rotate(&mut self, clocks: [Timestamp; 2]) {
        let plan = self.table.load().await.unwrap().rotation(&ALGORITHMS.into(), When::Due(INTERVAL), clocks[1]);
        let is_due = !plan.make.is_empty() || !plan.delete.is_empty();
        let luck = LUCK.get(self.busy % LUCK.len()).copied().filter(|_| is_due).unwrap_or(Luck::Both);
        self.busy += usize::from(is_due);
        let Self { table, proxy, wrap, .. } = self;
        let (mortal, algorithms, when) = (self.by_proxy.keys().unwrap(), ALGORITHMS.into(), When::Due(INTERVAL));
        let mortal = async {
            tokio::select! {
                done = rotate(&mortal, wrap, &algorithms, when, clocks[1]) => { done.unwrap(); false }
                () = proxy.frozen() => true
            }
        };
        let other = rotate(table, wrap, &algorithms, when, clocks[0]);
        let died = match luck {
            Luck::Both => {
                let (other, died) = tokio::join!(other, mortal);
                other.unwrap();
                died
            }
            Luck::OneDies(writes) => {
                proxy.freeze_after(writes);
                let (other, died) = tokio::join!(other, mortal);
                other.unwrap();
                died
            }
            Luck::TheOnlyOneDies(writes) => {
                proxy.freeze_after(writes);
                mortal.await
            }
        };
        proxy.thaw();
        if died {
            self.deaths.insert(luck);
        }
    }

    /// `jeton keys rotate`: from then on the keys of all algorithms are made in the same run.
    async fn rotate_by_hand(&self, now: Timestamp) {
        let made = rotate(&self.table, &self.wrap, &ALGORITHMS.into(), When::Soon, now).await.unwrap().created;
        assert_eq!(made.len(), ALGORITHMS.len());
    }

    /// Somebody signs with the keys that were read before this hour's rotation.
    fn sign(&mut self, now: Timestamp, hour: u32) {
        let Some(ring) = &self.ring else { return };
        for algorithm in ALGORITHMS.into_iter().filter(|algorithm| ring.has_key_for(*algorithm)) {
            let token = token(algorithm, now);
            let id = TokenId::Machine(u128::from(hour).to_be_bytes());
            self.tokens.push((ring.sign(&token, "https://issuer.example", id).unwrap(), token.expires_at));
        }
    }

    async fn read_keys(&mut self, now: Timestamp) {
        let records = self.table.load().await.unwrap();
        if records.master.is_some() {
            let before = self.ring.take();
            self.ring = Some(KeyRing::open(records, &self.wrap, true, before.as_ref(), now).await.unwrap());
        }
    }

    /// Every token that is still good verifies with what a gateway read two hours ago.
    fn verify(&mut self, now: Timestamp, hour: u32) {
        self.tokens.retain(|(_, expires_at)| *expires_at > now);
        let Some(stale) = self.sets.len().checked_sub(STALE + 1) else { return };
        for (token, _) in &self.tokens {
            assert!(verifies(token, &self.sets[stale]), "hour {hour}: a token of {} live ones", self.tokens.len());
        }
    }
}

fn token(algorithm: SigningAlgorithm, now: Timestamp) -> AccessToken {
    AccessToken {
        subject: "app".to_owned(),
        client_id: client().id,
        audience: vec![resource("https://orders.example")],
        scope: Scope::parse("read").unwrap(),
        issued_at: now,
        expires_at: now.plus(MAX_LIFETIME),
        auth_time: None,
        format: TokenFormat::Jwt,
        algorithm,
    }
}

fn verifies(token: &Secret, set: &JwkSet) -> bool {
    let header = decode_header(token.expose()).unwrap();
    let Some(jwk) = set.keys.iter().find(|key| Some(&key.kid) == header.kid.as_ref()) else { return false };
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(serde_json::to_value(jwk).unwrap()).unwrap();
    let mut rules = Validation::new(header.alg);
    rules.set_audience(&["https://orders.example"]);
    rules.validate_exp = false;
    decode::<Value>(token.expose(), &DecodingKey::from_jwk(&jwk).unwrap(), &rules).is_ok()
}

/// What a host's clock shows: exact, slow or fast.
fn clock(hour: u32, host: u32) -> Timestamp {
    NOW.plus(hour * HOUR).plus([0, SKEW, 2 * SKEW][((hour * 7 + host * 5 + hour / 50) % 3) as usize])
}

async fn c102_every_live_token_verifies_with_a_key_set_of_two_hours_ago(place: Place) {
    let mut weeks = Weeks::begin(&place);
    for hour in 0..WEEKS * 7 * 24 {
        weeks.read_keys(clock(hour, 3)).await;
        weeks.rotate([clock(hour, 1), clock(hour, 2)]).await;
        if hour == 3 {
            weeks.rotate_by_hand(clock(hour, 1)).await;
        }
        weeks.sign(clock(hour, 3), hour);
        weeks.sets.push(weeks.table.load().await.unwrap().key_set(clock(hour, 4)));
        if hour > 8 {
            weeks.verify(NOW.plus(hour * HOUR), hour);
            assert!(weeks.tokens.len() >= ALGORITHMS.len(), "hour {hour}: nothing is signed");
        }
        assert!(weeks.sets.last().unwrap().keys.len() <= 3 * ALGORITHMS.len(), "hour {hour}: old keys stay");
    }
    let names =
        |sets: &[JwkSet]| sets.iter().flat_map(|set| &set.keys).map(|key| key.kid.clone()).collect::<BTreeSet<_>>();
    let rotations = (WEEKS * 7 * 24 * HOUR / INTERVAL) as usize;
    assert!(names(&weeks.sets).len() >= (rotations - 1) * ALGORITHMS.len(), "it stopped rotating");
    let mortal: BTreeSet<Luck> = LUCK.into_iter().filter(|luck| *luck != Luck::Both).collect();
    assert_eq!(weeks.deaths, mortal, "each of them died once at least");
}

async fn of_many_first_rotations_at_once_one_key_of_each_algorithm_stays(place: Place) {
    let weeks = Weeks::begin(&place);
    let algorithms = ALGORITHMS.into();
    let due = || rotate(&weeks.table, &weeks.wrap, &algorithms, When::Due(INTERVAL), NOW);
    let made = futures::future::join_all((0..16).map(|_| due())).await;
    let created = |algorithm| {
        let all = made.iter().flat_map(|rotated| &rotated.as_ref().unwrap().created);
        all.filter(|key| key.algorithm == algorithm).count()
    };
    let records = weeks.table.load().await.unwrap();
    for algorithm in ALGORITHMS {
        assert_eq!(records.signing.iter().filter(|key| key.algorithm == algorithm).count(), 1);
        assert_eq!(created(algorithm), 1, "one of them made it");
    }
    let master = records.master.unwrap().wrapped;
    assert_eq!(weeks.wrap.unwrap(keys::Purpose::Handles, &master).await.unwrap().len(), 32);
    assert_eq!(due().await.unwrap().created, []);
}

crate::on_both! {
    c102_every_live_token_verifies_with_a_key_set_of_two_hours_ago,
    of_many_first_rotations_at_once_one_key_of_each_algorithm_stays,
}
