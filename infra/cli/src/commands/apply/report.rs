//! The report of `jeton apply`: each change with the attributes that differ, by the names of `show --json`.

use edge::Error;
use protocol::{ClientId, Secret};
use serde_json::{Map, Value, json};

use crate::commands::apply::plan::{Plan, Step};
use crate::commands::client_description::describe;
use crate::commands::{api, issuer};

/// The attributes of a description that no file changes, or that `differences` describes in its own way.
const NOT_TOLD: [&str; 4] = ["live_secrets", "created_at", "self_registered", "auth_methods"];

/// A client secret that was generated. It is shown once.
pub(crate) struct ShownSecret {
    pub(crate) client: ClientId,
    pub(crate) secret: Secret,
}

/// The outcome of a plan.
#[derive(Default)]
pub(crate) struct Outcome {
    /// The number of steps that were made.
    pub(crate) done: usize,
    /// The secrets that were generated. They are good even if a later change was not made.
    pub(crate) shown: Vec<ShownSecret>,
    /// The error that stopped the changes, if one did.
    pub(crate) stopped: Option<Error>,
}

/// An attribute that differs, with its values.
pub(crate) struct Difference {
    pub(crate) name: String,
    before: Value,
    after: Value,
}

/// Returns the subject of a step: `api`, `issuer` or `client`, and its identifier.
pub(crate) fn about(step: &Step) -> (&'static str, String) {
    match step {
        Step::CreateApi(api) | Step::DeleteApi(api) | Step::ChangeApi { after: api, .. } => {
            ("api", api.identifier.to_string())
        }
        Step::CreateIssuer(issuer) | Step::DeleteIssuer(issuer) | Step::ChangeIssuer { after: issuer, .. } => {
            ("issuer", issuer.name.to_string())
        }
        Step::CreateClient(step) | Step::ChangeClient { step, .. } => ("client", step.client.id.to_string()),
        Step::DeleteClient(client) => ("client", client.id.to_string()),
    }
}

/// Names the APIs, issuers and clients that a plan deletes.
pub(crate) fn deleted(plan: &Plan) -> Vec<String> {
    let named = |step| {
        let (kind, name) = about(step);
        format!("{kind} {name}")
    };
    plan.steps.iter().filter(|step| verb(step) == "delete").map(named).collect()
}

/// Returns the attributes that a step changes; none for what is created or deleted.
pub(crate) fn differences(step: &Step) -> Vec<Difference> {
    match step {
        Step::ChangeApi { before, after } => differing(&api::describe(before), &api::describe(after)),
        Step::ChangeIssuer { before, after } => differing(&issuer::describe(before), &issuer::describe(after)),
        Step::ChangeClient { before, step } => {
            let mut differences = differing(&describe(before), &describe(&step.client));
            if before.auth_method.accepted() != step.client.auth_method.accepted() {
                let methods = [before.auth_method, step.client.auth_method].map(|method| method.accepted().join(" "));
                let [before, after] = methods.map(Value::from);
                differences.retain(|difference| difference.name != "auth_method");
                differences.push(Difference { name: "auth_method".to_owned(), before, after });
            }
            if let Some(after) = step.secret.told(before, step.client.auth_method) {
                let (before, after) = (Value::from("as before"), Value::from(after));
                differences.push(Difference { name: "secrets".to_owned(), before, after });
            }
            differences
        }
        Step::CreateApi(_)
        | Step::CreateIssuer(_)
        | Step::CreateClient(_)
        | Step::DeleteApi(_)
        | Step::DeleteIssuer(_)
        | Step::DeleteClient(_) => Vec::new(),
    }
}

fn differing(before: &Value, after: &Value) -> Vec<Difference> {
    let (before, after) = (flat(before), flat(after));
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let value = |of: &Map<String, Value>, name: &String| of.get(name).cloned().unwrap_or_default();
    names
        .filter(|name| !NOT_TOLD.contains(&name.as_str()))
        .map(|name| Difference { name: name.clone(), before: value(&before, name), after: value(&after, name) })
        .filter(|difference| difference.before != difference.after)
        .collect()
}

