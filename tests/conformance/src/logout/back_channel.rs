//! The consequences of a sign-out: apps are notified, and grants end (CONFORMANCE 34).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use harness::{Jwt, RegisteredClient, Stack};
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::support::log::audit;
use crate::support::published::{keys, verify};
use crate::support::relying_party::{app, person};
use crate::support::session::{Code, Session, assert_granted, assert_refused};
use crate::support::world::World;

/// A world that may send logout notifications to this machine.
static TOLD: LazyLock<World> = LazyLock::new(|| World::with("JETON_OUTBOUND_PRIVATE_HOSTS", "127.0.0.1"));

/// An app's server that receives logout notifications. It answers with these statuses in turn, and repeats the last
/// one.
struct Listener {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    fn start(statuses: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let told = Arc::clone(&heard);
        // The thread ends with the test process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut heard = told.lock().expect("a list");
                let status = statuses.get(heard.len()).or(statuses.last()).expect("a status");
                heard.extend(hear(stream, status));
            }
        });
        Self { port, heard }
    }

    fn uri(&self) -> String {
        format!("http://127.0.0.1:{}/signed-out", self.port)
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("a list").clone()
    }

    /// Waits until it has received `count` notifications, and returns them.
    async fn hears(&self, count: usize) -> Vec<String> {
        for _ in 0..600 {
            let heard = self.heard();
            if heard.len() >= count {
                return heard;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it did not hear of it {count} times: {:?}", self.heard())
    }
}

/// Reads the logout token of one POST request.
fn hear(stream: TcpStream, status: &str) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut is_form, mut line) = (0, false, String::new());
    assert!(reader.read_line(&mut line).ok()? == 0 || line.starts_with("POST /signed-out HTTP/1.1"), "{line}");
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 || line == "\r\n" {
            break;
        }
        let header = line.trim().to_ascii_lowercase();
        is_form |= header == "content-type: application/x-www-form-urlencoded";
        length = header.strip_prefix("content-length: ").map_or(length, |text| text.parse().expect("a length"));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = reader.into_inner().write_all(answer.as_bytes());
    let mut fields = url::form_urlencoded::parse(&body);
    let (name, token) = fields.next().expect("a field");
    assert!(is_form && name == "logout_token" && fields.next().is_none(), "a form with one field");
    Some(token.into_owned())
}

fn told_app(world: &World, listener: &Listener, more: &[&str]) -> RegisteredClient {
    app(world, "Told", &[&["--backchannel-logout-uri", &listener.uri()], more].concat())
}

impl Session<'_> {
    /// Signs out with the ID token of an app.
    async fn sign_out(&mut self, id_token: &str) {
        let landing = self.browser.go(&format!("/logout?id_token_hint={id_token}")).await;
        assert!(landing.reply.text().contains("You are signed out"), "{:?}", landing.reply);
    }
}

#[tokio::test]
async fn o34_c129_apps_are_told_which_person_and_session_by_a_signed_token() {
    let world = &*TOLD;
    let (mut session, _) = person(world, "o34");
    let kinds: [(&str, &[&str]); 3] = [
        ("RS256", &[]),
        ("ES256", &["--id-token-alg", "ES256"]),
        ("EdDSA", &["--id-token-alg", "EdDSA", "--subject-type", "pairwise"]),
    ];
    let mut apps = Vec::new();
    for (algorithm, more) in kinds {
        let listener = Listener::start(&["200 OK"]);
        let client = told_app(world, &listener, more);
        let reply = session.signed_in("o34", &client, &[("scope", "openid")]).await;
        let identity = session.identity(&client, &reply).await;
        apps.push((algorithm, listener, client, reply.string("id_token"), identity));
    }
    // Only the first app's ID token is sent; all apps belong to the same session.
    session.sign_out(&apps[0].3).await;
    let set: JwkSet = serde_json::from_value(json!({ "keys": keys(&session.http).await })).expect("a key set");
    for (algorithm, listener, client, _, identity) in &apps {
        let token = listener.hears(1).await.remove(0);
        let claims = verify(&set, &token, world.stack.issuer(), &client.id).expect("a good logout token");
        let header = Jwt::read(&token).header;
        assert_eq!((&header["typ"], &header["alg"]), (&json!("logout+jwt"), &json!(algorithm)));
        let names: Vec<&String> = claims.as_object().expect("claims").keys().collect();
        assert_eq!(names, ["aud", "events", "exp", "iat", "iss", "jti", "sid", "sub"]);
        assert_eq!((&claims["sub"], &claims["sid"]), (&identity["sub"], &identity["sid"]));
        assert_eq!(claims["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
        let time = |name: &str| claims[name].as_u64().expect("a time");
        assert!(time("exp") > time("iat") && time("exp") - time("iat") <= 120, "{claims}");
        assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() >= 16), "{claims}");
        // A logout token is no ID token: it is accepted neither as a hint nor as a bearer token.
        assert_eq!(session.http.get(&format!("/logout?id_token_hint={token}")).send().await.status, 400);
        assert_eq!(session.userinfo(&token).await.status, 401);
    }
}

