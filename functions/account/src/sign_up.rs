//! Sign-up: a mail to an address, and the page behind its link, where a new person chooses a name and a password.
//!
//! Asking for a mail is like asking for one about a forgotten password: the same answer and the same work for every address,
//! and the function that sends the mail finds out whether the address is known.

use edge::{AuditEntry, AuditEvent, Cookie, Incoming, Response, html, html_with_form};
use grants::{Seconds, Timestamp};
use http::{Method, StatusCode, header};
use keys::{HandleKind, KeyRing};
use pages::{AccountNotice, Text, say};
use protocol::{EmailAddress, Parameters};
use service::{Browser, form_ticket};
use sessions::{FormFault, FormTicket, Letter, RequestDigest, SIGN_UP_LIFETIME, VisitId, Wait};

use crate::Account;
use crate::refused::Refused;

/// The path of the page below that of the account.
pub(crate) const SIGN_UP: &str = "/sign-up";
/// The path to which the form behind a link is sent.
pub(crate) const CREATE: &str = "/create";
/// The longest request of an app that a browser carries on in a cookie.
const MOST_CARRIED_BYTES: usize = 2000;
/// The time in seconds during which a browser finds its way back: as long as the mail takes, and its link works.
const WAY_BACK_LIFETIME: Seconds = 2 * SIGN_UP_LIFETIME;

/// The authorization request that a person came from, in its canonical encoding; empty if there is none. It leads to this
/// server alone, which checks it as it checks every request.
pub(crate) struct WayBack(String);

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
        let back = WayBack::read(&asked);
        let ring = self.ring(now).await?;
        Ok(self.show_sign_up(incoming, &ring, &SignUpPage { back: &back, email: "", again: None }, now))
    }

    /// Queues the mail, for any address that may sign up.
    async fn ask_for_account(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.has_sign_up_page()?;
        let (now, form) = (edge::now(), incoming.body_form()?);
        let ring = self.ring(now).await?;
        let (back, email) = (WayBack::read(&form), form.one("email").ok().flatten().unwrap_or_default().trim());
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
            leads_to: &back.path(self),
            label: say("back-to-sign-in"),
        };
        Ok(back.kept(self, incoming, html(StatusCode::OK, page.render())))
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
        let digest = WayBack::read(form).digest();
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
        let ticket = FormTicket::for_sign_in(visit, back.digest(), edge::random(), now);
        let ticket = ring.handles().seal(HandleKind::SignInForm, &ticket.to_bytes());
        let alert = again.map(Again::text);
        let page = pages::AccountSignUp {
            base: &self.path(),
            email,
            request: &back.0,
            back: &back.path(self),
            ticket: ticket.expose(),
            alert,
        };
        let mut response = html_with_form(again.map_or(StatusCode::OK, Again::status), page.render());
        if let Some(Again::TooMany(Wait(wait))) = again {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        if known.is_some() { response } else { browser.begin_visit(response, visit) }
    }

    fn has_sign_up_page(&self) -> Result<(), Refused> {
        if self.wiring.config.sign_up.mode.has_page() { Ok(()) } else { Err(Refused::NotFound) }
    }
}

impl WayBack {
    /// Reads the request from the parameters of a page or a form.
    fn read(parameters: &Parameters) -> Self {
        Self::of(parameters.one("request").ok().flatten().unwrap_or_default())
    }

    /// Reads the request that this browser carries.
    pub(crate) fn of_browser(account: &Account, incoming: Incoming<'_>) -> Self {
        Self::of(incoming.cookie(account.wiring.config.cookies().name(Cookie::WayBack)).unwrap_or_default())
    }

    fn of(request: &str) -> Self {
        let fits = request.len() <= MOST_CARRIED_BYTES;
        let parsed = Parameters::parse(request.as_bytes()).ok().filter(|_| fits);
        let query = parsed.map(|parameters| parameters.to_query()).unwrap_or_default();
        Self(Some(query).filter(|query| query.len() <= MOST_CARRIED_BYTES).unwrap_or_default())
    }

    /// Returns the path that leads back: to the request, or else to the account.
    pub(crate) fn path(&self, account: &Account) -> String {
        if self.0.is_empty() {
            return account.path();
        }
        format!("{}/authorize?{}", account.wiring.config.path(), self.0)
    }

    /// Returns the response with which the browser keeps the way back, or forgets a former one.
    fn kept(&self, account: &Account, incoming: Incoming<'_>, response: Response) -> Response {
        if self.0.is_empty() {
            return Self::forgotten(account, incoming, response);
        }
        account.wiring.config.cookies().set_lasting(response, Cookie::WayBack, &self.0, WAY_BACK_LIFETIME)
    }

    /// Returns the response with which the browser forgets the way back, if it has one.
    pub(crate) fn forgotten(account: &Account, incoming: Incoming<'_>, response: Response) -> Response {
        let cookies = account.wiring.config.cookies();
        let has_one = incoming.cookie(cookies.name(Cookie::WayBack)).is_some();
        if has_one { cookies.forget(response, Cookie::WayBack) } else { response }
    }

    /// Returns the digest that the ticket of the form is bound to.
    fn digest(&self) -> RequestDigest {
        RequestDigest::of(&format!("/account/sign-up?{}", self.0))
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
