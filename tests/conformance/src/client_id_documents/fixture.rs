//! Documents, and stacks that fetch them from this machine.

use harness::{RegisteredClient, Stack, StackBuilder};
use serde_json::{Value, json};

use crate::support::signed_assertions::KeyServer;
use crate::support::world::{CALLBACK, ORDERS, PARCELS, World};

/// A document on a host of its own.
pub(super) struct Described {
    pub(super) host: KeyServer,
    pub(super) client: RegisteredClient,
    document: Value,
}

/// Returns a stack that accepts documents from any host, also from this machine, and opens one API to their clients.
pub(super) fn accepting() -> StackBuilder {
    let stack = Stack::builder().arg("--client-id-documents").arg("open").env("JETON_REGISTRATION_APIS", ORDERS);
    stack.env("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1").env("JETON_METADATA_APIS", &format!("{ORDERS} {PARCELS}"))
}

pub(super) fn started() -> World {
    World::on(accepting().start())
}

impl Described {
    /// Serves a valid document with these additional members, which says nothing about caching.
    pub(super) fn with(more: &Value) -> Self {
        let host = KeyServer::start(&[]);
        let id = host.at("/client.json");
        let mut document = json!({
            "client_id": id,
            "client_name": "Described",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid read write",
        });
        extend(&mut document, more);
        let described = Self { host, client: RegisteredClient { id, secret: None }, document };
        described.serve(&json!({}));
        described
    }

    /// Serves the document with these members in addition.
    pub(super) fn serve(&self, more: &Value) {
        let mut document = self.document.clone();
        extend(&mut document, more);
        self.host.say("200 OK\r\ncache-control: max-age=0", &document.to_string());
    }

    /// Returns the document as text.
    pub(super) fn text(&self) -> String {
        self.document.to_string()
    }
}

fn extend(document: &mut Value, more: &Value) {
    document.as_object_mut().expect("an object").extend(more.as_object().expect("members").clone());
}
