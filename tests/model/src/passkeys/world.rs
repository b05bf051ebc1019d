//! The person, the keys, and the answers of their authenticators.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{CredentialId, PasskeyAssertion, PasskeyKey, PasskeySite};
use sessions::{
    Factors, FormTicket, Passkey, PasskeyName, PasskeyUses, RequestDigest, ShownPasskey, Totp, User, VisitId,
};
use sha2::{Digest, Sha256};

use crate::people::twin::Twin;
use crate::people::world::{START, issuer, person};

/// The number of keys.
pub(super) const KEYS: usize = 3;
/// The user handle of the person.
pub(super) const HANDLE: [u8; 32] = [8; 32];
/// The user was there and verified, and the key stays on its device.
const FLAGS: u8 = 0x05;

/// A key that was not used yet.
pub(super) fn passkey(key: usize) -> Passkey {
    // A key for EdDSA: {1: 1, 3: -8, -1: 6, -2: 32 bytes}.
    let encoded = [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32][..], &[7; 32]].concat();
    Passkey {
        person: person(0, 0, Twin::Real).0.key,
        credential: credential(key),
        key: PasskeyKey::parse(&encoded).unwrap(),
        name: PasskeyName::typed(""),
        created_at: START,
        is_backup_eligible: false,
        used: PasskeyUses::default(),
    }
}

fn credential(key: usize) -> CredentialId {
    CredentialId::from_bytes(&[u8::try_from(key).unwrap(); 16]).unwrap()
}

/// The person with these keys, and with an app or without, and with recovery codes beside any of them.
pub(super) fn owner(keys: &[usize], app: bool) -> User {
    let passkeys = keys.iter().map(|key| passkey(*key).id().to_string()).collect();
    let passkey_handle = (!keys.is_empty()).then_some(HANDLE);
    let totp = app.then(|| Totp { sealed: vec![1; 60], step: 5, since: START });
    let has_codes = app || !keys.is_empty();
    let recovery: BTreeSet<String> = has_codes.then(|| "a".to_owned()).into_iter().collect();
    let factors = Factors { totp, recovery, passkeys, passkey_handle, ..Factors::default() };
    User { factors, ..(*person(0, 0, Twin::Real).0).clone() }
}

/// The answer of a key to the challenge of a form, with this counter.
pub(super) fn shown(key: usize, form: usize, counter: u32) -> ShownPasskey {
    let site = PasskeySite::of(&issuer()).unwrap();
    let nonce = [u8::try_from(form).unwrap(); 16];
    let ticket = FormTicket::for_sign_in(VisitId::from_bytes([1; 16]), RequestDigest::of("account"), nonce, START);
    let challenge = ticket.passkey_challenge();
    let client = format!(
        r#"{{"type":"webauthn.get","challenge":"{}","origin":"{}"}}"#,
        text(challenge.as_bytes()),
        site.origin()
    );
    let data = [&Sha256::digest(site.id())[..], &[FLAGS], &counter.to_be_bytes()].concat();
    let (id, handle) = (credential(key).to_text(), text(&HANDLE));
    let response = format!(
        r#"{{"id":"{id}","rawId":"{id}","type":"public-key","response":{{"clientDataJSON":"{}","authenticatorData":"{}","signature":"AA","userHandle":"{handle}"}}}}"#,
        text(client.as_bytes()),
        text(&data),
    );
    let assertion = PasskeyAssertion::parse(&response).unwrap();
    ShownPasskey { assertion, challenge, half: None, username: None, site }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
