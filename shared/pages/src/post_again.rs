//! The page that posts a form of another site once more, from this site.

use askama::Template;

use crate::{Unrenderable, rendering};

/// A request that another site posted, to sign in or to sign out. Browsers send no cookie with it; with the same form from here they do.
#[derive(Template)]
#[template(path = "post_again.html")]
pub struct PostAgain<'a> {
    /// The path of this site that gets the form.
    pub action: &'a str,
    /// The parameters of the request.
    pub fields: &'a [(&'a str, &'a str)],
}

impl PostAgain<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `action` leads away from this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.action)?;
        rendering::fill(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_stands_in_the_form_and_leads_to_this_site_only() {
        let fields = [("id_token_hint", "a.b.c"), ("state", "<x>\"")];
        let page = PostAgain { action: "/logout", fields: &fields }.render().unwrap();
        assert!(page.contains(r#"<form method="post" action="/logout">"#), "{page}");
        assert!(page.contains(r#"name="id_token_hint" value="a.b.c""#));
        assert!(page.contains(r#"name="state" value="&#60;x&#62;&#34;""#));
        assert!(page.contains("<script>document.forms[0].submit()</script>"));
        for elsewhere in ["https://evil.example/", "//evil.example", "javascript:alert(1)"] {
            assert!(PostAgain { action: elsewhere, fields: &fields }.render().is_err(), "{elsewhere}");
        }
    }
}
