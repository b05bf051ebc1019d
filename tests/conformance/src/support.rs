//! Fixtures and helpers that the tests share.

pub(crate) mod authenticator;
pub(crate) mod case;
pub(crate) mod counted;
pub(crate) mod devices;
pub(crate) mod exchanges;
pub(crate) mod forged;
pub(crate) mod handles;
pub(crate) mod images;
pub(crate) mod log;
pub(crate) mod old_directory;
pub(crate) mod outbox;
pub(crate) mod pages;
pub(crate) mod passkeys;
pub(crate) mod proofs;
pub(crate) mod published;
pub(crate) mod pushed;
pub(crate) mod races;
pub(crate) mod relying_party;
pub(crate) mod rounds;
pub(crate) mod self_registration;
pub(crate) mod session;
pub(crate) mod signed_assertions;
pub(crate) mod stored;
pub(crate) mod throttled;
pub(crate) mod world;