#[tokio::test]
async fn c180_c129_a_sign_out_by_an_apps_server_is_told_to_the_other_apps() {
    let world = &*TOLD;
    let (mut session, _) = person(world, "by-server");
    let (listener, other) = (Listener::start(&["200 OK"]), Listener::start(&["200 OK"]));
    let [first, second] = [&listener, &other].map(|listener| told_app(world, listener, &[]));
    let reply = session.signed_in("by-server", &first, &[("scope", "openid read")]).await;
    session.signed_in("by-server", &second, &[("scope", "openid")]).await;
    let hint = reply.string("id_token");
    let ended = session.http.get(&format!("/logout?id_token_hint={hint}")).send().await;
    assert!(ended.text().contains("You are signed out"), "{ended:?}");
    for listener in [listener, other] {
        let told = listener.hears(1).await.remove(0);
        assert_eq!(Jwt::read(&told).claims["sid"], Jwt::read(&hint).claims["sid"]);
    }
    until_inactive(&session, &reply.string("access_token")).await;
}

#[tokio::test]
async fn c092_a_logout_token_passes_for_no_other_token() {
    let world = &*TOLD;
    let (mut session, _) = person(world, "c092-logout");
    let listener = Listener::start(&["200 OK"]);
    let client = told_app(world, &listener, &[]);
    let code = session.sign_in("c092-logout", &client, &[("scope", "openid read")]).await;
    let id_token = session.redeem(&client, &code).await.string("id_token");
    session.sign_out(&id_token).await;
    let token = listener.hears(1).await.remove(0);
    assert!(!session.is_active(&token).await, "{token}");
    assert_refused(&session.refresh(&client, &token).await, "invalid_grant");
    let fake = Code { code: token, ..code };
    assert_refused(&session.redeem(&client, &fake).await, "invalid_grant");
}

#[tokio::test]
async fn o34_who_does_not_answer_is_told_again_and_holds_nobody_up() {
    let world = &*TOLD;
    let (mut session, _) = person(world, "again");
    let slow = Listener::start(&["503 Service Unavailable", "500 Internal Server Error", "204 No Content"]);
    let (refuses, good) = (Listener::start(&["400 Bad Request"]), Listener::start(&["200 OK"]));
    let apps = [&slow, &refuses, &good].map(|listener| told_app(world, listener, &[]));
    let mut hint = String::new();
    for client in &apps {
        hint = session.signed_in("again", client, &[("scope", "openid")]).await.string("id_token");
    }
    session.sign_out(&hint).await;
    good.hears(1).await;
    let heard = slow.hears(3).await;
    let jti = |token: &String| Jwt::read(token).claims["jti"].clone();
    assert!(jti(&heard[0]) != jti(&heard[1]) && jti(&heard[1]) != jti(&heard[2]), "each is a token of its own");
    // Both retries skipped the other two apps.
    assert_eq!((refuses.heard().len(), good.heard().len(), slow.heard().len()), (1, 1, 3));
    // The line about the last answer is written after that answer.
    let last = |line: &Value| line["client_id"] == *apps[0].id && line["event"] == "client_told_of_logout";
    let lines = logged(world, last).await;
    let told = |client: &RegisteredClient, event: &str| {
        lines.iter().filter(|line| line["client_id"] == *client.id && line["event"] == event).count()
    };
    assert_eq!((told(&apps[0], "client_not_told_of_logout"), told(&apps[0], "client_told_of_logout")), (2, 1));
    assert_eq!((told(&apps[1], "client_not_told_of_logout"), told(&apps[2], "client_told_of_logout")), (1, 1));
    assert!(!world.stack.log().contains(&heard[0]), "no token in the log");
}

