//! Mails to people, as text and as HTML.
//!
//! A mail has no picture, no script and no address of another site, and its links lead to the issuer alone.

use askama::Template;

use crate::{Unrenderable, brand, rendering};

/// A mail to a person.
#[derive(Clone, Copy)]
pub enum Mail<'a> {
    /// The link with which a person who forgot the password sets a new one.
    ResetPassword {
        /// The name of the account.
        username: &'a str,
        /// The URL of the page with the form.
        link: &'a str,
        /// The number of minutes during which the link works.
        minutes: u32,
    },
    /// The link with which a person confirms an address. It names nobody: it may be the address of somebody else.
    ConfirmAddress {
        /// The URL of the page with the button.
        link: &'a str,
        /// The number of minutes during which the link works.
        minutes: u32,
    },
    /// The link with which a new person makes an account.
    SignUp {
        /// The URL of the page with the form.
        link: &'a str,
        /// The number of minutes during which the link works.
        minutes: u32,
    },
    /// The link with which somebody who was invited makes an account.
    Invitation {
        /// The URL of the page with the form.
        link: &'a str,
        /// The day on which the link ends.
        until: &'a str,
    },
    /// Somebody wanted to make an account with an address that has one.
    HasAccount {
        /// The name of the account.
        username: &'a str,
        /// The URL at which a new password can be set.
        forgotten: &'a str,
    },
    /// A second factor or the recovery codes were changed.
    FactorsChanged {
        /// The name of the account.
        username: &'a str,
        /// The change that was made.
        change: FactorsChange,
        /// The URL of the account, from where each factor is removed.
        account: &'a str,
    },
    /// The account was deleted by its person.
    AccountDeleted {
        /// The name of the account.
        username: &'a str,
    },
    /// Another address was confirmed, which is told to the one before.
    AddressChanged {
        /// The name of the account.
        username: &'a str,
        /// The URL of the account.
        account: &'a str,
    },
    /// The password was changed or reset.
    PasswordChanged {
        /// The name of the account.
        username: &'a str,
        /// The URL at which a new password can be set.
        forgotten: &'a str,
        /// `true` if it was set with a link from a mail.
        by_mail: bool,
    },
}

/// A change of the second factors of a person.
#[derive(Clone, Copy)]
pub enum FactorsChange {
    /// An authenticator app was added.
    Added,
    /// The authenticator app was removed.
    Removed,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// New recovery codes were made.
    NewCodes,
    /// A recovery code was used.
    CodeUsed,
}

/// A mail, ready to be sent.
pub struct RenderedMail {
    /// The subject of the mail, in one line.
    pub subject: String,
    /// The mail as plain text.
    pub text: String,
    /// The mail as HTML.
    pub html: String,
    /// The URL that the mail asks to open, if there is one.
    pub links: Vec<String>,
}

/// The parts of a mail, from which both forms are made.
struct Letter<'a> {
    subject: &'static str,
    before: Vec<String>,
    link: Option<(&'static str, &'a str)>,
    after: Vec<String>,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    subject: &'a str,
    before: &'a [String],
    link: Option<(&'a str, &'a str)>,
    after: &'a [String],
}

impl Mail<'_> {
    /// Renders the mail as text and as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when its link is no http(s) URL, or a template could not be filled in.
    pub fn render(&self) -> Result<RenderedMail, Unrenderable> {
        let Letter { subject, before, link, after } = self.letter();
        if let Some((_, url)) = link {
            rendering::leads_to_an_app(url)?;
        }
        let asked = link.map(|(label, url)| format!("{label}:\n{url}"));
        let brand = brand::worn();
        let signed = brand.is_own.then_some(&brand.name);
        let blocks = before.iter().chain(&asked).chain(&after).chain(signed).map(String::as_str);
        let blocks: Vec<&str> = blocks.collect();
        let (before, after) = (&before[..], &after[..]);
        Ok(RenderedMail {
            subject: subject.to_owned(),
            text: format!("{}\n", blocks.join("\n\n")),
            html: rendering::fill(&Html { subject, before, link, after })?,
            links: link.map(|(_, url)| url.to_owned()).into_iter().collect(),
        })
    }

    fn letter(&self) -> Letter<'_> {
        match *self {
            Self::ResetPassword { username, link, minutes } => Letter {
                subject: "Set a new password",
                before: vec![format!("Someone asked to set a new password for your account {username}.")],
                link: Some(("Set a new password", link)),
                after: vec![
                    format!("The link works once, and for {minutes} minutes."),
                    "If it was not you, ignore this mail. Your password stays as it is.".to_owned(),
                ],
            },
            Self::ConfirmAddress { link, minutes } => Letter::to_confirm(link, minutes),
            Self::SignUp { link, minutes } => {
                let asked = "Someone asked to create an account with this address.";
                Letter::for_new_account("Create your account", asked, link, &format!("and for {minutes} minutes"))
            }
            Self::Invitation { link, until } => {
                let asked = "You are invited to create an account with this address.";
                Letter::for_new_account("You are invited", asked, link, &format!("until {until}"))
            }
            Self::HasAccount { username, forgotten } => Letter::about_known_address(username, forgotten),
            Self::FactorsChanged { username, change, account } => Letter::about_factors(username, change, account),
            Self::AccountDeleted { username } => Letter::about_deletion(username),
            Self::AddressChanged { username, account } => Letter::about_change(
                "Your address was changed",
                format!("The account {username} has another address now. Mail about it does not come here any more."),
                "If it was not you, sign in and change your password now",
                account,
            ),
            Self::PasswordChanged { username, forgotten, by_mail } => {
                Letter::about_password(username, forgotten, by_mail)
            }
        }
    }
}

