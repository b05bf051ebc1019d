//! The page that asks for permission.

use askama::Template;

use crate::text::Markup;
use crate::{Introduction, Picture, Text, Unrenderable, rendering, say};

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
    /// The requested scope tokens, in the order requested.
    pub scopes: &'a [AskedScope<'a>],
    /// The APIs that the tokens would give access to, without this server itself.
    pub resources: &'a [&'a str],
    /// The issuer, if the tokens would also give access to the person's profile here.
    pub profile_at: Option<&'a str>,
    /// The names of the services that may act for the person with what the client gets.
    pub actors: &'a [String],
    /// The logo of the client, beside its name.
    pub logo: Option<Picture<'a>>,
    /// The URL of the client's website: https.
    pub website: Option<&'a str>,
    /// The URL of its privacy policy: https.
    pub policy: Option<&'a str>,
    /// The URL of its terms of service: https.
    pub terms: Option<&'a str>,
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
    /// [`Unrenderable`] when `action` or `switch_account` would leave this site, a link of the client is no https URL, or
    /// the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.action)?;
        rendering::stay_here(self.switch_account)?;
        for link in [self.website, self.policy, self.terms].into_iter().flatten() {
            rendering::leads_to_the_web(link)?;
        }
        rendering::fill(self)
    }

    /// Returns the list of the client's links, if it has any.
    fn links(&self) -> Option<Markup> {
        let (policy, terms) = (say("consent-link-policy"), say("consent-link-terms"));
        let links = [(self.website, say("consent-link-website")), (self.policy, policy), (self.terms, terms)];
        let links = links.into_iter().filter_map(|(url, words)| Some(Markup::link_elsewhere(url?, &words)));
        Markup::list(links.collect())
    }
}

/// A requested scope token, with its meaning for the APIs.
pub struct AskedScope<'a> {
    /// The scope token as requested.
    pub token: &'a str,
    /// The descriptions by which the APIs explain it; may be empty.
    pub descriptions: Vec<&'a str>,
}

impl AskedScope<'_> {
    /// Explains the scope in plain words: a standard one (`OpenID` Connect Core §5.4, §11), or one that an API
    /// describes. Any other is shown as it is.
    pub(crate) fn meanings(&self) -> Vec<String> {
        match standard(self.token) {
            Some(text) => vec![text.to_string()],
            None => self.descriptions.iter().map(|&text| text.to_owned()).collect(),
        }
    }

    /// Explains the scope in one text; without an explanation, it is the token.
    pub(crate) fn in_words(&self) -> String {
        let all = self
            .meanings()
            .into_iter()
            .reduce(|before, next| say("list").with("before", before).with("next", next).to_string());
        all.unwrap_or_else(|| self.token.to_owned())
    }
}

