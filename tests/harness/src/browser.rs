//! A person with a browser, as the protocol sees one: cookies, forms, and redirects that are followed explicitly.

use std::collections::BTreeMap;
use std::net::IpAddr;

use url::Url;

use crate::{Form, Http, Pkce, Reply, TlsFront, forms};

const MOST_REDIRECTS: usize = 10;

/// A browser for one site. It drops `Secure` cookies of a site that is `http`, as WebKit does also on loopback, and cookies
/// whose name claims more than their attributes hold (RFC 6265bis §4.1.3).
#[derive(Clone, Debug)]
pub struct Browser {
    http: Http,
    site: Url,
    /// The cookies of the browser, by name.
    pub cookies: BTreeMap<String, String>,
    /// Every `Set-Cookie` header that it received, in full.
    pub set_cookies: Vec<String>,
}

/// The result of following all redirects within the site: a page, or a redirect that leaves the site.
#[derive(Clone, Debug)]
pub struct Landing {
    /// The URL that gave the answer.
    pub url: Url,
    /// The answer from that URL.
    pub reply: Reply,
}

/// The parameters that an app receives when the browser returns to it.
#[derive(Clone, Debug)]
pub struct Callback {
    /// The whole URL of the redirect.
    pub url: Url,
    /// The parameter `code`: the authorization code.
    pub code: Option<String>,
    /// The parameter `state` from the authorization request.
    pub state: Option<String>,
    /// The parameter `iss`: the issuer (RFC 9207).
    pub iss: Option<String>,
    /// The parameter `error` of a refused request.
    pub error: Option<String>,
}

/// The authorization request of an app, as the path and query of a URL. `more` may hold any parameter.
pub fn authorization_url(client_id: &str, redirect_uri: &str, pkce: &Pkce, more: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("response_type", "code").append_pair("client_id", client_id);
    query.append_pair("redirect_uri", redirect_uri).append_pair("code_challenge", &pkce.challenge);
    query.append_pair("code_challenge_method", "S256").extend_pairs(more);
    format!("/authorize?{}", query.finish())
}

impl Browser {
    /// A browser that has never visited `site`.
    pub fn new(site: &str) -> Self {
        Self::with(Http::new(site), site)
    }

    /// The same on a machine with another address, such as 127.0.0.2.
    pub fn from_address(site: &str, address: IpAddr) -> Self {
        Self::with(Http::from_address(site, address), site)
    }

    /// The same for the site behind `front`.
    pub fn through(front: &TlsFront) -> Self {
        Self::with(Http::through(front), &front.url())
    }

    fn with(http: Http, site: &str) -> Self {
        let url = Url::parse(site).expect("the URL of a site");
        Self { http, site: url, cookies: BTreeMap::new(), set_cookies: Vec::new() }
    }

    /// Opens a path or URL of the site, as if typed into the address bar or followed from a link.
    pub async fn go(&mut self, target: &str) -> Landing {
        let url = self.site.join(target).expect("a URL");
        let reply = self.http.get(url.as_str()).header("cookie", self.cookie()).header("sec-fetch-site", "none");
        let reply = reply.send().await;
        self.follow(url, reply).await
    }

    /// Submits a form of a page with some fields filled in.
    pub async fn submit(&mut self, page: &Landing, form: &Form, filled: &[(&str, &str)]) -> Landing {
        self.submit_from("same-origin", page, form, filled).await
    }

    /// Submits a form from a page of this site or of another one (`Sec-Fetch-Site`).
    pub async fn submit_from(&mut self, site: &str, page: &Landing, form: &Form, filled: &[(&str, &str)]) -> Landing {
        let action = form.action.as_deref().unwrap_or_else(|| panic!("a form without action: {form:?}"));
        assert_eq!(form.method, "post", "{form:?}");
        let url = page.url.join(action).expect("the URL of a form");
        assert_eq!(url.origin(), self.site.origin(), "the form leaves the site");
        let fields = form.filled(filled);
        let reply = fields.iter().fold(self.http.post(url.as_str()), |ask, (name, value)| ask.field(name, value));
        // A page with `Referrer-Policy: no-referrer` makes browsers say `Origin: null` (Fetch, "append a request
        // `Origin` header").
        let reply = reply.header("cookie", self.cookie()).header("origin", "null");
        let reply = reply.header("sec-fetch-site", site).send().await;
        self.follow(url, reply).await
    }

