//! The registered method of client authentication, and clients that named none.

use harness::{Ask, Stack};
use serde_json::json;

use crate::support::session::{
    self, OF_EVERY_ENDPOINT, assert_answered, assert_granted, assert_refused, every_client_request,
};
use crate::support::world::{CALLBACK, ORDERS, World};

#[tokio::test]
async fn c068_only_the_registered_method_authenticates() {
    let world = World::shared();
    let of_method = |method| {
        let more = [&OF_EVERY_ENDPOINT[..], &["--auth-method", method]].concat();
        world.stack.cli().create_client("One method only", &more)
    };
    let (basic, post) = (of_method("client_secret_basic"), of_method("client_secret_post"));
    let http = world.stack.http();
    for ask in every_client_request(&http) {
        assert_refused(&ask.basic(&post.id, post.secret()).send().await, "invalid_client");
    }
    for ask in every_client_request(&http) {
        let reply = ask.field("client_id", &basic.id).field("client_secret", basic.secret()).send().await;
        assert_refused(&reply, "invalid_client");
    }
}

#[tokio::test]
async fn c175_a_client_without_a_named_method_sends_its_secret_in_either_place_and_never_in_both() {
    let world = World::shared();
    let cli = world.stack.cli();
    let client = cli.create_client("Either", &OF_EVERY_ENDPOINT);
    let shown = cli.run(&["client", "show", &client.id]);
    assert_eq!(shown["auth_method"], "client_secret_basic");
    assert_eq!(shown["auth_methods"], json!(["client_secret_basic", "client_secret_post"]));
    let in_body = |ask: Ask, secret: &str| ask.field("client_id", &client.id).field("client_secret", secret);
    for ask in every_client_request(&world.stack.http()) {
        for ask in [ask.clone().client(&client), in_body(ask.clone(), client.secret())] {
            assert_answered(&ask.send().await);
        }
        assert_refused(&in_body(ask.clone().client(&client), client.secret()).send().await, "invalid_request");
        assert_refused(&in_body(ask.clone(), "wrong").send().await, "invalid_client");
        assert_refused(&ask.field("client_id", &client.id).send().await, "invalid_client");
    }
}

#[tokio::test]
async fn c175_the_right_secret_in_the_wrong_place_is_told_the_place_and_is_no_guess() {
    let world = World::on(Stack::start());
    let http = world.stack.http();
    for method in ["client_secret_basic", "client_secret_post"] {
        let more = ["--auth-method", method, "--grant", "client_credentials", "--api", ORDERS];
        let client = world.stack.cli().create_client("Misplaced", &more);
        let ask = |in_header: bool, secret: &str| {
            let ask = http.post("/token").field("grant_type", "client_credentials");
            if in_header {
                ask.basic(&client.id, secret)
            } else {
                ask.field("client_id", &client.id).field("client_secret", secret)
            }
        };
        let in_header = method == "client_secret_basic";
        for _ in 0..30 {
            let reply = ask(!in_header, client.secret()).send().await;
            assert_refused(&reply, "invalid_client");
            assert!(reply.string("error_description").contains(method), "{reply:?}");
        }
        // A wrong secret learns nothing about the method.
        let wrong = ask(!in_header, "wrong").send().await;
        assert_refused(&wrong, "invalid_client");
        assert_eq!(wrong.text(), ask(in_header, "wrong").send().await.text());
        assert!(!wrong.text().contains(method), "{wrong:?}");
        assert_granted(&ask(in_header, client.secret()).send().await);
    }
}

#[tokio::test]
async fn c176_a_public_client_may_name_itself_by_basic_with_an_empty_password() {
    let mut session = session::shared();
    let spa = &session.world.spa;
    let code = session.code(spa).await;
    let fields = [("code", &*code.code), ("redirect_uri", CALLBACK), ("code_verifier", &*code.verifier)];
    let ask = session.http.post("/token").basic(&spa.id, "").field("grant_type", "authorization_code");
    assert_granted(&ask.fields(&fields).send().await);
    // It is the name of a public client and no authentication.
    let service = session.http.post("/token").basic(&session.world.service.id, "");
    assert_refused(&service.field("grant_type", "client_credentials").send().await, "invalid_client");
    let machine = session.http.post("/token").basic(&spa.id, "").field("grant_type", "client_credentials");
    assert_refused(&machine.send().await, "unauthorized_client");
    let introspect = session.http.post("/introspect").basic(&spa.id, "").field("token", "x");
    assert_refused(&introspect.send().await, "invalid_client");
}

#[tokio::test]
async fn c075_a_confidential_client_must_and_a_public_one_must_not_show_a_secret() {
    let world = World::shared();
    let http = world.stack.http();
    for ask in every_client_request(&http) {
        assert_refused(&ask.field("client_id", &world.service.id).send().await, "invalid_client");
    }
    for ask in every_client_request(&http) {
        assert_refused(&ask.send().await, "invalid_client");
    }
    for ask in every_client_request(&http) {
        let reply = ask.field("client_id", &world.spa.id).field("client_secret", "guessed").send().await;
        assert_refused(&reply, "invalid_client");
    }
    for ask in every_client_request(&http) {
        assert_refused(&ask.basic(&world.spa.id, "guessed").send().await, "invalid_client");
    }
}
