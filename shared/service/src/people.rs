//! People: how their passwords are checked.

pub(crate) mod passwords;
