//! Keys as `jeton keys` shows them.

use grants::Timestamp;
use keys::{KeyRecord, MasterName, MasterRecord, PlannedKey, Records};
use serde_json::{Value, json};

pub(crate) fn describe(key: &KeyRecord, records: &Records, now: Timestamp) -> Value {
    json!({
        "kid": key.public.kid,
        "use": "sig",
        "alg": key.algorithm.as_str(),
        "state": records.state(key, now).as_str(),
        "created_at": key.created_at.seconds(),
        "activates_at": key.activates_at.seconds(),
    })
}

/// Describes a withdrawn key that is in the table again, since the table was restored.
pub(crate) fn describe_withdrawn(key: &KeyRecord) -> Value {
    json!({
        "kid": key.public.kid,
        "use": "sig",
        "alg": key.algorithm.as_str(),
        "state": "withdrawn",
        "created_at": key.created_at.seconds(),
        "activates_at": key.activates_at.seconds(),
    })
}

pub(crate) fn describe_master(key: &MasterRecord, records: &Records, now: Timestamp) -> Value {
    let since = |time: Timestamp| (key.name != MasterName::First).then(|| time.seconds());
    json!({
        "kid": key.name.to_string(),
        "use": "handles",
        "alg": null,
        "state": records.masters.state(key, now).as_str(),
        "created_at": since(key.created_at),
        "activates_at": since(key.activates_at),
    })
}

pub(crate) fn describe_planned(planned: &PlannedKey) -> Value {
    json!({ "use": "sig", "alg": planned.algorithm.as_str(), "activates_at": planned.activates_at.seconds() })
}
