//! Ids that lead to nothing: no write, no flood of requests to other hosts.

use harness::{CountingProxy, Pkce, authorization_url};
use serde_json::json;

use crate::client_id_documents::fixture::{Described, accepting, started};
use crate::support::pages::{asks_for_a_password, assert_shown_here, url};
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

#[tokio::test]
async fn c155_the_sector_that_a_document_names_is_counted_like_the_document() {
    let (world, sector) = (started(), KeyServer::start(&[]));
    sector.say("200 OK", &json!([CALLBACK]).to_string());
    let more = json!({ "sector_identifier_uri": sector.at("/sector") });
    let mut browser = world.stack.browser();
    for _ in 0..15 {
        let described = Described::with(&more);
        assert!(asks_for_a_password(&browser.go(&url(&described.client.id, &[])).await));
    }
    let late = browser.go(&url(&Described::with(&more).client.id, &[])).await.reply;
    assert_eq!((late.status, late.header("retry-after").is_some()), (429, true), "{late:?}");
    assert_eq!(sector.visits(), 15);
}
