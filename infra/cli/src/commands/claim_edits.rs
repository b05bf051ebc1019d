//! Changes of claims, as commands give them.

use edge::Error;
use protocol::{Claim, Claims};

/// The names to add to a list, `roles` or `groups`, and those to remove.
pub(crate) struct ListEdit {
    pub(crate) list: Claim,
    pub(crate) added: Vec<String>,
    pub(crate) removed: Vec<String>,
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
        for ListEdit { list, added, removed } in self.lists.iter().filter(|edit| edit.says_something()) {
            after.edit_list(*list, added, removed)?;
        }
        let dated = self.assignments.iter().any(|assignment| assignment.starts_with("updated_at="));
        let changes = !self.names().is_empty();
        Ok(if dated || !changes { after } else { after.with(Claim::UpdatedAt, edge::now().seconds()) })
    }

    /// Returns the names of the claims that change, for the audit trail.
    pub(crate) fn names(&self) -> Vec<String> {
        let lists = self.lists.iter().filter(|edit| edit.says_something());
        names_in(&self.assignments).chain(lists.map(|edit| format!("claims.{}", edit.list.as_str()))).collect()
    }
}

impl ListEdit {
    fn says_something(&self) -> bool {
        !self.added.is_empty() || !self.removed.is_empty()
    }
}

/// Applies assignments to claims.
pub(crate) fn with_claims(mut claims: Claims, assignments: &[String]) -> Result<Claims, Error> {
    for assignment in assignments {
        claims.set(assignment)?;
    }
    Ok(claims)
}

/// Returns the names of the claims that assignments set, for the audit trail.
pub(crate) fn names_in(assignments: &[String]) -> impl Iterator<Item = String> {
    assignments.iter().filter_map(|assignment| assignment.split('=').next()).map(|name| format!("claims.{name}"))
}
