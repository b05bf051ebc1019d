//! Delays each store call of a flow in turn; meanwhile the person is disabled, signs out or loses a link, which ends
//! everything that the flow depends on.

use std::time::Duration;

use futures::future::join;
use harness::{
    Browser, Cli, CountingProxy, EmbeddedDynamo, Fault, Form, Landing, Pkce, RegisteredClient, Reply, Span, Stack,
};
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::exchanges::JWT_BEARER;
use crate::support::relying_party::app;
use crate::support::rounds::{
    Held, PASSWORD, Survivors, beside, done, request, sign_in, silent, store_without_a_stream,
};
use crate::support::session::{Code, Session, Tokens, assert_granted, assert_refused, tokens};
use crate::support::signed_assertions::{KeyServer, Signer, now};
use crate::support::world::{ORDERS, World};

/// The delay of a call: a command or a sign-out finishes within it.
const LATE: Duration = Duration::from_millis(250);
/// Delays of the call, and of its answer.
const FAULTS: [Fault; 2] = [Fault::Late(LATE), Fault::Slow(LATE)];
/// The identity provider that the test plays, by its name and its URL.
const PROVIDER: (&str, &str) = ("provider", "https://provider.example");

/// The flows that run while everything ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    SignIn,
    Silent,
    Redeem,
    Refresh,
    /// An app brings an identity assertion about the person.
    Assertion,
}

/// The events that end everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Disable,
    SignOut,
    Unlink,
}

/// A flow that is ready to run.
enum Ready {
    SignIn(Box<(Landing, Form, Pkce)>),
    Silent,
    Redeem(Code),
    Refresh(Tokens),
    Assertion(String),
}

struct Scene<'w> {
    session: Session<'w>,
    client: RegisteredClient,
    proxy: &'w CountingProxy,
    /// The operator's commands, which bypass the proxy.
    cli: Cli,
    /// The key of the identity provider.
    provider: Signer,
    /// The username of the person who signs in.
    name: String,
}

/// The stack of the tests; dropping it ends its store and its proxy.
struct Place {
    world: World,
    proxy: CountingProxy,
    store: EmbeddedDynamo,
}

impl Place {
    fn start() -> Self {
        let store = store_without_a_stream();
        let proxy = CountingProxy::to(&store.endpoint());
        let stack = Stack::builder().store(&proxy.endpoint()).env("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1");
        Self { world: World::on(stack.start()), proxy, store }
    }

    fn scene(&self) -> Scene<'_> {
        let stack = &self.world.stack;
        let direct = stack.scratch("direct");
        let direct = stack.env_file().copy_with(direct, "AWS_ENDPOINT_URL_DYNAMODB", &self.store.endpoint());
        let cli = Cli::new(direct);
        let client = app(&self.world, "In flight", &["--grant", "jwt-bearer"]);
        let (name, url) = PROVIDER;
        let provider = Signer::new(Algorithm::ES256, name);
        let keys = KeyServer::start(&[provider.public()]).uri();
        cli.run(&["issuer", "create", name, "--url", url, "--jwks-uri", &keys, "--for", "id-jag"]);
        Scene { session: self.world.session(), client, proxy: &self.proxy, cli, provider, name: String::new() }
    }
}

