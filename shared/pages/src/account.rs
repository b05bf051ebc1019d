//! The pages of a person's own account.

use askama::Template;

use crate::text::{Markup, Phrase};
use crate::{AskedScope, Introduction, PasskeyForm, Text, Unrenderable, rendering, say};

/// The rights of people to everything that is kept about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeptData {
    /// They have neither of the others.
    Off,
    /// They download it as they like.
    Download,
    /// They also delete it, with their account.
    Delete,
}

impl KeptData {
    fn may_download(self) -> bool {
        self >= Self::Download
    }

    fn may_delete(self) -> bool {
        self >= Self::Delete
    }
}

/// The page on which a person signs in to the account. It posts `username`, `password`, `to` and `ticket`.
#[derive(Template)]
#[template(path = "account_sign_in.html")]
pub struct AccountSignIn<'a> {
    /// The username to begin with; may be empty.
    pub username: &'a str,
    /// The path to which the form is sent: on this site, beginning with one `/`.
    pub action: &'a str,
    /// The path at which a forgotten password is replaced: on this site, beginning with one `/`. `None` if no mail is sent.
    pub forgotten: Option<&'a str>,
    /// The path at which a person asks for an account: on this site, beginning with one `/`. `None` if nobody may.
    pub sign_up: Option<&'a str>,
    /// The name of the page that comes next.
    pub to: &'a str,
    /// The ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
    /// The form for a passkey, where there are passkeys.
    pub passkey: Option<PasskeyForm<'a>>,
    /// The reason why the page is shown again.
    pub alert: Option<Text>,
    /// `true` if the person is signed in, and the sign-in is too old to change something.
    pub again: bool,
}

/// The page of a person's account: profile, apps and sessions. Its forms post to paths below `base`.
#[derive(Template)]
#[template(path = "account.html")]
pub struct Account<'a> {
    /// The name of the signed-in person.
    pub username: &'a str,
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// `true` if addresses can be confirmed, because mail is sent.
    pub has_mail: bool,
    /// `true` if there are passkeys here.
    pub has_passkeys: bool,
    /// The right of the person to everything that is kept.
    pub kept: KeptData,
    /// The path of the page that signs the person out.
    pub sign_out: &'a str,
    /// The ticket that protects the forms against cross-site posts.
    pub ticket: &'a str,
    /// The names in the profile.
    pub names: ProfileNames<'a>,
    /// The reason why the profile was not saved.
    pub alert: Option<Text>,
    /// The apps that have access.
    pub apps: &'a [AccountApp],
    /// The sessions of the person; that of this browser comes first.
    pub sessions: &'a [AccountSession],
}

/// The names in a person's profile; empty if not known.
#[derive(Clone, Copy)]
pub struct ProfileNames<'a> {
    /// The whole name, as it is shown.
    pub name: &'a str,
    /// The given name, or several.
    pub given_name: &'a str,
    /// The family name, or several.
    pub family_name: &'a str,
}

/// An app that has access to an account.
pub struct AccountApp {
    /// The id of the client.
    pub client_id: String,
    /// The name of the client.
    pub name: String,
    /// The way in which the client became known, if no operator registered it.
    pub registered_itself: Option<Introduction>,
    /// The host at which the app is; may be empty.
    pub host: String,
    /// The scope that the app was given; may be empty.
    pub scope: Vec<GivenScope>,
    /// The time since when it has access, in seconds since the start of 1970.
    pub since: u64,
}

/// A scope token that an app was given.
pub struct GivenScope {
    /// The scope token, as protocols write it.
    pub token: String,
    /// The descriptions by which APIs explain it, in the language of the page; may be empty.
    pub descriptions: Vec<String>,
}

impl AccountApp {
    /// Returns the scope as protocols write it.
    pub fn scope_as_text(&self) -> String {
        self.scope.iter().map(|given| given.token.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Returns what the app may do, each part in words where there are any.
    fn permissions(&self) -> String {
        let words = self.scope.iter().map(|given| {
            let descriptions = given.descriptions.iter().map(String::as_str).collect();
            AskedScope { token: &given.token, descriptions }.in_words()
        });
        let joined = words.reduce(|before, next| say("list").with("before", before).with("next", next).to_string());
        joined.unwrap_or_default()
    }
}

/// A session of a person.
pub struct AccountSession {
    /// The name of the session.
    pub id: String,
    /// `true` if it is that of this browser.
    pub is_this: bool,
    /// The time of the sign-in.
    pub signed_in: String,
    /// The time of the last use.
    pub last_seen: String,
}

/// The page on which a person changes the password. It posts `current_password`, `new_password`, `others` and `ticket`.
#[derive(Template)]
#[template(path = "account_password.html")]
pub struct AccountPassword<'a> {
    /// The name of the signed-in person, for password managers.
    pub username: &'a str,
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
    /// The minimum number of characters.
    pub min_length: usize,
    /// The reason why the current password did not do.
    pub current_alert: Option<Text>,
    /// The reason why the new password does not do.
    pub new_alert: Option<Text>,
    /// `true` if other browsers should be signed out.
    pub ends_others: bool,
}

/// The page that says that the password was changed.
#[derive(Template)]
#[template(path = "account_password_changed.html")]
pub struct AccountPasswordChanged<'a> {
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// `true` if other browsers were signed out.
    pub ended_others: bool,
    /// `true` if people may have passkeys.
    pub has_passkeys: bool,
}

