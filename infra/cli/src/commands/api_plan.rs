//! The plan of a change to an API: made from given attributes, and written if nothing changed meanwhile.

use edge::Error;
use grants::{Api, ApiChange, NewApiSettings};
use store::{ApiChanged, AuditedAction, Changed};

use crate::audit::About;
use crate::stack::Stack;

/// A change to an API that was read, before it is made.
pub(crate) struct ApiPlan {
    pub(crate) before: Api,
    pub(crate) after: Api,
    change: ApiChange,
    names: Vec<&'static str>,
}

impl ApiPlan {
    /// Plans the change of an API that was read to the settings that are given; the others stay as they are.
    pub(crate) fn of(api: &Api, given: &NewApiSettings) -> Result<Self, Error> {
        let change = given.clone().change(api)?;
        let after = change.after(Some(api)).ok_or("the change does not fit the API that was read")?;
        Ok(Self { before: api.clone(), after, change, names: names(given) })
    }

    /// Creates the key that its tokens need now, and writes the settings that are given, with an audit record. It is
    /// refused if the scope and the claims are not those that were read; and if descriptions change, which are written
    /// together, if anything is not as it was read.
    pub(crate) async fn write(&self, stack: &Stack, action: AuditedAction) -> Result<ApiChanged, Error> {
        let records = stack.recorder().await;
        if (self.after.algorithm, self.after.format) != (self.before.algorithm, self.before.format) {
            stack.ensure_keys(&[self.after.algorithm], edge::now(), &records.of_keys(action)).await?;
        }
        let record = records.record(action, &About::Api(&self.before.identifier), &self.names);
        if self.after.scope_descriptions == self.before.scope_descriptions {
            return Ok(stack.registry.change_api(&self.change, Some(record)).await?);
        }
        Ok(match stack.registry.edit_api(&self.before, &self.after, [record]).await? {
            Changed::Done => ApiChanged::Done,
            Changed::Refused => {
                let found = stack.registry.api_now(&self.before.identifier).await?;
                ApiChanged::Refused(found.map(Box::new))
            }
        })
    }
}

/// Returns the names of the settings that are given, for the audit trail.
fn names(given: &NewApiSettings) -> Vec<&'static str> {
    let names = [
        ("scope", given.scope.is_some()),
        ("scope_descriptions", given.scope_descriptions.is_some()),
        ("alg", given.algorithm.is_some()),
        ("token_format", given.format.is_some()),
        ("token_type", given.token_type.is_some()),
        ("claims", given.claims.is_some()),
        ("lifetime", given.lifetime.is_some()),
    ];
    names.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
}
