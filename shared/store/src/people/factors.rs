//! The second factors of a person as attributes of the profile.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use sessions::{Factors, Totp, UserSet};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::{Item, Reader, bytes, flag, number, time};
use crate::dynamodb::unknown::Unknown;

const SECRET: &str = "totp_secret";
const STEP: &str = "totp_step";
const SINCE: &str = "totp_since";
const RECOVERY_CODES: &str = "recovery_codes";
const PASSKEYS: &str = "passkeys";
/// The host of each passkey, after its name and a space.
const PASSKEY_SITES: &str = "passkey_sites";
const PASSKEY_HANDLE: &str = "passkey_handle";
const NEEDED: &str = "factor_needed";

pub(crate) fn from_factors(factors: &Factors) -> Item {
    let totp = factors.totp.iter().flat_map(from_totp).map(|(name, value)| (name.to_owned(), value));
    let sites = factors.passkey_sites.iter().map(|(id, host)| site(id, host)).collect();
    let sets = [(RECOVERY_CODES, &factors.recovery), (PASSKEYS, &factors.passkeys), (PASSKEY_SITES, &sites)];
    let sets = sets.into_iter().filter_map(|(name, texts)| Some((name.to_owned(), set_of(texts)?)));
    let handle = factors.passkey_handle.iter().map(|handle| (PASSKEY_HANDLE.to_owned(), bytes(handle)));
    let needed = needed(factors.needed).map(|needed| (NEEDED.to_owned(), needed));
    totp.chain(sets).chain(handle).chain(needed).collect()
}

fn from_totp(totp: &Totp) -> [(&'static str, AttributeValue); 3] {
    [(SECRET, bytes(&totp.sealed)), (STEP, number(&totp.step)), (SINCE, time(totp.since))]
}

/// Returns a set of texts. An empty set is no attribute.
fn set_of(texts: &BTreeSet<String>) -> Option<AttributeValue> {
    (!texts.is_empty()).then(|| AttributeValue::Ss(texts.iter().cloned().collect()))
}

/// Returns a flag that is only there if it is set, as for people of an earlier version.
fn needed(needed: bool) -> Option<AttributeValue> {
    needed.then(|| flag(true))
}

/// Adds a change of the second factors to an update.
pub(crate) fn set_factors(expression: &mut Expression, set: &UserSet) {
    match set {
        UserSet::Totp(Some(totp)) => {
            for (name, value) in from_totp(totp) {
                expression.set(name, value);
            }
        }
        UserSet::Totp(None) => {
            for name in [SECRET, STEP, SINCE] {
                expression.set_or_remove(name, None);
            }
        }
        UserSet::TotpStep(step) => expression.set(STEP, number(step)),
        UserSet::TotpSealed(sealed) => expression.set(SECRET, bytes(sealed)),
        UserSet::RecoveryCodes(hashes) => expression.set_or_remove(RECOVERY_CODES, set_of(hashes)),
        UserSet::RecoveryCodeSpent(hash) => {
            expression.take_out(RECOVERY_CODES, AttributeValue::Ss(vec![hash.clone()]));
        }
        UserSet::PasskeyAdded(id) => expression.add(PASSKEYS, AttributeValue::Ss(vec![id.to_string()])),
        UserSet::PasskeyRemoved(id) => expression.take_out(PASSKEYS, AttributeValue::Ss(vec![id.to_string()])),
        UserSet::PasskeySite { id, host } => {
            expression.add(PASSKEY_SITES, AttributeValue::Ss(vec![site(id.as_str(), host)]));
        }
        UserSet::PasskeySiteForgotten { id, host } => {
            expression.take_out(PASSKEY_SITES, AttributeValue::Ss(vec![site(id.as_str(), host)]));
        }
        UserSet::PasskeyHandle(handle) => expression.set(PASSKEY_HANDLE, bytes(handle)),
        UserSet::NoPasskeys => {
            expression.set_or_remove(PASSKEYS, None);
            expression.set_or_remove(PASSKEY_SITES, None);
        }
        UserSet::FactorNeeded(is_needed) => expression.set_or_remove(NEEDED, needed(*is_needed)),
        UserSet::Disabled(_)
        | UserSet::Password(_)
        | UserSet::Claims(_)
        | UserSet::Username(_)
        | UserSet::NextCredentialVersion
        | UserSet::OneMoreSession
        | UserSet::OneMoreGrant => {}
    }
}

pub(crate) fn to_factors(read: &Reader<'_>) -> Result<Factors, Unknown> {
    let totp = if read.get(SECRET).is_some() {
        let (sealed, step) = (read.bytes(SECRET)?.to_vec(), read.number(STEP)?);
        Some(Totp { sealed, step, since: read.time(SINCE)? })
    } else {
        None
    };
    let passkey_handle = match read.get(PASSKEY_HANDLE) {
        None => None,
        Some(_) => Some(<[u8; 32]>::try_from(read.bytes(PASSKEY_HANDLE)?).map_err(|_| read.damaged(PASSKEY_HANDLE))?),
    };
    let (recovery, passkeys) = (to_set(read, RECOVERY_CODES)?, to_set(read, PASSKEYS)?);
    let sites = to_set(read, PASSKEY_SITES)?;
    let sites = sites.iter().map(|site| site.split_once(' ').ok_or_else(|| read.damaged(PASSKEY_SITES)));
    let sites = sites.map(|site| site.map(|(id, host)| (id.to_owned(), host.to_owned())));
    Ok(Factors {
        totp,
        recovery,
        passkeys,
        passkey_sites: sites.collect::<Result<_, Unknown>>()?,
        elsewhere: BTreeSet::new(),
        passkey_handle,
        needed: read.optional_flag(NEEDED)?,
    })
}

fn site(id: &str, host: &str) -> String {
    format!("{id} {host}")
}

/// Reads a set of texts; an absent attribute is an empty set.
fn to_set(read: &Reader<'_>, name: &'static str) -> Result<BTreeSet<String>, Unknown> {
    Ok(match read.get(name) {
        None => BTreeSet::new(),
        Some(texts) => texts.as_ss().map_err(|_| read.damaged(name))?.iter().cloned().collect(),
    })
}
