//! Keys and their uses: signed tokens, the public key set, handles, wrapped secrets.
//!
//! This crate contains everything that signs, verifies, tags or encrypts. It does not decide the contents of a
//! token (`grants`), where keys are stored (`store`), or when they are read again (`service`).
//!
//! # Decisions
//! - One audited backend, AWS-LC, is used for signatures and for wrapping: its RSA private-key operations run in
//!   constant time, unlike those of the pure-Rust `rsa` crate (RUSTSEC-2023-0071). `hmac` and `hkdf` make the
//!   handles.
//! - Private keys are parsed once and kept parsed: building an RSA key pair costs more than a P-256 signature.
//!   `jsonwebtoken` provides the header and the verification; the signature is made with the parsed key.
//! - A key's state is not stored but computed from the clock and from its successor ([`KeyState`]), so there is no
//!   promotion step that could be forgotten, repeated or interrupted.
//! - Handles, signing keys, the secrets of clients and second factors are wrapped for different purposes, which are bound
//!   into the ciphertext: a function that checks handles cannot unwrap a signing key.

mod clients;
mod handle;
mod passkeys;
mod ring;
mod signing;
mod tokens;

pub use clients::assertion::{SignedAssertion, UnreadableAssertion};
pub use clients::federated::SignedFederated;
pub use clients::identity_assertion::SignedIdentity;
pub use clients::key_set::{
    MalformedKeySet, read_client_keys, read_issuer_keys, read_served_client_keys, write_client_keys,
};
pub use clients::proof::proven_key;
pub use clients::request_object::SignedRequestObject;
pub use handle::factors::new_second_factors_key;
pub use handle::handles::{HandleKeys, SECRET_PREFIX};
pub use handle::kind::HandleKind;
pub use handle::signing_secrets::{SigningSecrets, new_client_secrets_key};
pub use passkeys::{is_good_passkey, signed_by_passkey};
pub use ring::{KeyRing, SignedUserInfo};
pub use signing::error::{KeysError, WrapError};
pub use signing::key::{Signed, SigningKey};
pub use signing::masters::{MASTER_PREPUBLICATION, MasterName, MasterRecord, MasterState, Masters};
pub use signing::new_keys::{another_master, new_master, new_signing_key};
pub use signing::records::{KeyRecord, KeyState, PREPUBLICATION, Records};
pub use signing::retirement::Retirement;
pub use signing::rotation::{NewMaster, PlannedKey, Rotation, When};
pub use signing::wrapping::{FileWrap, KeyWrap, KmsWrap, NewPair, Pairing, Purpose, Wrapping};
pub use tokens::access::InvalidToken;
pub use tokens::identity::{UnprovenIdToken, UserInfo};
