//! A world whose storage calls are counted on the wire, and requests that must write nothing.

use std::sync::LazyLock;

use harness::{Ask, CountingProxy, Http, Reply, Stack, StackBuilder};
use tokio::sync::Mutex;

use crate::support::world::World;

/// A world whose storage calls are counted. Only one test at a time may use it.
pub(crate) struct Counted {
    pub(crate) world: World,
    pub(crate) proxy: CountingProxy,
}

impl Counted {
    pub(crate) fn start() -> Self {
        Self::on(Stack::builder())
    }

    /// The same with the name `localhost`, which has passkeys.
    pub(crate) fn localhost() -> Self {
        Self::on(Stack::builder().localhost())
    }

    fn on(stack: StackBuilder) -> Self {
        let proxy = CountingProxy::embedded();
        let world = World::on(stack.store(&proxy.endpoint()).start());
        Self { world, proxy }
    }
}

/// All endpoints that authenticate clients.
pub(crate) const EVERY_ENDPOINT: [&str; 5] = ["/token", "/introspect", "/revoke", "/par", "/device_authorization"];

/// The shared instance; the mutex lets one test at a time count.
pub(crate) static COUNTED: LazyLock<Mutex<Counted>> = LazyLock::new(|| Mutex::new(Counted::start()));

/// Sends requests and asserts that none wrote anything. A request without client credentials gets valid ones.
pub(crate) async fn nothing_is_written(
    requests: impl Fn(&Counted, &Http) -> Vec<(String, Ask)>,
) -> Vec<(String, Reply)> {
    let counted = COUNTED.lock().await;
    counted.proxy.reset();
    let mut replies = Vec::new();
    for (name, ask) in requests(&counted, &counted.world.stack.http()) {
        let reply = ask.send().await;
        assert!(reply.status < 500, "{name}: {reply:?}");
        replies.push((name, reply));
    }
    assert_eq!(counted.proxy.writes(), []);
    replies
}

/// Sends an authenticated request to each endpoint, with `spoil` applied.
pub(crate) async fn at_each_endpoint(spoil: impl Fn(Ask) -> Ask) -> Vec<(String, Reply)> {
    nothing_is_written(|counted, http| {
        let ask = |path: &&str| (String::from(*path), spoil(http.post(path).client(&counted.world.service)));
        EVERY_ENDPOINT.iter().map(ask).collect()
    })
    .await
}
