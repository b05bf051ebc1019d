//! Recovery codes: made with the first factor of a person, shown once, and renewed.
//!
//! # Decisions
//! - There is one set for the app and the passkeys. The page of the app renews it, or without an app that of the passkeys.
//! - Of two renewals at the same moment one is made, and the other one is told so: the codes that are shown last are never
//!   those that were replaced.

use edge::{AuditEntry, AuditEvent, Incoming, Response, redirect};
use sessions::{Notice, UserChange};
use store::Acted;

use crate::Account;
use crate::factors::MEANWHILE;
use crate::new_codes::NewCodes;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::not_over;

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
                if page == Page::Passkeys {
                    return self.show_passkeys(&visitor, &self.passkey_site()?, Some(MEANWHILE), now).await;
                }
                if user.has_second_factor() {
                    return Ok(self.show_factors(&visitor, Some(MEANWHILE), now));
                }
                Ok(redirect(&back))
            }
        }
    }
}
