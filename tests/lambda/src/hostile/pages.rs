//! The pages of devices and of accounts, each with a request whose answer is the same however often it is sent.
//!
//! A form that counts is sent once, or is counted. So the forms of a signed-in person have a ticket that does not count, and
//! links are forged: this is what anybody can send.

use std::time::Duration;

use super::place::{Draft, Place, cookies};
use crate::stack::SHARED;

const NO_TICKET: (&str, &str) = ("ticket", "jtf_AAAA");

/// Returns the places; `session` are the cookies of a person who is signed in.
pub(super) async fn places(session: &[String]) -> Vec<Place> {
    let start = Draft::post("/device_authorization", &[("client_id", &SHARED.tv.id), ("scope", "read")]);
    let account = Draft { cookies: session.to_vec(), ..Draft::get("/account") };
    let of_devices = [
        Place::of("device", "device", &start, &["client_id", "client_secret", "scope", "resource", "nonce"]),
        Place::of("device page", "authorize", &Draft::get("/device"), &["user_code", "prompt"]),
    ];
    let signs_in = sign_in_form().await;
    let passkey = signs_in.clone().with("passkey", "%7B%7D");
    let refused = [
        refusing("account sign-in", 403, &signs_in, &["ticket", "to", "username", "password", "code"]),
        refusing("account passkey", 403, &passkey, &["ticket", "to", "username", "passkey"]),
        refusing("account passkeys", 403, &form(session, "/passkeys"), &["ticket", "passkey", "name", "handle"]),
        refusing("account factors", 403, &form(session, "/factors"), &["ticket", "code", "secret"]),
        refusing("account deletion", 403, &form(session, "/delete"), &["ticket", "current_password"]),
        refusing("account sign-up", 403, &form(&[], "/sign-up"), &["ticket", "email", "request"]),
        refusing("new account", 400, &link("/create", "jtu_AAAA"), &["link", "username", "new_password"]),
        refusing("new password", 400, &link("/reset", "jtw_AAAA"), &["link", "new_password"]),
        refusing("link of a mail", 400, &Draft::get("/account/reset/jtw_AAAA"), &[]),
    ];
    let data = Place {
        good: (account.clone(), 200),
        ..Place::of("account data", "account", &Draft::get("/account/data"), &[])
    };
    let shown = [Place::of("account", "account", &account, &[]), data];
    let refused = refused.map(|place| Place { good: (account.clone(), 200), ..place });
    let of_account = refused.into_iter().chain(shown).map(with_everything_on);
    of_devices.into_iter().chain(of_account).collect()
}

/// The sign-in form of the account, with a ticket of its browser and nothing filled in.
async fn sign_in_form() -> Draft {
    let mut browser = SHARED.stack.browser();
    let filled = browser.go("/account").await.form().filled(&[]);
    let fields: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (&**name, &**value)).collect();
    Draft { cookies: cookies(&browser), ..Draft::post("/account/sign-in", &fields) }
}

/// A form below `/account` whose ticket does not count.
fn form(session: &[String], path: &str) -> Draft {
    Draft { cookies: session.to_vec(), ..Draft::post(&format!("/account{path}"), &[NO_TICKET]) }
}

/// The form of a link that nobody was sent.
fn link(path: &str, link: &str) -> Draft {
    Draft::post(&format!("/account{path}"), &[("link", link), ("new_password", "a long enough pass phrase")])
}

/// A place that answers its request with this error. A password may be hashed where one is part of the form.
fn refusing(name: &'static str, status: u16, draft: &Draft, known: &'static [&'static str]) -> Place {
    let hashes = known.contains(&"password");
    let own = if hashes { Duration::from_millis(200) } else { Duration::ZERO };
    Place { status, own, ..Place::of(name, "account", draft, known) }
}

/// Turns on what not every deployment has. Passkeys need an issuer with a name; the store stays that of the shared stack.
fn with_everything_on(place: Place) -> Place {
    let issuer = SHARED.stack.issuer().replace("127.0.0.1", "localhost");
    let everything = [("JETON_ISSUER", &*issuer), ("JETON_SIGN_UP", "open"), ("JETON_ACCOUNT_DATA", "delete")];
    Place { environment: everything.map(|(name, value)| (name, value.to_owned())).into(), ..place }
}
