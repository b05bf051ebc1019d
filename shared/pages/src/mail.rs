//! Mails to people, as text and as HTML.
//!
//! A mail has no picture, no script and no address of another site, and its links lead to the issuer alone.

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

#[cfg(test)]
pub(crate) mod tests {
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

    /// Every change of the second factors.
    pub(crate) const EVERY_CHANGE: [FactorsChange; 6] = [
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
