//! Audit records of the changes that commands make.

use std::fmt;

use grants::{GrantId, InitialTokenName, IssuerName, SessionId};
use protocol::{ClientId, Resource, Subject};
use rotate_keys::KeyChange;
use serde_json::Value;
use sessions::InvitationId;
use store::{AuditRecord, AuditTable, AuditedAction, Write};

use crate::stack::Stack;

/// The thing that a command changes. Users are named by their subject, because a username can be reassigned
/// later.
pub(crate) enum About<'a> {
    User(&'a Subject),
    Client(&'a ClientId),
    Api(&'a Resource),
    Issuer(&'a IssuerName),
    RegistrationToken(&'a InitialTokenName),
    Invitation(InvitationId),
    /// The consent of a user to a client.
    Consent(&'a Subject, &'a ClientId),
    Session(SessionId),
    Grant(GrantId),
    /// A signing key, named by its `kid`, or `handles`.
    Key(&'a str),
}

impl fmt::Display for About<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(subject) => write!(formatter, "user:{subject}"),
            Self::Client(id) => write!(formatter, "client:{id}"),
            Self::Api(identifier) => write!(formatter, "api:{identifier}"),
            Self::Issuer(name) => write!(formatter, "issuer:{name}"),
            Self::RegistrationToken(name) => write!(formatter, "registration-token:{name}"),
            Self::Invitation(id) => write!(formatter, "invitation:{id}"),
            Self::Consent(subject, client) => write!(formatter, "consent:{subject}:{client}"),
            Self::Session(id) => write!(formatter, "session:{id}"),
            Self::Grant(id) => write!(formatter, "grant:{id}"),
            Self::Key(kid) => write!(formatter, "key:{kid}"),
        }
    }
}

/// Writes audit records in the name of the operator who runs this command.
pub(crate) struct Recorder<'s> {
    audit: &'s AuditTable,
    operator: &'s str,
}

impl Stack {
    /// Looks up the operator and returns their recorder.
    pub(crate) async fn recorder(&self) -> Recorder<'_> {
        Recorder { audit: &self.audit, operator: self.operator().await }
    }

    /// Returns the record for a command that makes exactly one change.
    pub(crate) async fn record(
        &self,
        action: AuditedAction,
        about: &About<'_>,
        attributes: &[impl AsRef<str>],
    ) -> Option<Write> {
        Some(self.recorder().await.record(action, about, attributes))
    }
}

impl Recorder<'_> {
    /// Returns the record of a change, for its transaction. `attributes` holds names, never values.
    pub(crate) fn record(&self, action: AuditedAction, about: &About<'_>, attributes: &[impl AsRef<str>]) -> Write {
        self.audit.record(&AuditRecord {
            at: edge::milliseconds(),
            nonce: edge::random(),
            who: self.operator.to_owned(),
            action: action.as_str().to_owned(),
            about: about.to_string(),
            attributes: attributes.iter().map(|name| name.as_ref().to_owned()).collect(),
        })
    }

    /// Returns a function that makes the records of key changes.
    pub(crate) fn of_keys(&self, action: AuditedAction) -> impl Fn(KeyChange<'_>) -> Option<Write> + Sync {
        move |change| {
            let (kid, attributes): (String, &[&str]) = match change {
                KeyChange::Master(key) => (key.name.to_string(), &["secret"]),
                KeyChange::Withdrawn(key) => (key.name.to_string(), &[]),
                KeyChange::ClientSecrets => ("client-secrets".to_owned(), &["secret"]),
                KeyChange::SecondFactors => ("second-factors".to_owned(), &["secret"]),
                KeyChange::Created(key) => (key.public.kid.clone(), &["kid", "alg", "created_at", "activates_at"]),
                KeyChange::Deleted(key) => (key.public.kid.clone(), &[]),
            };
            Some(self.record(action, &About::Key(&kid), attributes))
        }
    }
}

/// An empty attribute list, for things that are deleted or ended.
pub(crate) const NO_ATTRIBUTES: &[&str] = &[];

/// Returns the names of a document's non-empty members: the attributes that a new thing is created with.
pub(crate) fn names_of(document: &Value) -> Vec<&str> {
    let says_something = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(values) => !values.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::String(_) | Value::Object(_) => true,
    };
    let members = document.as_object().into_iter().flatten();
    members.filter(|(_, value)| says_something(value)).map(|(name, _)| name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn c147_what_a_new_thing_is_made_with_is_told_by_name() {
        let document = json!({"name": "Shop", "scope": null, "apis": [], "grants": ["x"], "disabled": false, "n": 0});
        assert_eq!(names_of(&document), ["grants", "n", "name"]);
    }
}
