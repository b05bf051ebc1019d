//! A copy that is stale: the document is fetched again for an authorization request, and only for one.

use serde_json::json;

use crate::client_id_documents::fixture::{Described, started};
use crate::support::pages::{answered, asks_for_consent, assert_shown_here, assert_stays, sign_in, url};
use crate::support::session::{server_time, tokens, until};
use crate::support::signed_assertions::KeyServer;
use crate::support::world::CALLBACK;

/// The shortest time that a copy is used, in seconds.
const FRESH: u64 = 30;

#[tokio::test]
async fn c138_c225_a_stale_copy_is_renewed_and_serves_while_its_host_is_down_but_not_once_it_is_gone() {
    let world = started();
    let [changed, down, gone] = [(); 3].map(|()| Described::with(&json!({})));
    let mut session = world.session();
    let ana = &world.ana;
    let page = session.browser.go(&url(&changed.client.id, &[])).await;
    let consent = sign_in(&mut session.browser, &page, &ana.username, &ana.password).await;
    assert!(asks_for_consent(&consent), "{:?}", consent.reply);
    let issued = tokens(&{
        let code = session.code(&down.client).await;
        session.redeem(&down.client, &code).await
    });
    drop(session.code(&gone.client).await);
    let fetched = server_time(&session).await;
    changed.serve(&json!({"redirect_uris": ["https://app.example/cb", "https://other.example/cb"]}));
    down.host.fall_silent();
    gone.host.say("404 Not Found", "");
    for step in [FRESH / 2, FRESH + 1] {
        until(&session, fetched + step).await;
    }
    // Changed: what the page showed is not what the document says now.
    let again = session.browser.submit(&consent, &consent.form(), &[("decision", "allow")]).await;
    assert_stays(&again);
    assert!(again.reply.text().contains("changed while the page was open"), "{:?}", again.reply);
    answered(&session.browser.submit(&again, &again.form(), &[("decision", "allow")]).await).assert_granted();
    // Down: the copy serves people and tokens.
    let code = session.code(&down.client).await;
    drop(tokens(&session.redeem(&down.client, &code).await));
    drop(tokens(&session.refresh(&down.client, &issued.refresh).await));
    // Gone: nobody signs in any more.
    let page = session.browser.go(&url(&gone.client.id, &[])).await;
    assert_eq!(page.reply.status, 503, "{:?}", page.reply);
    assert_eq!(changed.host.visits(), 2);
}

#[tokio::test]
async fn c225_a_stale_copy_serves_while_the_host_of_its_sector_is_down_but_not_once_it_lists_nothing() {
    let world = started();
    let sector = KeyServer::start(&[]);
    sector.say("200 OK", &json!([CALLBACK]).to_string());
    let more = json!({ "sector_identifier_uri": sector.at("/sector") });
    let [described, later] = [(); 2].map(|()| Described::with(&more));
    let mut session = world.session();
    drop(session.code(&described.client).await);
    let fetched = server_time(&session).await;
    for step in [FRESH / 2, FRESH + 1] {
        until(&session, fetched + step).await;
    }
    sector.fall_silent();
    let before = sector.visits();
    drop(session.code(&described.client).await);
    assert!(sector.visits() > before, "it was asked again");
    // Without a copy, the person is asked to come again.
    let page = session.browser.go(&url(&later.client.id, &[])).await;
    assert_eq!(page.reply.status, 503, "{:?}", page.reply);
    sector.say("200 OK", "[]");
    for client in [&described.client, &later.client] {
        let page = session.browser.go(&url(&client.id, &[])).await;
        assert_shown_here(&page.reply);
        assert!(page.reply.text().contains("(sector_identifier_uri)"), "{:?}", page.reply);
    }
}
