//! People look after their password: a link from a mail, and a change of it.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use harness::{Browser, Form, Landing, Reply, forms};
use serde_json::Value;

use crate::matrix::{Flow, under_every_fault};
use crate::place::Place;

const FIRST: &str = "a first long password";
const SECOND: &str = "a second long password";
/// The most looks into the outbox before a mail is missed.
const MOST_LOOKS: u32 = 400;

/// A person with a confirmed address, a browser, and a page with a form.
struct Ready {
    name: String,
    browser: Browser,
    page: Landing,
    form: Form,
}

/// Returns a number that no other run of this process has.
fn next() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A browser at an address of its own, so that no counter of a source fills up.
fn browser(place: &Place) -> Browser {
    let [high, low] = next().to_be_bytes();
    place.stack.browser_from([127, 1 + high, low, 1])
}

fn address_of(name: &str) -> String {
    format!("{name}@example.org")
}

/// Registers a person with a confirmed address.
fn create(place: &Place) -> String {
    let name = format!("person-{}", next());
    let cli = place.stack.cli();
    cli.create_user(&name, FIRST);
    let address = format!("email={}", address_of(&name));
    cli.run(&["user", "update", &name, "--claim", &address, "--claim", "email_verified=true"]);
    name
}

fn form_to(page: &Landing, path: &str) -> Form {
    let form = forms(page.reply.text()).into_iter().find(|form| form.action.as_deref() == Some(path));
    form.unwrap_or_else(|| panic!("no form to {path}: {:?}", page.reply))
}

/// Returns the mails to a person, the newest first, as soon as there are so many.
async fn mails_to(place: &Place, name: &str, number: usize) -> Vec<Value> {
    for _ in 0..MOST_LOOKS {
        let reply = place.http.get("/outbox").header("accept", "application/json").send().await;
        let mails: Vec<Value> = reply.json().as_array().expect("mails").clone();
        let to_person: Vec<Value> = mails.into_iter().filter(|mail| mail["to"] == address_of(name)).collect();
        if to_person.len() >= number {
            return to_person;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{name} got no {number} mails");
}

/// Returns whether a password opens the account.
async fn opens(place: &Place, name: &str, password: &str) -> bool {
    let mut browser = browser(place);
    let page = browser.go("/account").await;
    let landing = browser.submit(&page, &page.form(), &[("username", name), ("password", password)]).await;
    landing.reply.status == 200 && landing.reply.text().contains("<h1>Your account</h1>")
}

/// Asserts that the second password counts and the first does not, and that one mail told of it.
async fn is_changed_once(place: &Place, name: &str, mails: usize) {
    assert!(opens(place, name, SECOND).await, "{name} cannot sign in with the new password");
    assert!(!opens(place, name, FIRST).await, "{name} can sign in with the former password");
    let told = mails_to(place, name, mails).await;
    let told: Vec<&Value> = told.iter().filter(|mail| mail["subject"] == "Your password was changed").collect();
    assert_eq!(told.len(), 1, "{told:?}");
}

/// A person sets a new password with a link.
struct Reset;

impl Flow for Reset {
    type Ready = Ready;

    async fn prepare(&self, place: &Place) -> Ready {
        let (name, mut browser) = (create(place), browser(place));
        let page = browser.go("/account/forgotten").await;
        browser.submit(&page, &form_to(&page, "/account/forgotten"), &[("username", &name)]).await;
        let mails = mails_to(place, &name, 1).await;
        let link = mails[0]["links"][0].as_str().expect("a link");
        let page = browser.go(link.strip_prefix(place.stack.issuer()).expect("a link to this server")).await;
        let form = form_to(&page, "/account/reset");
        Ready { name, browser, page, form }
    }

    async fn act(&self, _: &Place, ready: &mut Ready) -> Reply {
        ready.browser.submit(&ready.page, &ready.form, &[("new_password", SECOND)]).await.reply
    }

    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 200 && reply.text().contains("<h1>Your password is set</h1>")
    }

    async fn settle(&self, place: &Place, mut ready: Ready, right: Option<Reply>) {
        let reply = self.answered(place, &mut ready, right).await;
        // The password may have been set although the person was not told. Then the link is spent.
        let is_spent = reply.status == 400 && reply.text().contains("<h1>This link does not work any more</h1>");
        assert!(self.is_right(&reply) || is_spent, "{reply:?}");
        is_changed_once(place, &ready.name, 2).await;
    }
}

/// A person changes the password.
struct Change;

impl Flow for Change {
    type Ready = Ready;

    async fn prepare(&self, place: &Place) -> Ready {
        let (name, mut browser) = (create(place), browser(place));
        let page = browser.go("/account").await;
        browser.submit(&page, &page.form(), &[("username", &name), ("password", FIRST)]).await;
        let page = browser.go("/account/password").await;
        let form = form_to(&page, "/account/password");
        Ready { name, browser, page, form }
    }

    async fn act(&self, _: &Place, ready: &mut Ready) -> Reply {
        let filled = [("current_password", FIRST), ("new_password", SECOND), ("others", "1")];
        ready.browser.submit(&ready.page, &ready.form, &filled).await.reply
    }

    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 200 && reply.text().contains("<h1>Your password is changed</h1>")
    }

    async fn settle(&self, place: &Place, mut ready: Ready, right: Option<Reply>) {
        let reply = self.answered(place, &mut ready, right).await;
        // The password may have been changed although the person was not told. Then the browser asks for a sign-in.
        assert!(self.is_right(&reply) || reply.text().contains("<h1>Sign in</h1>"), "{reply:?}");
        is_changed_once(place, &ready.name, 1).await;
    }
}

#[tokio::test]
async fn c235_c236_a_new_password_is_set_once_and_told_once() {
    tokio::join!(under_every_fault("reset of a password", Reset), under_every_fault("change of a password", Change));
}
