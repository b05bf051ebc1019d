//! Writes mails: finds out who gets which mail, and makes its links.

use edge::Failure;
use grants::Timestamp;
use keys::HandleKind;
use pages::{FactorsChange, Language, Mail};
use protocol::{EmailAddress, Username};
use sessions::{
    AddressLink, AddressWish, CONFIRM_LIFETIME, Counter, InvitationId, Letter, LinkName, LinkPurpose, MailedLink,
    Notice, PersonKey, QueuedMail, RESET_LIFETIME, Recipient, ResetLink, SIGN_UP_LIFETIME, SignUpLink, User,
    recipient_of_reset,
};

use crate::BackChannelLogout;
use crate::post::OutgoingMail;

/// A mail that may be sent.
pub(crate) struct Written {
    pub(crate) mail: OutgoingMail,
    /// The `sub` of the person, for the log.
    pub(crate) subject: Option<String>,
    /// The counters of a mail that anybody can ask for, so that its mailbox gets a few only.
    pub(crate) counted_at: Vec<Counter>,
    /// The link in it, and the time when it is over. Its item has to be there before the mail is sent.
    pub(crate) link: Option<(LinkName, Timestamp)>,
}

/// A kind of link: its purpose, the handle that it is, and the page of the account that it leads to.
struct LinkKind {
    purpose: LinkPurpose,
    handle: HandleKind,
    page: &'static str,
}

/// A link that was made for a mail.
struct NewLink {
    url: String,
    name: LinkName,
}

const NEW_PASSWORD: LinkKind =
    LinkKind { purpose: LinkPurpose::NewPassword, handle: HandleKind::ResetLink, page: "reset" };
const ADDRESS: LinkKind = LinkKind { purpose: LinkPurpose::Address, handle: HandleKind::AddressLink, page: "email" };
const ACCOUNT: LinkKind = LinkKind { purpose: LinkPurpose::Account, handle: HandleKind::SignUpLink, page: "sign-up" };
const INVITATION: LinkKind =
    LinkKind { purpose: LinkPurpose::Invitation, handle: HandleKind::InvitationLink, page: "sign-up" };

impl Written {
    /// The same mail, of which the mailbox gets fewer because this person asks for them.
    fn asked_for_by(self, person: PersonKey) -> Self {
        let of_person = Counter::mailbox_for(&self.mail.to, person);
        Self { counted_at: std::iter::once(of_person).chain(self.counted_at).collect(), ..self }
    }

    fn with_link(self, name: LinkName, expires_at: Timestamp) -> Self {
        Self { link: Some((name, expires_at)), ..self }
    }
}

impl BackChannelLogout {
    /// Writes a mail in its language; `None` if nobody gets it.
    pub(crate) async fn write(&self, mail: &QueuedMail, now: Timestamp) -> Result<Option<Written>, Failure> {
        let language = mail.language.as_deref().and_then(Language::of_list).unwrap_or(Language::ENGLISH);
        pages::speaking(language, self.write_letter(mail, now)).await
    }

    async fn write_letter(&self, mail: &QueuedMail, now: Timestamp) -> Result<Option<Written>, Failure> {
        match &mail.letter {
            Letter::ForgottenPassword(typed) => match recipient_of_reset(self.meant_by(typed).await?, typed) {
                Some((user, address)) => self.reset(&user, address, now).await,
                None => Ok(None),
            },
            Letter::ConfirmAddress(wish) => self.confirm(wish, now).await,
            Letter::SignUp(address) => self.sign_up(address, now).await,
            Letter::Invitation(id) => self.invitation(*id, now).await,
            Letter::Notice(notice, recipient) => Ok(self.tell(*notice, recipient)),
        }
    }

    /// Writes the mail that tells of a change.
    fn tell(&self, notice: Notice, recipient: &Recipient) -> Option<Written> {
        let account = format!("{}/account", self.wiring.config.issuer);
        let (forgotten, username) = (format!("{account}/forgotten"), recipient.username.as_str());
        let factors = |change| Mail::FactorsChanged { username, change, account: &account };
        let content = match notice {
            Notice::PasswordReset => Mail::PasswordChanged { username, forgotten: &forgotten, by_mail: true },
            Notice::PasswordChanged => Mail::PasswordChanged { username, forgotten: &forgotten, by_mail: false },
            Notice::AddressChanged => Mail::AddressChanged { username, account: &account },
            Notice::AccountDeleted => Mail::AccountDeleted { username },
            Notice::FactorAdded => factors(FactorsChange::Added),
            Notice::FactorRemoved => factors(FactorsChange::Removed),
            Notice::PasskeyAdded => factors(FactorsChange::PasskeyAdded),
            Notice::PasskeyRemoved => factors(FactorsChange::PasskeyRemoved),
            Notice::RecoveryCodesReplaced => factors(FactorsChange::NewCodes),
            Notice::RecoveryCodeUsed => factors(FactorsChange::CodeUsed),
        };
        let mail = self.outgoing(recipient.address.clone(), &content)?;
        Some(Written { mail, subject: None, counted_at: Vec::new(), link: None })
    }

