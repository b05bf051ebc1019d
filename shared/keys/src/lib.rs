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

mod clients;
mod handle;
mod ring;
mod signing;
mod tokens;

pub use clients::assertion::{NotSigned, assertion_by_keys, assertion_by_secrets};
pub use clients::key_set::{MalformedKeySet, read_client_keys, write_client_keys};
pub use handle::handles::{HandleKeys, SECRET_PREFIX};
pub use handle::kind::HandleKind;
pub use ring::{KeyRing, SignedUserInfo, new_master, new_signing_key};
pub use signing::error::KeysError;
pub use signing::key::{Signed, SigningKey};
pub use signing::records::{KeyRecord, KeyState, MasterRecord, PREPUBLICATION, Records};
pub use signing::rotation::{PlannedKey, Rotation, When};
pub use signing::wrapping::{FileWrap, KeyWrap, KmsWrap, NewPair, Pairing, Purpose, WrapError, Wrapping};
pub use tokens::access::InvalidToken;
pub use tokens::identity::{IdTokenFacts, UserInfo};
