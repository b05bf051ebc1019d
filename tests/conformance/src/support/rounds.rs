//! Scenes that used to fail, played in many rounds. Each round notes the credentials that outlived their end; there
//! must be none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use harness::{Browser, Cli, EmbeddedDynamo, Finished, Pkce, RegisteredClient, Stack, authorization_url, dynamo_call};
use serde_json::{Value, json};

use crate::support::session::{Code, Session, Tokens, assert_fails, assert_refused, tokens};
use crate::support::world::{CALLBACK, World};

/// The number of rounds of each scene.
pub(crate) const ROUNDS: usize = 50;
/// The most rounds that one person plays. The password may be wrong in each of them, and an account has five free
/// guesses, so the password of a further sign-in is still checked at once.
const ROUNDS_OF_ONE: usize = 4;

/// The number of scenes played at the same time. More would slow the commands down and change their timing.
const AT_ONCE: usize = 2;
pub(crate) const PASSWORD: &str = "correct horse battery staple";
/// The scope that the scenes' apps request: access to an API, and the identity of the person.
pub(crate) const SCOPE: (&str, &str) = ("scope", "openid read");

/// A world whose people table has no stream: revocation must work without it.
pub(crate) fn streamless() -> &'static World {
    static STORE: LazyLock<EmbeddedDynamo> = LazyLock::new(store_without_a_stream);
    static WORLD: LazyLock<World> = LazyLock::new(|| World::on(Stack::builder().store(&STORE.endpoint()).start()));
    &WORLD
}

/// Starts a store with the tables of a stack, but without their streams.
pub(crate) fn store_without_a_stream() -> EmbeddedDynamo {
    let made = || {
        let (pattern, store) = (Stack::start(), EmbeddedDynamo::start());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(copy_tables(&pattern, &store.endpoint()));
        store
    };
    // A separate thread is needed because the first caller may be inside a runtime.
    std::thread::spawn(made).join().expect("a store with tables")
}

/// Creates the tables of a stack in another store, without their streams.
async fn copy_tables(pattern: &Stack, endpoint: &str) {
    let from = pattern.env_file().get("AWS_ENDPOINT_URL_DYNAMODB");
    let listed = dynamo_call(&from, "ListTables", &json!({})).await;
    for name in listed["TableNames"].as_array().expect("tables") {
        let described = dynamo_call(&from, "DescribeTable", &json!({"TableName": name})).await;
        drop(dynamo_call(endpoint, "CreateTable", &shape(&described["Table"])).await);
    }
}

/// Returns the request that creates a table like the described one.
fn shape(table: &Value) -> Value {
    let mut shape = json!({"BillingMode": "PAY_PER_REQUEST"});
    for name in ["TableName", "KeySchema", "AttributeDefinitions"] {
        shape[name] = table[name].clone();
    }
    let indexes = table["GlobalSecondaryIndexes"].as_array().into_iter().flatten();
    let index = |index: &Value| {
        let part = |name: &str| index[name].clone();
        json!({"IndexName": part("IndexName"), "KeySchema": part("KeySchema"), "Projection": part("Projection")})
    };
    let indexes: Vec<Value> = indexes.map(index).collect();
    if !indexes.is_empty() {
        shape["GlobalSecondaryIndexes"] = json!(indexes);
    }
    shape
}

/// The credentials that outlived their end, by round.
#[derive(Default)]
pub(crate) struct Survivors(Mutex<BTreeMap<usize, BTreeSet<String>>>);

impl Survivors {
    pub(crate) fn note(&self, round: usize, what: impl Into<String>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry(round).or_default().insert(what.into());
    }

    pub(crate) fn note_all(&self, round: usize, all: Vec<String>) {
        for what in all {
            self.note(round, what);
        }
    }

    /// Asserts that nothing outlived its end in any round.
    pub(crate) fn assert_none(self) {
        let seen = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        assert!(seen.is_empty(), "in {} rounds something survived: {seen:#?}", seen.len());
    }
}

/// Plays all rounds: those of one person one after the other, and a few people at the same time. `play` receives the
/// person's number and that person's rounds.
pub(crate) async fn in_rounds(play: impl AsyncFn(usize, std::ops::Range<usize>)) {
    let people = ROUNDS.div_ceil(ROUNDS_OF_ONE);
    let rounds = |person| person * ROUNDS_OF_ONE..ROUNDS.min((person + 1) * ROUNDS_OF_ONE);
    let scenes = (0..people).map(|person| play(person, rounds(person)));
    futures::stream::iter(scenes).buffer_unordered(AT_ONCE).collect::<()>().await;
}

/// Returns a delay within `span` milliseconds that varies from round to round, so that actions overlap in every way.
pub(crate) fn moment(round: usize, span: u64) -> Duration {
    Duration::from_millis(u64::try_from(round).expect("a small number") * 37 % span)
}

/// Waits, then runs a command with `--json` concurrently with other work.
pub(crate) async fn later(wait: Duration, cli: &Cli, args: &[&str], input: &str) -> Finished {
    tokio::time::sleep(wait).await;
    cli.finish_beside(&[args, &["--json"]].concat(), input).await
}

