//! The change of a password.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html, html_with_form};
use grants::Timestamp;
use http::{StatusCode, header};
use pages::say;
use protocol::{Parameters, Secret};
use service::{Attempted, Browser, Checked, RightPassword, SignInFault};
use sessions::{ChosenPassword, DeviceHandle, NewPassword, Notice, UnfitPassword, WeakPassword, change_password};
use store::Acted;

use crate::Account;
use crate::new_password::of_password;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::{Visitor, not_over};

/// The number of attempts: another session may end at the same time, a few times at most.
const ATTEMPTS: usize = 3;

/// The reason to show the page again.
#[derive(Clone, Copy)]
enum Fault {
    Current(SignInFault),
    New(UnfitPassword),
    Unchanged,
}

/// The new password that a person sent.
struct Chosen {
    password: Secret,
    /// `true` if it is too short to be the only factor.
    needs_factor: bool,
    ends_others: bool,
}

/// A new password of a person who knows the current one.
struct Replacement {
    right: RightPassword,
    chosen: Chosen,
}

impl Account {
    /// Shows the page, or the sign-in page.
    pub(crate) async fn password_page(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        match self.visitor(incoming, now).await? {
            Some(visitor) => Ok(self.show_password(&visitor, None, true, now)),
            None => self.show_sign_in(incoming, Page::Password, now).await,
        }
    }

    /// Changes the password of the person who knows the current one.
    pub(crate) async fn change_password(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let (visitor, form) = self.form_of(incoming, Page::Password, now).await?;
        if !visitor.person.showed_factors() {
            return Err(Refused::SignedInLongAgo(Page::Password));
        }
        let ends_others = form.one("others").ok().flatten() == Some("1");
        let current = field(&form, "current_password");
        let password = field(&form, "new_password");
        let fault = match self.fit(&visitor, &current, &password) {
            Err(fault) => fault,
            Ok(needs_factor) => match self.check_current(incoming, &visitor, &current, now).await? {
                Ok(right) => {
                    let chosen = Chosen { password, needs_factor, ends_others };
                    return self.replace(incoming, &visitor, Replacement { right, chosen }, now).await;
                }
                Err(fault) => Fault::Current(fault),
            },
        };
        match fault {
            Fault::Current(fault) => fault.record(visitor.person.user().key, incoming.log()),
            Fault::New(_) | Fault::Unchanged => incoming.log().refused("password_unfit"),
        }
        Ok(self.show_password(&visitor, Some(fault), ends_others, now))
    }

    /// Checks a new password, before the current one, so that it costs no guess. Returns whether it needs the second factor.
    fn fit(&self, visitor: &Visitor, current: &Secret, new: &Secret) -> Result<bool, Fault> {
        let needs_factor = self.check_chosen(visitor.person.user(), new).map_err(Fault::New)?;
        if current.expose() == new.expose() { Err(Fault::Unchanged) } else { Ok(needs_factor) }
    }

    /// Checks the current password, counted and throttled as on the sign-in page.
    pub(crate) async fn check_current(
        &self,
        incoming: Incoming<'_>,
        visitor: &Visitor,
        current: &Secret,
        now: Timestamp,
    ) -> Result<Result<RightPassword, SignInFault>, Refused> {
        let (username, passwords) = (&visitor.person.user().username, self.sign_ins.passwords());
        let attempted = Attempted {
            username,
            password: current,
            client: None,
            source: incoming.source(),
            // A browser with a living session is a known one.
            device: Some(DeviceHandle::of_session(&visitor.person, now)),
            stranger: visitor.ring.handles().stranger(&username.normalized()),
        };
        let right = match passwords.check(&attempted, now).await? {
            Checked::Right(right) => right,
            Checked::Wrong(_) => return Ok(Err(SignInFault::WrongPassword)),
            Checked::Wait(wait, _) => return Ok(Err(SignInFault::TooManyGuesses(wait))),
        };
        let wait = passwords.weigh(&right, now).await?;
        Ok(wait.map_or(Ok(*right), |wait| Err(SignInFault::TooManyGuesses(wait))))
    }

    /// Writes the new password with the sessions that go on, and ends the rest.
    async fn replace(
        &self,
        incoming: Incoming<'_>,
        visitor: &Visitor,
        replacement: Replacement,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let Replacement { right, chosen } = replacement;
        let over = || Refused::SignedOut(Page::Password);
        let password = match self.sign_ins.passwords().hash(chosen.password).await {
            Ok(hash) => ChosenPassword { hash, needs_factor: chosen.needs_factor },
            Err(WeakPassword::Length | WeakPassword::Hash) => return Err(over()),
            Err(WeakPassword::Unhashable) => return Err(Refused::Unhashable),
        };
        for _ in 0..ATTEMPTS {
            let mut others = Vec::new();
            if !chosen.ends_others {
                others = self.living_sessions(visitor, now).await?;
            }
            let new = NewPassword { chosen: password.clone(), secret: edge::random() };
            let decided = change_password(&visitor.person, &right.person, new, others, now);
            let (change, handle) = decided.ok_or_else(over)?;
            let told = self.tell(Notice::PasswordChanged, right.person.user(), now);
            match not_over(self.people.change_own_password(&change, told).await?, Page::Password)? {
                Acted::Done => {
                    let subject = &visitor.person.user().subject;
                    incoming.log().event(AuditEntry::of_person(AuditEvent::PasswordChanged, subject));
                    self.clean_up(visitor.person.user(), change.credential_version).await;
                    let base = self.path();
                    let (ended_others, has_passkeys) =
                        (chosen.ends_others, self.wiring.config.passkey_site().is_some());
                    let page = pages::AccountPasswordChanged { base: &base, ended_others, has_passkeys };
                    let response = html(StatusCode::OK, page.render());
                    let browser = Browser::of(incoming, self.wiring.config.cookies(), &visitor.ring);
                    let device = DeviceHandle::of_session(&visitor.person, now).at_version(change.credential_version);
                    return Ok(browser.remember(browser.set_session(response, &handle), &device));
                }
                // Another session ended meanwhile: it must not go on.
                Acted::Refused | Acted::Over => {}
            }
        }
        Err(over())
    }

    fn show_password(&self, visitor: &Visitor, fault: Option<Fault>, ends_others: bool, now: Timestamp) -> Response {
        let min_length = self.min_lengths().beside(visitor.person.user().has_second_factor());
        let [current, new] = fault.map_or([None, None], |fault| match fault {
            Fault::Current(SignInFault::WrongPassword) => [Some(say("current-password-wrong")), None],
            Fault::Current(fault) => [Some(fault.text()), None],
            Fault::New(unfit) => [None, Some(of_password(unfit))],
            Fault::Unchanged => [None, Some(say("new-password-unchanged"))],
        });
        let (base, ticket) = (self.path(), visitor.ticket(Page::Password, now));
        let page = pages::AccountPassword {
            username: visitor.person.user().username.as_str(),
            base: &base,
            ticket: &ticket,
            min_length,
            current_alert: current,
            new_alert: new,
            ends_others,
        };
        let status = match fault {
            None => StatusCode::OK,
            Some(Fault::Current(fault)) => fault.status(),
            Some(Fault::New(_) | Fault::Unchanged) => StatusCode::BAD_REQUEST,
        };
        let mut response = html_with_form(status, page.render());
        if let Some(Fault::Current(SignInFault::TooManyGuesses(wait))) = fault {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        response
    }
}

fn field(form: &Parameters, name: &str) -> Secret {
    Secret::new(form.one(name).ok().flatten().unwrap_or_default().to_owned())
}
