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
const NEEDED: &str = "factor_needed";

pub(crate) fn from_factors(factors: &Factors) -> Item {
    let totp = factors.totp.iter().flat_map(from_totp).map(|(name, value)| (name.to_owned(), value));
    let recovery = set_of(&factors.recovery).map(|codes| (RECOVERY_CODES.to_owned(), codes));
    totp.chain(recovery).chain(needed(factors.needed).map(|needed| (NEEDED.to_owned(), needed))).collect()
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
        UserSet::RecoveryCodes(hashes) => expression.set_or_remove(RECOVERY_CODES, set_of(hashes)),
        UserSet::RecoveryCodeSpent(hash) => {
            expression.take_out(RECOVERY_CODES, AttributeValue::Ss(vec![hash.clone()]));
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
    let recovery = match read.get(RECOVERY_CODES) {
        None => BTreeSet::new(),
        Some(codes) => codes.as_ss().map_err(|_| read.damaged(RECOVERY_CODES))?.iter().cloned().collect(),
    };
    Ok(Factors { totp, recovery, needed: read.optional_flag(NEEDED)? })
}