impl<'a> Letter<'a> {
    /// A letter with the link that confirms an address.
    fn to_confirm(link: &'a str, minutes: u32) -> Self {
        let works = "Open the link in the browser where you are signed in. It works once,";
        Self {
            subject: "Confirm your address",
            before: vec!["Someone who is signed in asked to use this address for an account.".to_owned()],
            link: Some(("Confirm the address", link)),
            after: vec![
                format!("{works} and for {minutes} minutes."),
                "If it was not you, ignore this mail. Nothing was changed.".to_owned(),
            ],
        }
    }

    /// A letter with the link that makes an account; `limit` says how long it works.
    fn for_new_account(subject: &'static str, asked: &str, link: &'a str, limit: &str) -> Self {
        Self {
            subject,
            before: vec![asked.to_owned()],
            link: Some(("Create the account", link)),
            after: vec![
                format!("The link works once, {limit}."),
                "If you did not expect this, ignore this mail. There is no account until the link is used.".to_owned(),
            ],
        }
    }

    /// A letter to somebody who has an account, and of whom another one was asked for.
    fn about_known_address(username: &str, forgotten: &'a str) -> Self {
        Self {
            subject: "You have an account already",
            before: vec![
                format!("Someone wanted to create an account with this address. It has one: {username}."),
                "Sign in with it. If you do not know the password any more, set a new one.".to_owned(),
            ],
            link: Some(("Set a new password", forgotten)),
            after: vec!["If it was not you, ignore this mail. Nothing was changed.".to_owned()],
        }
    }

    /// A letter about a new password.
    fn about_password(username: &str, forgotten: &'a str, by_mail: bool) -> Self {
        let change = if by_mail {
            format!("A new password was set for your account {username}, with a link from a mail.")
        } else {
            format!("The password of your account {username} was changed.")
        };
        let remedy = "If it was not you, set a new password now";
        Self::about_change("Your password was changed", change, remedy, forgotten)
            .then("Then look at your passkeys and second factors: a new password removes none of them.")
    }

    /// A letter about a change of the second factors.
    fn about_factors(username: &str, change: FactorsChange, account: &'a str) -> Self {
        let (subject, text) = match change {
            FactorsChange::Added => ("A second factor was added", "An authenticator app was added to"),
            FactorsChange::Removed => ("Your second factor was removed", "The authenticator app was removed from"),
            FactorsChange::PasskeyAdded => ("A passkey was added", "A passkey was added to"),
            FactorsChange::PasskeyRemoved => ("A passkey was removed", "A passkey was removed from"),
            FactorsChange::NewCodes => ("New recovery codes were made", "New recovery codes were made for"),
            FactorsChange::CodeUsed => ("A recovery code was used", "A recovery code was used to sign in to"),
        };
        let remedy = "If it was not you, look at your passkeys and second factors now";
        Self::about_change(subject, format!("{text} your account {username}."), remedy, account)
            .then("Remove what is not yours, and set a new password: that alone removes no passkey and no app.")
    }

    /// A letter about the end of the account.
    fn about_deletion(username: &str) -> Self {
        Self {
            subject: "Your account is deleted",
            before: vec![format!("Your account {username} was deleted, as you asked for.")],
            link: None,
            after: vec!["If it was not you, tell the people who run this service.".to_owned()],
        }
    }

    /// The letter with something to do after its link was opened.
    fn then(mut self, text: &str) -> Self {
        self.after.insert(0, text.to_owned());
        self
    }

