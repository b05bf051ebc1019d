//! The page on which a person deletes the account.

use askama::Template;

use crate::{Text, Unrenderable, rendering};

/// The page with the button that deletes an account. It posts `ticket` and `current_password`.
#[derive(Template)]
#[template(path = "account_delete.html")]
pub struct AccountDelete<'a> {
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The name of the account, for the reader and for password managers.
    pub username: &'a str,
    /// The ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
    /// The reason why the account was not deleted.
    pub alert: Option<Text>,
}

impl AccountDelete<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `base` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.base)?;
        rendering::fill(self)
    }
}