/// Runs a command with `--json` at once, concurrently with other work.
pub(crate) async fn beside(cli: &Cli, args: &[&str], input: &str) -> Finished {
    later(Duration::ZERO, cli, args, input).await
}

/// Returns the output document of a successful command, or `None` when it failed with a reason in one line.
pub(crate) fn said(finished: &Finished) -> Option<Value> {
    if finished.status.success() {
        return Some(serde_json::from_str(&finished.stdout).unwrap_or_else(|_| panic!("no JSON: {finished:?}")));
    }
    assert_fails(finished, "");
    None
}

/// Returns the output document of a command that must succeed.
pub(crate) fn done(finished: &Finished) -> Value {
    said(finished).unwrap_or_else(|| panic!("{finished:?}"))
}

/// Returns a browser with its own address for each person, so that wrong passwords in one scene do not count for
/// another.
pub(crate) fn browser_of(world: &World, scene: u8, person: usize) -> Browser {
    world.stack.browser_from([127, 1, scene, u8::try_from(person).expect("few people") + 1])
}

/// Builds an authorization request of the scenes' apps, and the means to redeem its code.
pub(crate) fn request(client: &RegisteredClient, more: &[(&str, &str)]) -> (String, Pkce) {
    let pkce = Pkce::new();
    let scope = if more.iter().any(|(name, _)| *name == SCOPE.0) { vec![] } else { vec![SCOPE] };
    (authorization_url(&client.id, CALLBACK, &pkce, &[&scope[..], more].concat()), pkce)
}

/// Signs a person in for a client, even when another person is signed in on the browser.
pub(crate) async fn sign_in(
    browser: &mut Browser,
    client: &RegisteredClient,
    (username, password): (&str, &str),
    more: &[(&str, &str)],
) -> Code {
    let (url, pkce) = request(client, &[more, &[("prompt", "login")]].concat());
    let callback = browser.sign_in_and_consent(&url, username, password).await;
    Code { code: callback.code().to_owned(), verifier: pkce.verifier }
}

/// Requests a code with `prompt=none`; the browser should be signed in.
pub(crate) async fn silent(
    browser: &mut Browser,
    client: &RegisteredClient,
    more: &[(&str, &str)],
) -> Result<Code, String> {
    let (url, pkce) = request(client, &[more, &[("prompt", "none")]].concat());
    let landing = browser.go(&url).await;
    let callback = landing.callback().unwrap_or_else(|| panic!("no answer to the client: {:?}", landing.reply));
    match callback.code {
        Some(code) => Ok(Code { code, verifier: pkce.verifier }),
        None => Err(callback.error.expect("a code or an error")),
    }
}

/// The credentials of an app when all answers have arrived.
pub(crate) enum Held {
    Nothing,
    /// A code that is not redeemed yet.
    Code(Code),
    /// The latest tokens that it received.
    Tokens(Tokens),
    /// An access token that came without a refresh token.
    Access(String),
}

impl Session<'_> {
    /// Lists the effects that an app's credentials still have, and those of a browser's cookies.
    pub(crate) async fn left(&self, client: &RegisteredClient, held: &Held, browser: &Browser) -> Vec<String> {
        let of_app = match held {
            Held::Nothing => vec![],
            Held::Code(code) => self.left_of_code(client, code).await,
            Held::Tokens(given) => self.left_of_tokens(client, given).await,
            Held::Access(token) => self.left_of_access(token).await,
        };
        [of_app, self.left_of_cookies(client, browser).await].concat()
    }

    /// Lists the effects that a code still has.
    pub(crate) async fn left_of_code(&self, client: &RegisteredClient, code: &Code) -> Vec<String> {
        let reply = self.redeem(client, code).await;
        if reply.status != 200 {
            assert_refused(&reply, "invalid_grant");
            return vec![];
        }
        let left = self.left_of_tokens(client, &tokens(&reply)).await;
        [vec!["a code is redeemed".to_owned()], left].concat()
    }

    /// Lists the effects that tokens still have.
    pub(crate) async fn left_of_tokens(&self, client: &RegisteredClient, given: &Tokens) -> Vec<String> {
        let mut left = self.left_of_access(&given.access).await;
        let reply = self.refresh(client, &given.refresh).await;
        if reply.status == 200 {
            left.push("a refresh token is refreshed".to_owned());
        } else {
            assert_refused(&reply, "invalid_grant");
        }
        left
    }

    /// Lists the effects that an access token still has.
    async fn left_of_access(&self, token: &str) -> Vec<String> {
        let mut left = Vec::new();
        if self.is_active(token).await {
            left.push("an access token is active".to_owned());
        }
        if self.userinfo(token).await.status == 200 {
            left.push("userinfo tells who it is".to_owned());
        }
        left
    }

    /// Lists the effects that a browser's cookies still have: the answer shows whether a session is alive.
    pub(crate) async fn left_of_cookies(&self, client: &RegisteredClient, browser: &Browser) -> Vec<String> {
        match silent(&mut browser.clone(), client, &[]).await {
            Ok(_) => vec!["a cookie gives a code".to_owned()],
            Err(error) if error == "login_required" => vec![],
            Err(error) => vec![format!("a cookie is good: {error}")],
        }
    }
}
