//! Passkeys: keys of a person that are bound to this site, and the rules for making and using them (Web Authentication
//! Level 3 §7).
//!
//! # Decisions
//! - A passkey counts as two factors, because its authenticator has to verify its user. It takes nothing from the password:
//!   a person without an authenticator app still signs in with the password alone, where that suffices.
//! - Nothing is stored for a ceremony: its challenge is a hash of the sealed ticket of the form, which is bound to the
//!   browser and the request. The item of the passkey keeps the challenges that it answered until they expire, and the write
//!   that starts the session rests on that item as it was read. So a challenge is answered once, and a passkey that was
//!   removed in the meantime signs nobody in.
//! - Every passkey is discoverable, and no list of credentials is sent, so a page tells nobody which names there are.
//! - The counter of a passkey is compared only if it counts: those that are copied to several devices report 0.

pub(crate) mod ceremony;
pub(crate) mod challenge;
pub(crate) mod changes;
pub(crate) mod passkey;
