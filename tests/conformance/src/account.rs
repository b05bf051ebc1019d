//! The account page: what people see and change of their own account.

mod addresses;
mod changes_in_flight;
mod factors;
pub(crate) mod forgotten;
mod invitations;
mod links_in_mails;
mod own_data;
pub(crate) mod page;
mod passkeys;
mod password;
mod sessions_and_apps;
pub(crate) mod sign_up;

use harness::{Browser, Cli, Form, Landing, forms};

use crate::support::world::World;

/// A password that a person may choose.
pub(crate) const FIRST: &str = "a first long password";
/// Another password that a person may choose.
pub(crate) const SECOND: &str = "a second long password";

/// A person with a browser of their own.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) browser: Browser,
}

impl Person {
    /// Registers a person and signs the person in to the account.
    pub(crate) async fn signed_in(world: &World, name: &str) -> Self {
        create(&world.stack.cli(), name, FIRST);
        let mut browser = world.stack.browser();
        let account = sign_in(&mut browser, name, FIRST).await;
        assert!(shows_account(&account), "{:?}", account.reply);
        Self { name: name.to_owned(), browser }
    }

    /// Signs the same person in on another browser.
    pub(crate) async fn elsewhere(&self, world: &World) -> Browser {
        let mut browser = world.stack.browser();
        assert!(shows_account(&sign_in(&mut browser, &self.name, FIRST).await));
        browser
    }
}

pub(crate) fn create(cli: &Cli, name: &str, password: &str) {
    cli.create_user(name, password);
}

/// Signs in at the account page.
pub(crate) async fn sign_in(browser: &mut Browser, name: &str, password: &str) -> Landing {
    let page = browser.go("/account").await;
    assert!(asks_to_sign_in(&page), "{:?}", page.reply);
    browser.submit(&page, &page.form(), &[("username", name), ("password", password)]).await
}

pub(crate) fn shows_account(page: &Landing) -> bool {
    page.reply.status == 200 && page.reply.text().contains("<h1>Your account</h1>")
}

pub(crate) fn asks_to_sign_in(page: &Landing) -> bool {
    page.reply.text().contains("<h1>Sign in</h1>") && form_to(page, "/account/sign-in").is_some()
}

/// Returns the first form of a page that leads to this path.
pub(crate) fn form_to(page: &Landing, path: &str) -> Option<Form> {
    forms(page.reply.text()).into_iter().find(|form| form.action.as_deref() == Some(path))
}

/// Returns the forms of a page that end another session.
pub(crate) fn sessions_elsewhere(page: &Landing) -> Vec<Form> {
    forms(page.reply.text()).into_iter().filter(|form| form.action.as_deref() == Some("/account/end-session")).collect()
}

/// Changes the password in a browser; `others` says whether all other browsers are signed out.
pub(crate) async fn change_password(browser: &mut Browser, current: &str, new: &str, others: bool) -> Landing {
    let page = browser.go("/account/password").await;
    let form = form_to(&page, "/account/password").expect("the form for a password");
    submit_password(browser, &page, &form, (current, new, others)).await
}

/// Submits the form for a password.
pub(crate) async fn submit_password(
    browser: &mut Browser,
    page: &Landing,
    form: &Form,
    (current, new, others): (&str, &str, bool),
) -> Landing {
    let filled = [("current_password", current), ("new_password", new), ("others", if others { "1" } else { "" })];
    browser.submit(page, form, &filled).await
}

pub(crate) fn is_changed(page: &Landing) -> bool {
    page.reply.status == 200 && page.reply.text().contains("<h1>Your password is changed</h1>")
}
