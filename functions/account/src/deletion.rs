//! The deletion of an account by its person.
//!
//! # Decisions
//! - It needs a recent sign-in, with the second factor if the person has one, and the password once more.
//! - The first write decides: it disables the person, in the transaction that tells the confirmed address. Nothing rests on the
//!   person from then on. What follows deletes, as `jeton user delete` does, and the person last. If it is interrupted, an
//!   operator repeats it with that command; a warning in the log says so.

use edge::{AuditEntry, AuditEvent, Cookie, Incoming, OwnData, Response, html, html_with_form};
use grants::Timestamp;
use http::{StatusCode, header};
use pages::{AccountNotice, say};
use protocol::Secret;
use service::SignInFault;
use sessions::{Notice, User, UserChange};
use store::{Acted, Unknown, UserChanged};

use crate::Account;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::{Visitor, not_over};

/// The number of attempts: an operator may rename the person at the same time.
const ATTEMPTS: usize = 3;

impl Account {
    /// Shows the page with the button, or the sign-in page.
    pub(crate) async fn deletion_page(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.offers(OwnData::Delete)?;
        let now = edge::now();
        match self.visitor(incoming, now).await? {
            Some(visitor) => Ok(self.show_deletion(&visitor, None, now)),
            None => self.show_sign_in(incoming, Page::Delete, now).await,
        }
    }

    /// Deletes the account of the person who knows the password.
    pub(crate) async fn delete_account(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.offers(OwnData::Delete)?;
        let now = edge::now();
        let (visitor, form) = self.form_of_recent(incoming, Page::Delete, now).await?;
        let current = Secret::new(form.one("current_password").ok().flatten().unwrap_or_default().to_owned());
        if let Err(fault) = self.check_current(incoming, &visitor, &current, now).await? {
            fault.record(visitor.person.user().key, incoming.log());
            return Ok(self.show_deletion(&visitor, Some(fault), now));
        }
        let user = visitor.person.user();
        let (change, told) = (UserChange::disable_own(user), self.tell(Notice::AccountDeleted, user, now));
        let changed = self.people.change_own_profile(&visitor.person, &change, told, now).await?;
        if not_over(changed, Page::Delete)? != Acted::Done {
            return Err(Refused::SignedOut(Page::Delete));
        }
        incoming.log().event(AuditEntry::of_person(AuditEvent::AccountDeleted, &user.subject));
        if let Some(off) = change.after(Some(user)) {
            self.clean_up(&off, off.credential_version).await;
            if let Err(error) = self.delete_all(off, now).await {
                edge::trouble(
                    "an account was disabled and not deleted whole: repeat it with `jeton user delete`",
                    &error,
                );
            }
        }
        let page = AccountNotice {
            title: say("deleted-title"),
            text: &[say("deleted-text")],
            leads_to: &self.path(),
            label: say("continue"),
        };
        Ok(self.wiring.config.cookies().forget(html(StatusCode::OK, page.render()), Cookie::Session))
    }

    /// Deletes everything of a person who is disabled, and the person last.
    async fn delete_all(&self, off: User, now: Timestamp) -> Result<(), Unknown> {
        let key = off.key;
        self.people.forget_own(key).await?;
        self.people.release_address(&off, now).await?;
        let mut stands = off;
        for _ in 0..ATTEMPTS {
            match self.people.delete_user(&stands, None).await? {
                UserChanged::Refused(Some(found)) if found.subject == stands.subject => stands = *found,
                UserChanged::Done | UserChanged::Refused(_) => break,
            }
        }
        // An operator may have linked the person meanwhile. From now on nobody can.
        self.people.unlink_all(key).await
    }

    fn show_deletion(&self, visitor: &Visitor, fault: Option<SignInFault>, now: Timestamp) -> Response {
        let alert = fault.map(|fault| match fault {
            SignInFault::WrongPassword => say("current-password-wrong"),
            SignInFault::WrongFactor
            | SignInFault::WrongPasskey(_)
            | SignInFault::TooManyGuesses(_)
            | SignInFault::BadForm(_) => fault.text(),
        });
        let page = pages::AccountDelete {
            base: &self.path(),
            username: visitor.person.user().username.as_str(),
            ticket: &visitor.ticket(Page::Delete, now),
            alert,
        };
        let mut response = html_with_form(fault.map_or(StatusCode::OK, SignInFault::status), page.render());
        if let Some(SignInFault::TooManyGuesses(wait)) = fault {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        response
    }
}
