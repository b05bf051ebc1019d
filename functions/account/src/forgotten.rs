//! The mail for a person who forgot the password.
//!
//! The answer is the same for every name and address, and so is the work: the request is written down, and read later by the
//! function that sends mail. So neither the page nor its time tells whether a name is known.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html, html_with_form};
use grants::Timestamp;
use http::{StatusCode, header};
use keys::{HandleKind, KeyRing};
use pages::{AccountNotice, Text, say};
use protocol::Parameters;
use service::{Browser, WayBack, form_ticket, typed_username};
use sessions::{FormFault, FormTicket, Letter, VisitId, Wait};

use crate::Account;
use crate::refused::Refused;

/// The page that the ticket of its form is for.
const TICKET_FOR: &str = "/account/forgotten";

/// The reason to show the page again, with what was typed.
#[derive(Clone, Copy)]
enum Again<'a> {
    BadForm(FormFault, &'a str),
    TooMany(Wait, &'a str),
}

/// The page on which a person asks for a mail.
struct ForgottenPage<'a> {
    back: &'a WayBack,
    again: Option<Again<'a>>,
}

impl Account {
    /// Shows the page on which a person asks for a mail.
    pub(crate) async fn forgotten_page(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.sends_mail()?;
        let now = edge::now();
        let asked = Parameters::parse(incoming.query().as_bytes()).unwrap_or_default();
        let (back, ring) = (WayBack::of_form(&asked), self.ring(now).await?);
        Ok(self.show_forgotten(incoming, &ring, &ForgottenPage { back: &back, again: None }, now))
    }

    /// Queues the mail, for any name and any address.
    pub(crate) async fn ask_for_reset(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.sends_mail()?;
        let (now, form) = (edge::now(), incoming.body_form()?);
        let ring = self.ring(now).await?;
        let browser = Browser::of(incoming, self.wiring.config.cookies(), &ring);
        let (back, typed) = (WayBack::of_form(&form), form.one("username").ok().flatten().unwrap_or_default());
        let ticket = form_ticket(incoming, &form, &ring, HandleKind::SignInForm);
        let counts =
            ticket.and_then(|ticket| ticket.check_sign_in(browser.visit_of_form()?, back.digest(TICKET_FOR), now));
        if let Err(fault) = counts {
            incoming.log().refused(fault.name());
            let again = Some(Again::BadForm(fault, typed_username(&form)));
            return Ok(self.show_forgotten(incoming, &ring, &ForgottenPage { back: &back, again }, now));
        }
        let letter = Letter::forgotten_password(typed);
        if let Some(wait) = self.mails.ask(letter, incoming.source(), now).await? {
            incoming.log().refused("mails_throttled");
            let again = Some(Again::TooMany(wait, typed_username(&form)));
            return Ok(self.show_forgotten(incoming, &ring, &ForgottenPage { back: &back, again }, now));
        }
        let stranger = ring.handles().stranger(&typed.trim().to_lowercase());
        incoming.log().event(AuditEntry::of_attempt(AuditEvent::ResetAsked, stranger));
        let page = AccountNotice {
            title: say("mail-sent-title"),
            text: &[say("forgotten-sent-text"), say("forgotten-sent-more")],
            leads_to: &self.way_back(&back),
            label: say("back-to-sign-in"),
        };
        Ok(back.kept(&self.wiring.config, incoming, html(StatusCode::OK, page.render())))
    }

    fn show_forgotten(
        &self,
        incoming: Incoming<'_>,
        ring: &KeyRing,
        page: &ForgottenPage<'_>,
        now: Timestamp,
    ) -> Response {
        let ForgottenPage { back, again } = *page;
        let browser = Browser::of(incoming, self.wiring.config.cookies(), ring);
        let known = browser.visit();
        let visit = known.unwrap_or_else(|| VisitId::from_bytes(edge::random()));
        let ticket = FormTicket::for_sign_in(visit, back.digest(TICKET_FOR), edge::random(), now);
        let ticket = ring.handles().seal(HandleKind::SignInForm, &ticket.to_bytes());
        let alert = again.map(Again::text);
        let page = pages::AccountForgotten {
            base: &self.path(),
            username: again.map_or("", Again::typed),
            request: &back.query(),
            back: &self.way_back(back),
            ticket: ticket.expose(),
            alert,
        };
        let mut response = html_with_form(again.map_or(StatusCode::OK, Again::status), page.render());
        if let Some(Again::TooMany(Wait(wait), _)) = again {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        if known.is_some() { response } else { browser.begin_visit(response, visit) }
    }

    /// Refuses a page that needs mail, where none is sent.
    pub(crate) fn sends_mail(&self) -> Result<(), Refused> {
        if self.wiring.config.mail_from.is_some() { Ok(()) } else { Err(Refused::NotFound) }
    }
}

impl<'a> Again<'a> {
    fn text(self) -> Text {
        match self {
            Self::BadForm(FormFault::CookiesMissing, _) => say("mail-form-no-cookie"),
            Self::BadForm(..) => say("mail-form-over"),
            Self::TooMany(Wait(wait), _) => say("mail-too-many").number("seconds", wait),
        }
    }

    const fn typed(self) -> &'a str {
        match self {
            Self::BadForm(_, typed) | Self::TooMany(_, typed) => typed,
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::BadForm(..) => StatusCode::FORBIDDEN,
            Self::TooMany(..) => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}
