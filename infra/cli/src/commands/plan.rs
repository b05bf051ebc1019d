//! The plan of a change: a thing before and after it, as the commands describe them.

use serde_json::{Map, Value, json};

/// A change to one thing, before it is made.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    /// The description of the thing that is there; `None` if the change makes it.
    pub(crate) before: Option<Value>,
    /// Its description after the change; `None` if the change deletes it.
    pub(crate) after: Option<Value>,
}

impl Plan {
    /// Lists the members that change, each with its value before and after.
    pub(crate) fn changes(&self) -> Map<String, Value> {
        let members = |document: &Option<Value>| document.as_ref().and_then(Value::as_object).cloned();
        let (before, after) = (members(&self.before).unwrap_or_default(), members(&self.after).unwrap_or_default());
        let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
        names.sort();
        names.dedup();
        let value = |document: &Map<String, Value>, name: &str| document.get(name).cloned().unwrap_or_default();
        let changed = names.into_iter().map(|name| (name, value(&before, name), value(&after, name)));
        changed
            .filter(|(_, before, after)| before != after)
            .map(|(name, before, after)| (name.clone(), json!({ "before": before, "after": after })))
            .collect()
    }

    /// Returns the document that a command prints with `--dry-run`: the thing after the change, and what changes.
    pub(crate) fn document(&self) -> Value {
        let mut document = self.after.clone().or_else(|| self.before.clone()).unwrap_or_default();
        if let (Some(members), Some(_)) = (document.as_object_mut(), &self.before) {
            members.insert("changes".to_owned(), Value::Object(self.changes()));
        }
        document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c244_a_plan_lists_what_changes_and_nothing_else() {
        let before = json!({ "name": "a", "apis": ["x"], "scope": null, "same": 1 });
        let after = json!({ "name": "b", "apis": [], "scope": "read", "same": 1 });
        let plan = Plan { before: Some(before.clone()), after: Some(after.clone()) };
        let changes = json!({
            "apis": { "before": ["x"], "after": [] },
            "name": { "before": "a", "after": "b" },
            "scope": { "before": null, "after": "read" },
        });
        assert_eq!(Value::Object(plan.changes()), changes);
        assert_eq!((&plan.document()["changes"], &plan.document()["name"]), (&changes, &json!("b")));
        assert!(Plan { before: Some(before.clone()), after: Some(before) }.changes().is_empty());
        let created = Plan { before: None, after: Some(after.clone()) };
        assert_eq!(created.document(), after);
    }
}
