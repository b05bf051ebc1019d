//! The page that reports an error.

use askama::Template;

use crate::{Text, Unrenderable, rendering};

/// An error page for people.
#[derive(Template)]
#[template(path = "problem.html")]
pub struct Problem<'a> {
    /// The problem, in a few words.
    pub title: Text,
    /// The problem, in a sentence or two.
    pub text: Text,
    /// Advice for the reader about a solution, if there is any.
    pub hint: Option<Text>,
    /// A link to continue, if there is one: a path on this site that begins with one `/`, and its label.
    pub continue_to: Option<(&'a str, Text)>,
    /// The id of the request, by which support finds its line in the log; may be empty.
    pub request_id: &'a str,
}

impl Problem<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `continue_to` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        if let Some((href, _label)) = &self.continue_to {
            rendering::stay_here(href)?;
        }
        rendering::fill(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Problem<'static> {
        let (title, text) = (Text::verbatim("Too late"), Text::verbatim("The page is too old."));
        Problem { title, text, hint: None, continue_to: None, request_id: "" }
    }

    fn leading_to(path: &str) -> Problem<'_> {
        Problem { continue_to: Some((path, Text::verbatim("Try again"))), ..plain() }
    }

    #[test]
    fn a_problem_without_a_way_on_has_no_link() {
        let page = plain().render().unwrap();
        assert!(page.contains("<h1>Too late</h1>") && page.contains("<p>The page is too old.</p>"));
        assert!(!page.contains("<a ") && !page.contains(r#"class="quiet""#));
    }

    #[test]
    fn the_request_has_an_id_to_give_to_support() {
        assert!(!plain().render().unwrap().contains("Request ID"));
        let page = Problem { request_id: "JKJaXmPLvHcESHA=", ..plain() }.render().unwrap();
        assert!(page.contains("Request ID, if you ask for help: <code>JKJaXmPLvHcESHA=</code>"), "{page}");
    }

    #[test]
    fn the_way_on_is_a_link_that_stays_here() {
        let page = leading_to("/authorize?a=b").render().unwrap();
        assert!(page.contains(r#"href="/authorize?a=b">Try again</a>"#));
        assert!(matches!(leading_to("//evil.example").render(), Err(Unrenderable::LinkLeavesSite)));
    }
}
