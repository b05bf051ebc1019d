//! The address of a person: a mail to the new one, and its confirmation in a session of the same person.
//!
//! Both need a recent sign-in, with a second factor if the person has one: whoever has the confirmed address sets a new password.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html, html_with_form, redirect};
use grants::Timestamp;
use http::{StatusCode, header};
use keys::HandleKind;
use pages::{AccountNotice, say};
use protocol::{Claim, EmailAddress};
use sessions::{AddressLink, AddressWish, Letter, LinkName, LinkPurpose, MailedLink, Notice, Wait};
use store::{AddressClaim, Confirmed};

use crate::Account;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::Visitor;

/// The reason to show the page again, with what was typed.
#[derive(Clone, Copy)]
enum Again<'a> {
    Malformed(&'a str),
    TooMany(Wait, &'a str),
}

impl Account {
    /// Shows the address, or the sign-in page.
    pub(crate) async fn email_page(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.sends_mail()?;
        let now = edge::now();
        match self.visitor(incoming, now).await? {
            Some(visitor) => Ok(self.show_email(&visitor, None, now)),
            None => self.show_sign_in(incoming, Page::Email, now).await,
        }
    }

    /// Queues a mail to the address that a person typed.
    pub(crate) async fn ask_for_address(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.sends_mail()?;
        let now = edge::now();
        let (visitor, form) = self.form_of_recent(incoming, Page::Email, now).await?;
        let typed = form.one("email").ok().flatten().unwrap_or_default().trim();
        let Ok(address) = EmailAddress::parse(typed) else {
            incoming.log().refused("address_malformed");
            return Ok(self.show_email(&visitor, Some(Again::Malformed(typed)), now));
        };
        let user = visitor.person.user();
        let wish = AddressWish { person: user.key, credential_version: user.credential_version, address };
        if let Some(wait) = self.mails.ask(Some(Letter::ConfirmAddress(wish)), incoming.source(), now).await? {
            incoming.log().refused("mails_throttled");
            return Ok(self.show_email(&visitor, Some(Again::TooMany(wait, typed)), now));
        }
        incoming.log().event(AuditEntry::of_person(AuditEvent::AddressAsked, &user.subject));
        let page = AccountNotice {
            title: say("mail-sent-title"),
            text: &[say("email-sent-text"), say("email-sent-more")],
            leads_to: &self.path(),
            label: say("back-to-account"),
        };
        Ok(html(StatusCode::OK, page.render()))
    }

    /// Shows the button of a link to the person whom it is for, or the sign-in page.
    pub(crate) async fn confirm_page(&self, incoming: Incoming<'_>, sealed: &str) -> Result<Response, Refused> {
        self.sends_mail()?;
        let now = edge::now();
        let Some(visitor) = self.visitor(incoming, now).await? else {
            return self.show_sign_in(incoming, Page::Email, now).await;
        };
        if !visitor.person.is_recent(now) {
            return Err(Refused::SignedInLongAgo(Page::Email));
        }
        let (link, name) = open_link(&visitor, sealed)?;
        link.confirm(visitor.person.user(), now).ok_or(Refused::LinkOver)?;
        if !self.people.knows_link(name).await? {
            return Err(Refused::LinkOver);
        }
        let page = pages::AccountConfirm {
            base: &self.path(),
            username: visitor.person.user().username.as_str(),
            address: link.address().as_str(),
            link: sealed,
            ticket: &visitor.ticket(Page::Email, now),
        };
        Ok(html_with_form(StatusCode::OK, page.render()))
    }

    /// Confirms the address of a link.
    pub(crate) async fn confirm_address(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.sends_mail()?;
        let now = edge::now();
        let (visitor, form) = self.form_of_recent(incoming, Page::Email, now).await?;
        let (link, name) = open_link(&visitor, form.one("link").ok().flatten().unwrap_or_default())?;
        let (user, address) = (visitor.person.user(), link.address());
        let change = link.confirm(user, now).ok_or(Refused::LinkOver)?;
        let moves = user.confirmed_address().is_some() && !user.has_confirmed(address);
        let beside = if moves { self.tell(Notice::AddressChanged, user, now) } else { None };
        let claim = AddressClaim { address, change: &change, link: name, beside };
        match self.people.confirm_own_address(&visitor.person, claim, now).await? {
            Confirmed::Done => {
                incoming.log().event(AuditEntry::of_person(AuditEvent::AddressConfirmed, &user.subject));
                Ok(redirect(&format!("{}{}", self.path(), Page::Email.path())))
            }
            Confirmed::Over => Err(Refused::SignedOut(Page::Email)),
            Confirmed::Changed => Err(Refused::LinkOver),
            Confirmed::Taken => Err(Refused::AddressTaken),
        }
    }

    fn show_email(&self, visitor: &Visitor, again: Option<Again<'_>>, now: Timestamp) -> Response {
        let user = visitor.person.user();
        let (text, typed, status) = match again {
            None => (None, "", StatusCode::OK),
            Some(Again::Malformed(typed)) => (Some(say("address-malformed")), typed, StatusCode::BAD_REQUEST),
            Some(Again::TooMany(Wait(wait), typed)) => {
                let text = say("mail-too-many").number("seconds", wait);
                (Some(text), typed, StatusCode::TOO_MANY_REQUESTS)
            }
        };
        let page = pages::AccountEmail {
            base: &self.path(),
            address: user.claims.text(Claim::Email).unwrap_or_default(),
            is_confirmed: user.confirmed_address().is_some(),
            typed,
            ticket: &visitor.ticket(Page::Email, now),
            alert: text,
        };
        let mut response = html_with_form(status, page.render());
        if let Some(Again::TooMany(Wait(wait), _)) = again {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        response
    }
}

fn open_link(visitor: &Visitor, sealed: &str) -> Result<(AddressLink, LinkName), Refused> {
    let mailed = visitor.ring.handles().open(HandleKind::AddressLink, sealed);
    let mailed = mailed.and_then(|bytes| MailedLink::from_bytes(LinkPurpose::Address, &bytes));
    let mailed = mailed.ok_or(Refused::LinkOver)?;
    Ok((AddressLink::from_bytes(mailed.content()).ok_or(Refused::LinkOver)?, mailed.name()))
}
