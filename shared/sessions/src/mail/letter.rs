//! Mails that wait to be sent. A request only writes down what was asked for; whether anybody gets a mail, and which one, is
//! decided later, where nobody waits for the answer. So an answer takes the same time for every name and address.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grants::{PersonKey, Seconds, Timestamp};
use protocol::{Claim, EmailAddress};

use crate::invitation::InvitationId;
use crate::people::User;

/// The time in seconds during which a mail is tried to be sent.
const LIFETIME: Seconds = 3600;
/// The most attempts to send one mail. The time between them is that of the stream, half a minute in the cloud.
const MOST_ATTEMPTS: u32 = 60;
/// The longest text that is taken for a name or an address.
const MAX_TYPED_BYTES: usize = 254;

/// The name of a mail that waits: 128 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailId([u8; 16]);

/// A mail that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMail {
    /// The name of its item.
    pub id: MailId,
    /// The subject matter of the mail.
    pub letter: Letter,
    /// The number of attempts to send it that failed.
    pub attempts: u32,
    /// The time when it was asked for.
    pub queued_at: Timestamp,
    /// The tag of the language in which it is written; `None` for English.
    pub language: Option<String>,
}

/// The subject matter of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Letter {
    /// Someone forgot the password of the account with this name or address, if there is one.
    ForgottenPassword(String),
    /// A person wants to confirm an address.
    ConfirmAddress(AddressWish),
    /// Someone wants to make an account with this address.
    SignUp(EmailAddress),
    /// An operator invited someone.
    Invitation(InvitationId),
    /// Something happened to an account.
    Notice(Notice, Recipient),
}

/// The wish of a signed-in person to have an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressWish {
    /// The key of the person.
    pub person: PersonKey,
    /// The version of the credentials of the session in which it was made.
    pub credential_version: u32,
    /// The address that is to be confirmed.
    pub address: EmailAddress,
}

/// Something that happened to an account, of which its person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The password was changed by someone who knew the former one.
    PasswordChanged,
    /// A new password was set with a link from a mail.
    PasswordReset,
    /// Another address was confirmed; this is told to the one before.
    AddressChanged,
    /// An authenticator app was added.
    FactorAdded,
    /// The authenticator app was removed.
    FactorRemoved,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// New recovery codes were made.
    RecoveryCodesReplaced,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// The account was deleted by its person.
    AccountDeleted,
}

/// The person whom a mail is for, as of the moment of the change that it tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The address that the mail is sent to.
    pub address: EmailAddress,
    /// The name of the account.
    pub username: String,
}

impl MailId {
    /// Wraps 128 random bits.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads a name as it is written in the key of an item.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.as_slice().try_into().ok()?))
    }
}

impl fmt::Display for MailId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl QueuedMail {
    /// Queues a mail under a new name, made of 128 random bits.
    pub const fn new(letter: Letter, id: [u8; 16], now: Timestamp) -> Self {
        Self { id: MailId(id), letter, attempts: 0, queued_at: now, language: None }
    }

    /// Returns the mail in the language with this tag.
    #[must_use]
    pub fn in_language(self, tag: &str) -> Self {
        Self { language: Some(tag.to_owned()).filter(|tag| tag != "en"), ..self }
    }

    /// Returns the time at which it is forgotten, sent or not.
    pub fn expires_at(&self) -> Timestamp {
        self.queued_at.plus(LIFETIME)
    }

    /// Returns the mail after a failed attempt to send it; `None` when it is given up.
    pub fn after_failure(&self, now: Timestamp) -> Option<Self> {
        let attempts = self.attempts.saturating_add(1);
        (attempts < MOST_ATTEMPTS && self.expires_at() > now).then(|| Self { attempts, ..self.clone() })
    }
}

