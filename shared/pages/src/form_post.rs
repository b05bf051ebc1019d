//! The page that posts an authorization response to the client (OAuth 2.0 Form Post Response Mode §2).

use std::sync::LazyLock;

use askama::Template;

use crate::{Introduction, Unrenderable, rendering, style};

/// The script of this page. It presses the button, which is there for browsers without scripts.
pub(crate) const SCRIPT: &str = "document.forms[0].submit()";

static SOURCE: LazyLock<String> = LazyLock::new(|| style::source_of(SCRIPT));

/// Returns the source expression that allows the script of [`FormPost`], for use after `script-src`.
pub fn script_source() -> &'static str {
    &SOURCE
}

/// An authorization response as a form.
#[derive(Template)]
#[template(path = "form_post.html")]
pub struct FormPost<'a> {
    /// The host that receives the response.
    pub redirect_host: &'a str,
    /// The way in which the client introduced itself; `None` for a client of the operator.
    pub registered_itself: Option<&'a Introduction>,
    /// The redirect URI, which is registered for the client.
    pub action: &'a str,
    /// The parameters of the response.
    pub fields: &'a [(&'a str, &'a str)],
}

impl FormPost<'_> {
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

    #[test]
    fn the_response_stands_in_the_form_and_its_script_is_the_hashed_one() {
        let fields = [("code", "a\"b"), ("state", "<x>")];
        let action = "https://app.example/cb?a=1&b=2";
        let page = FormPost { redirect_host: "app.example", registered_itself: None, action, fields: &fields };
        let page = page.render().unwrap();
        assert!(page.contains(r#"action="https://app.example/cb?a=1&#38;b=2""#), "{page}");
        assert!(page.contains(r#"name="code" value="a&#34;b""#));
        assert!(page.contains(r#"name="state" value="&#60;x&#62;""#));
        assert!(page.contains("<script>document.forms[0].submit()</script>"));
        assert_eq!(script_source(), style::source_of(SCRIPT));
    }
}
