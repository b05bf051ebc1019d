//! Delays each store call of a flow in turn; meanwhile the person is disabled or signs out, which ends everything
//! that the flow depends on.

use std::time::Duration;

use futures::future::join;
use harness::{Browser, Cli, CountingProxy, EmbeddedDynamo, Fault, Form, Landing, RegisteredClient, Span, Stack};

use crate::support::relying_party::app;
use crate::support::rounds::{
    Held, PASSWORD, Survivors, beside, done, request, sign_in, silent, store_without_a_stream,
};
use crate::support::session::{Code, Session, Tokens, assert_refused, tokens};
use crate::support::world::World;

/// The delay of a call: a command or a sign-out finishes within it.
const LATE: Duration = Duration::from_millis(250);
/// Delays of the call, and of its answer.
const FAULTS: [Fault; 2] = [Fault::Late(LATE), Fault::Slow(LATE)];

/// The flows that run while everything ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    SignIn,
    Silent,
    Redeem,
    Refresh,
}

/// The events that end everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Disable,
    SignOut,
}

/// A flow that is ready to run.
enum Ready {
    SignIn(Box<(Landing, Form, harness::Pkce)>),
    Silent,
    Redeem(Code),
    Refresh(Tokens),
}

struct Scene<'w> {
    session: Session<'w>,
    client: RegisteredClient,
    proxy: &'w CountingProxy,
    /// The operator's commands, which bypass the proxy.
    cli: Cli,
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
        let world = World::on(Stack::builder().store(&proxy.endpoint()).start());
        Self { world, proxy, store }
    }

    fn scene(&self) -> Scene<'_> {
        let stack = &self.world.stack;
        let direct = stack.scratch("direct");
        let direct = stack.env_file().copy_with(direct, "AWS_ENDPOINT_URL_DYNAMODB", &self.store.endpoint());
        let cli = Cli::new(direct);
        let client = app(&self.world, "In flight", &[]);
        Scene { session: self.world.session(), client, proxy: &self.proxy, cli, name: String::new() }
    }
}

impl Scene<'_> {
    /// Switches to another person, whose count of wrong passwords is still zero.
    fn enter(&mut self, name: String) {
        self.cli.create_user(&name, PASSWORD);
        self.session.browser = self.session.world.stack.browser();
        self.name = name;
    }

    /// Signs in and prepares the starting point of the flow.
    async fn prepare(&mut self, flow: Flow) -> Ready {
        let code = sign_in(&mut self.session.browser, &self.client, (&self.name, PASSWORD), &[]).await;
        match flow {
            Flow::SignIn => {
                let (url, pkce) = request(&self.client, &[("prompt", "login")]);
                let page = self.session.browser.go(&url).await;
                let form = page.form();
                Ready::SignIn(Box::new((page, form, pkce)))
            }
            Flow::Silent => Ready::Silent,
            Flow::Redeem => Ready::Redeem(code),
            Flow::Refresh => Ready::Refresh(tokens(&self.session.redeem(&self.client, &code).await)),
        }
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
        };
        if reply.status == 200 {
            return (Held::Tokens(tokens(&reply)), None);
        }
        assert_refused(&reply, "invalid_grant");
        (Held::Nothing, None)
    }

    /// Waits for the delayed call of the flow, then ends everything. Returns `false` when the flow never makes that
    /// call.
    async fn end(&self, end: End, place: usize) -> bool {
        for _ in 0..200 {
            if self.proxy.calls().len() > place {
                match end {
                    End::Disable => drop(done(&beside(&self.cli, &["user", "disable", &self.name], "").await)),
                    End::SignOut => sign_out(&mut self.session.browser.clone()).await,
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
