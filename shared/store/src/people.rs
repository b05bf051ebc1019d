//! The people table: people, their sessions and their consent.

pub(crate) mod addresses;
pub(crate) mod consents;
pub(crate) mod ended_sessions;
pub(crate) mod factors;
pub(crate) mod grounded_grants;
pub(crate) mod invitations;
pub(crate) mod item;
pub(crate) mod links;
pub(crate) mod mail;
pub(crate) mod mailed_links;
pub(crate) mod names;
pub(crate) mod own_account;
pub(crate) mod passkey_item;
pub(crate) mod passkeys;
pub(crate) mod password_work;
pub(crate) mod session_starts;
pub(crate) mod session_writes;
pub(crate) mod sign_up;
pub(crate) mod table;
pub(crate) mod user_writes;
pub(crate) mod withdrawn_access;
