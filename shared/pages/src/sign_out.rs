//! The pages for signing out.

use askama::Template;

use crate::{Introduction, Text, Unrenderable, rendering};

/// The page that asks the person to confirm the sign-out. It posts `request`, `ticket` and `decision` (`sign_out`
/// or `stay`).
#[derive(Template)]
#[template(path = "sign_out.html")]
pub struct SignOut<'a> {
    /// The name of the signed-in person.
    pub username: &'a str,
    /// The name of the client that sent the request, if it is certain.
    pub client_name: Option<&'a str>,
    /// The name of the client that the person returns to afterwards.
    pub leads_to: Option<&'a str>,
    /// The date when that client registered itself; `None` for a client of the operator.
    pub registered_itself: Option<&'a Introduction>,
    /// The host of the client.
    pub redirect_host: &'a str,
    /// The path to which the form is sent: on this site, beginning with one `/`.
    pub action: &'a str,
    /// The sign-out request, carried through the form.
    pub request: &'a str,
    /// The ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
}

/// A message about a completed action, without anything to decide.
#[derive(Template)]
#[template(path = "notice.html")]
pub struct Notice {
    /// The completed action, in a few words.
    pub title: Text,
    /// The consequences of the action.
    pub text: Text,
}

impl SignOut<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `action` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.action)?;
        rendering::fill(self)
    }
}

impl Notice {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::fill(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::introduction::SOME_DAY;

    const ASKED: SignOut<'static> = SignOut {
        username: "ana",
        client_name: Some("Orders"),
        leads_to: None,
        registered_itself: None,
        redirect_host: "orders.example",
        action: "/logout/confirm",
        request: "a request",
        ticket: "a ticket",
    };

    #[test]
    fn the_form_posts_what_the_endpoint_reads() {
        let page = ASKED.render().unwrap();
        for fact in ["Orders", "ana"] {
            assert!(page.contains(&format!("<bdi>{fact}</bdi>")), "{fact}");
        }
        assert!(page.contains(r#"<form method="post" action="/logout/confirm">"#));
        assert!(page.contains(r#"<input type="hidden" name="request" value="a request">"#));
        assert!(page.contains(r#"<input type="hidden" name="ticket" value="a ticket">"#));
        assert!(page.contains(r#"<button type="submit" name="decision" value="sign_out">Sign out</button>"#));
        assert!(page.contains(r#"name="decision" value="stay" class="second">Stay signed in</button>"#));
        assert!(!SignOut { client_name: None, ..ASKED }.render().unwrap().contains("asks"));
        let back = SignOut { client_name: None, leads_to: Some("Orders"), ..ASKED }.render().unwrap();
        assert!(!back.contains("asks") && back.contains("Afterwards you return to <strong><bdi>Orders</bdi></strong>"));
        let itself = SignOut { registered_itself: Some(&SOME_DAY), ..ASKED }.render().unwrap();
        assert!(itself.contains("registered itself on 23 November 2026.") && itself.contains("orders.example"));
        let leaving = SignOut { action: "//evil.example", ..ASKED };
        assert!(matches!(leaving.render(), Err(Unrenderable::LinkLeavesSite)));
    }

    #[test]
    fn a_notice_says_what_was_done() {
        let page = Notice { title: Text::verbatim("You are signed out"), text: Text::verbatim("On this browser.") }
            .render()
            .unwrap();
        assert!(page.contains("<h1>You are signed out</h1>\n<p>On this browser.</p>"), "{page}");
    }
}
