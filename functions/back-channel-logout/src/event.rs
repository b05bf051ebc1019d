//! Records of the people table's stream.

use serde::{Deserialize, Serialize};
use store::SessionRecord;

/// Records as Lambda hands them over: of each the keys of the item that changed are read, and nothing else.
#[derive(Debug, Default, Deserialize)]
pub struct StreamEvent {
    /// In the order in which the items of one person changed.
    #[serde(rename = "Records")]
    pub records: Vec<StreamRecord>,
}

/// One change.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamRecord {
    /// `INSERT`, `MODIFY` or `REMOVE`.
    pub event_name: String,
    /// There for what DynamoDB did by itself.
    pub user_identity: Option<UserIdentity>,
    /// Which item.
    pub dynamodb: StreamChange,
}

/// Who made a change that no caller made.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserIdentity {
    /// `dynamodb.amazonaws.com` for an item that was cleaned away after its time.
    pub principal_id: Option<String>,
}

/// The item of a change.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamChange {
    /// Its keys.
    pub keys: StreamKeys,
    /// The place in the stream.
    pub sequence_number: String,
}

/// The keys of an item of the people table.
#[derive(Debug, Deserialize)]
pub struct StreamKeys {
    /// The person.
    pub person: StreamText,
    /// What it is of the person's.
    pub record: StreamText,
}

/// A string as DynamoDB writes it.
#[derive(Debug, Deserialize)]
pub struct StreamText {
    /// The string.
    #[serde(rename = "S")]
    pub text: String,
}

/// What was not done and has to come again.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamAnswer {
    /// The places in the stream.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// A record that has to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// Its place in the stream.
    pub item_identifier: String,
}

impl StreamRecord {
    /// What has to be followed up: a session that somebody ended, or what is left of one. That the time of a session was
    /// over ends nothing else.
    pub(crate) fn session(&self) -> Option<SessionRecord> {
        let by_itself = self.user_identity.as_ref().and_then(|who| who.principal_id.as_deref());
        match (SessionRecord::parse(&self.dynamodb.keys.record.text)?, self.event_name.as_str()) {
            (record @ SessionRecord::Session(_), "REMOVE") if by_itself.is_none() => Some(record),
            (record @ SessionRecord::Ended(_), "INSERT" | "MODIFY") => Some(record),
            (SessionRecord::Session(_) | SessionRecord::Ended(_), _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str, record: &str, identity: &serde_json::Value) -> StreamRecord {
        let keys = serde_json::json!({"person": {"S": "p"}, "record": {"S": record}});
        let event = serde_json::json!({"Records": [{
            "eventID": "1", "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1",
            "userIdentity": identity,
            "dynamodb": {"ApproximateCreationDateTime": 1, "Keys": keys, "SequenceNumber": "7", "SizeBytes": 1, "StreamViewType": "KEYS_ONLY"},
        }]});
        serde_json::from_value::<StreamEvent>(event).unwrap().records.remove(0)
    }

    #[test]
    fn only_what_somebody_ended_or_what_is_left_of_it_is_followed_up() {
        let (session, ended) = ("session#AAAAAAAAAAAAAAAAAAAAAA", "ended#AAAAAAAAAAAAAAAAAAAAAA");
        let nobody = serde_json::Value::Null;
        for (name, key) in [("REMOVE", session), ("INSERT", ended), ("MODIFY", ended)] {
            assert!(record(name, key, &nobody).session().is_some(), "{name} {key}");
        }
        for (name, key) in [
            ("INSERT", session),
            ("MODIFY", session),
            ("REMOVE", ended),
            ("REMOVE", "profile"),
            ("REMOVE", "session#?"),
        ] {
            assert!(record(name, key, &nobody).session().is_none(), "{name} {key}");
        }
        let by_time = serde_json::json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"});
        assert!(record("REMOVE", session, &by_time).session().is_none());
    }
}
