//! Records from the stream of the people table.

use serde::{Deserialize, Serialize};
use sessions::MailId;
use store::{SessionRecord, WithdrawalRecord, mail_of_keys};

/// Stream records in Lambda's format. Only the keys of the changed items are read.
#[derive(Debug, Default, Deserialize)]
pub struct StreamEvent {
    /// The records; the changes of one person's items are in order.
    #[serde(rename = "Records")]
    pub records: Vec<StreamRecord>,
}

/// A change of one item.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamRecord {
    /// The kind of change: `INSERT`, `MODIFY` or `REMOVE`.
    pub event_name: String,
    /// Present for changes that DynamoDB made by itself.
    pub user_identity: Option<UserIdentity>,
    /// The changed item and its position.
    pub dynamodb: StreamChange,
}

/// The author of a change that no caller made.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserIdentity {
    /// `dynamodb.amazonaws.com` for an item that was deleted because its time to live was over.
    pub principal_id: Option<String>,
}

/// The item that changed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamChange {
    /// The keys of the item.
    pub keys: StreamKeys,
    /// The sequence number in the stream.
    pub sequence_number: String,
}

/// The keys of an item of the people table.
#[derive(Debug, Deserialize)]
pub struct StreamKeys {
    /// The key of the person.
    pub person: StreamText,
    /// The sort key: the kind of record.
    pub record: StreamText,
}

/// A string in DynamoDB's JSON format.
#[derive(Debug, Deserialize)]
pub struct StreamText {
    /// The text of the string.
    #[serde(rename = "S")]
    pub text: String,
}

/// The response to Lambda: records that failed and must be delivered again.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamAnswer {
    /// The failed records, by sequence number.
    pub batch_item_failures: Vec<ItemFailure>,
}

/// A record that must be delivered again.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemFailure {
    /// The sequence number in the stream.
    pub item_identifier: String,
}

impl StreamRecord {
    /// Returns the mail that waits to be sent, new or after a failed attempt.
    pub(crate) fn mail(&self) -> Option<MailId> {
        let keys = &self.dynamodb.keys;
        let is_waiting = matches!(self.event_name.as_str(), "INSERT" | "MODIFY");
        mail_of_keys(&keys.person.text, &keys.record.text).filter(|_| is_waiting)
    }

    /// Returns the withdrawal of an app's access of which work remains.
    pub(crate) fn withdrawal(&self) -> Option<WithdrawalRecord> {
        let is_left = matches!(self.event_name.as_str(), "INSERT" | "MODIFY");
        WithdrawalRecord::parse(&self.dynamodb.keys.record.text).filter(|_| is_left)
    }

    /// Returns the work to do: a session that was ended, or the remaining work of one. A session that expired ends
    /// nothing else.
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

    #[test]
    fn c237_a_withdrawal_is_followed_up_until_nothing_is_left_of_it() {
        let followed = |name, key| record(name, key, &serde_json::Value::Null).withdrawal().is_some();
        let (key, nobody) = ("ended#app#1800000000#app", serde_json::Value::Null);
        assert!(followed("INSERT", key) && followed("MODIFY", key) && !followed("REMOVE", key));
        assert!(!followed("INSERT", "ended#AAAAAAAAAAAAAAAAAAAAAA") && !followed("INSERT", "consent#app"));
        assert!(record("INSERT", key, &nobody).session().is_none());
    }

    #[test]
    fn c235_a_mail_that_waits_is_sent_and_one_that_is_gone_is_not() {
        let mail = |name, person: &str, key| {
            let mut record = record(name, key, &serde_json::Value::Null);
            record.dynamodb.keys.person.text = person.to_owned();
            record.mail().is_some()
        };
        let name = "mail#AAAAAAAAAAAAAAAAAAAAAA";
        assert!(mail("INSERT", name, "mail") && mail("MODIFY", name, "mail"));
        assert!(!mail("REMOVE", name, "mail") && !mail("INSERT", "p", "mail") && !mail("INSERT", name, "profile"));
    }
}
