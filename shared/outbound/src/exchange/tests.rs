//! Sends requests to a server on this machine that misbehaves as each test demands.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::*;
use crate::Reach;

const GOOD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/// The server's behaviour after it has read a request.
#[derive(Clone)]
enum Answers {
    /// Sends this and closes the connection.
    Once(String),
    /// Sends the first text, then the second repeatedly until the client disconnects.
    Endlessly(String, String),
    /// Sends this, then nothing more.
    Stuck(String),
}

struct Server {
    port: u16,
    certificate: CertificateDer<'static>,
    connections: Arc<AtomicUsize>,
    requests: Arc<std::sync::Mutex<Vec<String>>>,
    _running: JoinSet<()>,
}

impl Server {
    /// Starts a server with a certificate for `name`.
    async fn start(name: &str, answers: Answers) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(vec![cert.der().clone()], key.into()).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, requests) = <(Arc<AtomicUsize>, Arc<std::sync::Mutex<Vec<String>>>)>::default();
        let (counted, read) = (Arc::clone(&connections), Arc::clone(&requests));
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                open.spawn(serve(stream, acceptor.clone(), answers.clone(), Arc::clone(&read)));
            }
        });
        Self { port, certificate: cert.der().clone(), connections, requests, _running: running }
    }

    async fn that_says(answers: Answers) -> Self {
        Self::start("localhost", answers).await
    }

    fn target(&self) -> FetchUrl {
        let reach = Reach::parse("localhost").unwrap();
        FetchUrl::parse(&format!("https://localhost:{}/keys?x=1", self.port), &reach).unwrap()
    }

    /// Returns a client that trusts this server.
    fn asker(&self) -> Outbound {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        Outbound { tls: Arc::new(OnceCell::from(trusting(roots).unwrap())) }
    }

    async fn fetch(&self) -> Result<Fetched, FetchError> {
        self.asker().get_json(&self.target()).await
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    answers: Answers,
    requests: Arc<std::sync::Mutex<Vec<String>>>,
) -> Option<()> {
    let mut stream = acceptor.accept(stream).await.ok()?;
    let request = request(&mut stream).await?;
    requests.lock().unwrap().push(request);
    match answers {
        Answers::Once(all) => {
            stream.write_all(all.as_bytes()).await.ok()?;
            stream.shutdown().await.ok()?;
        }
        Answers::Endlessly(first, again) => {
            stream.write_all(first.as_bytes()).await.ok()?;
            while stream.write_all(again.as_bytes()).await.is_ok() {}
        }
        Answers::Stuck(first) => {
            stream.write_all(first.as_bytes()).await.ok()?;
            stream.flush().await.ok()?;
            std::future::pending::<()>().await;
        }
    }
    Some(())
}

/// Reads a request, up to the end of the body that it announces.
async fn request(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<String> {
    let (mut read, mut buffer) = (String::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        read.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        if let Some((head, body)) = read.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(read);
            }
        }
    }
}

fn once(head: &str, body: &str) -> Answers {
    Answers::Once(format!("{head}content-length: {}\r\n\r\n{body}", body.len()))
}

#[tokio::test]
async fn a_document_is_fetched_and_how_long_it_may_be_kept() {
    for (cache, max_age) in [
        ("", None),
        ("cache-control: public, max-age=60\r\n", Some(60)),
        ("cache-control: Max-Age=60\r\ncache-control: no-cache\r\n", Some(0)),
        ("cache-control: no-store\r\n", Some(0)),
        ("cache-control: max-age=soon\r\n", None),
    ] {
        let server = Server::that_says(once(&format!("{GOOD}{cache}"), "{\"keys\":[]}")).await;
        assert_eq!(server.fetch().await, Ok(Fetched { body: b"{\"keys\":[]}".to_vec(), max_age }), "{cache}");
        let requests = server.requests.lock().unwrap().clone();
        let [request] = requests.as_slice() else { panic!("{requests:?}") };
        assert!(request.starts_with("GET /keys?x=1 HTTP/1.1\r\n"), "{request}");
        assert!(request.contains(&format!("host: localhost:{}\r\n", server.port)), "{request}");
        assert!(!request.contains("accept-encoding") && !request.contains("cookie"), "{request}");
    }
}

