//! The endpoints, with a good request for each: the material for hostile input.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use form_urlencoded::Serializer;
use harness::{Browser, Pkce, RegisteredClient, authorization_url};
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::pages;
use crate::Settings;
use crate::stack::{CALLBACK, SHARED, new_user, settings, token_with_openid};

const FORM: &str = "application/x-www-form-urlencoded";

/// An endpoint, with its requests and limits.
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) binary: &'static str,
    /// The request that receives hostile input.
    pub(super) draft: Draft,
    /// The status of the answer to the unchanged request.
    pub(super) status: u16,
    /// The parameters that the endpoint knows.
    pub(super) known: &'static [&'static str],
    /// The processor time that a request may take in addition to reading it.
    pub(super) own: Duration,
    /// The variables in which the deployment of the function differs from the shared one.
    pub(super) environment: Vec<(&'static str, String)>,
    /// A good request and its status, which show that the function is still alive.
    pub(super) good: (Draft, u16),
}

impl Place {
    /// An endpoint that answers its request with 200.
    pub(super) fn of(name: &'static str, binary: &'static str, draft: &Draft, known: &'static [&'static str]) -> Self {
        let (good, environment) = ((draft.clone(), 200), Vec::new());
        Self { name, binary, draft: draft.clone(), status: 200, known, own: Duration::ZERO, environment, good }
    }

    /// The settings of its function.
    pub(super) fn settings(&self) -> Settings {
        let mut settings = settings(self.binary);
        let more = self.environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        settings.environment.extend(more);
        settings
    }
}

/// A request before it becomes an event.
#[derive(Clone, Default)]
pub(super) struct Draft {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) cookies: Vec<String>,
    pub(super) body: String,
    pub(super) base64: bool,
}

impl Draft {
    pub(super) fn get(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self { method: "GET", path: path.to_owned(), query: query.to_owned(), ..Self::default() }
    }

    pub(super) fn post(path: &str, fields: &[(&str, &str)]) -> Self {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let draft = Self { method: "POST", path: path.to_owned(), body, ..Self::default() };
        draft.header("content-type", FORM)
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn basic(self, client: &RegisteredClient) -> Self {
        let credentials = STANDARD.encode(format!("{}:{}", client.id, client.secret()));
        self.header("authorization", &format!("Basic {credentials}"))
    }

    pub(super) fn body(self, body: String, base64: bool) -> Self {
        Self { body, base64, ..self }
    }

    /// Appends `text` to the parameters, in the query or in the body.
    pub(super) fn and(mut self, text: &str) -> Self {
        let parameters = if self.method == "GET" { &mut self.query } else { &mut self.body };
        if !parameters.is_empty() {
            parameters.push('&');
        }
        parameters.push_str(text);
        self
    }

    /// Removes some of the parameters.
    pub(super) fn without(mut self, names: &[&str]) -> Self {
        let parameters = if self.method == "GET" { &mut self.query } else { &mut self.body };
        let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
        let kept: Vec<&str> = parameters.split('&').filter(|pair| !names.contains(&name(pair).as_str())).collect();
        *parameters = kept.join("&");
        self
    }

    /// Replaces the value of a parameter, without encoding it.
    pub(super) fn with(self, name: &str, value: &str) -> Self {
        self.without(&[name]).and(&format!("{name}={value}"))
    }

    pub(super) fn event(&self) -> Value {
        let headers: Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        json!({
            "version": "2.0", "routeKey": "$default", "rawPath": self.path, "rawQueryString": self.query,
            "headers": headers, "cookies": self.cookies,
            "requestContext": {
                "requestId": "hostile", "routeKey": "$default", "stage": "$default", "timeEpoch": 1_790_000_000_000_u64,
                "http": {"method": self.method, "path": self.path, "sourceIp": "198.51.100.7"},
            },
            "body": self.body, "isBase64Encoded": self.base64,
        })
    }
}

/// The contents of a person's forms, and a token, made once.
struct Made {
    target: String,
    sign_in: (Vec<(String, String)>, Vec<String>),
    consent: (Vec<(String, String)>, Vec<String>),
    token: String,
    /// A person's access token for `/userinfo`.
    with_openid: String,
}

async fn made() -> &'static Made {
    static MADE: OnceCell<Made> = OnceCell::const_new();
    MADE.get_or_init(|| async {
        let target = authorization_url(&SHARED.web.id, CALLBACK, &Pkce::of(&"v".repeat(43)), &[("scope", "read")]);
        let (mut browser, user) = (SHARED.stack.browser(), new_user());
        let page = browser.go(&target).await;
        let sign_in = (page.form().filled(&[]), cookies(&browser));
        let filled = [("username", &*user.username), ("password", &*user.password)];
        let page = browser.submit(&page, &page.form(), &filled).await;
        let consent = (page.form().filled(&[("decision", "deny")]), cookies(&browser));
        let ask = SHARED.stack.http().post("/token").client(&SHARED.basic).field("grant_type", "client_credentials");
        let token = ask.send().await.string("access_token");
        let with_openid = token_with_openid(&SHARED.stack.http(), &mut browser, &user).await;
        Made { target, sign_in, consent, token, with_openid }
    })
    .await
}