/// Returns the meaning of a standard scope (`OpenID` Connect Core §5.4, §11).
fn standard(token: &str) -> Option<Text> {
    Some(match token {
        "openid" => say("scope-openid"),
        "profile" => say("scope-profile"),
        "email" => say("scope-email"),
        "address" => say("scope-address"),
        "phone" => say("scope-phone"),
        "roles" => say("scope-roles"),
        "groups" => say("scope-groups"),
        "offline_access" => say("scope-offline-access"),
        _ => return None,
    })
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
        scopes: &[
            AskedScope { token: "openid", descriptions: Vec::new() },
            AskedScope { token: "orders:read", descriptions: Vec::new() },
        ],
        resources: &["https://api.example"],
        profile_at: None,
        actors: &[],
        logo: None,
        website: None,
        policy: None,
        terms: None,
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
    fn a_person_reads_who_asks_then_for_what_then_where_the_answer_goes_and_then_decides() {
        let page = ASKED.render().unwrap();
        let order = ["<bdi>Orders</bdi>", "What it asks for", "orders:read", "Your answer goes to", "orders.example"];
        let places: Vec<usize> =
            order.iter().chain(&["value=\"allow\""]).map(|text| page.find(text).unwrap()).collect();
        assert!(places.is_sorted(), "{places:?}: {page}");
    }

    #[test]
    fn a_scope_is_described_by_its_apis_and_a_standard_one_by_nobody_else() {
        let scopes = [
            AskedScope { token: "openid", descriptions: vec!["Something else"] },
            AskedScope { token: "read", descriptions: vec!["Read your orders", "Read your parcels"] },
        ];
        let page = Consent { scopes: &scopes, ..ASKED }.render().unwrap();
        let read = "<li><span>Read your orders</span> <span>Read your parcels</span> <code>read</code></li>";
        assert!(page.contains(read), "{page}");
        assert!(page.contains("<li><span>Know who you are</span> <code>openid</code></li>"), "{page}");
        assert!(!page.contains("Something else"));
    }

    #[test]
    fn the_issuer_is_shown_as_the_profile_and_only_beside_apis() {
        let issuer = Some("https://login.example");
        let page = Consent { profile_at: issuer, ..ASKED }.render().unwrap();
        assert!(page.contains("<span>Your profile here</span> <code>https://login.example</code>"), "{page}");
        let page = Consent { profile_at: issuer, resources: &[], ..ASKED }.render().unwrap();
        assert!(!page.contains("login.example") && !page.contains("APIs it may use"), "{page}");
    }

    #[test]
    fn c223_services_that_may_act_for_the_person_are_named_and_nobody_else_is() {
        let actors = ["Shopping <agent>".to_owned(), "Robot".to_owned()];
        let page = Consent { actors: &actors, ..ASKED }.render().unwrap();
        assert!(page.contains("Who else may act for you"), "{page}");
        for actor in ["<li><bdi>Shopping &#60;agent&#62;</bdi></li>", "<li><bdi>Robot</bdi></li>"] {
            assert!(page.contains(actor), "{page}");
        }
        assert!(!ASKED.render().unwrap().contains("act for you"));
    }

    #[test]
    fn the_links_of_an_app_are_its_own_pages_and_https() {
        let [policy, terms] = ["https://app.example/policy", "https://app.example/terms"].map(Some);
        let page = Consent { policy, terms, ..ASKED }.render().unwrap();
        let link =
            r#"<a href="https://app.example/policy" target="_blank" rel="noreferrer noopener">privacy policy</a>, <a"#;
        assert!(page.contains(link) && page.contains("terms of service</a>."), "{page}");
        let unchecked = "Nobody here checked them.";
        assert!(!page.contains(unchecked), "the operator gave them: {page}");
        let itself = Consent { website: Some("https://app.example/"), registered_itself: Some(&SOME_DAY), ..ASKED };
        let page = itself.render().unwrap();
        assert!(page.contains(">website</a>.") && page.contains(unchecked), "{page}");
        assert!(!ASKED.render().unwrap().contains("own pages"));
        for href in ["http://app.example/", "javascript:alert(1)", "//app.example", "https:/app.example", "/terms"] {
            let one = Some(href);
            for page in
                [Consent { website: one, ..ASKED }, Consent { policy: one, ..ASKED }, Consent { terms: one, ..ASKED }]
            {
                assert!(matches!(page.render(), Err(Unrenderable::NoApp)), "{href}");
            }
        }
    }

    #[test]
    fn a_logo_is_part_of_the_page_and_its_name_is_beside_it() {
        let logo = Some(Picture { media_type: "image/png", bytes: &[137, 80, 78, 71] });
        let page = Consent { logo, ..ASKED }.render().unwrap();
        assert!(page.contains(r#"<img class="logo" src="data:image/png;base64,iVBORw==" alt="">"#), "{page}");
        assert!(!ASKED.render().unwrap().contains("<img"));
    }

    #[test]
    fn only_a_native_app_brings_the_warning() {
        let warning = "An app on this device receives the answer.";
        assert!(!ASKED.render().unwrap().contains(warning));
        let page = Consent { is_native: true, ..ASKED }.render().unwrap();
        // Above the permissions: the bar with the buttons covers what is below them on a small screen.
        assert!(page.find(warning).unwrap() < page.find("What it asks for").unwrap(), "{page}");
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
