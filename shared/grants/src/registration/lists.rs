//! The lists of a registration.

use std::collections::BTreeSet;

use crate::client::record::Client;

/// Removes duplicates and keeps the order.
fn each_once<T: Clone + Ord>(mut named: Vec<T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    named.retain(|one| seen.insert(one.clone()));
    named
}

impl Client {
    /// Removes duplicates from the lists of what it may use.
    pub(super) fn listing_each_once(self) -> Self {
        Self {
            apis: each_once(self.apis),
            introspects: each_once(self.introspects),
            may_act: each_once(self.may_act),
            assertion_targets: each_once(self.assertion_targets),
            ..self
        }
    }

    /// Returns whether there is nothing for which the client could exchange a token.
    pub(super) const fn lists_no_target(&self) -> bool {
        self.apis.is_empty() && self.assertion_targets.is_empty()
    }
}
