//! The way back from the account to the page that a person came from: the request of an app, or that of a device.
//!
//! # Decisions
//! - It leads to this server alone: to `/authorize` or `/device`, which check what it carries as they check every request.
//! - The browser keeps it in a cookie while a mail is on its way. The link in the mail does not carry it: an attacker could
//!   send somebody else's mailbox into a request of their own.

use edge::{Config, Cookie, Incoming, Response};
use grants::Seconds;
use protocol::{Parameters, UserCode};
use sessions::{RequestDigest, SIGN_UP_LIFETIME};

/// The longest request that a browser carries on in a cookie.
const MOST_CARRIED_BYTES: usize = 2000;
/// The time in seconds during which a browser finds its way back: as long as the mail takes, and its link works.
const LIFETIME: Seconds = 2 * SIGN_UP_LIFETIME;

/// The page of this server that a person came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WayBack {
    /// None: the account itself is what the person wanted.
    #[default]
    Account,
    /// An authorization request, in its canonical encoding.
    Request(String),
    /// The request of a device, by the code that it shows.
    Device(UserCode),
}

impl WayBack {
    /// Reads the way back as a form or a cookie has it: the query of the page that the person came from. Anything else leads
    /// to the account.
    pub fn read(query: &str) -> Self {
        let fits = |text: &str| text.len() <= MOST_CARRIED_BYTES;
        let parsed = Parameters::parse(query.as_bytes()).ok().filter(|_| fits(query));
        let Some(parameters) = parsed else { return Self::Account };
        let code = parameters.one("user_code").ok().flatten().and_then(|code| UserCode::parse(code).ok());
        match code.filter(|_| !parameters.has("client_id")) {
            Some(code) => Self::Device(code),
            None => match parameters.to_query() {
                query if query.is_empty() || !fits(&query) => Self::Account,
                query => Self::Request(query),
            },
        }
    }

    /// Reads the way back from the field `request` of a page or a form.
    pub fn of_form(parameters: &Parameters) -> Self {
        Self::read(parameters.one("request").ok().flatten().unwrap_or_default())
    }

    /// Reads the way back that this browser keeps.
    pub fn of_browser(config: &Config, incoming: Incoming<'_>) -> Self {
        Self::read(incoming.cookie(config.cookies().name(Cookie::WayBack)).unwrap_or_default())
    }

    /// The query of the page that the person came from; empty without one.
    pub fn query(&self) -> String {
        match self {
            Self::Account => String::new(),
            Self::Request(query) => query.clone(),
            Self::Device(code) => format!("user_code={code}"),
        }
    }

    /// Returns the path and query that lead back; `None` to the account.
    pub fn path(&self, config: &Config) -> Option<String> {
        let page = match self {
            Self::Account => return None,
            Self::Request(_) => "authorize",
            Self::Device(_) => "device",
        };
        Some(format!("{}/{page}?{}", config.path(), self.query()))
    }

    /// Returns a link to `page` that carries the way back.
    pub fn link(&self, page: String) -> String {
        match self {
            Self::Account => page,
            Self::Request(_) | Self::Device(_) => {
                format!("{page}?{}", Parameters::default().with("request", &self.query()).to_query())
            }
        }
    }

    /// Returns the response with which the browser keeps the way back, or forgets a former one.
    pub fn kept(&self, config: &Config, incoming: Incoming<'_>, response: Response) -> Response {
        match self {
            Self::Account => Self::forgotten(config, incoming, response),
            Self::Request(_) | Self::Device(_) => {
                config.cookies().set_lasting(response, Cookie::WayBack, &self.query(), LIFETIME)
            }
        }
    }

    /// Returns the response with which the browser forgets the way back, if it has one.
    pub fn forgotten(config: &Config, incoming: Incoming<'_>, response: Response) -> Response {
        let cookies = config.cookies();
        let has_one = incoming.cookie(cookies.name(Cookie::WayBack)).is_some();
        if has_one { cookies.forget(response, Cookie::WayBack) } else { response }
    }

    /// Returns the digest that the ticket of a form on `page` is bound to.
    pub fn digest(&self, page: &str) -> RequestDigest {
        RequestDigest::of(&format!("{page}?{}", self.query()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c235_the_way_back_leads_to_this_server_alone() {
        let config = |issuer: &str| {
            let known = |name: &str| match name {
                "JETON_ISSUER" => Some(issuer.to_owned()),
                name if name.starts_with("AWS_") && !name.contains("ENDPOINT") => Some("x".to_owned()),
                _ => None,
            };
            Config::read(known).unwrap()
        };
        let (root, tenant) = (config("https://id.example"), config("https://id.example/tenant"));
        let path = |query: &str| WayBack::read(query).path(&root);
        assert_eq!(path("client_id=a&scope=b+c").unwrap(), "/authorize?client_id=a&scope=b+c");
        assert_eq!(path("user_code=wdjbmjht").unwrap(), "/device?user_code=WDJB-MJHT");
        assert_eq!(WayBack::read("user_code=WDJB-MJHT").path(&tenant).unwrap(), "/tenant/device?user_code=WDJB-MJHT");
        // An app may have a parameter of this name.
        assert_eq!(path("client_id=a&user_code=WDJB-MJHT").unwrap(), "/authorize?client_id=a&user_code=WDJB-MJHT");
        assert_eq!(path("x=//evil.example").unwrap(), "/authorize?x=%2F%2Fevil.example");
        assert_eq!(path("x=1;+path=/\r\n").unwrap(), "/authorize?x=1%3B+path%3D%2F%0D%0A");
        for (code, strange) in
            [("user_code=x", "/authorize?user_code=x"), ("user_code=//evil.example&x=1", "/authorize?")]
        {
            assert!(path(code).unwrap().starts_with(strange), "{code}");
        }
        for nothing in [
            "",
            "a=%",
            "https://evil.example/",
            "//evil.example",
            &format!("client_id={}", "a".repeat(MOST_CARRIED_BYTES)),
        ] {
            assert_eq!(WayBack::read(nothing), WayBack::Account, "{nothing}");
        }
    }

    #[test]
    fn c235_a_link_carries_the_way_back_that_its_page_reads() {
        for query in ["client_id=a&state=%26%3B", "user_code=WDJB-MJHT"] {
            let back = WayBack::read(query);
            let link = back.link("/account/sign-up".to_owned());
            let (_, sent) = link.split_once('?').unwrap();
            assert_eq!(WayBack::of_form(&Parameters::parse(sent.as_bytes()).unwrap()), back);
            assert_eq!(WayBack::read(&back.query()), back);
        }
        assert_eq!(WayBack::Account.link("/account/sign-up".to_owned()), "/account/sign-up");
        let digests = ["", "client_id=a"].map(|query| WayBack::read(query).digest("/account/sign-up"));
        assert!(digests[0] != digests[1] && digests[0] != WayBack::Account.digest("/account/forgotten"));
    }
}