pub(super) fn cookies(browser: &Browser) -> Vec<String> {
    browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect()
}

/// Returns every endpoint that takes HTTP.
pub(super) async fn places() -> Vec<Place> {
    let made = made().await;
    let secret = [("client_id", &*SHARED.post.id), ("client_secret", SHARED.post.secret())];
    let service = [&[("grant_type", "client_credentials"), ("scope", "read")], &secret[..]].concat();
    let token = Draft::post("/token", &service);
    let challenge = Pkce::of(&"v".repeat(43)).challenge;
    let asked = [("response_type", "code"), ("code_challenge", &*challenge), ("code_challenge_method", "S256")];
    let par = Draft::post("/par", &asked).basic(&SHARED.web);
    let introspect = Draft::post("/introspect", &[("token", &made.token)]).basic(&SHARED.orders);
    let revoke = Draft::post("/revoke", &[&[("token", "nothing")], &secret[..]].concat());
    let userinfo = Draft::post("/userinfo", &[("access_token", &made.with_openid)]);
    let logout =
        Draft { cookies: made.consent.1.clone(), ..Draft::get(&format!("/logout?client_id={}", SHARED.web.id)) };
    let metadata = Draft::get("/.well-known/openid-configuration");
    let begin = Draft::get(&made.target);
    let of = Place::of;
    let step = |name, (fields, cookies): &(Vec<(String, String)>, Vec<String>), status, known| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let draft = Draft { cookies: cookies.clone(), ..Draft::post(&format!("/authorize/{name}"), &fields) };
        // A password in a form with a valid ticket is hashed.
        let own = if name == "sign-in" { Duration::from_millis(200) } else { Duration::ZERO };
        Place { status, own, good: (begin.clone(), 200), ..of(name, "authorize", &draft, known) }
    };
    let mut places = vec![
        of("authorize", "authorize", &begin, &AUTHORIZE),
        step("sign-in", &made.sign_in, 403, &["request", "ticket", "username", "password"]),
        step("consent", &made.consent, 303, &["request", "ticket", "decision"]),
        Place { status: 201, good: (par.clone(), 201), ..of("par", "par", &par, &AUTHORIZE) },
        of("token", "token", &token, &TOKEN),
        of("introspect", "introspect", &introspect, &["token", "token_type_hint", "client_id", "client_secret"]),
        of("revoke", "revoke", &revoke, &["token", "token_type_hint", "client_id", "client_secret"]),
        of("userinfo", "userinfo", &userinfo, &["access_token"]),
        of("logout", "logout", &logout, &LOGOUT),
        of("metadata", "metadata", &metadata, &[]),
    ];
    places.extend(pages::places(&made.consent.1).await);
    places
}

const AUTHORIZE: [&str; 19] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "resource",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
    "id_token_hint",
    "claims",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
    "registration",
    "client_secret",
];

const LOGOUT: [&str; 4] = ["client_id", "id_token_hint", "post_logout_redirect_uri", "state"];

const TOKEN: [&str; 13] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "code",
    "code_verifier",
    "redirect_uri",
    "refresh_token",
    "scope",
    "resource",
    "username",
    "password",
];
