//! Writes mails: finds out who gets which mail, and makes its links.

use edge::Failure;
use grants::Timestamp;
use keys::HandleKind;
use pages::{FactorsChange, Language, Mail};
use protocol::{EmailAddress, Username};
use sessions::{
    AddressLink, AddressWish, CONFIRM_LIFETIME, InvitationId, Letter, Notice, QueuedMail, RESET_LIFETIME, Recipient,
    ResetLink, SIGN_UP_LIFETIME, SignUpLink, User, recipient_of_reset,
};

use crate::BackChannelLogout;
use crate::post::OutgoingMail;

/// A mail that may be sent.
pub(crate) struct Written {
    pub(crate) mail: OutgoingMail,
    /// The `sub` of the person, for the log.
    pub(crate) subject: Option<String>,
    /// `true` for a mail that anybody can ask for, so that its mailbox gets a few only.
    pub(crate) is_counted: bool,
}

impl BackChannelLogout {
    /// Writes a mail in its language; `None` if nobody gets it.
    pub(crate) async fn write(&self, mail: &QueuedMail, now: Timestamp) -> Result<Option<Written>, Failure> {
        let language = mail.language.as_deref().and_then(Language::of_list).unwrap_or(Language::ENGLISH);
        pages::speaking(language, self.write_letter(mail, now)).await
    }

    async fn write_letter(&self, mail: &QueuedMail, now: Timestamp) -> Result<Option<Written>, Failure> {
        match &mail.letter {
            Letter::ForgottenPassword(typed) => match recipient_of_reset(self.meant_by(typed).await?) {
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
        let content = match notice {
            Notice::PasswordReset => Mail::PasswordChanged { username, forgotten: &forgotten, by_mail: true },
            Notice::PasswordChanged => Mail::PasswordChanged { username, forgotten: &forgotten, by_mail: false },
            Notice::AddressChanged => Mail::AddressChanged { username, account: &account },
            Notice::AccountDeleted => Mail::AccountDeleted { username },
            Notice::FactorAdded => {
                Mail::FactorsChanged { username, change: FactorsChange::Added, forgotten: &forgotten }
            }
            Notice::FactorRemoved => {
                Mail::FactorsChanged { username, change: FactorsChange::Removed, forgotten: &forgotten }
            }
            Notice::RecoveryCodesReplaced => {
                Mail::FactorsChanged { username, change: FactorsChange::NewCodes, forgotten: &forgotten }
            }
        };
        let mail = self.outgoing(recipient.address.clone(), &content)?;
        Some(Written { mail, subject: None, is_counted: false })
    }

    /// Writes the mail with the link that confirms an address.
    async fn confirm(&self, wish: &AddressWish, now: Timestamp) -> Result<Option<Written>, Failure> {
        let user = self.people.user(wish.person).await?.filter(|user| wish.counts_for(user));
        let Some(user) = user else { return Ok(None) };
        let link = AddressLink::new(&user, wish.address.clone(), now).to_bytes();
        let link = self.sealed(HandleKind::AddressLink, "email", &link, now).await?;
        let content =
            Mail::ConfirmAddress { username: user.username.as_str(), link: &link, minutes: CONFIRM_LIFETIME / 60 };
        Ok(self.counted(wish.address.clone(), &content, &user))
    }

    /// Writes the mail for somebody who wants an account: with the link that makes it, or about the account that there is.
    async fn sign_up(&self, address: &EmailAddress, now: Timestamp) -> Result<Option<Written>, Failure> {
        if let Some(user) = self.people.by_address(address).await? {
            let forgotten = format!("{}/account/forgotten", self.wiring.config.issuer);
            let content = Mail::HasAccount { username: user.username.as_str(), forgotten: &forgotten };
            return Ok(self.counted(address.clone(), &content, &user));
        }
        let link = SignUpLink::new(address.clone(), now).to_bytes();
        let link = self.sealed(HandleKind::SignUpLink, "sign-up", &link, now).await?;
        let mail = self.outgoing(address.clone(), &Mail::SignUp { link: &link, minutes: SIGN_UP_LIFETIME / 60 });
        Ok(mail.map(|mail| Written { mail, subject: None, is_counted: true }))
    }

    /// Writes the mail for somebody whom an operator invited, unless the invitation is over.
    async fn invitation(&self, id: InvitationId, now: Timestamp) -> Result<Option<Written>, Failure> {
        let invitation = self.people.invitation(id).await?.filter(|invitation| invitation.works(now));
        let Some(invitation) = invitation else { return Ok(None) };
        let link = self.sealed(HandleKind::InvitationLink, "sign-up", id.as_bytes(), now).await?;
        let until = pages::moment(invitation.expires_at.seconds());
        let mail = self.outgoing(invitation.address, &Mail::Invitation { link: &link, until: &until });
        Ok(mail.map(|mail| Written { mail, subject: None, is_counted: false }))
    }

    /// Returns the people whom a typed name or address may mean: the one who has it as a name first.
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
        let link = self.sealed(HandleKind::ResetLink, "reset", &link, now).await?;
        let content =
            Mail::ResetPassword { username: user.username.as_str(), link: &link, minutes: RESET_LIFETIME / 60 };
        Ok(self.counted(address, &content, user))
    }

    /// Returns the URL of a link, which leads to this page of the account.
    async fn sealed(&self, kind: HandleKind, page: &str, link: &[u8], now: Timestamp) -> Result<String, Failure> {
        let ring = self.wiring.keys.ring(now).await?;
        Ok(format!("{}/account/{page}/{}", self.wiring.config.issuer, ring.handles().seal(kind, link).expose()))
    }

    /// Renders a mail of which its mailbox gets a few only.
    fn counted(&self, to: EmailAddress, content: &Mail<'_>, user: &User) -> Option<Written> {
        let mail = self.outgoing(to, content)?;
        Some(Written { mail, subject: Some(user.subject.to_string()), is_counted: true })
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
