//! The rotation of signing keys, run by a schedule and by `jeton keys rotate`.
//!
//! It may write wrapped keys and have KMS create them; it cannot unwrap any. `keys::Records::rotation` decides
//! which keys to create and to delete; here each of these changes is one write, and an interrupted run is simply
//! repeated.
//!
//! # Decisions
//! - The first run creates the first keys, so a new stack needs no manual step: the schedule begins with a run. No
//!   other function can create a key, so cold starts do not race for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use edge::{Config, Error, WrappingKey};
use grants::{Seconds, SigningAlgorithm, Timestamp};
use keys::{
    KeyRecord, KeyWrap, MasterRecord, NewMaster, Records, When, another_master, new_client_secrets_key, new_master,
    new_second_factors_key, new_signing_key,
};
use serde_json::{Value, json};
use service::Stores;
use store::{Changed, KeysTable, Write};

/// The length of a day, in seconds.
const DAY: u64 = 24 * 3600;

/// The key rotation function.
pub struct RotateKeys {
    table: KeysTable,
    wrap: Arc<dyn KeyWrap>,
    algorithms: BTreeSet<SigningAlgorithm>,
    interval: Seconds,
    metrics: Option<String>,
}

/// The result of a rotation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// The keys that were created.
    pub created: Vec<KeyRecord>,
    /// The keys that were deleted.
    pub deleted: Vec<KeyRecord>,
    /// All keys after the rotation.
    pub records: Records,
}

impl RotateKeys {
    /// Builds the function from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: &Config, stores: &Stores) -> Result<Self, Error> {
        let wrap = config.wrapping.as_ref().ok_or(WrappingKey::MISSING)?.open(&config.connection)?;
        let (algorithms, interval) = (config.rotation.algorithms.clone(), config.rotation.interval);
        Ok(Self { table: stores.keys()?, wrap, algorithms, interval, metrics: config.metrics.clone() })
    }

    /// Makes the rotations that are due, and reports them in the log and in the answer.
    ///
    /// # Errors
    /// When the table or the wrapping key does not answer: the next run does the rest.
    pub async fn run(&self) -> Result<Value, Error> {
        let now = edge::now();
        let rotated = rotate(&self.table, self.wrap.as_ref(), &self.algorithms, When::Due(self.interval), now).await?;
        let kids = |keys: &[KeyRecord]| keys.iter().map(|key| key.public.kid.clone()).collect::<Vec<_>>();
        let (created, deleted) = (kids(&rotated.created), kids(&rotated.deleted));
        let age = rotated.records.oldest_signing_age(now).unwrap_or_default();
        edge::log_rotation(&created, &deleted, age);
        if let Some(namespace) = &self.metrics {
            edge::log_metric(namespace, "KeyAgeDays", age / DAY, now)?;
        }
        Ok(json!({ "created": created, "deleted": deleted, "oldest_signing_key_age": age }))
    }
}

/// Creates keys that are missing or requested and deletes keys that no token needs any more, each in one
/// conditional write.
///
/// # Errors
/// When the table or the wrapping key does not answer. Changes already written stay, and are correct.
pub async fn rotate(
    table: &KeysTable,
    wrap: &dyn KeyWrap,
    algorithms: &BTreeSet<SigningAlgorithm>,
    when: When,
    now: Timestamp,
) -> Result<Rotated, Error> {
    Rotation { table, wrap, beside: &|_| None }.run(algorithms, when, now).await
}

/// One change made by a rotation.
#[derive(Clone, Copy, Debug)]
pub enum KeyChange<'k> {
    /// A master key of the handles is created.
    Master(&'k MasterRecord),
    /// The handles of a master key are refused.
    Withdrawn(&'k MasterRecord),
    /// The key is created for the secrets that clients sign with.
    ClientSecrets,
    /// The key is created that seals the secrets of authenticator apps.
    SecondFactors,
    /// A signing key is created.
    Created(&'k KeyRecord),
    /// A signing key is deleted.
    Deleted(&'k KeyRecord),
}

/// A rotation in which each change is written together with another write.
pub struct Rotation<'r> {
    /// The table of the keys.
    pub table: &'r KeysTable,
    /// The wrapping for new keys.
    pub wrap: &'r dyn KeyWrap,
    /// Returns the write to add to the transaction of a change.
    pub beside: &'r (dyn Fn(KeyChange<'_>) -> Option<Write> + Sync),
}

impl Rotation<'_> {
    /// Creates keys that are missing or requested and deletes keys that no token needs any more.
    ///
    /// # Errors
    /// As [`rotate`].
    pub async fn run(
        &self,
        algorithms: &BTreeSet<SigningAlgorithm>,
        when: When,
        now: Timestamp,
    ) -> Result<Rotated, Error> {
        let Self { table, wrap, beside } = self;
        let records = table.load().await?;
        let plan = records.rotation(algorithms, when, now);
        // If two runs do this at the same time, the first one wins.
        match plan.master {
            Some(NewMaster::First) => {
                let master = new_master(*wrap).await?;
                table.create_master(&master, beside(KeyChange::Master(&master))).await?;
            }
            Some(NewMaster::Another) => {
                let master = another_master(edge::random(), *wrap, now, now).await?;
                table.add_master(&master, &records, beside(KeyChange::Master(&master))).await?;
            }
            None => {}
        }
        if plan.client_secrets {
            let key = new_client_secrets_key(*wrap).await?;
            table.add_client_secrets_key(&key, beside(KeyChange::ClientSecrets)).await?;
        }
        let mut rotated = Rotated::default();
        for planned in plan.make {
            let key = new_signing_key(planned, *wrap, now).await?;
            if table.create_signing_key(&key, beside(KeyChange::Created(&key))).await? == Changed::Done {
                rotated.created.push(key);
            }
        }
        for key in plan.delete {
            match table.delete_signing_key(&key, beside(KeyChange::Deleted(&key))).await? {
                // The key is gone in both cases.
                Changed::Done | Changed::Refused => rotated.deleted.push(key),
            }
        }
        // The last one: a wrapping key of somebody else may not allow this purpose yet, and signing keys must go on.
        if plan.second_factors {
            let key = new_second_factors_key(*wrap).await?;
            table.add_second_factors_key(&key, beside(KeyChange::SecondFactors)).await?;
        }
        Ok(Rotated { records: table.load().await?, ..rotated })
    }
}
