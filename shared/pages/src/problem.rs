//! The page that reports an error.

use askama::Template;

use crate::{Unrenderable, rendering};

/// An error page for people.
#[derive(Template)]
#[template(path = "problem.html")]
pub struct Problem<'a> {
    /// The problem, in a few words.
    pub title: &'a str,
    /// The problem, in a sentence or two.
    pub text: &'a str,
    /// Advice for the reader about a solution; may be empty.
    pub hint: &'a str,
    /// A link to continue, if there is one: a path on this site that begins with one `/`, and its label.
    pub continue_to: Option<(&'a str, &'a str)>,
    /// The id of the request, by which support finds its line in the log; may be empty.
    pub request_id: &'a str,
}

impl Problem<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `continue_to` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        if let Some((href, _label)) = self.continue_to {
            rendering::stay_here(href)?;
        }
        rendering::fill(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Problem<'static> =
        Problem { title: "Too late", text: "The page is too old.", hint: "", continue_to: None, request_id: "" };

    #[test]
    fn a_problem_without_a_way_on_has_no_link() {
        let page = PLAIN.render().unwrap();
        assert!(page.contains("<h1>Too late</h1>") && page.contains("<p>The page is too old.</p>"));
        assert!(!page.contains("<a ") && !page.contains(r#"class="quiet""#));
    }

    #[test]
    fn the_request_has_an_id_to_give_to_support() {
        assert!(!PLAIN.render().unwrap().contains("Request ID"));
        let page = Problem { request_id: "JKJaXmPLvHcESHA=", ..PLAIN }.render().unwrap();
        assert!(page.contains("Request ID, if you ask for help: <code>JKJaXmPLvHcESHA=</code>"), "{page}");
    }

    #[test]
    fn the_way_on_is_a_link_that_stays_here() {
        let page = Problem { continue_to: Some(("/authorize?a=b", "Try again")), ..PLAIN }.render().unwrap();
        assert!(page.contains(r#"href="/authorize?a=b">Try again</a>"#));
        let leaving = Problem { continue_to: Some(("//evil.example", "Try again")), ..PLAIN };
        assert!(matches!(leaving.render(), Err(Unrenderable::LinkLeavesSite)));
    }
}