#[tokio::test]
async fn o33_the_grants_of_the_session_end_and_those_for_offline_use_stay() {
    let world = &*TOLD;
    let (mut session, _) = person(world, "ends");
    let listener = Listener::start(&["200 OK"]);
    let client = told_app(world, &listener, &[]);
    let scope = |scope: &'static str| [("scope", scope), ("prompt", "consent")];
    let ends = session.signed_in("ends", &client, &scope("openid read")).await;
    let stays = session.signed_in("ends", &client, &scope("openid read offline_access")).await;
    let plain = session.signed_in("ends", &client, &scope("read")).await;
    let code = session.sign_in("ends", &client, &[("scope", "openid")]).await;
    // Another browser of the same person has another session.
    let mut elsewhere = world.session();
    let other = elsewhere.signed_in("ends", &client, &[("scope", "openid read")]).await;
    session.sign_out(&ends.string("id_token")).await;
    until_inactive(&session, &ends.string("access_token")).await;
    assert_refused(&session.refresh(&client, &ends.string("refresh_token")).await, "invalid_grant");
    assert_eq!(session.userinfo(&ends.string("access_token")).await.status, 401);
    assert_refused(&session.redeem(&client, &code).await, "invalid_grant");
    // Without offline_access a grant ends with its session, with or without `openid`.
    assert!(!session.is_active(&plain.string("access_token")).await);
    assert_refused(&session.refresh(&client, &plain.string("refresh_token")).await, "invalid_grant");
    for reply in [&stays, &other] {
        assert!(session.is_active(&reply.string("access_token")).await);
        assert_granted(&session.refresh(&client, &reply.string("refresh_token")).await);
    }
    assert_eq!(session.userinfo(&stays.string("access_token")).await.status, 200);
    assert_eq!(listener.hears(1).await.len(), 1, "one session, one word");
}

/// Waits until an audit line matches, and returns all lines.
async fn logged(world: &World, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
    for _ in 0..600 {
        let lines = audit(&world.stack);
        if lines.iter().any(&is_it) {
            return lines;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing of it in the log: {:?}", audit(&world.stack))
}

async fn until_inactive(session: &Session<'_>, token: &str) {
    for _ in 0..600 {
        if !session.is_active(token).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the grant does not end");
}

#[tokio::test]
async fn c089_a_person_whom_an_operator_signs_out_is_signed_out_of_apps_too() {
    let world = &*TOLD;
    for (command, typed) in [("disable", ""), ("set-password", "another long pass phrase\n"), ("delete", "")] {
        let name = format!("signed-out-by-{command}");
        let (mut session, sub) = person(world, &name);
        let listener = Listener::start(&["200 OK"]);
        let client = told_app(world, &listener, &[]);
        session.signed_in(&name, &client, &[("scope", "openid")]).await;
        let more = if typed.is_empty() { None } else { Some("--password-stdin") };
        let arguments: Vec<&str> = ["user", command, &name].into_iter().chain(more).collect();
        let finished = world.stack.cli().finish(&arguments, typed);
        assert!(finished.status.success(), "{finished:?}");
        let heard = listener.hears(1).await;
        assert_eq!(Jwt::read(&heard[0]).claims["sub"], sub, "{command}");
    }
}

#[tokio::test]
async fn c119_an_address_inside_the_network_is_not_registered_and_not_asked() {
    let world = World::on(Stack::start());
    let refused = |uri: &str| {
        let args = ["client", "create", "--name", "Inside", "--grant", "authorization_code", "--redirect-uri"];
        let more = ["https://app.example/cb", "--backchannel-logout-uri", uri];
        let finished = world.stack.cli().finish(&[&args[..], &more].concat(), "");
        assert!(!finished.status.success(), "{uri}");
        finished.stderr
    };
    for uri in ["https://127.0.0.1/out", "https://169.254.169.254/out", "http://app.example/out", "https://[::1]/out"] {
        let said = refused(uri);
        assert!(said.contains("--backchannel-logout-uri"), "{said}");
    }
    // A host name that resolves to a private address is detected when the request is made.
    let listener = Listener::start(&["200 OK"]);
    let (mut session, _) = person(&world, "inside");
    let client =
        app(&world, "Inside", &["--backchannel-logout-uri", &format!("https://localhost:{}/out", listener.port)]);
    let reply = session.signed_in("inside", &client, &[("scope", "openid read")]).await;
    session.sign_out(&reply.string("id_token")).await;
    until_inactive(&session, &reply.string("access_token")).await;
    let not_told = |line: &Value| line["event"] == "client_not_told_of_logout";
    let lines = logged(&world, not_told).await;
    let line = lines.iter().find(|line| not_told(line)).expect("a line");
    assert!(line["cause"].as_str().is_some_and(|cause| cause.contains("inside a network")), "{line}");
    assert_eq!(listener.heard().len(), 0);
}