#[tokio::test]
async fn a_form_is_posted_and_its_status_told() {
    for status in [200, 204, 302, 400, 503] {
        let server = Server::that_says(Answers::Once(format!("HTTP/1.1 {status} X\r\n\r\n"))).await;
        let told = server.asker().post_form(&server.target(), "logout_token=a.b.c".to_owned()).await;
        assert_eq!(told.map(|status| status.as_u16()), Ok(status));
        let requests = server.requests.lock().unwrap().clone();
        let [request] = requests.as_slice() else { panic!("{requests:?}") };
        assert!(request.starts_with("POST /keys?x=1 HTTP/1.1\r\n"), "{request}");
        assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"), "{request}");
        assert!(request.ends_with("\r\n\r\nlogout_token=a.b.c"), "{request}");
    }
}

#[tokio::test]
async fn c119_a_redirect_is_not_followed() {
    let elsewhere = Server::that_says(once(GOOD, "{}")).await;
    for status in [301, 302, 303, 307, 308] {
        let head = format!("HTTP/1.1 {status} X\r\nlocation: https://localhost:{}/\r\n", elsewhere.port);
        let server = Server::that_says(once(&head, "")).await;
        let refused = server.fetch().await;
        assert_eq!(refused, Err(FetchError::Status(StatusCode::from_u16(status).unwrap())));
    }
    assert_eq!(elsewhere.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn c119_a_name_that_leads_inside_is_not_asked_unless_it_is_named() {
    let server = Server::that_says(once(GOOD, "{}")).await;
    let url = format!("https://localhost:{}/", server.port);
    let target = FetchUrl::parse(&url, &Reach::default()).unwrap();
    let refused = Err(FetchError::Forbidden(Forbidden::Private));
    assert_eq!(server.asker().get_json(&target).await, refused);
    assert_eq!(server.asker().post_form(&target, String::new()).await.map(drop), refused.map(drop));
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);
    assert!(server.fetch().await.is_ok());
}

#[tokio::test]
async fn what_is_not_plain_json_is_refused() {
    for head in [
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: application/jsonp\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n",
    ] {
        assert_eq!(Server::that_says(once(head, "{}")).await.fetch().await, Err(FetchError::NotJson), "{head}");
    }
    for kind in ["application/json; charset=utf-8", "Application/JWK-Set+JSON"] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n");
        assert!(Server::that_says(once(&head, "{}")).await.fetch().await.is_ok(), "{kind}");
    }
    for status in [201, 204, 206, 404, 500] {
        let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n");
        let refused = Server::that_says(once(&head, "")).await.fetch().await;
        assert_eq!(refused, Err(FetchError::Status(StatusCode::from_u16(status).unwrap())));
    }
}

