//! Logos of clients that register themselves: fetched once, kept, and shown where the deployment allows it.

use std::sync::LazyLock;

use harness::{Pkce, Stack, StackBuilder, authorization_url};
use serde_json::{Value, json};

use crate::support::case::Case;
use crate::support::images::{gif, tag};
use crate::support::pages::{assert_page_headers, sign_in};
use crate::support::self_registration::{Registration, ask, metadata, register};
use crate::support::signed_assertions::KeyServer;
use crate::support::stored::Stored;
use crate::support::world::{CALLBACK, World};

fn registering() -> StackBuilder {
    Stack::builder().arg("--registration").arg("open").env("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1")
}

static SHOWN: LazyLock<World> =
    LazyLock::new(|| World::on(registering().env("JETON_REGISTRATION_LOGOS", "true").start()));

/// A host of logos.
struct Host(KeyServer);

impl Host {
    fn of(image: &[u8]) -> Self {
        let host = Self(KeyServer::start(&[]));
        host.serve(image);
        host
    }

    fn serve(&self, image: &[u8]) {
        self.0.say_as("image/gif", "200 OK", image);
    }

    fn named(&self, more: &Value) -> Value {
        let mut whole = metadata(&json!({ "client_name": "Pictured", "logo_uri": self.0.at("/logo.gif") }));
        whole.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
        whole
    }
}

fn logo(world: &World, registration: &Registration) -> Value {
    world.stack.cli().run(&["client", "show", registration.id()])["logo"].clone()
}

/// Opens the consent page of a client and returns its text.
async fn page(world: &World, registration: &Registration) -> String {
    let mut browser = world.stack.browser();
    let url = authorization_url(registration.id(), CALLBACK, &Pkce::new(), &[("scope", "openid")]);
    let page = browser.go(&url).await;
    let consent = sign_in(&mut browser, &page, &world.ana.username, &world.ana.password).await;
    assert_page_headers(&consent.reply);
    assert!(consent.reply.text().contains("Pictured"), "{:?}", consent.reply);
    consent.reply.text().to_owned()
}

#[tokio::test]
async fn c119_a_logo_is_fetched_once_at_registration_and_shown_from_its_copy() {
    let (world, image) = (&*SHOWN, gif(1));
    let host = Host::of(&image);
    let registration = Registration::of(&register(world, None, &host.named(&json!({}))).await);
    assert_eq!(registration.document["logo_uri"], host.0.at("/logo.gif"));
    assert_eq!(logo(world, &registration), json!({ "type": "image/gif", "bytes": image.len() }));
    host.serve(&gif(2));
    for _ in 0..2 {
        let shown = page(world, &registration).await;
        assert!(shown.contains(&tag(&image)) && shown.contains("registered itself"), "{shown}");
    }
    assert_eq!(host.0.visits(), 1);
}

