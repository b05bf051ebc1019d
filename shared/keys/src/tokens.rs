//! Signed tokens: writes their contents, and reads them again.
//!
//! The kinds are told apart by `typ` and by their claims (RFC 8725 §3.11, §3.12), because an API may have `JWT` as the
//! `typ` of its access tokens, which ID tokens have too:
//!
//! | | `typ` | has | never has |
//! |---|---|---|---|
//! | access token | `at+jwt` or `JWT` | `client_id`, and a `jti` in the form of this server | `azp`, `sid`, `nonce`, `at_hash`, `events` |
//! | ID token | `JWT` or none | `azp`, the same as its only `aud` | `client_id`, `jti`, `events` |
//! | logout token | `logout+jwt` | `events` | |
//! | introspection response | `token-introspection+jwt` | `token_introspection` | |
//! | exchanged opaque token | `jeton-exchanged+jwt`, and the prefix `jtx_` | `actors` | `iss`, `sub` |
//! | UserInfo response | `JWT` | | `azp`, `client_id`, `jti` |
//!
//! Claims that an operator gives to a person or a client have none of these names.

pub(crate) mod access;
pub(crate) mod exchanged;
pub(crate) mod identity;
pub(crate) mod introspection;
