//! One step of a grant: the item, the one write with its guards, and the outcome.

pub(crate) mod grant;
pub(crate) mod grant_fact;
pub(crate) mod guard;
pub(crate) mod once;
pub(crate) mod requirements;
pub mod revocation;
pub(crate) mod stage;
pub(crate) mod transition;
pub(crate) mod verdict;
