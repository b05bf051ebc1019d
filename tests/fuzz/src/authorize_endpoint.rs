//! A million authorization requests, each a mutation of a valid one, to the real function: none causes a panic or
//! 5xx, and none is redirected to a URI that its client has not registered.
//!
//! `JETON_FUZZ_REQUESTS` sets the number of requests, `JETON_FUZZ_FROM` the first one, and `JETON_FUZZ_SEED` the
//! seed.

use std::collections::BTreeMap;
use std::thread;

use authorize::Authorize;
use edge::{Function, Incoming, RequestLog, Response, environment};
use http::{Method, header};
use lambda_http::{Body, Request};
use report::Random;
use url::form_urlencoded;

use crate::fixtures::{APPS, App, ORDERS, PARCELS, app};
use crate::location::{assert_stays, is_of};
use crate::mutation::{self, Pairs};
use crate::world::{World, world};

const MANY: u64 = 1_000_000;
const SEED: u64 = 2026;
const THREADS: u64 = 2;
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A request, with the values that reproduce it.
struct Case {
    seed: u64,
    number: u64,
    method: Method,
    /// The path `/authorize` with the query.
    target: String,
    form: Vec<u8>,
    cookies: bool,
}

/// The number of answers of each kind.
#[derive(Default)]
struct Count(BTreeMap<&'static str, u64>);

#[test]
fn a_million_hostile_authorization_requests_are_never_redirected_elsewhere() {
    let number = |name: &str, usual: u64| environment(name).map_or(usual, |text| text.parse().expect("a number"));
    let seed = number("JETON_FUZZ_SEED", SEED);
    let (many, from) = (number("JETON_FUZZ_REQUESTS", MANY), number("JETON_FUZZ_FROM", 0));
    let world = world();
    let ask = |thread: u64| ask_all(world, seed, (from..from + many).filter(move |number| number % THREADS == thread));
    let counts = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || ask(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no request stops the function")).collect::<Vec<_>>()
    });
    let mut all = Count::default();
    for (kind, times) in counts.into_iter().flat_map(|count| count.0) {
        *all.0.entry(kind).or_default() += times;
    }
    println!("seed {seed}, {many} requests: {:?}", all.0);
    // A generator that only writes nonsense would prove nothing.
    let fewest = [("error", 8), ("untrusted", 8), ("page", 50), ("form", 500), ("code", 500), ("token", 5_000)];
    for (kind, part) in fewest {
        assert!(many < MANY || all.of(kind) >= many / part, "few answers of the kind {kind}: {:?}", all.0);
    }
}

impl Count {
    fn of(&self, kind: &str) -> u64 {
        self.0.get(kind).copied().unwrap_or_default()
    }
}

fn ask_all(world: &World, seed: u64, numbers: impl Iterator<Item = u64>) -> Count {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let function = world.open(Authorize::open);
    let mut count = Count::default();
    runtime.block_on(async {
        function.warm_up().await;
        for number in numbers {
            let case = Case::make(seed, number);
            let told = TellIfPanicking(&case);
            let (request, log) = (case.request(&world.cookies), RequestLog::default());
            let answer = function.answer(Incoming::new(&request, &log)).await;
            *count.0.entry(case.check(&answer, world.stack.issuer())).or_default() += 1;
            drop(told);
        }
    });
    count
}

impl Case {
    fn make(seed: u64, number: u64) -> Self {
        let mut random = Random::of(seed, number);
        let cookies = random.once_in(30);
        // The signed-in person has consented to the first app only.
        let app = if cookies { &APPS[0] } else { &APPS[random.below(APPS.len())] };
        let mut pairs = good(app, &mut random);
        let kind = random.below(10);
        if kind < 5 {
            let uri = pairs.iter_mut().find(|(name, _)| name == "redirect_uri").expect("a redirect URI");
            uri.1 = mutation::redirect_uri(&uri.1, &mut random);
        }
        if (4..9).contains(&kind) {
            mutation::parameters(&mut pairs, &mut random);
        }
        let mut form = mutation::encode(&pairs, &mut random);
        if random.once_in(6) {
            mutation::bytes(&mut form, &mut random);
        }
        let path = if random.once_in(20) {
            random.one_of(&["/authorize/consent", "/authorize/sign-in"])
        } else {
            "/authorize"
        };
        let query = str::from_utf8(&form).ok().map(|query| format!("/authorize?{query}"));
        match query.filter(|query| path == "/authorize" && random.below(3) > 0 && query.parse::<http::Uri>().is_ok()) {
            Some(target) => Self { seed, number, method: Method::GET, target, form: Vec::new(), cookies },
            None => Self { seed, number, method: Method::POST, target: path.to_owned(), form, cookies },
        }
    }