impl Letter {
    /// The name of the subject matter in the log.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ForgottenPassword(_) => "forgotten_password",
            Self::ConfirmAddress(_) => "confirm_address",
            Self::SignUp(_) => "sign_up",
            Self::Invitation(_) => "invitation",
            Self::Notice(notice, _) => notice.name(),
        }
    }

    /// Queues a mail for the account with the name or the address that someone typed; `None` if it is neither.
    pub fn forgotten_password(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        (!typed.is_empty() && typed.len() <= MAX_TYPED_BYTES).then(|| Self::ForgottenPassword(typed.to_owned()))
    }

    /// Tells a person that something happened to the account; `None` if there is no confirmed address.
    pub fn notice(notice: Notice, user: &User) -> Option<Self> {
        let address = user.confirmed_address()?;
        Some(Self::Notice(notice, Recipient { address, username: user.username.to_string() }))
    }

    /// Tells a person that an operator removed all factors, with the notices of a removal by the person: one for the app, and
    /// one for all passkeys.
    pub fn factors_reset(user: &User) -> Vec<Self> {
        let app = user.factors.totp.is_some().then_some(Notice::FactorRemoved);
        let passkeys = (!user.factors.passkeys.is_empty()).then_some(Notice::PasskeyRemoved);
        app.into_iter().chain(passkeys).filter_map(|notice| Self::notice(notice, user)).collect()
    }
}

impl Notice {
    /// The list of all notices.
    pub const ALL: [Self; 10] = [
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::AddressChanged,
        Self::FactorAdded,
        Self::FactorRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::RecoveryCodesReplaced,
        Self::RecoveryCodeUsed,
        Self::AccountDeleted,
    ];

    /// The name of the notice in its item.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::AddressChanged => "address_changed",
            Self::FactorAdded => "factor_added",
            Self::FactorRemoved => "factor_removed",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::RecoveryCodesReplaced => "recovery_codes_replaced",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::AccountDeleted => "account_deleted",
        }
    }

    /// Returns the notice with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.name() == name)
    }
}

impl User {
    /// Returns the address that mail about the account may go to: the claim `email`, if `email_verified` is `true`. An
    /// operator who sets both vouches for the address, as an import does; all other addresses are confirmed by a mail.
    pub fn confirmed_address(&self) -> Option<EmailAddress> {
        let address = self.claims.text(Claim::Email).filter(|_| self.claims.is_true(Claim::EmailVerified))?;
        EmailAddress::parse(address).ok()
    }

    /// Returns whether this address is the confirmed one.
    pub fn has_confirmed(&self, address: &EmailAddress) -> bool {
        self.confirmed_address().is_some_and(|confirmed| confirmed.normalized() == address.normalized())
    }
}

impl AddressWish {
    /// Returns whether the wish of this person still counts: the person is enabled and has the same credentials.
    pub const fn counts_for(&self, user: &User) -> bool {
        user.stands_behind(self.credential_version)
    }
}