impl AccountSignIn<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `action` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.action)?;
        self.forgotten.map_or(Ok(()), rendering::stay_here)?;
        PasskeyForm::stay_here(self.passkey.as_ref())?;
        self.sign_up.map_or(Ok(()), rendering::stay_here)?;
        rendering::fill(self)
    }
}

impl Account<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when a link would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.base)?;
        rendering::stay_here(self.sign_out)?;
        rendering::fill(self)
    }
}

impl AccountPassword<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `base` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.base)?;
        rendering::fill(self)
    }
}

impl AccountPasswordChanged<'_> {
    /// The sentence that leads to the factors, which a new password does not remove.
    fn factors_to_look_at(&self) -> Phrase {
        let link = |page, words: Text| Markup::link(&format!("{}{page}", self.base), &words);
        let factor = link("/factors", say("password-changed-link-factor"));
        if !self.has_passkeys {
            return say("password-changed-factor").marked("factor", &factor);
        }
        let passkeys = link("/passkeys", say("password-changed-link-passkeys"));
        say("password-changed-factors").marked("factor", &factor).marked("passkeys", &passkeys)
    }

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
mod tests {
    use super::*;
    use crate::language::{Language, written_in};

    const PASSWORD: AccountPassword<'static> = AccountPassword {
        username: "ana",
        base: "/account",
        ticket: "a ticket",
        min_length: 15,
        current_alert: None,
        new_alert: None,
        ends_others: true,
    };

    fn given(token: &str, descriptions: &[&str]) -> GivenScope {
        let descriptions = descriptions.iter().map(|&text| text.to_owned()).collect();
        GivenScope { token: token.to_owned(), descriptions }
    }

    fn app() -> AccountApp {
        AccountApp {
            client_id: "orders".to_owned(),
            name: "Orders".to_owned(),
            registered_itself: None,
            host: "orders.example".to_owned(),
            scope: vec![
                given("openid", &["Another"]),
                given("read", &["Read <orders>", "Read all"]),
                given("write", &[]),
            ],
            since: 1_795_392_000,
        }
    }

    #[test]
    fn c237_what_an_app_may_do_is_told_in_words_where_there_are_any() {
        assert_eq!(app().permissions(), "Know who you are, Read <orders>, Read all, write");
        assert_eq!(app().scope_as_text(), "openid read write");
        let german = Language::of_list("de").unwrap();
        written_in(german, || assert!(app().permissions().ends_with(", Read <orders>, Read all, write")));
        assert_eq!(AccountApp { scope: Vec::new(), ..app() }.permissions(), "");
    }

    #[test]
    fn c237_every_session_and_app_has_a_form_that_ends_it() {
        let session = |id: &str, is_this| AccountSession {
            id: id.to_owned(),
            is_this,
            signed_in: "23 November 2026, 10:00 UTC".to_owned(),
            last_seen: "23 November 2026, 11:00 UTC".to_owned(),
        };
        let sessions = [session("one", true), session("two", false)];
        let page = Account {
            username: "ana",
            base: "/account",
            has_mail: true,
            has_passkeys: true,
            kept: KeptData::Download,
            sign_out: "/logout",
            ticket: "a ticket",
            names: ProfileNames { name: "Ana", given_name: "", family_name: "" },
            alert: None,
            apps: &[app()],
            sessions: &sessions,
        };
        let text = page.render().unwrap();
        for form in ["profile", "withdraw", "end-session", "end-others"] {
            assert_eq!(text.matches(&format!(r#"<form method="post" action="/account/{form}">"#)).count(), 1, "{form}");
        }
        assert!(text.contains(r#"href="/account/data""#) && !text.contains("/account/delete"));
        assert!(text.contains(r#"name="client" value="orders""#) && text.contains(r#"name="session" value="two""#));
        assert!(
            !text.contains(r#"value="one""#) && text.contains("This browser") && text.contains(r#"href="/logout""#)
        );
        assert!(text.contains("Permissions: Know who you are, Read &#60;orders&#62;, Read all, write"), "{text}");
        let alone = Account { sessions: sessions.get(..1).unwrap(), apps: &[], ..page };
        assert!(!alone.render().unwrap().contains("end-others"));
        assert!(matches!(Account { base: "//evil.example", ..alone }.render(), Err(Unrenderable::LinkLeavesSite)));
    }

    #[test]
    fn c236_the_fields_of_a_password_are_named_as_password_managers_expect() {
        let page = PASSWORD.render().unwrap();
        for field in ["username", "current-password", "new-password"] {
            assert_eq!(page.matches(&format!(r#"autocomplete="{field}""#)).count(), 1, "{field}");
        }
        assert!(
            page.contains(r#"value="1" checked"#) && !page.contains("maxlength") && !page.contains(" aria-invalid")
        );
        let again = AccountPassword { new_alert: Some(Text::verbatim("Too short")), ends_others: false, ..PASSWORD }
            .render()
            .unwrap();
        assert!(
            again.contains(r#"aria-describedby="new-alert rule" aria-invalid="true""#) && !again.contains("checked")
        );
    }
}