    /// Writes the mail with the link that confirms an address.
    async fn confirm(&self, wish: &AddressWish, now: Timestamp) -> Result<Option<Written>, Failure> {
        let user = self.people.user(wish.person).await?.filter(|user| wish.counts_for(user));
        let Some(user) = user else { return Ok(None) };
        let link = AddressLink::new(&user, wish.address.clone(), now).to_bytes();
        let NewLink { url, name } = self.link(&ADDRESS, &link, now).await?;
        let content = Mail::ConfirmAddress { link: &url, minutes: CONFIRM_LIFETIME / 60 };
        let written = self.about(&user, wish.address.clone(), &content, LinkPurpose::Address);
        let written = written.map(|written| written.asked_for_by(user.key));
        Ok(written.map(|written| written.with_link(name, now.plus(CONFIRM_LIFETIME))))
    }

    /// Writes the mail for somebody who wants an account: with the link that makes it, or about the account that there is.
    async fn sign_up(&self, address: &EmailAddress, now: Timestamp) -> Result<Option<Written>, Failure> {
        if let Some(user) = self.people.by_address(address).await? {
            let forgotten = format!("{}/account/forgotten", self.wiring.config.issuer);
            let content = Mail::HasAccount { username: user.username.as_str(), forgotten: &forgotten };
            return Ok(self.about(&user, address.clone(), &content, LinkPurpose::Account));
        }
        let link = SignUpLink::new(address.clone(), now).to_bytes();
        let NewLink { url, name } = self.link(&ACCOUNT, &link, now).await?;
        let mail = self.outgoing(address.clone(), &Mail::SignUp { link: &url, minutes: SIGN_UP_LIFETIME / 60 });
        let counted_at = vec![Counter::mailbox(address, LinkPurpose::Account)];
        let link = Some((name, now.plus(SIGN_UP_LIFETIME)));
        Ok(mail.map(|mail| Written { mail, subject: None, counted_at, link }))
    }

    /// Writes the mail for somebody whom an operator invited, unless the invitation is over.
    async fn invitation(&self, id: InvitationId, now: Timestamp) -> Result<Option<Written>, Failure> {
        let invitation = self.people.invitation(id).await?.filter(|invitation| invitation.works(now));
        let Some(invitation) = invitation else { return Ok(None) };
        let NewLink { url, name } = self.link(&INVITATION, id.as_bytes(), now).await?;
        let until = pages::moment(invitation.expires_at.seconds());
        let mail = self.outgoing(invitation.address, &Mail::Invitation { link: &url, until: &until });
        let link = Some((name, invitation.expires_at));
        Ok(mail.map(|mail| Written { mail, subject: None, counted_at: Vec::new(), link }))
    }

    /// Returns the people whom a typed name or address may mean, at most two: the one who has it as a name first.
    async fn meant_by(&self, typed: &str) -> Result<Vec<User>, Failure> {
        let mut found = Vec::new();
        if let Ok(username) = Username::parse(typed) {
            found.extend(self.people.by_name(&username).await?);
        }
        if let Ok(address) = EmailAddress::parse(typed) {
            found.extend(self.people.by_address(&address).await?);
        }
        Ok(found)
    }

    /// Writes the mail with the link that sets a new password.
    async fn reset(&self, user: &User, address: EmailAddress, now: Timestamp) -> Result<Option<Written>, Failure> {
        let link = ResetLink::new(user, &address, now).to_bytes();
        let NewLink { url, name } = self.link(&NEW_PASSWORD, &link, now).await?;
        let content =
            Mail::ResetPassword { username: user.username.as_str(), link: &url, minutes: RESET_LIFETIME / 60 };
        let written = self.about(user, address, &content, LinkPurpose::NewPassword);
        Ok(written.map(|written| written.with_link(name, now.plus(RESET_LIFETIME))))
    }

    /// Makes a new link with this content. Its random bits are made here, and are in the mail alone.
    async fn link(&self, kind: &LinkKind, content: &[u8], now: Timestamp) -> Result<NewLink, Failure> {
        let link = MailedLink::new(kind.purpose, content, edge::random());
        let sealed = self.wiring.keys.ring(now).await?.handles().seal(kind.handle, link.as_bytes());
        let url = format!("{}/account/{}/{}", self.wiring.config.issuer, kind.page, sealed.expose());
        Ok(NewLink { url, name: link.name() })
    }

    /// Renders a mail to a person, of which a mailbox gets a few only of each purpose.
    fn about(&self, user: &User, to: EmailAddress, content: &Mail<'_>, purpose: LinkPurpose) -> Option<Written> {
        let counted_at = vec![Counter::mailbox(&to, purpose)];
        let mail = self.outgoing(to, content)?;
        Some(Written { mail, subject: Some(user.subject.to_string()), counted_at, link: None })
    }

    /// Renders a mail; `None` if this deployment sends none, or the mail cannot be rendered.
    fn outgoing(&self, to: EmailAddress, content: &Mail<'_>) -> Option<OutgoingMail> {
        let from = self.wiring.config.mail_from.clone()?;
        match content.render() {
            Ok(content) => Some(OutgoingMail { from, to, content }),
            Err(error) => {
                edge::trouble("a mail could not be rendered", &error);
                None
            }
        }
    }
}
