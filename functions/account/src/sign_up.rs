//! Sign-up: a mail to an address, and the page behind its link, where a new person chooses a name and a password.
//!
//! Asking for a mail is like asking for one about a forgotten password: the same answer and the same work for every address,
//! and the function that sends the mail finds out whether the address is known.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html, html_with_form};
use grants::Timestamp;
use http::{Method, StatusCode, header};
use keys::{HandleKind, KeyRing};
use pages::{AccountNotice, Text, say};
use protocol::{EmailAddress, Parameters};
use service::{Browser, WayBack, form_ticket};
use sessions::{FormFault, FormTicket, Letter, VisitId, Wait};

use crate::Account;
use crate::refused::Refused;

/// The path of the page below that of the account.
pub(crate) const SIGN_UP: &str = "/sign-up";
/// The path to which the form behind a link is sent.
pub(crate) const CREATE: &str = "/create";
/// The page that the ticket of its form is for.
const TICKET_FOR: &str = "/account/sign-up";

/// The reason to show the page again.
#[derive(Clone, Copy)]
enum Again {
    BadForm(FormFault),
    Malformed,
    NotAdmitted,
    TooMany(Wait),
}

/// The page on which a person asks for a link.
struct SignUpPage<'a> {
    back: &'a WayBack,
    email: &'a str,
    again: Option<Again>,
}

impl Account {
    /// Answers a request about sign-up; `None` if the step is none of it.
    pub(crate) async fn answer_sign_up(&self, incoming: Incoming<'_>, step: &str) -> Option<Result<Response, Refused>> {
        let link = step.strip_prefix("/sign-up/");
        Some(match (step, incoming.method()) {
            (SIGN_UP, &Method::GET) => self.sign_up_page(incoming).await,
            (SIGN_UP, &Method::POST) => self.ask_for_account(incoming).await,
            (CREATE, &Method::POST) => self.create_account(incoming).await,
            (SIGN_UP, _) => Err(Refused::WrongMethod("GET, HEAD, POST")),
            (CREATE, _) => Err(Refused::WrongMethod("POST")),
            (_, method) => match link? {
                link if *method == Method::GET => self.new_account_page(link).await,
                _ => Err(Refused::WrongMethod("GET, HEAD")),
            },
        })
    }

    /// Shows the page on which a person asks for an account.
    async fn sign_up_page(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.has_sign_up_page()?;
        let now = edge::now();
        let asked = Parameters::parse(incoming.query().as_bytes()).unwrap_or_default();
        let back = WayBack::of_form(&asked);
        let ring = self.ring(now).await?;
        Ok(self.show_sign_up(incoming, &ring, &SignUpPage { back: &back, email: "", again: None }, now))
    }

    /// Queues the mail, for any address that may sign up.
    async fn ask_for_account(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.has_sign_up_page()?;
        let (now, form) = (edge::now(), incoming.body_form()?);
        let ring = self.ring(now).await?;
        let (back, email) = (WayBack::of_form(&form), form.one("email").ok().flatten().unwrap_or_default().trim());
        if let Err(again) = self.queue_sign_up(incoming, &ring, &form, now).await? {
            incoming.log().refused(again.reason());
            let page = SignUpPage { back: &back, email, again: Some(again) };
            return Ok(self.show_sign_up(incoming, &ring, &page, now));
        }
        let stranger = ring.handles().stranger(&email.to_lowercase());
        incoming.log().event(AuditEntry::of_attempt(AuditEvent::SignUpAsked, stranger));
        let page = AccountNotice {
            title: say("mail-sent-title"),
            text: &[say("sign-up-sent-text"), say("sign-up-sent-more")],
            leads_to: &self.way_back(&back),
            label: say("back-to-sign-in"),
        };
        Ok(back.kept(&self.wiring.config, incoming, html(StatusCode::OK, page.render())))
    }

    /// Queues the mail, or returns the reason why not. No reason depends on whether the address is known.
    async fn queue_sign_up(
        &self,
        incoming: Incoming<'_>,
        ring: &KeyRing,
        form: &Parameters,
        now: Timestamp,
    ) -> Result<Result<(), Again>, Refused> {
        let browser = Browser::of(incoming, self.wiring.config.cookies(), ring);
        let digest = WayBack::of_form(form).digest(TICKET_FOR);
        let ticket = form_ticket(incoming, form, ring, HandleKind::SignInForm);
        let counts = ticket.and_then(|ticket| ticket.check_sign_in(browser.visit_of_form()?, digest, now));
        if let Err(fault) = counts {
            return Ok(Err(Again::BadForm(fault)));
        }
        let typed = form.one("email").ok().flatten().unwrap_or_default().trim();
        let Ok(address) = EmailAddress::parse(typed) else { return Ok(Err(Again::Malformed)) };
        if !self.wiring.config.sign_up.admits(&address) {
            return Ok(Err(Again::NotAdmitted));
        }
        let wait = self.mails.ask(Some(Letter::SignUp(address)), incoming.source(), now).await?;
        Ok(wait.map_or(Ok(()), |wait| Err(Again::TooMany(wait))))
    }

    fn show_sign_up(&self, incoming: Incoming<'_>, ring: &KeyRing, page: &SignUpPage<'_>, now: Timestamp) -> Response {
        let SignUpPage { back, email, again } = *page;
        let browser = Browser::of(incoming, self.wiring.config.cookies(), ring);
        let known = browser.visit();
        let visit = known.unwrap_or_else(|| VisitId::from_bytes(edge::random()));
        let ticket = FormTicket::for_sign_in(visit, back.digest(TICKET_FOR), edge::random(), now);
        let ticket = ring.handles().seal(HandleKind::SignInForm, &ticket.to_bytes());
        let alert = again.map(Again::text);
        let page = pages::AccountSignUp {
            base: &self.path(),
            email,
            request: &back.query(),
            back: &self.way_back(back),
            ticket: ticket.expose(),
            alert,
        };
        let mut response = html_with_form(again.map_or(StatusCode::OK, Again::status), page.render());
        if let Some(Again::TooMany(Wait(wait))) = again {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        if known.is_some() { response } else { browser.begin_visit(response, visit) }
    }

    /// Returns the path that leads back to where the person came from, or else to the account.
    pub(crate) fn way_back(&self, back: &WayBack) -> String {
        back.path(&self.wiring.config).unwrap_or_else(|| self.path())
    }

    fn has_sign_up_page(&self) -> Result<(), Refused> {
        if self.wiring.config.sign_up.mode.has_page() { Ok(()) } else { Err(Refused::NotFound) }
    }
}

impl Again {
    const fn reason(self) -> &'static str {
        match self {
            Self::BadForm(fault) => fault.name(),
            Self::Malformed => "address_malformed",
            Self::NotAdmitted => "address_not_admitted",
            Self::TooMany(_) => "mails_throttled",
        }
    }

    fn text(self) -> Text {
        match self {
            Self::BadForm(FormFault::CookiesMissing) => say("mail-form-no-cookie"),
            Self::BadForm(_) => say("mail-form-over"),
            Self::Malformed => say("address-malformed"),
            Self::NotAdmitted => say("address-not-admitted"),
            Self::TooMany(Wait(wait)) => say("mail-too-many").number("seconds", wait),
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::BadForm(_) => StatusCode::FORBIDDEN,
            Self::Malformed | Self::NotAdmitted => StatusCode::BAD_REQUEST,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}
