//! The pages of the local development stack, `jeton dev`.

use askama::Template;

use crate::{Unrenderable, rendering};

/// The start page: the running services, and how to try them.
#[derive(Template)]
#[template(path = "start.html")]
pub struct Start<'a> {
    /// The issuer identifier, a URL.
    pub issuer: &'a str,
    /// The issuer with another name of this machine, for apps that use it.
    pub other_issuer: Option<&'a str>,
    /// Every endpoint: its name and its URL.
    pub endpoints: &'a [(&'a str, &'a str)],
    /// The URL of the flow explorer.
    pub explorer: &'a str,
    /// A `curl` line that gets a token with client credentials.
    pub service_curl: &'a str,
    /// A `curl` line with which an API asks about a token.
    pub introspect_curl: &'a str,
    /// The URL that starts the demo sign-in. The link uses it unchanged.
    pub authorize_url: &'a str,
    /// The URL of the demo user's account.
    pub account: &'a str,
    /// The URL of the mails that the stack kept.
    pub outbox: &'a str,
    /// The demo user's name.
    pub username: &'a str,
    /// The demo user's password.
    pub password: &'a str,
    /// The demo clients, each with its id and its purpose.
    pub clients: &'a [(&'a str, &'a str)],
    /// The place where the data is stored, in a sentence.
    pub storage: &'a str,
}

impl Start<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::fill(self)
    }
}

/// The mails that the local stack kept instead of sending them.
#[derive(Template)]
#[template(path = "outbox.html")]
pub struct Outbox<'a> {
    /// The mails, the newest first.
    pub mails: &'a [OutboxMail],
}

/// A mail in the outbox of the local stack.
pub struct OutboxMail {
    /// The address of the recipient.
    pub to: String,
    /// The subject of the mail, in one line.
    pub subject: String,
    /// The time when it was sent.
    pub sent_at: String,
    /// The mail as plain text.
    pub text: String,
    /// The URLs that the mail asks to open.
    pub links: Vec<String>,
}

impl Outbox<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when a link is no http(s) URL, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        self.mails.iter().flat_map(|mail| &mail.links).try_for_each(|link| rendering::leads_to_an_app(link))?;
        rendering::fill(self)
    }
}

/// The page of the demo app to which a sign-in returns.
#[derive(Template)]
#[template(path = "demo_callback.html")]
pub struct DemoCallback<'a> {
    /// The authorization code, if one was returned.
    pub code: Option<&'a str>,
    /// The returned error, if any: its code and its description. It is shown instead of a code.
    pub error: Option<(&'a str, &'a str)>,
    /// The `curl` line that redeems the code; shown only with the code.
    pub redeem_curl: &'a str,
}

impl DemoCallback<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::fill(self)
    }

    fn heading(&self) -> &'static str {
        match (self.error, self.code) {
            (Some(_), _) => "The sign-in was refused",
            (None, Some(_)) => "A code came back",
            (None, None) => "Nothing came back",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_page_shows_all_it_is_given() {
        let page = Start {
            issuer: "http://127.0.0.1:9000",
            other_issuer: Some("http://localhost:9000"),
            endpoints: &[("Token", "http://127.0.0.1:9000/token")],
            explorer: "/explorer",
            service_curl: "curl -u demo:secret",
            introspect_curl: "curl -d token=TOKEN",
            authorize_url: "/authorize?client_id=demo-app",
            account: "/account",
            outbox: "/outbox",
            username: "ana",
            password: "open sesame",
            clients: &[("demo-app", "A web app")],
            storage: "In memory.",
        };
        let page = page.render().unwrap();
        let facts = ["http://127.0.0.1:9000", "Token", "http://127.0.0.1:9000/token", "curl -u demo:secret", "ana"];
        assert!(page.contains(r#"href="/explorer""#) && page.contains(">curl -d token=TOKEN<"));
        let more = ["open sesame", "demo-app", "A web app", "In memory.", "--issuer http://localhost:9000"];
        for fact in facts.into_iter().chain(more) {
            assert!(page.contains(&format!(">{fact}<")), "{fact}");
        }
        assert!(page.contains(r#"href="/authorize?client_id=demo-app""#) && page.contains(r#"href="/account""#));
        assert!(page.contains(r#"href="/outbox""#));
    }

    #[test]
    fn the_callback_shows_a_code_or_an_error_or_that_there_is_neither() {
        let callback = |code, error| DemoCallback { code, error, redeem_curl: "curl it" }.render().unwrap();
        let code = callback(Some("the-code"), None);
        assert!(code.contains("A code came back") && code.contains("the-code") && code.contains("curl it"));
        let error = callback(Some("the-code"), Some(("access_denied", "No.")));
        assert!(error.contains("was refused") && error.contains("access_denied") && error.contains("No."));
        assert!(!error.contains("the-code") && !error.contains("curl it"));
        let neither = callback(None, None);
        assert!(neither.contains("Nothing came back") && !neither.contains("curl it"));
    }
}
