//! Ids that lead to nothing: no write, no flood of requests to other hosts.

use harness::{CountingProxy, Pkce, authorization_url};

use crate::client_id_documents::fixture::accepting;
use crate::support::pages::assert_shown_here;
use crate::support::signed_assertions::KeyServer;
use crate::support::world::{CALLBACK, World};

#[tokio::test]
async fn c155_c225_an_id_that_leads_to_nothing_costs_no_write_and_a_source_is_stopped() {
    let proxy = CountingProxy::embedded();
    let world = World::on(accepting().store(&proxy.endpoint()).start());
    let (host, http) = (KeyServer::start(&[]), world.stack.http());
    host.say("404 Not Found", "");
    proxy.reset();
    let mut stopped = 0;
    for number in 0..40 {
        let id = host.at(&format!("/{number}"));
        let reply = http.get(&authorization_url(&id, CALLBACK, &Pkce::new(), &[])).send().await;
        if reply.status == 429 {
            assert_shown_here(&reply);
            assert!(reply.header("retry-after").is_some_and(|wait| wait.parse::<u32>().is_ok()), "{reply:?}");
            stopped += 1;
        } else {
            assert_eq!(reply.status, 503, "{reply:?}");
        }
    }
    assert_eq!((host.visits(), stopped), (30, 10));
    assert_eq!(proxy.writes(), []);
}