impl Scene<'_> {
    /// Switches to another person, whose count of wrong passwords is still zero.
    fn enter(&mut self, name: String) {
        self.cli.create_user(&name, PASSWORD);
        self.session.browser = self.session.world.stack.browser();
        self.name = name;
    }

    /// Prepares the starting point of the flow, and signs in for it if a session is a part of that.
    async fn prepare(&mut self, flow: Flow) -> Ready {
        match flow {
            Flow::SignIn => {
                drop(self.code().await);
                let (url, pkce) = request(&self.client, &[("prompt", "login")]);
                let page = self.session.browser.go(&url).await;
                let form = page.form();
                Ready::SignIn(Box::new((page, form, pkce)))
            }
            Flow::Silent => {
                drop(self.code().await);
                Ready::Silent
            }
            Flow::Redeem => Ready::Redeem(self.code().await),
            Flow::Refresh => {
                let code = self.code().await;
                Ready::Refresh(tokens(&self.session.redeem(&self.client, &code).await))
            }
            Flow::Assertion => Ready::Assertion(self.assertion()),
        }
    }

    /// Signs in, and returns the code.
    async fn code(&mut self) -> Code {
        sign_in(&mut self.session.browser, &self.client, (&self.name, PASSWORD), &[]).await
    }

    /// Links the person, and returns a new assertion of the identity provider about them.
    fn assertion(&self) -> String {
        let (name, url) = PROVIDER;
        self.cli.run(&["user", "link", &self.name, "--issuer", name, "--subject", &self.name]);
        let (aud, now) = (self.session.world.stack.issuer(), now());
        let claims = json!({
            "iss": url, "sub": self.name, "aud": aud, "client_id": self.client.id, "jti": Pkce::new().verifier,
            "iat": now, "exp": now + 300, "resource": ORDERS,
        });
        let header = json!({"alg": self.provider.algorithm, "typ": "oauth-id-jag+jwt", "kid": name});
        self.provider.assertion_with(&header, &claims).0
    }

    /// Brings an assertion, and returns the access token if there is one.
    async fn bring(&self, assertion: &str) -> Held {
        let ask = self.session.http.post("/token").client(&self.client).field("grant_type", JWT_BEARER);
        let reply = ask.field("assertion", assertion).send().await;
        received(&reply, |reply| {
            assert_granted(reply);
            Held::Access(reply.string("access_token"))
        })
    }

    /// Runs the flow in a browser that knows nothing of the other events.
    async fn go(&self, ready: &Ready) -> (Held, Option<Browser>) {
        let mut browser = self.session.browser.clone();
        let reply = match ready {
            Ready::SignIn(ready) => {
                let (page, form, pkce) = &**ready;
                let filled = [("username", &*self.name), ("password", PASSWORD)];
                let landing = browser.submit(page, form, &filled).await;
                let code = landing.callback().and_then(|callback| callback.code);
                let held = code.map(|code| Held::Code(Code { code, verifier: pkce.verifier.clone() }));
                return (held.unwrap_or(Held::Nothing), Some(browser));
            }
            Ready::Silent => {
                let code = silent(&mut browser, &self.client, &[]).await;
                return (code.map_or(Held::Nothing, Held::Code), None);
            }
            Ready::Redeem(code) => self.session.redeem(&self.client, code).await,
            Ready::Refresh(given) => self.session.refresh(&self.client, &given.refresh).await,
            Ready::Assertion(assertion) => return (self.bring(assertion).await, None),
        };
        (received(&reply, |reply| Held::Tokens(tokens(reply))), None)
    }

    /// Waits for the delayed call of the flow, then ends everything. Returns `false` when the flow never makes that
    /// call.
    async fn end(&self, end: End, place: usize) -> bool {
        for _ in 0..200 {
            if self.proxy.calls().len() > place {
                match end {
                    End::Disable => drop(done(&beside(&self.cli, &["user", "disable", &self.name], "").await)),
                    End::SignOut => sign_out(&mut self.session.browser.clone()).await,
                    End::Unlink => {
                        let args = ["user", "unlink", &self.name, "--issuer", PROVIDER.0, "--subject", &self.name];
                        drop(done(&beside(&self.cli, &args, "").await));
                    }
                }
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }

    async fn left(&self, held: &Held, browser: Option<&Browser>) -> Vec<String> {
        self.session.left(&self.client, held, browser.unwrap_or(&self.session.browser)).await
    }
}

/// Returns the credentials that an answer of the token endpoint gives, unless it refuses the grant.
fn received(reply: &Reply, granted: impl FnOnce(&Reply) -> Held) -> Held {
    if reply.status == 200 {
        return granted(reply);
    }
    assert_refused(reply, "invalid_grant");
    Held::Nothing
}

/// Signs out as a person does: opens the page and presses the button.
async fn sign_out(browser: &mut Browser) {
    let page = browser.go("/logout").await;
    let done = browser.submit(&page, &page.form(), &[("decision", "sign_out")]).await;
    assert!(done.reply.text().contains("You are signed out"), "{:?}", done.reply);
}

/// Delays each call of the flow in turn and returns their number.
async fn each_call(scene: &mut Scene<'_>, flow: Flow, end: End, survivors: &Survivors) -> usize {
    for place in 0.. {
        scene.enter(format!("{flow:?}-{place}").to_lowercase());
        for fault in FAULTS {
            let ready = scene.prepare(flow).await;
            scene.proxy.break_call(place, fault, Span::Once);
            let ((held, browser), ended) = join(scene.go(&ready), scene.end(end, place)).await;
            scene.proxy.heal();
            if !ended {
                return place;
            }
            for left in scene.left(&held, browser.as_ref()).await {
                survivors.note(place, format!("{flow:?}, {end:?}, {fault:?} at call {place}: {left}"));
            }
            if end == End::Disable {
                scene.cli.run(&["user", "enable", &scene.name]);
                for left in scene.left(&held, browser.as_ref()).await {
                    survivors.note(place, format!("{flow:?}, {end:?}, {fault:?} at call {place}: {left} again"));
                }
            }
        }
    }
    0
}

#[tokio::test]
async fn c134_a_disable_ends_a_flow_whichever_of_its_calls_is_late() {
    let (place, survivors) = (Place::start(), Survivors::default());
    let mut scene = place.scene();
    for flow in [Flow::SignIn, Flow::Silent, Flow::Redeem, Flow::Refresh] {
        let calls = each_call(&mut scene, flow, End::Disable, &survivors).await;
        assert!(calls > 0, "{flow:?} asks nothing of its store");
    }
    survivors.assert_none();
}

#[tokio::test]
async fn c135_a_sign_out_ends_a_flow_whichever_of_its_calls_is_late() {
    let (place, survivors) = (Place::start(), Survivors::default());
    let mut scene = place.scene();
    for flow in [Flow::Silent, Flow::Redeem, Flow::Refresh] {
        let calls = each_call(&mut scene, flow, End::SignOut, &survivors).await;
        assert!(calls > 0, "{flow:?} asks nothing of its store");
    }
    survivors.assert_none();
}

#[tokio::test]
async fn c226_the_end_of_a_link_ends_what_an_assertion_gives_whichever_of_its_calls_is_late() {
    let (place, survivors) = (Place::start(), Survivors::default());
    let mut scene = place.scene();
    let calls = each_call(&mut scene, Flow::Assertion, End::Unlink, &survivors).await;
    // The link, the use of the assertion, the grant, and the link again.
    assert!(calls > 3, "{calls} calls");
    survivors.assert_none();
}
