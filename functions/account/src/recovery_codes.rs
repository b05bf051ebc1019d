//! Recovery codes: made with the first factor of a person, shown once, and renewed.
//!
//! # Decisions
//! - There is one set for the app and the passkeys. The page of the app renews it, or without an app that of the passkeys.

use std::collections::BTreeSet;

use edge::{AuditEntry, AuditEvent, Incoming, Response, html, redirect};
use http::StatusCode;
use pages::AddedFactor;
use protocol::Secret;
use sessions::{Notice, RecoveryCode, UserChange};
use store::Acted;

use crate::Account;
use crate::factors::MEANWHILE;
use crate::refused::Refused;
use crate::visitor::{Page, Visitor, not_over};

/// Recovery codes that are not stored yet: the texts to show, and the keyed hashes to keep.
pub(crate) struct NewCodes {
    shown: Vec<Secret>,
    pub(crate) hashes: BTreeSet<String>,
}

impl Account {
    /// Replaces the recovery codes, at the wish of a person on this page, and shows the new ones.
    pub(crate) async fn replace_recovery_codes(&self, incoming: Incoming<'_>, page: Page) -> Result<Response, Refused> {
        let now = edge::now();
        let (visitor, _) = self.form_of_recent(incoming, page, now).await?;
        let (user, back) = (visitor.person.user(), format!("{}{}", self.path(), page.path()));
        let codes = NewCodes::of(&visitor);
        let Some(change) = UserChange::replace_recovery_codes(user, codes.hashes.clone()) else {
            return Ok(redirect(&back));
        };
        let told = self.tell(Notice::RecoveryCodesReplaced, user, now);
        let changed = self.people.change_own_profile(&visitor.person, &change, told, now).await?;
        match not_over(changed, page)? {
            Acted::Done => {
                incoming.log().event(AuditEntry::of_person(AuditEvent::RecoveryCodesReplaced, &user.subject));
                Ok(codes.show(None, &back))
            }
            Acted::Refused | Acted::Over => {
                incoming.log().refused("factors_changed_meanwhile");
                if page == Page::Factors && user.has_second_factor() {
                    return Ok(self.show_factors(&visitor, Some(MEANWHILE), now));
                }
                Ok(redirect(&back))
            }
        }
    }
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
