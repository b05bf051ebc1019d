//! Changes of claims, as commands give them.

use edge::Error;
use protocol::{Claim, Claims};

use crate::commands::list_change::ListChange;

/// The change of a list, `roles` or `groups`.
pub(crate) struct ListEdit {
    pub(crate) list: Claim,
    pub(crate) change: ListChange<String>,
}

/// The changes of a person's claims.
pub(crate) struct ClaimEdits {
    /// The claims to set, each as `NAME=VALUE`.
    pub(crate) assignments: Vec<String>,
    pub(crate) lists: [ListEdit; 2],
}

impl ClaimEdits {
    /// Applies the changes and marks the claims as changed now.
    pub(crate) fn applied(&self, claims: Claims) -> Result<Claims, Error> {
        let mut after = with_claims(claims, &self.assignments)?;
        for ListEdit { list, change } in &self.lists {
            let before = after.names_in(*list);
            if let Some(names) = change.applied(&before) {
                after.edit_list(*list, &names, &removed(&before, &names))?;
            }
        }
        let dated = self.assignments.iter().any(|assignment| assignment.starts_with("updated_at="));
        let changes = !self.names().is_empty();
        Ok(if dated || !changes { after } else { after.with(Claim::UpdatedAt, edge::now().seconds()) })
    }

    /// Returns the names of the claims that change, for the audit trail.
    pub(crate) fn names(&self) -> Vec<String> {
        let lists = self.lists.iter().filter(|edit| edit.change.is_given());
        names_in(&self.assignments).chain(lists.map(|edit| format!("claims.{}", edit.list.as_str()))).collect()
    }
}

/// Returns the names that are not in the list any more.
fn removed(before: &[String], after: &[String]) -> Vec<String> {
    before.iter().filter(|name| !after.contains(name)).cloned().collect()
}

/// Applies assignments to claims.
pub(crate) fn with_claims(mut claims: Claims, assignments: &[String]) -> Result<Claims, Error> {
    for assignment in assignments {
        if !assignment.contains('=') {
            let form = "give NAME=VALUE, or NAME= to remove the claim";
            return Err(format!("the claim {assignment:?} cannot be used: {form}").into());
        }
        claims.set(assignment)?;
    }
    Ok(claims)
}

/// Returns the names of the claims that assignments set, for the audit trail.
pub(crate) fn names_in(assignments: &[String]) -> impl Iterator<Item = String> {
    assignments.iter().filter_map(|assignment| assignment.split('=').next()).map(|name| format!("claims.{name}"))
}
