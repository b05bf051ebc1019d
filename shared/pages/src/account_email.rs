//! The pages on which people confirm and change their address.

use askama::Template;

use crate::{Text, Unrenderable, rendering};

/// The page of a person's address. It posts `email` and `ticket`.
#[derive(Template)]
#[template(path = "account_email.html")]
pub struct AccountEmail<'a> {
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The present address; may be empty.
    pub address: &'a str,
    /// `true` if it is confirmed.
    pub is_confirmed: bool,
    /// The address to begin with; may be empty.
    pub typed: &'a str,
    /// The ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
    /// The reason why the page is shown again.
    pub alert: Option<Text>,
}

/// The page that a link in a mail opens. It posts `link` and `ticket`; opening it changes nothing.
#[derive(Template)]
#[template(path = "account_confirm.html")]
pub struct AccountConfirm<'a> {
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The name of the signed-in person.
    pub username: &'a str,
    /// The address to confirm.
    pub address: &'a str,
    /// The end of the link.
    pub link: &'a str,
    /// The ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
}

impl AccountEmail<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `base` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.base)?;
        rendering::fill(self)
    }
}

impl AccountConfirm<'_> {
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

    #[test]
    fn c236_the_page_of_an_address_says_whether_it_is_confirmed() {
        let page = |address, is_confirmed| {
            let page = AccountEmail { base: "/account", address, is_confirmed, typed: "", ticket: "t", alert: None };
            page.render().unwrap()
        };
        assert!(page("", false).contains("has no address"));
        assert!(page("ada@example.org", false).contains("it is not confirmed"));
        assert!(page("ada@example.org", true).contains("it is confirmed"));
        assert!(page("", false).contains(r#"autocomplete="email""#));
    }
}