    fn request(&self, cookies: &str) -> Request {
        let builder = http::Request::builder()
            .method(self.method.clone())
            .uri(&self.target)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, if self.cookies { cookies } else { "a=b" });
        let body = if self.target.starts_with("/authorize/") { self.inside_a_form() } else { self.form.clone() };
        builder.body(Body::Binary(body)).expect("a request")
    }

    /// Builds the sign-in or consent form, which carries the request in a field.
    fn inside_a_form(&self) -> Vec<u8> {
        let request: String = form_urlencoded::byte_serialize(&self.form).collect();
        format!("request={request}&username=ada&password=x&decision=allow&ticket=jtl_AAAA").into_bytes()
    }

    /// Checks an answer and returns its kind.
    fn check(&self, answer: &Response, issuer: &str) -> &'static str {
        let status = answer.status().as_u16();
        let location = answer.headers().get(header::LOCATION).map(|value| value.to_str().expect("a text"));
        assert_eq!(location.is_some(), status == 303, "{status} {location:?}");
        match (status, location) {
            (303, Some(location)) if location.starts_with("/authorize?") => "form",
            (303, Some(location)) => self.check_redirect(location, issuer),
            (200, _) => "page",
            (400, _) => "untrusted",
            (403, _) if self.target == "/authorize/sign-in" => "form",
            (status, _) => panic!("status {status}"),
        }
    }

    /// Checks that a redirect goes to a registered URI of the client that the request names, and to the URI that it
    /// names.
    fn check_redirect(&self, location: &str, issuer: &str) -> &'static str {
        let query = self.target.split_once('?').map(|(_, query)| query.split('#').next().unwrap_or_default());
        let form = query.map_or(self.form.as_slice(), str::as_bytes);
        let values = |name: &str| -> Vec<String> {
            let pairs = form_urlencoded::parse(form).filter(|(known, value)| known == name && !value.is_empty());
            pairs.map(|(_, value)| value.into_owned()).collect()
        };
        let [client_id] = &values("client_id")[..] else { panic!("redirected for no client: {location}") };
        let app = app(client_id).unwrap_or_else(|| panic!("redirected for an unknown client: {location}"));
        let sent = values("redirect_uri");
        assert!(sent.len() <= 1, "redirected for several redirect URIs: {location}");
        let registered = app.redirect_uris.iter().find(|known| match sent.first() {
            Some(sent) => is_of(sent, known) && is_of(location, known),
            None => app.redirect_uris.len() == 1,
        });
        let registered = registered.unwrap_or_else(|| panic!("redirected to where nothing is registered: {location}"));
        assert_stays(location, registered);
        if let Some(sent) = sent.first() {
            assert_stays(location, sent);
        }
        kind_of(location, registered, issuer, values("state").first())
    }
}

fn kind_of(location: &str, registered: &str, issuer: &str, state: Option<&String>) -> &'static str {
    let (before, fragment) = location.split_once('#').unwrap_or((location, ""));
    let added = if fragment.is_empty() { before.split_once('?').expect("a query").1 } else { fragment };
    let pairs: BTreeMap<String, String> = form_urlencoded::parse(added.as_bytes()).into_owned().collect();
    assert_eq!(pairs.get("iss").map(String::as_str), Some(issuer), "{location}");
    let echoed = pairs.get("state");
    assert!(echoed.is_none() || echoed == state, "another state: {location} {registered}");
    let kinds = [("error", "error"), ("code", "code"), ("access_token", "token")];
    let found: Vec<&str> = kinds.iter().filter(|(name, _)| pairs.contains_key(*name)).map(|(_, kind)| *kind).collect();
    assert_eq!(found.len(), 1, "{location}");
    found[0]
}

/// Builds a valid request of an app.
pub(crate) fn good(app: &App, random: &mut Random) -> Pairs {
    let uri = random.one_of(app.redirect_uris);
    let uri = if app.id == "loopback" {
        uri.replacen("127.0.0.1", random.one_of(&["127.0.0.1", "127.0.0.1:4711"]), 1)
    } else {
        uri.to_owned()
    };
    let uri = uri.replace(":4711:8000", ":4711");
    let response_type = if random.once_in(8) { "token" } else { "code" };
    let mut pairs: Pairs = vec![
        ("response_type".to_owned(), response_type.to_owned()),
        ("client_id".to_owned(), app.id.to_owned()),
        ("redirect_uri".to_owned(), uri),
        ("code_challenge".to_owned(), CHALLENGE.to_owned()),
        ("code_challenge_method".to_owned(), "S256".to_owned()),
    ];
    let optional = [
        ("state", "s \u{e9}&=#"),
        ("scope", "read"),
        ("scope", "write read"),
        ("prompt", "none"),
        ("prompt", "none"),
        ("resource", ORDERS),
        ("resource", PARCELS),
        ("nonce", "n"),
        ("max_age", "100"),
        ("login_hint", "ada"),
    ];
    for (name, value) in optional {
        let known = name != "resource" && pairs.iter().any(|(known, _)| known == name);
        if !known && random.once_in(3) {
            pairs.push((name.to_owned(), value.to_owned()));
        }
    }
    pairs
}

/// Prints a case when its check panics.
struct TellIfPanicking<'a>(&'a Case);

impl Drop for TellIfPanicking<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            let Case { seed, number, method, target, form, cookies } = self.0;
            let form = String::from_utf8_lossy(form);
            eprintln!("{method} {target}\n{form}\nwith the cookies of somebody: {cookies}");
            eprintln!(
                "again: JETON_FUZZ_SEED={seed} JETON_FUZZ_FROM={number} JETON_FUZZ_REQUESTS=1 cargo test --release --workspace a_million -- --nocapture"
            );
        }
    }
}