#[tokio::test]
async fn c119_a_client_whose_logo_is_none_or_cannot_be_fetched_is_registered_without() {
    let world = &*SHOWN;
    let host = Host::of(&[]);
    let image = gif(1);
    for (kind, status, body) in [
        ("image/gif", "404 Not Found", &*image),
        ("image/gif", "302 Found\r\nlocation: http://127.0.0.1:1/", &image),
        ("text/html", "200 OK", &image),
        ("image/gif", "200 OK\r\ncontent-encoding: gzip", &image),
        ("image/gif", "200 OK", b"GIF"),
        ("image/svg+xml", "200 OK", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
        ("image/gif", "200 OK", &[image.clone(), vec![0; 64 * 1024]].concat()),
    ] {
        let _case = Case::new(format!("{kind} {status}"));
        host.0.say_as(kind, status, body);
        let before = host.0.visits();
        let registration = Registration::of(&register(world, None, &host.named(&json!({}))).await);
        assert_eq!((logo(world, &registration), host.0.visits()), (Value::Null, before + 1));
    }
    host.0.fall_silent();
    let registration = Registration::of(&register(world, None, &host.named(&json!({}))).await);
    assert!(!page(world, &registration).await.contains("<img"));
    for inside in ["https://10.0.0.1/logo.png", "https://169.254.169.254/logo.png", "https://localhost/logo.png"] {
        let asked = host.named(&json!({ "logo_uri": inside }));
        let registration = Registration::of(&register(world, None, &asked).await);
        assert_eq!(logo(world, &registration), Value::Null, "{inside}");
    }
    // Nothing is fetched for a registration that is refused.
    host.serve(&image);
    let before = host.0.visits();
    assert_eq!(register(world, None, &host.named(&json!({ "redirect_uris": [] }))).await.status, 400);
    assert_eq!(host.0.visits(), before);
}

#[tokio::test]
async fn c119_a_registration_that_is_replaced_keeps_its_logo_or_changes_it() {
    let (world, image) = (&*SHOWN, gif(1));
    let host = Host::of(&image);
    let registration = Registration::of(&register(world, None, &host.named(&json!({}))).await);
    let at = registration.document["registration_client_uri"].as_str().expect("a URL").to_owned();
    let http = world.stack.http();
    let replace = async |more: &Value| {
        let mut asked = host.named(&json!({ "client_id": registration.id() }));
        asked.as_object_mut().expect("members").extend(more.as_object().expect("members").clone());
        let reply = ask(&http, "PUT", &at, Some(registration.token()), &asked).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
    };
    host.serve(&gif(2));
    replace(&json!({ "client_name": "Pictured again" })).await;
    assert_eq!(host.0.visits(), 1, "the URL is the same");
    assert!(page(world, &registration).await.contains(&tag(&image)));
    replace(&json!({ "logo_uri": host.0.at("/other.gif") })).await;
    assert_eq!(host.0.visits(), 2);
    assert_eq!(logo(world, &registration)["bytes"], image.len());
    replace(&json!({ "logo_uri": null })).await;
    assert_eq!((logo(world, &registration), host.0.visits()), (Value::Null, 2));
}

#[tokio::test]
async fn c119_where_the_deployment_shows_no_logos_of_strangers_none_is_fetched() {
    let world = World::on(registering().start());
    let host = Host::of(&gif(1));
    let registration = Registration::of(&register(&world, None, &host.named(&json!({}))).await);
    assert_eq!((logo(&world, &registration), host.0.visits()), (Value::Null, 0));
    assert!(!page(&world, &registration).await.contains("<img"));
}

#[tokio::test]
async fn c178_a_logo_lasts_as_long_as_its_client_and_goes_with_it() {
    // A grant that outlives the client extends its registration.
    let stack = registering().env("JETON_REGISTRATION_LOGOS", "true").env("JETON_GRANT_SECONDS", "31536000");
    let stored = Stored::start_with(stack);
    let (world, host) = (&stored.world, Host::of(&gif(1)));
    let asked = host.named(&json!({ "grant_types": ["authorization_code", "refresh_token"] }));
    let registration = Registration::of(&register(world, None, &asked).await);
    let ends = async || -> Vec<String> {
        let items = stored.items("JETON_TABLE_REGISTRY").await;
        let items = items.iter().filter(|item| item.contains(&format!("#{}\"", registration.id())));
        items.map(|item| serde_json::from_str::<Value>(item).expect("an item")["expires_at"].to_string()).collect()
    };
    let first = ends().await;
    assert!(first.len() == 2 && first[0] == first[1], "{first:?}");
    let mut session = world.session();
    drop(session.code_with(&registration.client(), &[("scope", "openid offline_access")]).await);
    let later = ends().await;
    assert!(later.len() == 2 && later[0] == later[1] && later > first, "{first:?} {later:?}");
    let at = format!("/register/{}", registration.id());
    let deleted = ask(&world.stack.http(), "DELETE", &at, Some(registration.token()), &json!(null)).send().await;
    assert_eq!((deleted.status, ends().await), (204, Vec::new()));
}
