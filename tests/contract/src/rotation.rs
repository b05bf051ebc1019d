//! Days of key rotation against a table: concurrent rotators with different clocks, one of which dies after any of
//! its writes, and tokens of all ages. A third-party library verifies the tokens with a key set that is two hours
//! old.

use std::collections::BTreeSet;

use grants::{
    AccessToken, Actors, MAX_LIFETIME, Seconds, SigningAlgorithm, Timestamp, TokenFormat, TokenId, TokenType,
};
use harness::CountingProxy;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use keys::{FileWrap, KeyRing, KeyWrap, When};
use protocol::{Claims, Jwk, JwkSet, Scope, Secret};
use rotate_keys::rotate;
use serde_json::Value;
use service::Stores;
use store::KeysTable;

use crate::fixtures::{NOW, client, resource};
use crate::place::Place;

/// The length of a step: ten minutes. The schedule runs in every sixth step.
const STEP: Seconds = 600;
const HOUR: u32 = 6;
const DAYS: u32 = 12;
const INTERVAL: Seconds = 30 * 3600;
/// The clocks' differences from the slowest one: AWS refuses requests signed more than five minutes off.
const CLOCKS: [Seconds; 3] = [0, 300, 600];
/// The age, in steps, of the key set that a gateway uses.
const STALE: usize = 12;
const ISSUER: &str = "https://issuer.example";
/// The two algorithms whose keys are generated quickly.
const ALGORITHMS: [SigningAlgorithm; 2] = [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa];

/// The events of the rotators, in turn, whenever there is something to do. In the first two a rotator is alone: one
/// dies after writing the master key, one after the second of two keys. When two run at once, the one that is to die
/// may find nothing left to do.
const LUCK: [Luck; 9] = [
    Luck::TheOnlyOneDies(0),
    Luck::TheOnlyOneDies(1),
    Luck::Both,
    Luck::OneDies(0),
    Luck::TheOnlyOneDies(0),
    Luck::OneDies(1),
    Luck::TheOnlyOneDies(1),
    Luck::OneDies(0),
    Luck::Both,
];

/// The events of the rotators in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Luck {
    /// Two at once, and both survive.
    Both,
    /// Two at once; one dies after this many writes and one more.
    OneDies(usize),
    /// A single rotator, which dies after this many writes and one more.
    TheOnlyOneDies(usize),
}

/// A token that this key verified when the token was new.
struct Token {
    key: Jwk,
    expires_at: Timestamp,
}

struct Days {
    table: KeysTable,
    proxy: CountingProxy,
    by_proxy: Stores,
    wrap: FileWrap,
    ring: Option<KeyRing>,
    sets: Vec<JwkSet>,
    tokens: Vec<Token>,
    /// The number of hours that had something to do.
    busy: usize,
    deaths: BTreeSet<Luck>,
}

impl Days {
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

    /// Runs `jeton keys rotate`: from then on the keys of all algorithms are made in the same run.
    async fn rotate_by_hand(&self, now: Timestamp) {
        let made = rotate(&self.table, &self.wrap, &ALGORITHMS.into(), When::Soon, now).await.unwrap().created;
        assert_eq!(made.len(), ALGORITHMS.len());
    }

    /// Hosts with all clocks sign with the keys that were read before this step's rotation.
    fn sign(&mut self, step: u32) {
        let Some(ring) = &self.ring else { return };
        for algorithm in ALGORITHMS.into_iter().filter(|algorithm| ring.has_key_for(*algorithm)) {
            for clock in CLOCKS {
                let token = token(algorithm, at(step, clock));
                let signed = ring.sign(&token, ISSUER, TokenId::Machine(u128::from(step).to_be_bytes())).unwrap();
                let key = key_of(&signed, self.sets.last().unwrap());
                self.tokens.push(Token { key, expires_at: token.expires_at });
            }
        }
    }

    async fn read_keys(&mut self, now: Timestamp) {
        let records = self.table.load().await.unwrap();
        if !records.masters.stored.is_empty() {
            let before = self.ring.take();
            self.ring = Some(KeyRing::open(records, &self.wrap, true, before.as_ref(), now).await.unwrap());
        }
    }

