//! Creation of keys, which are wrapped at once.

use grants::Timestamp;

use crate::signing::error::KeysError;
use crate::signing::masters::{MasterName, MasterRecord};
use crate::signing::records::KeyRecord;
use crate::signing::rotation::PlannedKey;
use crate::signing::wrapping::{KeyWrap, NewPair, Purpose};

/// Creates the first master key for handles, wrapped.
///
/// # Errors
/// [`KeysError`] when the key cannot be created or wrapped.
pub async fn new_master(wrap: &dyn KeyWrap) -> Result<MasterRecord, KeysError> {
    let wrapped = wrap.new_secret(Purpose::Handles).await?.to_vec();
    let always = Timestamp::from_seconds(0);
    Ok(MasterRecord { name: MasterName::First, created_at: always, activates_at: always, wrapped })
}

/// Creates another master key for handles, wrapped. `bits` are random, for its name.
///
/// # Errors
/// As [`new_master`].
pub async fn another_master(
    bits: [u8; 4],
    wrap: &dyn KeyWrap,
    now: Timestamp,
    activates_at: Timestamp,
) -> Result<MasterRecord, KeysError> {
    let wrapped = wrap.new_secret(Purpose::Handles).await?.to_vec();
    Ok(MasterRecord { name: MasterName::Later(bits), created_at: now, activates_at, wrapped })
}

/// Creates the planned signing key, with its private part wrapped.
///
/// # Errors
/// [`KeysError`] when the key cannot be created or wrapped.
pub async fn new_signing_key(planned: PlannedKey, wrap: &dyn KeyWrap, now: Timestamp) -> Result<KeyRecord, KeysError> {
    let PlannedKey { algorithm, predecessor, activates_at } = planned;
    let NewPair { public, wrapped } = wrap.new_pair(algorithm).await?;
    Ok(KeyRecord { public, algorithm, predecessor, created_at: now, activates_at, wrapped })
}