    /// Opens an authorization request, signs in and consents where asked to, and returns what the app receives.
    pub async fn sign_in_and_consent(&mut self, target: &str, username: &str, password: &str) -> Callback {
        let mut landing = self.go(target).await;
        for _ in 0..4 {
            if let Some(callback) = landing.callback() {
                return callback;
            }
            let form = landing.form();
            let filled = if form.input("password").is_some() {
                vec![("username", username), ("password", password)]
            } else {
                assert!(form.buttons.contains(&("decision".to_owned(), "allow".to_owned())), "{:?}", landing.reply);
                vec![("decision", "allow")]
            };
            landing = self.submit(&landing, &form, &filled).await;
        }
        panic!("neither signed in nor answered after four forms: {:?}", landing.reply)
    }

    async fn follow(&mut self, mut url: Url, mut reply: Reply) -> Landing {
        for _ in 0..MOST_REDIRECTS {
            self.keep_cookies(&reply);
            let target = (300..400).contains(&reply.status).then(|| reply.header("location")).flatten();
            let Some(target) = target.and_then(|target| url.join(target).ok()) else { return Landing { url, reply } };
            if target.origin() != self.site.origin() {
                return Landing { url, reply };
            }
            // RFC 9700 §4.12: never 307, which would forward the password.
            assert!(matches!(reply.status, 302 | 303), "{reply:?}");
            url = target;
            reply = self.http.get(url.as_str()).header("cookie", self.cookie()).send().await;
        }
        panic!("more than {MOST_REDIRECTS} redirects, the last to {url}")
    }

    fn cookie(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn keep_cookies(&mut self, reply: &Reply) {
        for line in reply.headers("set-cookie") {
            self.set_cookies.push(line.to_owned());
            let mut parts = line.split(';').map(str::trim);
            let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie with a name");
            let attributes: Vec<&str> = parts.collect();
            let secure = attributes.iter().any(|part| part.eq_ignore_ascii_case("secure"));
            if (secure && self.site.scheme() != "https") || (name.starts_with("__Host-") && !secure) {
                continue;
            }
            let over = attributes.iter().any(|part| part.eq_ignore_ascii_case("max-age=0") || part.contains("1970"));
            if over {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Landing {
    /// The parameters that the app receives, if the browser left the site.
    pub fn callback(&self) -> Option<Callback> {
        self.reply.location().map(Callback::at)
    }

    /// The only form of the page, but the one that needs a script.
    pub fn form(&self) -> Form {
        let found = forms(self.reply.text());
        let found: Vec<Form> = found.into_iter().filter(|form| form.input("passkey").is_none()).collect();
        let [form] = &found[..] else { panic!("{} forms on the page: {:?}", found.len(), self.reply) };
        form.clone()
    }
}

impl Callback {
    /// The parameters that an app receives by a redirect to this URL, in its query or its fragment.
    pub fn at(url: Url) -> Self {
        let parameter = |name: &str| {
            let fragment = form_urlencoded::parse(url.fragment().unwrap_or_default().as_bytes());
            let mut values = url.query_pairs().chain(fragment).filter(|(known, _)| known == name);
            let value = values.next().map(|(_, value)| value.into_owned());
            assert!(values.next().is_none(), "{name} is there more than once: {url}");
            value
        };
        let [code, state, iss, error] = ["code", "state", "iss", "error"].map(parameter);
        Self { url, code, state, iss, error }
    }

    /// Asserts that there is a code.
    ///
    /// # Panics
    /// If there is no code.
    pub fn assert_granted(&self) {
        assert!(!self.code().is_empty(), "an empty code: {}", self.url);
    }

    /// Returns the code; panics if there is an error instead.
    pub fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_else(|| panic!("no code: {}", self.url))
    }
}
