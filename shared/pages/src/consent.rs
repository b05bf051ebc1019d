//! The page that asks for permission.

use askama::Template;

use crate::{Introduction, Unrenderable, rendering};

/// The consent form. It posts `request`, `ticket` and `decision` (`allow` or `deny`).
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent<'a> {
    /// The name of the client that asks.
    pub client_name: &'a str,
    /// The way in which the client introduced itself; `None` for a client of the operator.
    pub registered_itself: Option<&'a Introduction>,
    /// The name of the signed-in person who is asked.
    pub username: &'a str,
    /// The host that receives the response.
    pub redirect_host: &'a str,
    /// `true` when the response goes to an app on the person's own device, which cannot be identified (RFC 8252
    /// §8.6).
    pub is_native: bool,
    /// The requested scope tokens.
    pub scopes: &'a [&'a str],
    /// The APIs that the tokens would give access to.
    pub resources: &'a [&'a str],
    /// The path to which the form is sent: on this site, beginning with one `/`.
    pub action: &'a str,
    /// The authorization request, carried through the form.
    pub request: &'a str,
    /// The single-use ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
    /// The path that "Use another account" leads to: on this site, beginning with one `/`.
    pub switch_account: &'a str,
    /// `true` when the person decided on a page with different content.
    pub changed: bool,
}

impl Consent<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `action` or `switch_account` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.action)?;
        rendering::stay_here(self.switch_account)?;
        rendering::fill(self)
    }

    /// Explains a standard scope in plain words (`OpenID` Connect Core §5.4, §11). Other scopes are shown as they
    /// are.
    fn meaning(scope: &str) -> Option<&'static str> {
        match scope {
            "openid" => Some("Know who you are"),
            "profile" => Some("See your profile, such as your name"),
            "email" => Some("See your email address"),
            "address" => Some("See your postal address"),
            "phone" => Some("See your phone number"),
            "offline_access" => Some("Keep this access while you are away"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::introduction::{SOME_DAY, SOME_HOST};

    const ASKED: Consent<'static> = Consent {
        client_name: "Orders",
        registered_itself: None,
        username: "ana",
        redirect_host: "orders.example",
        is_native: false,
        scopes: &["openid", "orders:read"],
        resources: &["https://api.example"],
        action: "/authorize/consent",
        request: "a request",
        ticket: "a ticket",
        switch_account: "/authorize?prompt=login",
        changed: false,
    };

    #[test]
    fn a_person_sees_who_asks_for_what_and_where_the_answer_goes() {
        let page = ASKED.render().unwrap();
        for fact in
            ["Orders", "ana", "openid", "Know who you are", "orders:read", "https://api.example", "orders.example"]
        {
            assert!(page.contains(&format!(">{fact}")), "{fact}");
        }
    }

    #[test]
    fn the_form_posts_what_the_endpoint_reads() {
        let page = ASKED.render().unwrap();
        assert!(page.contains(r#"<form method="post" action="/authorize/consent">"#));
        assert!(page.contains(r#"<input type="hidden" name="request" value="a request">"#));
        assert!(page.contains(r#"<input type="hidden" name="ticket" value="a ticket">"#));
        assert!(page.contains(r#"<button type="submit" name="decision" value="allow">Allow</button>"#));
        assert!(page.contains(r#"<button type="submit" name="decision" value="deny" class="second">Deny</button>"#));
    }

    #[test]
    fn only_a_native_app_brings_the_warning() {
        let warning = "An app on this device receives the answer.";
        assert!(!ASKED.render().unwrap().contains(warning));
        assert!(Consent { is_native: true, ..ASKED }.render().unwrap().contains(warning));
    }

    #[test]
    fn c140_an_app_that_registered_itself_says_so_with_its_host() {
        assert!(!ASKED.render().unwrap().contains("registered itself"));
        let page = Consent { registered_itself: Some(&SOME_DAY), ..ASKED }.render().unwrap();
        assert!(page.contains("This app registered itself on 23 November 2026."), "{page}");
        assert_eq!(page.matches("orders.example").count(), 2, "{page}");
    }

    #[test]
    fn c225_an_app_that_describes_itself_says_so_with_both_hosts() {
        let page = Consent { registered_itself: Some(&SOME_HOST), ..ASKED }.render().unwrap();
        assert!(page.contains("This app describes itself at <bdi>client.example</bdi>."), "{page}");
        assert!(!page.contains("registered itself"), "{page}");
        assert_eq!(page.matches("orders.example").count(), 2, "{page}");
    }

    #[test]
    fn a_page_that_is_shown_again_says_that_the_request_changed() {
        let note = "This request changed while the page was open.";
        assert!(!ASKED.render().unwrap().contains(note));
        assert!(Consent { changed: true, ..ASKED }.render().unwrap().contains(note));
    }

    #[test]
    fn another_account_is_a_link_that_stays_here() {
        assert!(ASKED.render().unwrap().contains(r#"href="/authorize?prompt=login">Not you? Use another account</a>"#));
        let leaving = Consent { switch_account: "https://evil.example", ..ASKED };
        assert!(matches!(leaving.render(), Err(Unrenderable::LinkLeavesSite)));
    }
}
