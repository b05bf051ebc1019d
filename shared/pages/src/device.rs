//! The pages for people who answer a device (RFC 8628 §3.3).

use askama::Template;

use crate::{AskedScope, Text, Unrenderable, rendering};

/// The form for the code of a device. It posts `user_code`.
#[derive(Template)]
#[template(path = "device_code.html")]
pub struct DeviceCode<'a> {
    /// The path to which the form is sent: on this site, beginning with one `/`.
    pub action: &'a str,
    /// The code that the field contains at first, which may be anything.
    pub user_code: &'a str,
    /// The reason why the last code was not accepted, if there was one.
    pub alert: Option<Text>,
}

/// The page that asks a person to confirm the code of a device, and to allow or deny its request. It posts `request`,
/// `ticket` and `decision` (`allow` or `deny`).
#[derive(Template)]
#[template(path = "device_consent.html")]
pub struct DeviceConsent<'a> {
    /// The name of the client that asks.
    pub client_name: &'a str,
    /// The name of the signed-in person who is asked.
    pub username: &'a str,
    /// The code, as the device shows it.
    pub user_code: &'a str,
    /// The address that the request came from, if it is known.
    pub asked_from: Option<&'a str>,
    /// The requested scope tokens.
    pub scopes: &'a [AskedScope<'a>],
    /// The APIs that the tokens would give access to, without this server itself.
    pub resources: &'a [&'a str],
    /// The issuer, if the tokens would also give access to the person's profile here.
    pub profile_at: Option<&'a str>,
    /// The names of the clients that may act with the tokens, as the client's `may_act` says.
    pub actors: &'a [String],
    /// The path to which the form is sent: on this site, beginning with one `/`.
    pub action: &'a str,
    /// The code, carried through the form.
    pub request: &'a str,
    /// The single-use ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
    /// The path that "Use another account" leads to: on this site, beginning with one `/`.
    pub switch_account: &'a str,
}

impl DeviceCode<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `action` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.action)?;
        rendering::fill(self)
    }
}

impl DeviceConsent<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `action` or `switch_account` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.action)?;
        rendering::stay_here(self.switch_account)?;
        rendering::fill(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: DeviceConsent<'static> = DeviceConsent {
        client_name: "Orders TV",
        username: "ana",
        user_code: "WDJB-MJHT",
        asked_from: Some("192.0.2.1"),
        scopes: &[AskedScope { token: "orders:read", descriptions: Vec::new() }],
        resources: &["https://api.example"],
        profile_at: None,
        actors: &[],
        action: "/device/consent",
        request: "a request",
        ticket: "a ticket",
        switch_account: "/device?user_code=WDJB-MJHT&prompt=login",
    };

    #[test]
    fn c213_a_person_sees_client_code_scope_and_place_before_the_decision_and_both_decisions_are_buttons() {
        let page = ASKED.render().unwrap();
        let order = ["<bdi>Orders TV</bdi>", "<bdi>ana</bdi>", "WDJB-MJHT", "192.0.2.1", "orders:read"];
        let places: Vec<usize> = order
            .iter()
            .chain(&["https://api.example", "value=\"allow\"", "value=\"deny\""])
            .map(|text| page.find(text).unwrap())
            .collect();
        assert!(places.is_sorted(), "{places:?}: {page}");
        assert!(page.contains(r#"<form method="post" action="/device/consent">"#));
        assert!(page.contains(r#"<button type="submit" name="decision" value="allow">Allow</button>"#));
        assert!(page.contains(r#"<button type="submit" name="decision" value="deny" class="second">Deny</button>"#));
        assert!(!DeviceConsent { asked_from: None, ..ASKED }.render().unwrap().contains("It was asked from"));
    }

    #[test]
    fn the_page_says_who_else_may_act_and_fills_in_a_code() {
        let actors = ["Shopping <agent>".to_owned()];
        let page = DeviceConsent { actors: &actors, ..ASKED }.render().unwrap();
        assert!(
            page.contains("Who else may act for you") && page.contains("<bdi>Shopping &#60;agent&#62;</bdi>"),
            "{page}"
        );
        assert!(!ASKED.render().unwrap().contains("Who else"));
        let page = DeviceCode { action: "/device", user_code: "A\"B", alert: None }.render().unwrap();
        assert!(page.contains(r#"value="A&#34;B""#), "{page}");
    }

    #[test]
    fn the_forms_stay_here() {
        for leaving in ["https://evil.example", "//evil.example"] {
            assert!(DeviceCode { action: leaving, user_code: "", alert: None }.render().is_err());
            assert!(DeviceConsent { action: leaving, ..ASKED }.render().is_err());
            assert!(DeviceConsent { switch_account: leaving, ..ASKED }.render().is_err());
        }
        let page =
            DeviceCode { action: "/device", user_code: "", alert: Some(Text::verbatim("Unknown.")) }.render().unwrap();
        assert!(
            page.contains("<title>Error: Connect a device") && page.contains(r#"role="alert" id="alert">Unknown.<"#)
        );
        assert!(
            !DeviceCode { action: "/device", user_code: "", alert: None }.render().unwrap().contains("role=\"alert\"")
        );
    }
}