    /// A letter about a change that the reader made, or must know of.
    fn about_change(subject: &'static str, change: String, remedy: &'static str, url: &'a str) -> Self {
        Self {
            subject,
            before: vec![change, "If it was you, there is nothing to do.".to_owned()],
            link: Some((remedy, url)),
            after: vec!["If you cannot, tell the people who run this service.".to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESET: Mail<'static> =
        Mail::ResetPassword { username: "ada", link: "https://id.example/account/reset/jtw_abc", minutes: 30 };

    #[test]
    fn c235_both_forms_of_a_mail_say_the_same_and_have_one_link() {
        let changed = |by_mail| Mail::PasswordChanged { username: "ada", forgotten: "https://id.example/a", by_mail };
        let account = "https://id.example/account";
        let moved = Mail::AddressChanged { username: "ada", account };
        let factors = |change| Mail::FactorsChanged { username: "ada", change, account };
        let has = Mail::HasAccount { username: "ada", forgotten: "https://id.example/a" };
        let of_factors = EVERY_CHANGE.map(factors);
        let others = [RESET, moved, changed(true), changed(false), has];
        for mail in others.into_iter().chain(of_factors) {
            let rendered = mail.render().unwrap();
            let [link] = &rendered.links[..] else { panic!("one link") };
            assert!(rendered.text.lines().any(|line| line == link), "{}", rendered.text);
            assert_eq!(rendered.html.matches(&format!("href=\"{link}\"")).count(), 1, "{}", rendered.html);
            for form in [&rendered.text, &rendered.html] {
                assert!(form.contains("ada"), "{form}");
                for outside in ["<img", "<script", "src=", "url("] {
                    assert!(!form.contains(outside), "{form}");
                }
            }
        }
    }

    const EVERY_CHANGE: [FactorsChange; 6] = [
        FactorsChange::Added,
        FactorsChange::Removed,
        FactorsChange::PasskeyAdded,
        FactorsChange::PasskeyRemoved,
        FactorsChange::NewCodes,
        FactorsChange::CodeUsed,
    ];

    #[test]
    fn c236_a_mail_about_a_factor_leads_to_where_it_is_removed_and_says_what_a_password_does_not_do() {
        let account = "https://id.example/account";
        let mails = EVERY_CHANGE.map(|change| Mail::FactorsChanged { username: "ada", change, account });
        let rendered = mails.map(|mail| mail.render().unwrap());
        for mail in &rendered {
            assert_eq!(mail.links, [account]);
            for form in [&mail.text, &mail.html] {
                assert!(form.contains("set a new password: that alone removes no passkey and no app"), "{form}");
            }
        }
        let subjects: std::collections::BTreeSet<&String> = rendered.iter().map(|mail| &mail.subject).collect();
        assert_eq!(subjects.len(), EVERY_CHANGE.len());
    }

    #[test]
    fn c235_a_mail_to_an_address_that_is_not_proven_names_nobody_and_has_one_link() {
        let link = "https://id.example/account/sign-up/jtu_abc";
        let invited = Mail::Invitation { link, until: "7 December 2026" }.render().unwrap();
        assert!(invited.links == [link] && invited.text.contains("until 7 December 2026."));
        let to_confirm = "https://id.example/account/email/jty_abc";
        for (mail, link) in [
            (Mail::SignUp { link, minutes: 30 }, link),
            (Mail::ConfirmAddress { link: to_confirm, minutes: 30 }, to_confirm),
        ] {
            let rendered = mail.render().unwrap();
            assert_eq!(rendered.links, [link]);
            assert_eq!(rendered.html.matches(&format!("href=\"{link}\"")).count(), 1);
            assert!(rendered.text.lines().any(|line| line == link) && rendered.text.contains("30 minutes"));
        }
        let deleted = Mail::AccountDeleted { username: "ada" }.render().unwrap();
        assert!(deleted.links.is_empty() && deleted.text.contains("ada") && !deleted.html.contains("href="));
    }

    #[test]
    fn c235_a_name_adds_no_markup_to_a_mail() {
        let hostile = Mail::ResetPassword { username: "<a href=x>", link: "https://id.example/", minutes: 30 };
        let rendered = hostile.render().unwrap();
        assert!(!rendered.html.contains("<a href=x>") && rendered.text.contains("<a href=x>"));
        let elsewhere = Mail::ResetPassword { username: "ada", link: "javascript:x", minutes: 30 };
        assert!(elsewhere.render().is_err());
    }
}
