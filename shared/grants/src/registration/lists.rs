//! The lists of a registration.

use std::collections::BTreeSet;

use crate::client::record::Client;

/// Removes duplicates and keeps the order.
pub(crate) fn each_once<T: Clone + Ord>(mut named: Vec<T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    named.retain(|one| seen.insert(one.clone()));
    named
}

impl Client {
    /// Returns whether there is nothing for which the client could exchange a token.
    pub(super) const fn lists_no_target(&self) -> bool {
        self.apis.is_empty() && self.assertion_targets.is_empty()
    }
}
