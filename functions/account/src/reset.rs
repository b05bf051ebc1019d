//! The link in a mail with which a person sets a new password. Opening it changes nothing; its form does.

use edge::{AuditEntry, AuditEvent, Incoming, Response, html, html_with_form};
use grants::Timestamp;
use http::StatusCode;
use keys::HandleKind;
use pages::{AccountNotice, say};
use protocol::Secret;
use service::{Browser, WayBack};
use sessions::{
    ChosenPassword, DeviceHandle, FormFault, LinkName, LinkPurpose, MailedLink, Notice, ResetLink, UnfitPassword, User,
    WeakPassword,
};
use store::UserChanged;

use crate::Account;
use crate::new_password::of_password;
use crate::page::Page;
use crate::refused::Refused;

/// The number of attempts: the profile may change at the same time, a few times at most.
const ATTEMPTS: usize = 3;

/// The outcome of a use of a link that worked when it was opened, with the person as of before.
enum Spent {
    /// The password is set.
    Done(User),
    /// The second factor without which the password is too short was removed meanwhile.
    FactorGone(User),
}

/// A link that works, and the person it is for.
struct Opened {
    link: ResetLink,
    name: LinkName,
    user: User,
}

impl Account {
    /// Shows the form of a link.
    pub(crate) async fn reset_page(&self, sealed: &str) -> Result<Response, Refused> {
        let opened = self.open_link(sealed, edge::now()).await?;
        Ok(self.show_reset(&opened.user, sealed, None))
    }

    /// Sets the new password, which ends everything that rests on the former one.
    pub(crate) async fn reset_password(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let (now, form) = (edge::now(), incoming.body_form()?);
        if incoming.is_cross_site() {
            return Err(Refused::BadForm(FormFault::CrossSite, Page::Overview));
        }
        form.without_repeats().map_err(|_| Refused::BadForm(FormFault::Unreadable, Page::Overview))?;
        let sent = |name| form.one(name).ok().flatten().unwrap_or_default();
        let (sealed, password) = (sent("link"), Secret::new(sent("new_password").to_owned()));
        let opened = self.open_link(sealed, now).await?;
        let unfit = |user: &User, unfit| {
            incoming.log().refused("password_unfit");
            Ok(self.show_reset(user, sealed, Some(unfit)))
        };
        let needs_factor = match self.check_chosen(&opened.user, &password) {
            Ok(needs_factor) => needs_factor,
            Err(fault) => return unfit(&opened.user, fault),
        };
        let chosen = match self.sign_ins.passwords().hash(password).await {
            Ok(hash) => ChosenPassword { hash, needs_factor },
            Err(WeakPassword::Length | WeakPassword::Hash) => return Err(Refused::LinkOver),
            Err(WeakPassword::Unhashable) => return Err(Refused::Unhashable),
        };
        let user = match self.spend(opened, &chosen, now).await? {
            Spent::Done(user) => user,
            Spent::FactorGone(user) => return unfit(&user, UnfitPassword::TooShort(self.min_lengths().alone)),
        };
        incoming.log().event(AuditEntry::of_person(AuditEvent::PasswordReset, &user.subject));
        self.clean_up(&user, user.credential_version.saturating_add(1)).await;
        self.show_set(incoming, &user, now).await
    }

    /// Tells that the password is set.
    async fn show_set(&self, incoming: Incoming<'_>, user: &User, now: Timestamp) -> Result<Response, Refused> {
        let page = AccountNotice {
            title: say("reset-done-title"),
            text: &[say("reset-done-text"), say("reset-done-factors")],
            leads_to: &self.way_back(&WayBack::of_browser(&self.wiring.config, incoming)),
            label: say("sign-in"),
        };
        // Whoever set the password is not kept out by those who guess it meanwhile.
        let ring = self.ring(now).await?;
        let browser = Browser::of(incoming, self.wiring.config.cookies(), &ring);
        let device = DeviceHandle::after_reset(user, edge::random(), now);
        let response = browser.remember(html(StatusCode::OK, page.render()), &device);
        Ok(WayBack::forgotten(&self.wiring.config, incoming, response))
    }

    /// Opens a link, if it works.
    async fn open_link(&self, sealed: &str, now: Timestamp) -> Result<Opened, Refused> {
        self.sends_mail()?;
        let ring = self.ring(now).await?;
        let mailed = ring.handles().open(HandleKind::ResetLink, sealed);
        let mailed = mailed.and_then(|bytes| MailedLink::from_bytes(LinkPurpose::NewPassword, &bytes));
        let mailed = mailed.ok_or(Refused::LinkOver)?;
        let (name, link) = (mailed.name(), ResetLink::from_bytes(mailed.content()).ok_or(Refused::LinkOver)?);
        let (is_known, user) = tokio::try_join!(self.people.knows_link(name), self.people.user(link.person()))?;
        let user = user.filter(|user| is_known && link.works_for(user, now));
        user.map(|user| Opened { link, name, user }).ok_or(Refused::LinkOver)
    }

    /// Writes the new password, together with the mail that tells of it. Of all uses of a link, one gets here. Returns the
    /// person as of before.
    async fn spend(&self, opened: Opened, chosen: &ChosenPassword, now: Timestamp) -> Result<Spent, Refused> {
        let Opened { link, name, mut user } = opened;
        for _ in 0..ATTEMPTS {
            if !link.works_for(&user, now) {
                break;
            }
            let Some(change) = link.reset(&user, chosen.clone(), now) else { return Ok(Spent::FactorGone(user)) };
            let notice = self.tell(Notice::PasswordReset, &user, now);
            match self.people.change_user_by_link(&change, name, notice).await? {
                UserChanged::Done => return Ok(Spent::Done(user)),
                UserChanged::Refused(Some(found)) => user = *found,
                UserChanged::Refused(None) => return Err(Refused::LinkOver),
            }
        }
        Err(Refused::LinkOver)
    }

    fn show_reset(&self, user: &User, sealed: &str, fault: Option<UnfitPassword>) -> Response {
        let alert = fault.map(of_password);
        let page = pages::AccountReset {
            base: &self.path(),
            username: user.username.as_str(),
            link: sealed,
            min_length: self.min_lengths().beside(user.has_second_factor()),
            alert,
        };
        html_with_form(if fault.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK }, page.render())
    }
}
