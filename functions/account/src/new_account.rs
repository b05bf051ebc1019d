//! The page behind a link of a sign-up mail. Opening it changes nothing; its form makes the account.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html, html_with_form};
use grants::Timestamp;
use http::{StatusCode, header};
use keys::HandleKind;
use pages::{AccountNotice, Text, say};
use protocol::{EmailAddress, Secret, Username};
use service::WayBack;
use sessions::{
    FormFault, InvitationId, LinkName, LinkPurpose, MailedLink, NewIdentity, SIGNS_OF_LINKS, SignUpLink, UnfitName,
    UnfitPassword, User, Wait, WeakPassword, chosen_name, claims_of_new,
};
use store::{SignUp, SignUpRight, SignedUp};

use crate::Account;
use crate::new_password::of_password;
use crate::page::Page;
use crate::refused::Refused;

/// A link that works, as far as can be seen: its address, and the right that it is.
struct Opened {
    address: EmailAddress,
    right: SignUpRight,
    name: LinkName,
    /// The name that an operator suggests; empty without.
    suggested: String,
}

/// The form that a new person sent: the link, the name and the password.
struct Sent<'a> {
    sealed: &'a str,
    link: Opened,
    username: &'a str,
    password: Secret,
}

/// The reason to show the page again.
#[derive(Clone, Copy)]
enum Fault {
    Name(UnfitName),
    Taken,
    Password(UnfitPassword),
    TooMany(Wait),
}

impl Account {
    /// Shows the form of a link.
    pub(crate) async fn new_account_page(&self, sealed: &str) -> Result<Response, Refused> {
        let link = self.open_sign_up(sealed, edge::now()).await?;
        if self.people.by_address(&link.address).await?.is_some() {
            return Err(Refused::SignUpOver);
        }
        let username = link.suggested.clone();
        let sent = Sent { sealed, link, username: &username, password: Secret::new(String::new()) };
        Ok(self.show_new_account(&sent, None))
    }

    /// Makes the account, and signs nobody in: the new person signs in like everybody else.
    pub(crate) async fn create_account(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let (now, form) = (edge::now(), incoming.body_form()?);
        if incoming.is_cross_site() {
            return Err(Refused::BadForm(FormFault::CrossSite, Page::Overview));
        }
        form.without_repeats().map_err(|_| Refused::BadForm(FormFault::Unreadable, Page::Overview))?;
        let field = |name| form.one(name).ok().flatten().unwrap_or_default();
        let (sealed, password) = (field("link"), Secret::new(field("new_password").to_owned()));
        let link = self.open_sign_up(sealed, now).await?;
        let sent = Sent { sealed, link, username: field("username"), password };
        match self.make_account(&sent, now).await? {
            Ok(user) => {
                incoming.log().event(AuditEntry::of_person(AuditEvent::AccountCreated, &user.subject));
                let page = AccountNotice {
                    title: say("new-account-done-title"),
                    text: &[say("new-account-done-text")],
                    leads_to: &self.way_back(&WayBack::of_browser(&self.wiring.config, incoming)),
                    label: say("sign-in"),
                };
                Ok(WayBack::forgotten(&self.wiring.config, incoming, html(StatusCode::OK, page.render())))
            }
            Err(fault) => {
                incoming.log().refused(fault.reason());
                Ok(self.show_new_account(&sent, Some(fault)))
            }
        }
    }

    /// Checks what was sent, and writes the new person. Of all uses of a link, one gets there.
    async fn make_account(&self, sent: &Sent<'_>, now: Timestamp) -> Result<Result<User, Fault>, Refused> {
        let address = &sent.link.address;
        if let Some(wait) = self.mails.try_sign_up(address, now).await? {
            return Ok(Err(Fault::TooMany(wait)));
        }
        let username: Username = match chosen_name(sent.username, address) {
            Ok(username) => username,
            Err(unfit) => return Ok(Err(Fault::Name(unfit))),
        };
        let claims = claims_of_new(address, now);
        if let Err(unfit) = self.check_chosen_by(&username, &claims, &sent.password) {
            return Ok(Err(Fault::Password(unfit)));
        }
        let password = Secret::new(sent.password.expose().to_owned());
        let hash = match self.sign_ins.passwords().hash(password).await {
            Ok(hash) => hash,
            Err(WeakPassword::Length | WeakPassword::Hash) => return Err(Refused::SignUpOver),
            Err(WeakPassword::Unhashable) => return Err(Refused::Unhashable),
        };
        let identity = NewIdentity { key: edge::random(), subject: edge::random() };
        let user = User::unregistered(username, hash, identity, now).map_err(|_| Refused::Unhashable)?;
        let user = User { claims, ..user };
        let new = SignUp { user: &user, address, right: sent.link.right, link: sent.link.name };
        match self.people.sign_up(new, None).await? {
            SignedUp::Done => Ok(Ok(user)),
            SignedUp::NameTaken => Ok(Err(Fault::Taken)),
            SignedUp::AddressTaken => Err(Refused::SignUpOver),
        }
    }

