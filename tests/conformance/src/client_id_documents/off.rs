//! Where documents are off, which is the default, a URL as `client_id` is unknown and never fetched.

use std::net::TcpListener;

use harness::{Pkce, authorization_url};

use crate::support::pages::shown_here;
use crate::support::published::{DOCUMENTS, document};
use crate::support::session::{assert_refused, client_requests};
use crate::support::world::{CALLBACK, World};

#[tokio::test]
async fn c118_c119_c120_a_url_as_client_id_is_unknown_and_never_fetched() {
    let world = World::shared();
    let trap = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    trap.set_nonblocking(true).expect("a listener that does not wait");
    let address = trap.local_addr().expect("an address");
    let ids = [
        format!("http://{address}/client.json"),
        format!("https://{address}/client.json"),
        format!("https://localhost:{}/client.json", address.port()),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://[::ffff:127.0.0.1]/client.json".to_owned(),
    ];
    for id in &ids {
        let ask = authorization_url(id, CALLBACK, &Pkce::new(), &[]);
        shown_here(&[ask.trim_start_matches("/authorize?").to_owned()]).await;
        for ask in client_requests(&world.stack.http()) {
            assert_refused(&ask.field("client_id", id).send().await, "invalid_client");
        }
    }
    let visit = trap.accept();
    assert!(visit.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock), "somebody came for the document");
    for path in DOCUMENTS {
        let document = document(&world.stack.http(), path).await;
        assert!(document.get("client_id_metadata_document_supported").is_none_or(|on| on == false), "{document}");
    }
}
