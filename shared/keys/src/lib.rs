//! Keys, and what is made with them: signed tokens, the public key set, handles, wrapped secrets.
//!
//! Here lives everything that signs, verifies, tags or encrypts. What never lives here: what a token may say (that is
//! `grants`), where keys are stored (`store`), when they are read again (`edge`).
//!
//! # Decisions
//! - One audited backend, AWS-LC, for signatures and for wrapping: its RSA private-key operations take constant time,
//!   which those of the pure-Rust `rsa` crate do not (RUSTSEC-2023-0071). `hmac` and `hkdf` make the handles.
//! - Private keys are parsed once and kept parsed: building an RSA key pair costs more than a P-256 signature.
//!   `jsonwebtoken` gives the header and the verification; the signature is made with the kept key.
//! - A key's state is not stored but follows from the clock and from its successor ([`KeyState`]), so there is no
//!   promotion to forget, to do twice, or to die in the middle of.
//! - Handles and signing keys are wrapped for different purposes, bound into the ciphertext: a function that checks
//!   handles cannot unwrap a signing key.

mod assertion;
mod client_keys;
mod handle_kind;
mod handles;
mod identity;
mod jwt;
mod public;
mod records;
mod ring;
mod rotation;
mod signing;
mod wrapping;

pub use assertion::{NotSigned, assertion_by_keys, assertion_by_secrets};
pub use client_keys::{MalformedKeySet, read_client_keys, write_client_keys};
pub use handle_kind::HandleKind;
pub use handles::{HandleKeys, SECRET_PREFIX};
pub use identity::{IdTokenFacts, UserInfo};
pub use jwt::InvalidToken;
pub use records::{KeyRecord, KeyState, MasterRecord, PREPUBLICATION, Records};
pub use ring::{KeyRing, KeysError, new_master, new_signing_key};
pub use rotation::{PlannedKey, Rotation, When};
pub use signing::{Signed, SigningKey};
pub use wrapping::{FileWrap, KeyWrap, KmsWrap, NewPair, Pairing, Purpose, WrapError, Wrapping};
