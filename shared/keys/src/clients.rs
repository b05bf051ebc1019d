//! The keys of clients, and the assertions signed with them.

pub(crate) mod assertion;
pub(crate) mod key_set;
