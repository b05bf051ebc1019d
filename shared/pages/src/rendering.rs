//! Rendering: turns a page's values into HTML.

use std::{error::Error, fmt};

use askama::Template;

/// The reasons why a page could not be rendered. The reader did not cause any of them: answer 500.
#[derive(Debug)]
pub enum Unrenderable {
    /// The template engine reported an error.
    Template(askama::Error),
    /// A link that must stay on this site is not a path that begins with one `/`.
    LinkLeavesSite,
    /// A link that must lead to an app is not a redirect URI: it is neither http(s) nor has a private-use scheme
    /// with a period.
    NoApp,
}

impl fmt::Display for Unrenderable {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(_) => to.write_str("the page's template could not be filled in"),
            Self::LinkLeavesSite => to.write_str("a link on the page would leave this site"),
            Self::NoApp => to.write_str("a link on the page would not lead to an app"),
        }
    }
}

impl Error for Unrenderable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Template(error) => Some(error),
            Self::LinkLeavesSite | Self::NoApp => None,
        }
    }
}

/// Fills in the template of a page.
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

/// Refuses a link that would run a script or stay on this site. Escaping does not make `javascript:` harmless, but
/// no browser implements a scheme with a period.
pub(crate) fn leads_to_an_app(href: &str) -> Result<(), Unrenderable> {
    let (scheme, rest) = href.split_once(':').ok_or(Unrenderable::NoApp)?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let is_web = matches!(scheme, "https" | "http") && rest.starts_with("//");
    if is_web || (scheme.contains('.') && scheme.bytes().all(legal)) { Ok(()) } else { Err(Unrenderable::NoApp) }
}

/// Refuses a link that is not an absolute https URL.
pub(crate) fn leads_to_the_web(href: &str) -> Result<(), Unrenderable> {
    if href.starts_with("https://") && !href.contains(char::is_control) { Ok(()) } else { Err(Unrenderable::NoApp) }
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

    #[test]
    fn a_link_leads_to_an_app_or_is_refused() {
        for href in ["https://app.example/cb?a=b", "http://127.0.0.1:7/", "com.example.app:/cb"] {
            assert!(leads_to_an_app(href).is_ok(), "{href}");
        }
        for href in ["", "/", "//evil.example", "https:/x", "javascript:a.b", " javascript.x:a", "java\tscript.:x"] {
            assert!(matches!(leads_to_an_app(href), Err(Unrenderable::NoApp)), "{href:?}");
        }
    }
}
