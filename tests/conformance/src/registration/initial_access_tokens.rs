//! Permission to register: off, initial access tokens, or an open deployment.

use serde_json::json;

use crate::support::published::{DOCUMENTS, document};
use crate::support::world::World;

#[tokio::test]
async fn c117_nobody_registers_a_client_over_http() {
    let world = World::shared();
    let http = world.stack.http();
    let body = json!({"redirect_uris": ["https://evil.example/cb"], "client_name": "Evil"}).to_string();
    for path in ["/register", "/registration", "/connect/register", "/oauth2/register", "/clients", "/reg"] {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let ask = http.ask(method, path).header("content-type", "application/json").body(&*body);
            assert_eq!(ask.send().await.status, 404, "{method} {path}");
        }
    }
    for path in DOCUMENTS {
        assert!(document(&http, path).await.get("registration_endpoint").is_none(), "{path}");
    }
}