#[tokio::test]
async fn a_body_is_read_up_to_64_kib_whatever_it_says_of_its_length() {
    let most = "x".repeat(MAX_BODY);
    assert_eq!(Server::that_says(once(GOOD, &most)).await.fetch().await.unwrap().body.len(), MAX_BODY);
    let chunked = |chunk: &str| format!("{:x}\r\n{chunk}\r\n", chunk.len());
    let rows = [
        once(GOOD, &format!("{most}x")),
        Answers::Endlessly(format!("{GOOD}\r\n"), "x".repeat(1000)),
        Answers::Endlessly(format!("{GOOD}content-length: 1000000000\r\n\r\n"), "x".repeat(1000)),
        Answers::Endlessly(format!("{GOOD}transfer-encoding: chunked\r\n\r\n"), chunked(&"x".repeat(1000))),
    ];
    for answers in rows {
        assert_eq!(Server::that_says(answers).await.fetch().await, Err(FetchError::TooLarge));
    }
    let short = Answers::Once(format!("{GOOD}content-length: 10\r\n\r\n{{}}"));
    assert_eq!(Server::that_says(short).await.fetch().await, Err(FetchError::Unreachable));
    let long = Answers::Once(format!("{GOOD}content-length: 2\r\n\r\n{{}}, and more"));
    assert_eq!(Server::that_says(long).await.fetch().await.unwrap().body, b"{}");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_given_up() {
    let header = format!("x: {}\r\n", "y".repeat(1000));
    let refused = Server::that_says(Answers::Endlessly(GOOD.to_owned(), header)).await.fetch().await;
    assert_eq!(refused, Err(FetchError::Unreachable));
    let refused = Server::that_says(Answers::Once("SSH-2.0-OpenSSH_9.6\r\n".to_owned())).await.fetch().await;
    assert_eq!(refused, Err(FetchError::Unreachable));
}

#[tokio::test]
async fn an_answer_that_does_not_end_in_time_is_none() {
    let stuck = [String::new(), GOOD.to_owned(), format!("{GOOD}content-length: 2\r\n\r\n{{")];
    let mut asked = JoinSet::new();
    for said in stuck {
        asked.spawn(async move { Server::that_says(Answers::Stuck(said)).await.fetch().await });
    }
    let refused = Err(FetchError::Timeout);
    assert_eq!(asked.join_all().await, [refused.clone(), refused.clone(), refused]);
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_not_asked() {
    let server = Server::that_says(once(GOOD, "{}")).await;
    let stranger = Server::that_says(once(GOOD, "{}")).await;
    assert_eq!(stranger.asker().get_json(&server.target()).await, Err(FetchError::Unreachable));
    let misnamed = Server::start("other.example", once(GOOD, "{}")).await;
    assert_eq!(misnamed.fetch().await, Err(FetchError::Unreachable));
    assert!(server.requests.lock().unwrap().is_empty() && misnamed.requests.lock().unwrap().is_empty());
    assert_eq!(trusting(RootCertStore::empty()).map(drop), Err(FetchError::NoRoots));
}

#[test]
fn what_may_pass_is_told_from_what_somebody_must_mend() {
    let status = |code| FetchError::Status(StatusCode::from_u16(code).unwrap());
    for passing in [FetchError::Timeout, FetchError::Unreachable, FetchError::Unresolved, status(503), status(429)] {
        assert!(passing.may_pass(), "{passing}");
    }
    for lasting in [FetchError::Forbidden(Forbidden::Private), FetchError::NotJson, status(302), status(404)] {
        assert!(!lasting.may_pass(), "{lasting}");
    }
}

#[tokio::test]
async fn c119_an_image_is_fetched_within_the_limits_of_any_document() {
    let body = "x".repeat(100);
    let image = |head: &str| once(&format!("HTTP/1.1 200 OK\r\n{head}"), &body);
    for (answers, fetched) in [
        (image("content-type: image/png\r\n"), Ok(body.clone().into_bytes())),
        (image("content-type: Image/JPEG; q=1\r\n"), Ok(body.clone().into_bytes())),
        (image("content-type: text/html\r\n"), Err(FetchError::NotAnImage)),
        (image(""), Err(FetchError::NotAnImage)),
        (image("content-type: image/png\r\ncontent-encoding: gzip\r\n"), Err(FetchError::NotAnImage)),
        (
            once("HTTP/1.1 302 Found\r\ncontent-type: image/png\r\nlocation: https://localhost/\r\n", &body),
            Err(FetchError::Status(StatusCode::FOUND)),
        ),
    ] {
        let server = Server::that_says(answers).await;
        assert_eq!(server.asker().get_image(&server.target(), 100).await, fetched);
        let requests = server.requests.lock().unwrap().clone();
        assert!(requests[0].contains("accept: image/png, image/jpeg, image/webp, image/gif\r\n"), "{requests:?}");
    }
    let server = Server::that_says(image("content-type: image/png\r\n")).await;
    assert_eq!(server.asker().get_image(&server.target(), 99).await, Err(FetchError::TooLarge));
    let unnamed = FetchUrl::parse(&format!("https://localhost:{}/logo", server.port), &Reach::default()).unwrap();
    assert_eq!(server.asker().get_image(&unnamed, 100).await, Err(FetchError::Forbidden(Forbidden::Private)));
}