/// Returns the first of the people found for a name or an address that was typed who may set a new password with a mail: one
/// who is enabled and has a confirmed address. Who has confirmed what was typed comes before one who only has it as a name,
/// such as from an earlier address that is somebody else's now.
pub fn recipient_of_reset(found: impl IntoIterator<Item = User>, typed: &str) -> Option<(User, EmailAddress)> {
    let typed = EmailAddress::parse(typed).ok();
    let is_own = |user: &User| typed.as_ref().is_some_and(|address| user.has_confirmed(address));
    let (own, named): (Vec<User>, Vec<User>) = found.into_iter().filter(|user| !user.disabled).partition(is_own);
    own.into_iter().chain(named).find_map(|user| user.confirmed_address().map(|address| (user, address)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use protocol::Claims;

    use super::*;
    use crate::factors::{Factors, Totp};
    use crate::people::tests::{NOW, user};

    fn addressed(claims: &str) -> User {
        User { claims: Claims::parse(claims).unwrap(), ..user() }
    }

    #[test]
    fn c235_mail_goes_to_confirmed_addresses_of_enabled_people_only() {
        let confirmed = addressed(r#"{"email":"ada@example.org","email_verified":true}"#);
        assert_eq!(confirmed.confirmed_address().unwrap().as_str(), "ada@example.org");
        let others = [
            user(),
            addressed(r#"{"email":"ada@example.org"}"#),
            addressed(r#"{"email":"ada@example.org","email_verified":false}"#),
            addressed(r#"{"email_verified":true}"#),
            addressed(r#"{"email":"Ada <ada@example.org>","email_verified":true}"#),
        ];
        for other in &others {
            assert_eq!(other.confirmed_address(), None, "{:?}", other.claims);
            assert_eq!(Letter::notice(Notice::PasswordChanged, other), None);
        }
        let off = User { disabled: true, ..confirmed.clone() };
        assert!(recipient_of_reset([&others[..], &[off]].concat(), "ada").is_none());
        assert_eq!(recipient_of_reset([others[1].clone(), confirmed.clone()], "ada").unwrap().0, confirmed);
    }

    #[test]
    fn c235_an_address_means_who_confirmed_it_before_who_has_it_as_a_name() {
        let owner = addressed(r#"{"email":"jd@example.org","email_verified":true}"#);
        let former = addressed(r#"{"email":"john@example.net","email_verified":true}"#);
        let to = |found: [&User; 2], typed| recipient_of_reset(found.map(User::clone), typed).unwrap().0;
        for typed in ["jd@example.org", "JD@example.org"] {
            assert_eq!([to([&former, &owner], typed), to([&owner, &former], typed)], [owner.clone(), owner.clone()]);
        }
        // Of several who confirmed it, and of any name that is no address, the first.
        let other = User { credential_version: 9, ..owner.clone() };
        assert_eq!(to([&other, &owner], "jd@example.org"), other);
        assert_eq!(to([&former, &owner], "jd"), former);
        let off = User { disabled: true, ..owner.clone() };
        assert_eq!(to([&former, &off], "jd@example.org"), former);
    }

    #[test]
    fn c236_of_factors_that_an_operator_removes_each_kind_is_told_once_to_a_confirmed_address() {
        let totp = Totp { sealed: vec![1; 60], step: 5, since: NOW };
        let passkeys: BTreeSet<String> = ["a".to_owned(), "b".to_owned()].into();
        let told = |user: User, totp: Option<&Totp>, passkeys: &BTreeSet<String>| {
            let factors = Factors { totp: totp.cloned(), passkeys: passkeys.clone(), ..Factors::default() };
            Letter::factors_reset(&User { factors, ..user }).iter().map(Letter::kind).collect::<Vec<_>>()
        };
        let confirmed = || addressed(r#"{"email":"ada@example.org","email_verified":true}"#);
        let none = BTreeSet::new();
        assert_eq!(told(confirmed(), Some(&totp), &passkeys), ["factor_removed", "passkey_removed"]);
        assert_eq!(told(confirmed(), Some(&totp), &none), ["factor_removed"]);
        assert_eq!(told(confirmed(), None, &passkeys), ["passkey_removed"]);
        assert!(told(confirmed(), None, &none).is_empty() && told(user(), Some(&totp), &passkeys).is_empty());
    }

    #[test]
    fn c235_what_cannot_be_a_name_or_an_address_is_not_queued() {
        let typed = |text: &str| Letter::forgotten_password(text);
        assert_eq!(typed(" ada "), Some(Letter::ForgottenPassword("ada".to_owned())));
        assert_eq!([typed(""), typed(" \n"), typed(&"a".repeat(255))], [None, None, None]);
        assert!(typed(&"a".repeat(254)).is_some());
    }

    #[test]
    fn c235_a_mail_is_tried_again_for_an_hour_at_most() {
        let mail = QueuedMail::new(Letter::ForgottenPassword("ada".to_owned()), [1; 16], NOW);
        let again = mail.after_failure(NOW.plus(3599)).unwrap();
        assert_eq!((again.attempts, again.expires_at()), (1, mail.expires_at()));
        assert_eq!(mail.after_failure(NOW.plus(3600)), None);
        let attempts = |attempts| QueuedMail { attempts, ..mail.clone() }.after_failure(NOW).map(|mail| mail.attempts);
        assert_eq!([attempts(MOST_ATTEMPTS - 2), attempts(MOST_ATTEMPTS - 1)], [Some(MOST_ATTEMPTS - 1), None]);
        let languages = ["de", "en"].map(|tag| mail.clone().in_language(tag).language);
        assert_eq!(languages, [Some("de".to_owned()), None]);
    }

    #[test]
    fn c236_a_wish_for_an_address_counts_while_the_credentials_are_the_same() {
        let address = EmailAddress::parse("ada@example.org").unwrap();
        let wish = AddressWish { person: user().key, credential_version: 1, address };
        assert!(wish.counts_for(&user()));
        for other in [User { credential_version: 2, ..user() }, User { disabled: true, ..user() }] {
            assert!(!wish.counts_for(&other), "{other:?}");
        }
    }

    #[test]
    fn a_notice_has_a_name_of_its_own() {
        for notice in Notice::ALL {
            assert_eq!(Notice::named(notice.name()), Some(notice));
        }
        assert_eq!(Notice::named("other"), None);
    }
}