/// Returns the members of a description, those of a relying party by a name with a dot.
fn flat(document: &Value) -> Map<String, Value> {
    let members = document.as_object().into_iter().flatten();
    let all = members.flat_map(|(name, value)| match (name.as_str(), value) {
        ("relying_party", Value::Object(inner)) => {
            inner.iter().map(|(inner, value)| (format!("{name}.{inner}"), value.clone())).collect()
        }
        _ => vec![(name.clone(), value.clone())],
    });
    all.collect()
}

const fn verb(step: &Step) -> &'static str {
    match step {
        Step::CreateApi(_) | Step::CreateIssuer(_) | Step::CreateClient(_) => "create",
        Step::ChangeApi { .. } | Step::ChangeIssuer { .. } | Step::ChangeClient { .. } => "change",
        Step::DeleteApi(_) | Step::DeleteIssuer(_) | Step::DeleteClient(_) => "delete",
    }
}

/// Returns the plan as lines for people.
pub(crate) fn lines(plan: &Plan) -> Vec<String> {
    let of_step = |step| {
        let (kind, name) = about(step);
        let head = format!("{}  {kind} {name}", verb(step));
        let differences = differences(step);
        let told = differences.into_iter().map(|Difference { name, before, after }| {
            format!("          {name}: {} -> {}", text(&before), text(&after))
        });
        std::iter::once(head).chain(told).collect::<Vec<_>>()
    };
    plan.steps.iter().flat_map(of_step).collect()
}

/// Returns the numbers of a plan, in a sentence.
pub(crate) fn summary(plan: &Plan, dry_run: bool) -> String {
    let count = |what| plan.steps.iter().filter(|step| verb(step) == what).count();
    let [created, changed, deleted] = ["create", "change", "delete"].map(count);
    let (to, unchanged) = (if dry_run { "would be " } else { "" }, plan.unchanged);
    format!("{to}created: {created}, changed: {changed}, deleted: {deleted}; unchanged: {unchanged}")
}

/// Returns the changes that were made, or with `dry_run` all that would be, and the secrets that were generated, as one
/// document.
pub(crate) fn document(plan: &Plan, outcome: &Outcome, dry_run: bool) -> Value {
    let told = if dry_run { plan.steps.len() } else { outcome.done };
    let of = |what| -> Vec<Value> {
        let steps = plan.steps.iter().take(told).filter(|step| verb(step) == what);
        steps.map(|step| of_step(step, &outcome.shown)).collect()
    };
    json!({
        "dry_run": dry_run,
        "created": of("create"),
        "changed": of("change"),
        "deleted": of("delete"),
        "unchanged": plan.unchanged,
    })
}

fn of_step(step: &Step, shown: &[ShownSecret]) -> Value {
    let (kind, name) = about(step);
    let mut members = Map::from_iter([(kind.to_owned(), Value::from(&*name))]);
    let differences = differences(step).into_iter();
    let differences: Map<String, Value> =
        differences.map(|told| (told.name, json!({ "before": told.before, "after": told.after }))).collect();
    if !differences.is_empty() {
        members.insert("attributes".to_owned(), differences.into());
    }
    if let Some(ShownSecret { secret, .. }) =
        shown.iter().find(|shown| kind == "client" && shown.client.as_str() == name)
    {
        members.insert("client_secret".to_owned(), secret.expose().into());
    }
    members.into()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "none".to_owned(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_told_by_name_and_nothing_else() {
        let before = json!({
            "name": "A", "redirect_uris": ["https://a.example/cb"], "scope": null, "live_secrets": 1,
            "relying_party": {"sector": null, "id_token_claims": "scope"}, "jwks_uri": "https://a.example/keys"
        });
        let after = json!({
            "name": "A", "redirect_uris": [], "scope": "read", "live_secrets": 2,
            "relying_party": {"sector": "a.example", "id_token_claims": "scope"}, "jwks": {"keys": []}
        });
        let told = differing(&before, &after);
        let told: Vec<String> =
            told.iter().map(|told| format!("{}: {} -> {}", told.name, text(&told.before), text(&told.after))).collect();
        assert_eq!(
            told,
            [
                "jwks_uri: https://a.example/keys -> none",
                "redirect_uris: https://a.example/cb -> none",
                "relying_party.sector: none -> a.example",
                "scope: none -> read",
                "jwks: none -> {\"keys\":[]}",
            ]
        );
        assert!(differing(&before, &before).is_empty());
    }
}
