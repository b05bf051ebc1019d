//! The pages for people who forgot their password.

use askama::Template;

use crate::{Text, Unrenderable, rendering};

/// The page on which a person asks for a mail. It posts `username`, `request` and `ticket`.
#[derive(Template)]
#[template(path = "account_forgotten.html")]
pub struct AccountForgotten<'a> {
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The name or address to begin with; may be empty.
    pub username: &'a str,
    /// The query of the page that the person came from; may be empty.
    pub request: &'a str,
    /// The path of the sign-in that the person came from: on this site, beginning with one `/`.
    pub back: &'a str,
    /// The ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
    /// The reason why the page is shown again.
    pub alert: Option<Text>,
}

/// The page that a link in a mail opens. It posts `link` and `new_password`; opening it changes nothing.
#[derive(Template)]
#[template(path = "account_reset.html")]
pub struct AccountReset<'a> {
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The name of the account, for the reader and for password managers.
    pub username: &'a str,
    /// The end of the link, which is the right to set the password.
    pub link: &'a str,
    /// The minimum number of characters.
    pub min_length: usize,
    /// The reason why the password does not do.
    pub alert: Option<Text>,
}

/// A message about the account, with a way on.
#[derive(Template)]
#[template(path = "account_notice.html")]
pub struct AccountNotice<'a> {
    /// The message in a few words.
    pub title: Text,
    /// The message, by paragraphs.
    pub text: &'a [Text],
    /// The path that the button leads to: on this site, beginning with one `/`.
    pub leads_to: &'a str,
    /// The text of the button.
    pub label: Text,
}

impl AccountForgotten<'_> {
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

impl AccountReset<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `base` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.base)?;
        rendering::fill(self)
    }
}

impl AccountNotice<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `leads_to` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.leads_to)?;
        rendering::fill(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c235_the_page_of_a_link_acts_by_its_button_alone() {
        let page = || AccountReset { base: "/account", username: "ana", link: "jtw_x", min_length: 15, alert: None };
        let text = page().render().unwrap();
        assert_eq!(text.matches("<form ").count(), 1);
        assert!(text.contains(r#"<form method="post" action="/account/reset">"#) && !text.contains("<script"));
        assert!(text.contains(r#"name="link" value="jtw_x""#) && !text.contains("href="));
        for hint in [r#"autocomplete="username""#, r#"autocomplete="new-password""#] {
            assert_eq!(text.matches(hint).count(), 1, "{hint}");
        }
        let again = AccountReset { alert: Some(Text::verbatim("Too short")), ..page() }.render().unwrap();
        assert!(again.contains(r#"aria-describedby="alert rule" aria-invalid="true""#));
        assert!(AccountReset { base: "//evil.example", alert: None, ..page() }.render().is_err());
    }
}
