//! The removal of a factor, which ends what rested on it as a new password does.

use edge::{AuditEntry, AuditEvent, Incoming, Response, redirect};
use grants::Timestamp;
use protocol::Parameters;
use service::Browser;
use sessions::{DeviceHandle, Notice, PasskeyId, UserChange, remove_factor};
use store::Acted;

use crate::Account;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::{Visitor, not_over};

/// The number of attempts: another session may end at the same time, a few times at most.
const ATTEMPTS: usize = 3;

/// A factor that a person removes on a page.
pub(crate) struct Removal<'a> {
    /// The change of the person.
    pub(crate) change: UserChange,
    /// The passkey that is removed, if it is not the app.
    pub(crate) passkey: Option<&'a PasskeyId>,
    /// `true` if all other browsers are signed out.
    pub(crate) ends_others: bool,
    /// The page, to which the answer leads back.
    pub(crate) page: Page,
}

impl Removal<'_> {
    /// Returns whether a form wants all other browsers to be signed out.
    pub(crate) fn ends_others(form: &Parameters) -> bool {
        form.one("others").ok().flatten() == Some("1")
    }
}

impl Account {
    /// Removes a factor, if it is still as it was read. The session of this browser goes on, with a new secret.
    pub(crate) async fn take_away(
        &self,
        incoming: Incoming<'_>,
        visitor: &Visitor,
        removal: Removal<'_>,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let Removal { change, passkey, ends_others, page } = removal;
        let (user, back) = (visitor.person.user(), redirect(&format!("{}{}", self.path(), page.path())));
        let notice = if passkey.is_some() { Notice::PasskeyRemoved } else { Notice::FactorRemoved };
        for _ in 0..ATTEMPTS {
            let others = if ends_others { Vec::new() } else { self.living_sessions(visitor, now).await? };
            let (removal, handle) = remove_factor(&visitor.person, change.clone(), edge::random(), others, now);
            let told = self.tell(notice, user, now);
            let removed = self.people.remove_own_factor(&removal, passkey, told, now).await?;
            if not_over(removed, page)? == Acted::Done {
                incoming.log().event(AuditEntry::of_person(AuditEvent::FactorRemoved, &user.subject));
                self.clean_up(user, removal.credential_version).await;
                let browser = Browser::of(incoming, self.wiring.config.cookies(), &visitor.ring);
                let device = DeviceHandle::of_session(&visitor.person, now).at_version(removal.credential_version);
                return Ok(browser.remember(browser.set_session(back, &handle), &device));
            }
        }
        incoming.log().refused("factors_changed_meanwhile");
        Ok(back)
    }
}
