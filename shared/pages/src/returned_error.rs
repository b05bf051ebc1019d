//! The page with an error for a client that registered itself, shown when no person has signed in yet.

use askama::Template;

use crate::{Introduction, Text, Unrenderable, rendering};

/// An error response that is sent to the app only after the person chooses to continue (RFC 9700 §4.11.2).
#[derive(Template)]
#[template(path = "returned_error.html")]
pub struct ReturnedError<'a> {
    /// The name of the client that sent the request.
    pub client_name: &'a str,
    /// The way in which the client introduced itself.
    pub registered_itself: Option<&'a Introduction>,
    /// The host to which the person continues.
    pub redirect_host: &'a str,
    /// The error code, as in the response.
    pub error: &'a str,
    /// The sentence that says what is wrong. The description in the response is for the app, and in English.
    pub explanation: Text,
    /// The link or form that leads to the app.
    pub way_on: WayOn<'a>,
    /// The id of the request, by which support finds its line in the log; may be empty.
    pub request_id: &'a str,
}

/// The ways in which a response reaches an app.
pub enum WayOn<'a> {
    /// A link to this URL, which contains the response.
    Link(&'a str),
    /// A form that posts the parameters of the response to this redirect URI.
    Form(&'a str, &'a [(&'a str, &'a str)]),
}

impl ReturnedError<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when the link does not lead to an app, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        let (WayOn::Link(href) | WayOn::Form(href, _)) = self.way_on;
        rendering::leads_to_an_app(href)?;
        rendering::fill(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::introduction::SOME_DAY;
    use crate::say;

    const LINK: ReturnedError<'static> = ReturnedError {
        client_name: "Budget Planner",
        registered_itself: Some(&SOME_DAY),
        redirect_host: "budget.example",
        error: "invalid_scope",
        explanation: say("returned-error-invalid-scope"),
        way_on: WayOn::Link("https://budget.example/cb?error=invalid_scope&state=1"),
        request_id: "req-1",
    };

    #[test]
    fn c141_the_page_names_app_host_and_error_and_leads_on_by_a_link() {
        let page = LINK.render().unwrap();
        for fact in
            ["Budget Planner", "budget.example", "invalid_scope", "permissions that", "23 November 2026", "req-1"]
        {
            assert!(page.contains(fact), "{fact}");
        }
        assert!(page.contains(r#"href="https://budget.example/cb?error=invalid_scope&#38;state=1""#), "{page}");
        assert!(!page.contains("<script"));
    }

    #[test]
    fn c141_a_response_in_a_form_waits_for_its_button() {
        let fields = [("error", "invalid_scope"), ("state", "<x>")];
        let page = ReturnedError { way_on: WayOn::Form("https://budget.example/cb", &fields), ..LINK };
        let page = page.render().unwrap();
        assert!(page.contains(r#"<form method="post" action="https://budget.example/cb">"#), "{page}");
        assert!(page.contains(r#"name="state" value="&#60;x&#62;""#) && page.contains("<button type=\"submit\">"));
        assert!(!page.contains("<script"));
    }

    #[test]
    fn a_link_that_is_none_to_an_app_is_not_rendered() {
        let page = ReturnedError { way_on: WayOn::Link("javascript:alert(1)"), ..LINK };
        assert!(matches!(page.render(), Err(Unrenderable::NoApp)));
    }
}