    /// Opens a link, if it was sent and not used yet, and works as far as can be seen without its address.
    async fn open_sign_up(&self, sealed: &str, now: Timestamp) -> Result<Opened, Refused> {
        let rules = &self.wiring.config.sign_up;
        if rules.mode == edge::SignUpMode::Off {
            return Err(Refused::NotFound);
        }
        let ring = self.ring(now).await?;
        if let Some(bytes) = ring.handles().open(HandleKind::InvitationLink, sealed) {
            return self.open_invitation(&bytes, now).await;
        }
        let mailed = ring.handles().open(HandleKind::SignUpLink, sealed);
        let mailed = mailed.and_then(|bytes| MailedLink::from_bytes(LinkPurpose::Account, &bytes));
        let mailed = mailed.ok_or(Refused::SignUpOver)?;
        let link = SignUpLink::from_bytes(mailed.content());
        let link = link.filter(|link| link.is_in_time(now) && rules.admits(link.address()));
        let link = link.ok_or(Refused::SignUpOver)?;
        if !self.people.knows_link(mailed.name()).await? {
            return Err(Refused::SignUpOver);
        }
        let (address, right) = (link.address().clone(), SignUpRight::Link(link.issued_at()));
        Ok(Opened { address, right, name: mailed.name(), suggested: String::new() })
    }

    /// Opens the link of an invitation, if it is not used yet and the operator did not withdraw the invitation.
    async fn open_invitation(&self, bytes: &[u8], now: Timestamp) -> Result<Opened, Refused> {
        let mailed = MailedLink::from_bytes(LinkPurpose::Invitation, bytes).ok_or(Refused::SignUpOver)?;
        let name = mailed.name();
        let id = InvitationId::from_bytes(mailed.content().try_into().map_err(|_| Refused::SignUpOver)?);
        let (is_known, invitation) = tokio::try_join!(self.people.knows_link(name), self.people.invitation(id))?;
        let invitation = invitation.filter(|invitation| is_known && invitation.works(now));
        let invitation = invitation.ok_or(Refused::SignUpOver)?;
        let suggested = invitation.username.map(|name| name.as_str().to_owned()).unwrap_or_default();
        Ok(Opened { address: invitation.address, right: SignUpRight::Invitation(id), name, suggested })
    }

    fn show_new_account(&self, sent: &Sent<'_>, fault: Option<Fault>) -> Response {
        let [name_alert, password_alert] = fault.map_or([None, None], Fault::texts);
        let page = pages::AccountNew {
            base: &self.path(),
            link: sent.sealed,
            email: sent.link.address.as_str(),
            username: sent.username,
            min_length: self.wiring.config.policy.password_min_length,
            name_alert,
            password_alert,
        };
        let mut response = html_with_form(fault.map_or(StatusCode::OK, Fault::status), page.render());
        if let Some(Fault::TooMany(Wait(wait))) = fault {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        response
    }
}

impl Fault {
    const fn reason(self) -> &'static str {
        match self {
            Self::Name(_) => "name_unfit",
            Self::Taken => "name_taken",
            Self::Password(_) => "password_unfit",
            Self::TooMany(_) => "sign_up_throttled",
        }
    }

    /// The text about the name, and that about the password.
    fn texts(self) -> [Option<Text>; 2] {
        match self {
            Self::Name(unfit) => [Some(of_name(unfit)), None],
            Self::Taken => [Some(say("name-taken")), None],
            Self::Password(unfit) => [None, Some(of_password(unfit))],
            Self::TooMany(Wait(wait)) => [Some(say("name-too-many").number("seconds", wait)), None],
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Name(_) | Self::Password(_) => StatusCode::BAD_REQUEST,
            Self::Taken => StatusCode::CONFLICT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

/// Returns the text about a name that a new person cannot have.
fn of_name(unfit: UnfitName) -> Text {
    match unfit {
        UnfitName::Malformed => say("name-malformed"),
        UnfitName::Unusual => say("name-unusual"),
        UnfitName::Link => say("name-link").with("signs", SIGNS_OF_LINKS.map(String::from).join(" ")),
        UnfitName::AnotherAddress => say("name-another-address"),
    }
}