    /// Checks that every unexpired token verifies with the key set that a gateway read two hours ago.
    fn verify(&mut self, step: u32) {
        self.tokens.retain(|token| token.expires_at > at(step, 0));
        let stale = &self.sets[self.sets.len() - 1 - STALE].keys;
        for token in &self.tokens {
            assert!(stale.contains(&token.key), "step {step}: one of {} tokens", self.tokens.len());
        }
    }
}

fn at(step: u32, clock: Seconds) -> Timestamp {
    NOW.plus(step * STEP).plus(clock)
}

/// Returns the time on a host's clock in a step.
fn clock(step: u32, host: u32) -> Timestamp {
    at(step, CLOCKS[((step / HOUR + host) % 3) as usize])
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
        authentication: None,
        confirmation: None,
        actors: Actors::default(),
        claims: Claims::default(),
        format: TokenFormat::Jwt,
        token_type: TokenType::AtJwt,
        algorithm,
    }
}

/// Returns the key of the set that verifies the token.
fn key_of(token: &Secret, set: &JwkSet) -> Jwk {
    let header = decode_header(token.expose()).unwrap();
    let key = set.keys.iter().find(|key| Some(&key.kid) == header.kid.as_ref()).unwrap();
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(serde_json::to_value(key).unwrap()).unwrap();
    let mut rules = Validation::new(header.alg);
    rules.set_audience(&["https://orders.example"]);
    rules.validate_exp = false;
    decode::<Value>(token.expose(), &DecodingKey::from_jwk(&jwk).unwrap(), &rules).unwrap();
    key.clone()
}

async fn c102_every_live_token_verifies_with_a_key_set_of_two_hours_ago(place: Place) {
    let mut days = Days::begin(&place);
    for step in 0..DAYS * 24 * HOUR {
        days.read_keys(clock(step, 2)).await;
        if step % HOUR == 0 {
            days.rotate([clock(step, 0), clock(step, 1)]).await;
        }
        if step == 3 * HOUR {
            days.rotate_by_hand(clock(step, 0)).await;
        }
        days.sets.push(days.table.load().await.unwrap().key_set(clock(step, 1)));
        days.sign(step);
        // A verifier that read the set before the first key existed knows none.
        if step > 5 * HOUR {
            days.verify(step);
            assert!(days.tokens.len() >= CLOCKS.len() * ALGORITHMS.len(), "step {step}: nothing is signed");
        }
        assert!(days.sets.last().unwrap().keys.len() <= 3 * ALGORITHMS.len(), "step {step}: old keys stay");
    }
    let names =
        |sets: &[JwkSet]| sets.iter().flat_map(|set| &set.keys).map(|key| key.kid.clone()).collect::<BTreeSet<_>>();
    let rotations = (DAYS * 24 * 3600 / INTERVAL) as usize;
    assert!(names(&days.sets).len() >= (rotations - 1) * ALGORITHMS.len(), "it stopped rotating");
    let alone = [Luck::TheOnlyOneDies(0), Luck::TheOnlyOneDies(1)];
    assert!(alone.iter().all(|luck| days.deaths.contains(luck)), "nobody died: {:?}", days.deaths);
}

async fn of_many_first_rotations_at_once_one_key_of_each_algorithm_stays(place: Place) {
    let days = Days::begin(&place);
    let algorithms = ALGORITHMS.into();
    let due = || rotate(&days.table, &days.wrap, &algorithms, When::Due(INTERVAL), NOW);
    let made = futures::future::join_all((0..16).map(|_| due())).await;
    let created = |algorithm| {
        let all = made.iter().flat_map(|rotated| &rotated.as_ref().unwrap().created);
        all.filter(|key| key.algorithm == algorithm).count()
    };
    let records = days.table.load().await.unwrap();
    for algorithm in ALGORITHMS {
        assert_eq!(records.signing.iter().filter(|key| key.algorithm == algorithm).count(), 1);
        assert_eq!(created(algorithm), 1, "one of them made it");
    }
    let master = records.masters.stored.first().unwrap().wrapped.clone();
    assert_eq!(days.wrap.unwrap(keys::Purpose::Handles, &master).await.unwrap().len(), 32);
    assert_eq!(due().await.unwrap().created, []);
}

crate::on_both! {
    c102_every_live_token_verifies_with_a_key_set_of_two_hours_ago,
    of_many_first_rotations_at_once_one_key_of_each_algorithm_stays,
}
