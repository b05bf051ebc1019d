//! The pages for people who make their own account.

use askama::Template;

use crate::{Text, Unrenderable, rendering};

/// The page on which a person asks for a link. It posts `email`, `request` and `ticket`.
#[derive(Template)]
#[template(path = "account_sign_up.html")]
pub struct AccountSignUp<'a> {
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The address to begin with; may be empty.
    pub email: &'a str,
    /// The query of the page that the person came from; may be empty.
    pub request: &'a str,
    /// The path of the sign-in that the person came from: on this site, beginning with one `/`.
    pub back: &'a str,
    /// The ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
    /// The reason why the page is shown again.
    pub alert: Option<Text>,
}

/// The page that a link in a mail opens. It posts `link`, `username` and `new_password`; opening it changes nothing.
#[derive(Template)]
#[template(path = "account_new.html")]
pub struct AccountNew<'a> {
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The end of the link, which is the right to make the account.
    pub link: &'a str,
    /// The address of the account.
    pub email: &'a str,
    /// The name to begin with; may be empty.
    pub username: &'a str,
    /// The minimum number of characters of the password.
    pub min_length: u8,
    /// The reason why the name does not do.
    pub name_alert: Option<Text>,
    /// The reason why the password does not do.
    pub password_alert: Option<Text>,
}

impl AccountSignUp<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when a link would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.base)?;
        rendering::stay_here(self.back)?;
        rendering::fill(self)
    }
}

impl AccountNew<'_> {
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

    fn page() -> AccountNew<'static> {
        AccountNew {
            base: "/account",
            link: "jtu_x",
            email: "ana@example.org",
            username: "",
            min_length: 15,
            name_alert: None,
            password_alert: None,
        }
    }

    #[test]
    fn c235_the_page_of_a_new_account_acts_by_its_button_alone() {
        let text = page().render().unwrap();
        assert_eq!(text.matches("<form ").count(), 1);
        assert!(text.contains(r#"<form method="post" action="/account/create">"#) && !text.contains("<script"));
        assert!(text.contains(r#"name="link" value="jtu_x""#) && !text.contains("href="));
        for hint in ["username", "email", "new-password"] {
            assert_eq!(text.matches(&format!(r#"autocomplete="{hint}""#)).count(), 1, "{hint}");
        }
        assert!(!text.contains("maxlength") && !text.contains(r#" aria-invalid=""#));
        let named = AccountNew { name_alert: Some(Text::verbatim("Taken")), ..page() }.render().unwrap();
        assert!(named.contains(r#"aria-describedby="name-alert name-rule" aria-invalid="true""#));
        let short = AccountNew { password_alert: Some(Text::verbatim("Too short")), ..page() }.render().unwrap();
        assert!(short.contains(r#"aria-describedby="password-alert password-rule" aria-invalid="true""#));
        assert!(AccountNew { base: "//evil.example", ..page() }.render().is_err());
    }

    #[test]
    fn c235_a_person_asks_for_a_link_with_an_address_and_can_go_back() {
        let page = || AccountSignUp {
            base: "/account",
            email: "",
            request: "client_id=a&scope=b",
            back: "/authorize?client_id=a&scope=b",
            ticket: "t",
            alert: None,
        };
        let text = page().render().unwrap();
        assert_eq!(text.matches(r#"autocomplete="email""#).count(), 1);
        assert!(text.contains("href=\"/authorize?client_id=a&#38;scope=b\""), "{text}");
        assert!(AccountSignUp { back: "https://evil.example", ..page() }.render().is_err());
    }
}
