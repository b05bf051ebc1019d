//! Documents that give no client: a page, no redirect, and another look the next time.

use std::net::TcpListener;

use harness::{Reply, Stack};
use serde_json::{Value, json};

use crate::client_id_documents::fixture::{Described, started};
use crate::support::case::Case;
use crate::support::pages::{asks_for_a_password, assert_page_headers, assert_shown_here, url};
use crate::support::session::{assert_refused, client_requests};
use crate::support::world::World;

/// Asserts the page for a document that could not be fetched.
fn assert_not_fetched(reply: &Reply) {
    assert_eq!(reply.status, 503, "{reply:?}");
    assert!(reply.header("retry-after").is_some_and(|wait| wait.parse::<u32>().is_ok()), "{reply:?}");
    assert_eq!(reply.header("location"), None, "{reply:?}");
    assert_page_headers(reply);
}

#[tokio::test]
async fn c118_c119_c225_a_document_that_cannot_be_fetched_is_told_with_503_and_tried_again_at_once() {
    let world = started();
    let described = Described::with(&json!({}));
    let (mut browser, http, host) = (world.stack.browser(), world.stack.http(), &described.host);
    let (ask, text) = (url(&described.client.id, &[]), described.text());
    let padded = format!("{text}{}", " ".repeat(5121 - text.len()));
    let rows = [
        ("404 Not Found", &*text),
        ("500 Internal Server Error", &*text),
        ("201 Created", &*text),
        ("302 Found\r\nlocation: /other", &*text),
        ("301 Moved Permanently\r\nlocation: http://127.0.0.1/", &*text),
        ("200 OK\r\ncontent-encoding: gzip", &*text),
        ("200 OK", &*padded),
    ];
    for (number, (status, body)) in rows.into_iter().enumerate() {
        let _case = Case::new(status);
        host.say(&format!("{status}\r\ncache-control: max-age=86400"), body);
        assert_not_fetched(&browser.go(&ask).await.reply);
        assert_eq!(host.visits(), number + 1, "it was asked once, and no redirect was followed");
    }
    host.fall_silent();
    assert_not_fetched(&browser.go(&ask).await.reply);
    // Other endpoints do not know the client, and nobody fetches anything for them.
    for ask in client_requests(&http) {
        assert_refused(&ask.field("client_id", &described.client.id).send().await, "invalid_client");
    }
    assert_eq!(host.visits(), rows.len() + 1);
    described.serve(&json!({}));
    assert!(asks_for_a_password(&browser.go(&ask).await), "no error is kept");
    assert!(
        world.stack.cli().run(&["client", "show", &described.client.id])["self_registered"]["document"].is_object()
    );
}

#[tokio::test]
async fn c118_c140_c225_a_document_that_cannot_be_used_is_told_on_a_page_and_read_anew() {
    let world = started();
    world.stack.cli().create_client("Acme Bank", &["--grant", "client_credentials"]);
    let described = Described::with(&json!({}));
    let (mut browser, ask) = (world.stack.browser(), url(&described.client.id, &[]));
    let id = &described.client.id;
    let rows: [(&str, Value); 13] = [
        ("client_id", json!({"client_id": format!("{id}/")})),
        ("client_id", json!({"client_id": "https://app.example/client.json"})),
        ("client_id", json!({"client_id": null})),
        ("client_name", json!({"client_name": null})),
        ("client_name", json!({"client_name": "Ac\u{200b}me"})),
        ("client_name", json!({"client_name": "ACME Bank"})),
        ("redirect_uris", json!({"redirect_uris": []})),
        ("redirect_uris", json!({"redirect_uris": ["http://app.example/cb"]})),
        ("client_secret", json!({"client_secret": "x"})),
        ("token_endpoint_auth_method", json!({"token_endpoint_auth_method": "client_secret_basic"})),
        ("jwks", json!({"token_endpoint_auth_method": "private_key_jwt"})),
        ("jwks_uri", json!({"jwks_uri": "https://10.0.0.1/keys"})),
        ("initiate_login_uri", json!({"initiate_login_uri": "http://app.example/login"})),
    ];
    for (member, spoiled) in rows {
        let _case = Case::new(&spoiled);
        described.serve(&spoiled);
        let page = browser.go(&ask).await.reply;
        assert_shown_here(&page);
        assert!(page.text().contains(&format!("in a way that cannot be used here ({member}).")), "{page:?}");
        let german = world.stack.http().get(&ask).header("accept-language", "de").send().await;
        assert!(german.text().contains(&format!("hier nicht verwendet werden kann ({member}).")), "{german:?}");
    }
    described.host.say("200 OK", "[]");
    assert_shown_here(&browser.go(&ask).await.reply);
    described.serve(&json!({}));
    assert!(asks_for_a_password(&browser.go(&ask).await), "no fault is kept");
}

#[tokio::test]
async fn c119_a_document_inside_the_network_is_not_fetched() {
    let world = World::on(Stack::builder().arg("--client-id-documents").arg("open").start());
    let trap = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    trap.set_nonblocking(true).expect("a listener that does not wait");
    let port = trap.local_addr().expect("an address").port();
    for id in [
        format!("http://127.0.0.1:{port}/client.json"),
        format!("https://127.0.0.1:{port}/client.json"),
        format!("https://[::1]:{port}/client.json"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/client.json".to_owned(),
    ] {
        let reply = world.stack.browser().go(&url(&id, &[])).await.reply;
        assert_shown_here(&reply);
        assert!(reply.text().contains("not known"), "{id}: {reply:?}");
    }
    // A host name is checked when it is resolved, and the page tells nothing of what it leads to.
    for host in ["localhost", "no-such-host.invalid"] {
        assert_not_fetched(&world.stack.browser().go(&url(&format!("https://{host}:{port}/c"), &[])).await.reply);
    }
    let visit = trap.accept();
    assert!(visit.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "somebody came for the document");
}
