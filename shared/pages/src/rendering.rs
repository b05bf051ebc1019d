//! From a filled-in page to its HTML.

use std::{error::Error, fmt};

use askama::Template;

/// Why a page could not be rendered. Neither reason is the reader's doing: answer 500.
#[derive(Debug)]
pub enum Unrenderable {
    /// The template engine gave up.
    Template(askama::Error),
    /// A link that must stay on this site is not a path that begins with one `/`.
    LinkLeavesSite,
}

impl fmt::Display for Unrenderable {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(_) => to.write_str("the page's template could not be filled in"),
            Self::LinkLeavesSite => to.write_str("a link on the page would leave this site"),
        }
    }
}

impl Error for Unrenderable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Template(error) => Some(error),
            Self::LinkLeavesSite => None,
        }
    }
}

/// Fills in the template.
pub(crate) fn fill(page: &impl Template) -> Result<String, Unrenderable> {
    page.render().map_err(Unrenderable::Template)
}

/// Refuses a link that a browser could resolve to another origin.
///
/// Browsers read `\` as `/` and drop tabs and line breaks before they parse (WHATWG URL §4.4), so `/\host` and
/// `/<tab>/host` lead away just as `//host` does.
pub(crate) fn stay_here(href: &str) -> Result<(), Unrenderable> {
    let is_path = href.starts_with('/') && !href.starts_with("//");
    if is_path && !href.contains(|c: char| c == '\\' || c.is_control()) {
        Ok(())
    } else {
        Err(Unrenderable::LinkLeavesSite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_stays_on_this_site_or_is_refused() {
        for href in ["/", "/authorize?client_id=a&prompt=login", "/a//b"] {
            assert!(stay_here(href).is_ok(), "{href}");
        }
        for href in [
            "",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:x",
            "https://evil.example",
            "evil",
        ] {
            assert!(matches!(stay_here(href), Err(Unrenderable::LinkLeavesSite)), "{href}");
        }
    }
}
