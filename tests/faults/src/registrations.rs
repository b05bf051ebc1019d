//! A client registers itself on a stack where anybody may, and changes its registration.

use harness::Reply;
use serde_json::{Value, json};

use crate::matrix::{Flow, under_every_fault};
use crate::place::{CALLBACK, Place};

/// A registration, as its client knows it.
struct Registered {
    id: String,
    token: String,
}

impl Registered {
    fn of(reply: &Reply) -> Self {
        Self { id: reply.string("client_id"), token: reply.string("registration_access_token") }
    }
}

fn metadata(more: &Value) -> Value {
    let mut whole = json!({ "redirect_uris": [CALLBACK], "client_name": "Dynamic" });
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    whole
}

async fn register(place: &Place) -> Reply {
    let ask = place.http.post("/register").header("content-type", "application/json");
    ask.body(metadata(&json!({})).to_string()).send().await
}

async fn ask(place: &Place, method: &str, registered: &Registered, body: &Value) -> Reply {
    let ask = place.http.ask(method, &format!("/register/{}", registered.id));
    let ask = ask.header("authorization", format!("Bearer {}", registered.token));
    ask.header("content-type", "application/json").body(body.to_string()).send().await
}

/// A new client registers itself.
struct Registration;

impl Flow for Registration {
    type Ready = ();

    async fn prepare(&self, _: &Place) {}

    async fn act(&self, place: &Place, (): &mut ()) -> Reply {
        register(place).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 201
    }

    async fn settle(&self, place: &Place, (): (), right: Option<Reply>) {
        let reply = self.answered(place, &mut (), right).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        let registered = Registered::of(&reply);
        let read = ask(place, "GET", &registered, &Value::Null).await;
        assert_eq!((read.status, read.string("client_id")), (200, registered.id), "{read:?}");
    }
}

/// A client changes every member of its registration.
struct Replacement;

impl Flow for Replacement {
    type Ready = Registered;

    async fn prepare(&self, place: &Place) -> Registered {
        Registered::of(&register(place).await)
    }

    async fn act(&self, place: &Place, registered: &mut Registered) -> Reply {
        let more = json!({ "client_id": registered.id, "contacts": ["ops@app.example"], "client_name": "Renamed" });
        ask(place, "PUT", registered, &metadata(&more)).await
    }

    fn is_right(&self, reply: &Reply) -> bool {
        reply.status == 200
    }

    async fn settle(&self, place: &Place, mut registered: Registered, right: Option<Reply>) {
        let reply = self.answered(place, &mut registered, right).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let read = ask(place, "GET", &registered, &Value::Null).await;
        assert_eq!(read.string("client_name"), "Renamed", "{read:?}");
    }
}

#[tokio::test]
async fn clients_register_and_change_their_registrations() {
    tokio::join!(
        under_every_fault("registration", Registration),
        under_every_fault("registration that is replaced", Replacement),
    );
}
