//! Passkeys: the form on pages where people sign in, the page of a person's own, and the script of both.

use std::sync::LazyLock;

use askama::Template;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{Text, Unrenderable, rendering, style};

/// The script that asks the browser for a passkey, and puts the answer into the form. Without it, the form is not shown.
pub(crate) const SCRIPT: &str = include_str!("../templates/passkey.js");

static SOURCE: LazyLock<String> = LazyLock::new(|| style::source_of(SCRIPT));

/// Returns the source expression that allows the script of passkeys, for use after `script-src`.
pub fn passkey_script_source() -> &'static str {
    &SOURCE
}

/// The form with which a person signs in by a passkey. It posts `passkey`, `username`, `ticket` and the field that is carried.
#[derive(Clone, Copy)]
pub struct PasskeyForm<'a> {
    /// The path to which the form is sent: on this site, beginning with one `/`.
    pub action: &'a str,
    /// The name and the value of the field that says what comes next.
    pub carried: (&'a str, &'a str),
    /// The ticket of the form.
    pub ticket: &'a str,
    /// The host that the passkeys belong to.
    pub site: &'a str,
    /// The bytes to sign.
    pub challenge: &'a [u8; 32],
}

/// The values that the browser needs to make a passkey.
#[derive(Clone, Copy)]
pub struct NewPasskeyForm<'a> {
    /// The host that the passkeys belong to.
    pub site: &'a str,
    /// The bytes that stand for the moment.
    pub challenge: &'a [u8; 32],
    /// The user handle, which the authenticator keeps.
    pub user: &'a [u8; 32],
    /// The sealed user handle.
    pub handle: &'a str,
    /// The ids of the passkeys that the person has, in base64url, between spaces.
    pub known: &'a str,
}

/// The page of a person's passkeys. It posts `passkey`, `name`, `handle` and `ticket`, or
/// above it `id`, `name` or `last` and `others`, and `ticket`.
#[derive(Template)]
#[template(path = "account_passkeys.html")]
pub struct AccountPasskeys<'a> {
    /// The name of the signed-in person.
    pub username: &'a str,
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The ticket that protects the forms against cross-site posts.
    pub ticket: &'a str,
    /// The passkeys of the person.
    pub passkeys: &'a [AccountPasskey],
    /// The number of recovery codes that are left, where no other page shows it.
    pub codes_left: Option<usize>,
    /// `true` if apps let the person in only with a passkey, and there is none.
    pub is_demanded: bool,
    /// The form that adds one.
    pub new: NewPasskeyForm<'a>,
    /// The reason why nothing was changed.
    pub alert: Option<Text>,
}

/// A passkey of a person.
pub struct AccountPasskey {
    /// The name in the form.
    pub id: String,
    /// The name that the person gave it.
    pub name: String,
    /// The day on which it was added.
    pub added: String,
    /// The time of its last use, if there was one.
    pub last_used: Option<String>,
    /// The host that it was made for, if it is of no use at this site.
    pub made_for: Option<String>,
    /// `true` if it is the only factor besides the password.
    pub is_last: bool,
}

impl PasskeyForm<'_> {
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.challenge)
    }

    /// Refuses a form that would leave this site.
    pub(crate) fn stay_here(passkey: Option<&Self>) -> Result<(), Unrenderable> {
        passkey.map_or(Ok(()), |passkey| rendering::stay_here(passkey.action))
    }
}

impl NewPasskeyForm<'_> {
    fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.challenge)
    }

    fn user(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.user)
    }
}

impl AccountPasskeys<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `base` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.base)?;
        rendering::fill(self)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The form of a passkey, with `v` for each value.
    pub(crate) fn form(v: &str) -> PasskeyForm<'_> {
        PasskeyForm { action: "/", carried: (v, v), ticket: v, site: v, challenge: &[1; 32] }
    }

    /// Returns the page without the one script, which its policy allows by the hash.
    pub(crate) fn without_script(page: &str) -> String {
        page.replace(&format!("<script>{SCRIPT}</script>"), "")
    }

    /// Renders the page of passkeys, with `v` for each value and `base` for each link.
    pub(crate) fn account_passkeys(v: &str, base: &str, alert: Option<&str>) -> String {
        let passkey = |last_used: Option<&str>| AccountPasskey {
            id: v.to_owned(),
            name: v.to_owned(),
            added: v.to_owned(),
            last_used: last_used.map(str::to_owned),
            made_for: last_used.map(str::to_owned),
            is_last: last_used.is_some(),
        };
        let passkeys = [passkey(Some(v)), passkey(None)];
        let new = NewPasskeyForm { site: v, challenge: &[1; 32], user: &[2; 32], handle: v, known: v };
        let alert = alert.map(Text::verbatim);
        AccountPasskeys {
            username: v,
            base,
            ticket: v,
            passkeys: &passkeys,
            codes_left: Some(9),
            is_demanded: true,
            new,
            alert,
        }
        .render()
        .unwrap()
    }

    #[test]
    fn c231_the_script_is_the_hashed_one_and_survives_html_parsing() {
        assert_eq!(passkey_script_source(), style::source_of(SCRIPT));
        assert!(account_passkeys("v", "/account", None).contains(&format!("<script>{SCRIPT}</script>")));
        // A parser turns CR LF into LF before it computes the hash, and ends the element at `</`.
        for forbidden in ["\r", "</", "<!--", "\0", "eval", "innerHTML"] {
            assert!(!SCRIPT.contains(forbidden), "{forbidden:?}");
        }
    }

    #[test]
    fn c231_without_its_script_the_form_is_hidden() {
        let page = account_passkeys("v", "/account", None);
        assert!(page.contains(r#"id="passkey" hidden data-challenge="AQEB"#), "{page}");
        assert!(page.contains(r#"name="last" value="1" required"#));
        assert_eq!(page.matches(r#"name="others" value="1" checked"#).count(), 2);
        assert!(page.contains("Not used yet") && page.contains("Last used on v"));
        assert!(AccountPasskeys { base: "//evil.example", ..none() }.render().is_err());
        assert!(none().render().unwrap().contains("You have no passkey."));
    }

    fn none() -> AccountPasskeys<'static> {
        let new = NewPasskeyForm { site: "v", challenge: &[1; 32], user: &[2; 32], handle: "v", known: "" };
        AccountPasskeys {
            username: "v",
            base: "/",
            ticket: "v",
            passkeys: &[],
            codes_left: None,
            is_demanded: false,
            new,
            alert: None,
        }
    }
}
