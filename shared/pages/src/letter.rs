//! The texts of each mail, from which both of its forms are made.

use crate::mail::{FactorsChange, Mail};
use crate::text::{Text, say};

/// The parts of a mail, in the order in which they are read.
pub(crate) struct Letter<'a> {
    pub(crate) subject: Text,
    pub(crate) before: Vec<Text>,
    /// The words of the link and its URL.
    pub(crate) link: Option<(Text, &'a str)>,
    pub(crate) after: Vec<Text>,
}

impl<'a> Letter<'a> {
    /// Returns what a mail says.
    pub(crate) fn of(mail: Mail<'a>) -> Self {
        match mail {
            Mail::ResetPassword { username, link, minutes } => Self::to_reset(username, link, minutes),
            Mail::ConfirmAddress { link, minutes } => Self::to_confirm(link, minutes),
            Mail::SignUp { link, minutes } => {
                let works = say("mail-link-minutes").number("minutes", minutes);
                Self::for_new_account(say("new-account-title"), say("mail-sign-up-text"), works, link)
            }
            Mail::Invitation { link, until } => {
                let works = say("mail-link-until").with("date", until);
                Self::for_new_account(say("mail-invitation"), say("mail-invitation-text"), works, link)
            }
            Mail::HasAccount { username, forgotten } => Self::about_known_address(username, forgotten),
            Mail::FactorsChanged { username, change, account } => Self::about_factors(username, change, account),
            Mail::AccountDeleted { username } => Self::about_deletion(username),
            Mail::AddressChanged { username, account } => Self::about_change(
                say("mail-address"),
                say("mail-address-text").with("username", username),
                say("mail-if-not-you-sign-in"),
                account,
            ),
            Mail::PasswordChanged { username, forgotten, by_mail } => {
                Self::about_password(username, forgotten, by_mail)
            }
        }
    }

    /// A letter with the link that sets a new password.
    fn to_reset(username: &str, link: &'a str, minutes: u32) -> Self {
        Self {
            subject: say("reset-title"),
            before: vec![say("mail-reset-text").with("username", username)],
            link: Some((say("reset-title"), link)),
            after: vec![say("mail-link-minutes").number("minutes", minutes), say("mail-reset-ignore")],
        }
    }

    /// A letter with the link that confirms an address.
    fn to_confirm(link: &'a str, minutes: u32) -> Self {
        Self {
            subject: say("confirm-title"),
            before: vec![say("mail-confirm-text")],
            link: Some((say("confirm-address"), link)),
            after: vec![say("mail-confirm-minutes").number("minutes", minutes), say("mail-confirm-ignore")],
        }
    }

    /// A letter with the link that makes an account; `works` says how long it does.
    fn for_new_account(subject: Text, asked: Text, works: Text, link: &'a str) -> Self {
        Self {
            subject,
            before: vec![asked],
            link: Some((say("create-the-account"), link)),
            after: vec![works, say("mail-new-account-ignore")],
        }
    }

    /// A letter to somebody who has an account, and of whom another one was asked for.
    fn about_known_address(username: &str, forgotten: &'a str) -> Self {
        Self {
            subject: say("mail-has-account"),
            before: vec![say("mail-has-account-text").with("username", username), say("mail-has-account-advice")],
            link: Some((say("reset-title"), forgotten)),
            after: vec![say("mail-has-account-ignore")],
        }
    }

    /// A letter about a new password.
    fn about_password(username: &str, forgotten: &'a str, by_mail: bool) -> Self {
        let change = if by_mail { say("mail-password-by-mail") } else { say("mail-password-changed") };
        let (change, remedy) = (change.with("username", username), say("mail-if-not-you-password"));
        Self::about_change(say("mail-password"), change, remedy, forgotten).then(say("mail-password-then"))
    }

    /// A letter about a change of the second factors.
    fn about_factors(username: &str, change: FactorsChange, account: &'a str) -> Self {
        let (subject, text) = match change {
            FactorsChange::Added => (say("mail-factor-added"), say("mail-factor-added-text")),
            FactorsChange::Removed => (say("mail-factor-removed"), say("mail-factor-removed-text")),
            FactorsChange::PasskeyAdded => (say("mail-passkey-added"), say("mail-passkey-added-text")),
            FactorsChange::PasskeyRemoved => (say("mail-passkey-removed"), say("mail-passkey-removed-text")),
            FactorsChange::NewCodes => (say("mail-new-codes"), say("mail-new-codes-text")),
            FactorsChange::CodeUsed => (say("mail-code-used"), say("mail-code-used-text")),
        };
        let (change, remedy) = (text.with("username", username), say("mail-if-not-you-factors"));
        Self::about_change(subject, change, remedy, account).then(say("mail-factors-then"))
    }

    /// A letter about the end of the account.
    fn about_deletion(username: &str) -> Self {
        Self {
            subject: say("deleted-title"),
            before: vec![say("mail-deleted-text").with("username", username)],
            link: None,
            after: vec![say("mail-deleted-not-you")],
        }
    }

    /// The letter with something to do after its link was opened.
    fn then(mut self, text: Text) -> Self {
        self.after.insert(0, text);
        self
    }

    /// A letter about a change that the reader made, or must know of.
    fn about_change(subject: Text, change: Text, remedy: Text, url: &'a str) -> Self {
        Self {
            subject,
            before: vec![change, say("mail-if-you")],
            link: Some((remedy, url)),
            after: vec![say("mail-if-you-cannot")],
        }
    }
}
