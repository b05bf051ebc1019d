//! Handles: a handle opens only if it was sealed, as its own kind, and unchanged.
//!
//! The first byte selects how to read the rest: as the text of a handle, as a payload to seal, or as a payload and a
//! position where the sealed text is changed. The second byte is the kind.

use keys::HandleKind;
use protocol::Secret;
use sessions::{FormTicket, SessionHandle};

use crate::fixtures::handles;

/// The maximum length of a handle; see `keys`.
const MAX_TEXT_BYTES: usize = 512;

/// Fuzzes the reading of a handle, or makes one.
pub(crate) fn target(data: &[u8]) {
    let Some(([way, kind], rest)) = data.split_first_chunk::<2>() else { return };
    let kinds = HandleKind::ALL;
    let kind = kinds.get(usize::from(*kind) % kinds.len()).copied().expect("one of the kinds");
    match way % 3 {
        0 => text(rest),
        1 => sealed(kind, rest),
        _ => changed(kind, rest),
    }
}

/// Checks any text: it opens only when it equals the sealed form of its payload.
pub(crate) fn text(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    for &kind in HandleKind::ALL {
        if let Some(payload) = handles().open(kind, text) {
            assert_eq!(handles().seal(kind, &payload).expose(), text);
        }
    }
    typed(text);
}

/// Checks a sealed payload: it opens as its own kind only.
fn sealed(kind: HandleKind, payload: &[u8]) {
    let handle = handles().seal(kind, payload);
    let fits = handle.expose().len() <= MAX_TEXT_BYTES;
    for &read in HandleKind::ALL {
        let opened = handles().open(read, handle.expose());
        assert_eq!(opened.as_ref().map(|opened| opened.as_slice()), (fits && read == kind).then_some(payload));
    }
    typed(handle.expose());
    // A cookie of version 0.1, which has no name of its own, is read but never written.
    if let Some(read) = SessionHandle::from_bytes(payload).filter(|_| payload.len() == 48) {
        assert_eq!(read.to_bytes().as_slice(), payload);
    }
    if let Some(read) = FormTicket::from_bytes(payload) {
        assert_eq!(read.to_bytes(), payload);
    }
}

/// Checks a sealed payload with one byte of its text changed: it does not open.
fn changed(kind: HandleKind, bytes: &[u8]) {
    let Some(([place, other], payload)) = bytes.split_first_chunk::<2>() else { return };
    let mut text = handles().seal(kind, payload).expose().to_owned().into_bytes();
    let place = usize::from(*place) % text.len();
    let Some(byte) = text.get_mut(place).filter(|byte| **byte != *other) else { return };
    *byte = *other;
    let Ok(text) = str::from_utf8(&text) else { return };
    for &read in HandleKind::ALL {
        assert!(handles().open(read, text).is_none(), "{text}");
    }
}

/// Checks that sealing an opened handle again gives the same text.
fn typed(text: &str) {
    let secret = Secret::new(text.to_owned());
    let code = handles().open_code(&secret).map(|handle| handles().seal_code(&handle));
    let refresh = handles().open_refresh(&secret).map(|handle| handles().seal_refresh(&handle));
    let access = handles().open_access(&secret).map(|handle| handles().seal_access(&handle));
    for again in [code, refresh, access].into_iter().flatten() {
        assert_eq!(again.expose(), text);
    }
}
