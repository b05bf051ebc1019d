//! The page on which a person signs in.

use askama::Template;

use crate::{Introduction, PasskeyForm, Text, Unrenderable, rendering};

/// The sign-in form. It posts `request`, `ticket`, `username` and `password`.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub struct SignIn<'a> {
    /// The name of the client for which the person signs in.
    pub client_name: &'a str,
    /// The way in which the client introduced itself; `None` for a client of the operator.
    pub registered_itself: Option<&'a Introduction>,
    /// The host to which the person returns; empty if a device waits for the person's answer.
    pub redirect_host: &'a str,
    /// The initial value of the username field; may be empty.
    pub username: &'a str,
    /// The path to which the form is sent: on this site, beginning with one `/`.
    pub action: &'a str,
    /// The authorization request, carried through the form.
    pub request: &'a str,
    /// The single-use ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
    /// The path at which a forgotten password is replaced: on this site, beginning with one `/`. `None` if no mail is sent.
    pub forgotten: Option<&'a str>,
    /// The form for a passkey, where there are passkeys.
    pub passkey: Option<PasskeyForm<'a>>,
    /// The path at which a person asks for an account: on this site, beginning with one `/`. `None` if nobody may.
    pub sign_up: Option<&'a str>,
    /// The error of the previous attempt, if there was one.
    pub alert: Option<Text>,
}

impl SignIn<'_> {
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::introduction::{SOME_DAY, SOME_HOST};

    /// The page as it is shown first, to nobody who is known.
    pub(crate) const FIRST: SignIn<'static> = SignIn {
        client_name: "Orders",
        registered_itself: None,
        redirect_host: "orders.example",
        username: "",
        action: "/authorize/sign-in",
        request: "a request",
        ticket: "a ticket",
        forgotten: None,
        passkey: None,
        sign_up: None,
        alert: None,
    };

    fn input<'p>(page: &'p str, name: &str) -> &'p str {
        let mut inputs = page.split("<input ").skip(1).filter_map(|rest| rest.split('>').next());
        inputs.find(|input| input.contains(&format!("name=\"{name}\""))).unwrap()
    }

    #[test]
    fn the_form_posts_what_the_endpoint_reads() {
        let page = FIRST.render().unwrap();
        assert!(page.contains(r#"<form method="post" action="/authorize/sign-in">"#));
        assert!(input(&page, "request").contains(r#"type="hidden" name="request" value="a request""#));
        assert!(input(&page, "ticket").contains(r#"type="hidden" name="ticket" value="a ticket""#));
        assert!(page.contains(r#"<button type="submit">Sign in</button>"#));
    }

    #[test]
    fn c235_a_forgotten_password_is_offered_where_mail_is_sent() {
        assert!(!FIRST.render().unwrap().contains("Forgot"));
        let page = SignIn { forgotten: Some("/account/forgotten"), ..FIRST }.render().unwrap();
        assert!(page.contains(r#"<a class="away" href="/account/forgotten">"#), "{page}");
        assert!(SignIn { forgotten: Some("//evil.example"), ..FIRST }.render().is_err());
    }

    #[test]
    fn c231_a_passkey_is_offered_in_a_form_of_its_own_and_in_the_field_of_the_name() {
        let without = FIRST.render().unwrap();
        assert!(!without.contains("<script") && !without.contains("webauthn"));
        let page = SignIn { passkey: Some(crate::passkey::tests::form("v")), ..FIRST }.render().unwrap();
        assert!(input(&page, "username").contains(r#"autocomplete="username webauthn""#), "{page}");
        assert!(page.contains(r#"id="passkey" hidden"#) && input(&page, "passkey").contains(r#"type="hidden""#));
        let away = crate::PasskeyForm { action: "//evil.example", ..crate::passkey::tests::form("v") };
        assert!(SignIn { passkey: Some(away), ..FIRST }.render().is_err());
    }

    #[test]
    fn c140_an_app_that_registered_itself_says_so_with_its_host() {
        assert!(!FIRST.render().unwrap().contains("registered itself"));
        let page = SignIn { registered_itself: Some(&SOME_DAY), ..FIRST }.render().unwrap();
        assert!(page.contains("This app registered itself on 23 November 2026."), "{page}");
        assert_eq!(page.matches("orders.example").count(), 2, "{page}");
    }

    #[test]
    fn c225_an_app_that_describes_itself_says_so_with_both_hosts() {
        let page = SignIn { registered_itself: Some(&SOME_HOST), ..FIRST }.render().unwrap();
        assert!(page.contains("This app describes itself at <bdi>client.example</bdi>."), "{page}");
        assert!(!page.contains("registered itself"), "{page}");
        assert_eq!(page.matches("orders.example").count(), 2, "{page}");
    }

    #[test]
    fn password_managers_recognise_the_fields() {
        let page = FIRST.render().unwrap();
        for hint in [r#"autocomplete="username""#, r#"autocapitalize="none""#, r#"spellcheck="false""#] {
            assert!(input(&page, "username").contains(hint), "{hint}");
        }
        for hint in [r#"type="password""#, r#"autocomplete="current-password""#] {
            assert!(input(&page, "password").contains(hint), "{hint}");
        }
    }

    #[test]
    fn the_first_empty_field_has_the_focus() {
        let empty = FIRST.render().unwrap();
        assert!(input(&empty, "username").contains("autofocus") && !input(&empty, "password").contains("autofocus"));
        let prefilled = SignIn { username: "ana", ..FIRST }.render().unwrap();
        assert!(
            input(&prefilled, "password").contains("autofocus") && !input(&prefilled, "username").contains("autofocus")
        );
        assert!(input(&prefilled, "username").contains(r#"value="ana""#));
    }

    #[test]
    fn an_alert_is_told_in_the_title_in_a_box_and_at_the_fields() {
        let page = SignIn { alert: Some(Text::verbatim("Wrong password.")), ..FIRST }.render().unwrap();
        assert!(page.contains("<title>Error: Sign in to Orders"));
        assert!(page.contains(r#"role="alert" id="alert">Wrong password.<"#));
        for name in ["username", "password"] {
            assert!(input(&page, name).contains(r#"aria-describedby="alert" aria-invalid="true""#), "{name}");
        }
        let calm = FIRST.render().unwrap();
        assert!(calm.contains("<title>Sign in to Orders") && !calm.contains(r#"role="alert""#));
        assert!(!input(&calm, "username").contains("aria-") && !input(&calm, "password").contains("aria-"));
    }
}
