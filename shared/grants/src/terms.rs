//! The terms that all rules share: ids, times, secrets, APIs, the settings of a deployment, and reasons to refuse.

pub(crate) mod actors;
pub(crate) mod api;
pub(crate) mod authentication;
pub(crate) mod confirmation;
pub(crate) mod ids;
pub(crate) mod lineage;
pub(crate) mod moment;
pub(crate) mod policy;
pub(crate) mod refusal;
pub(crate) mod secret;
pub(crate) mod time;
pub(crate) mod token_id;
