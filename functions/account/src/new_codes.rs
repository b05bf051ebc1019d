//! New recovery codes, before they are stored.

use std::collections::BTreeSet;

use edge::{Response, html};
use http::StatusCode;
use pages::AddedFactor;
use protocol::Secret;
use sessions::RecoveryCode;

use crate::visitor::Visitor;

/// Recovery codes that are not stored yet: the texts to show, and the keyed hashes to keep.
pub(crate) struct NewCodes {
    shown: Vec<Secret>,
    pub(crate) hashes: BTreeSet<String>,
}

impl NewCodes {
    /// Draws a set for a person.
    pub(crate) fn of(visitor: &Visitor) -> Self {
        let (person, handles) = (visitor.person.user().key, visitor.ring.handles());
        let codes: Vec<RecoveryCode> =
            std::iter::repeat_with(|| RecoveryCode::from_bytes(edge::random())).take(RecoveryCode::IN_A_SET).collect();
        Self {
            shown: codes.iter().map(RecoveryCode::shown).collect(),
            hashes: codes.iter().map(|code| handles.hash_recovery_code(person, code.as_bytes())).collect(),
        }
    }

    /// Shows the codes, on a page that leads on to `leads_to`.
    pub(crate) fn show(&self, added: Option<AddedFactor>, leads_to: &str) -> Response {
        let codes: Vec<&str> = self.shown.iter().map(Secret::expose).collect();
        let page = pages::AccountRecoveryCodes { codes: &codes, added, leads_to };
        html(StatusCode::OK, page.render())
    }
}
