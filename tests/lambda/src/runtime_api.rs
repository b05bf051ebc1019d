//! Lambda's Runtime API, as one execution environment sees it.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::event;

const VERSION: &str = "/2018-06-01/runtime/";

/// The stages of the process behind the API.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// The process has not asked for an invocation yet.
    Starting,
    /// The process reported that it cannot start: the body of its report.
    RefusedToStart(String),
    /// The process has asked for an invocation.
    Ready,
    /// The process has ended, with this status if known.
    Exited(Option<ExitStatus>),
}

/// The result of an invocation from the process.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The process answered with this body.
    Answered(Bytes),
    /// The process reported an error: the body of its report.
    Failed(String),
}

/// The facts sent with every invocation of this environment.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) function_arn: String,
    pub(crate) timeout: Duration,
}

struct Invocation {
    event: Bytes,
    reply: oneshot::Sender<Outcome>,
}

struct Shared {
    facts: Facts,
    queue: Mutex<mpsc::Receiver<Invocation>>,
    running: Mutex<Running>,
    stage: watch::Sender<Stage>,
    /// A flag that is `true` while the process waits for an invocation.
    waits: watch::Sender<bool>,
}

#[derive(Default)]
struct Running {
    count: u64,
    replies: HashMap<String, oneshot::Sender<Outcome>>,
}

/// The server of the Runtime API. Dropping it ends it.
pub(crate) struct RuntimeApi {
    /// The value of `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: SocketAddr,
    invocations: mpsc::Sender<Invocation>,
    stage: watch::Sender<Stage>,
    waits: watch::Receiver<bool>,
    _server: JoinSet<()>,
}

impl RuntimeApi {
    /// Listens on a free port of the loopback interface.
    pub(crate) async fn start(facts: Facts) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (invocations, queue) = mpsc::channel(1);
        let (stage, _) = watch::channel(Stage::Starting);
        let (is_waiting, waits) = watch::channel(false);
        let (queue, running) = (Mutex::new(queue), Mutex::default());
        let shared = Arc::new(Shared { facts, queue, running, stage: stage.clone(), waits: is_waiting });
        let mut server = JoinSet::new();
        server.spawn(accept(listener, shared));
        Ok(Self { address, invocations, stage, waits, _server: server })
    }

    /// Waits until the process is idle.
    pub(crate) async fn idle(&self) {
        // An error means that the server is gone, so there is nothing left to wait for.
        let _ = self.waits.clone().wait_for(|waits| *waits).await;
    }

    /// Hands an event to the process; the receiver yields the outcome.
    pub(crate) async fn invoke(&self, event: Bytes) -> oneshot::Receiver<Outcome> {
        let (reply, outcome) = oneshot::channel();
        // A closed queue drops `reply`, and the receiver notices.
        let _ = self.invocations.send(Invocation { event, reply }).await;
        outcome
    }

    /// Returns the channel with the stage of the process; the watcher of the process reports its end there.
    pub(crate) fn stage(&self) -> watch::Sender<Stage> {
        self.stage.clone()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Answers are small and the client waits for each: without this the kernel would wait for more data to send.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(shared.answer(request).await) }
    });
    // A connection breaks when the process ends, which is detected elsewhere.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let Some(path) = head.uri.path().strip_prefix(VERSION) else { return status(StatusCode::NOT_FOUND) };
        let path: Vec<&str> = path.split('/').collect();
        if head.method == Method::GET && path == ["invocation", "next"] {
            return self.next().await;
        }
        let Ok(body) = body.collect().await else { return status(StatusCode::BAD_REQUEST) };
        let body = body.to_bytes();
        match (&head.method, path.as_slice()) {
            (&Method::POST, ["init", "error"]) => {
                self.stage.send_replace(Stage::RefusedToStart(text(&body)));
                status(StatusCode::ACCEPTED)
            }
            (&Method::POST, ["invocation", id, "response"]) => self.finish(id, Outcome::Answered(body)).await,
            (&Method::POST, ["invocation", id, "error"]) => self.finish(id, Outcome::Failed(text(&body))).await,
            _ => status(StatusCode::NOT_FOUND),
        }
    }

    /// Waits for the next event. The first such request means that the process has started.
    async fn next(&self) -> Response<Full<Bytes>> {
        self.stage.send_if_modified(|stage| {
            let first = matches!(stage, Stage::Starting);
            if first {
                *stage = Stage::Ready;
            }
            first
        });
        self.waits.send_replace(true);
        let Some(invocation) = self.queue.lock().await.recv().await else { return status(StatusCode::GONE) };
        self.waits.send_replace(false);
        let mut running = self.running.lock().await;
        running.count += 1;
        let id = format!("00000000-0000-4000-8000-{:012x}", running.count);
        let trace = format!("Root=1-00000000-{:024x};Sampled=0", running.count);
        running.replies.insert(id.clone(), invocation.reply);
        let response = Response::builder()
            .header("content-type", "application/json")
            .header("lambda-runtime-aws-request-id", &id)
            .header("lambda-runtime-deadline-ms", milliseconds_from_now(self.facts.timeout))
            .header("lambda-runtime-invoked-function-arn", &self.facts.function_arn)
            .header("lambda-runtime-trace-id", trace);
        response.body(Full::new(invocation.event)).unwrap_or_else(|_| status(StatusCode::INTERNAL_SERVER_ERROR))
    }

    async fn finish(&self, id: &str, outcome: Outcome) -> Response<Full<Bytes>> {
        match self.running.lock().await.replies.remove(id) {
            Some(reply) => {
                // After a timeout no receiver is left.
                let _ = reply.send(outcome);
                status(StatusCode::ACCEPTED)
            }
            None => status(StatusCode::BAD_REQUEST),
        }
    }
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

fn text(body: &Bytes) -> String {
    String::from_utf8_lossy(body).into_owned()
}

fn milliseconds_from_now(timeout: Duration) -> String {
    (event::now() + timeout).as_millis().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn api() -> (RuntimeApi, String, reqwest::Client) {
        let facts = Facts { function_arn: "arn:aws:lambda:x:0:function:f".into(), timeout: Duration::from_secs(10) };
        let api = RuntimeApi::start(facts).await.unwrap();
        let base = format!("http://{}/2018-06-01/runtime", api.address);
        (api, base, reqwest::Client::new())
    }

    fn header(response: &reqwest::Response, name: &str) -> String {
        response.headers()[name].to_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_process_gets_the_event_with_its_id_and_deadline_and_answers_once() {
        let (api, base, http) = api().await;
        let outcome = api.invoke(Bytes::from_static(b"{\"a\":1}")).await;
        let next = http.get(format!("{base}/invocation/next")).send().await.unwrap();
        let id = header(&next, "lambda-runtime-aws-request-id");
        let deadline: u128 = header(&next, "lambda-runtime-deadline-ms").parse().unwrap();
        let now: u128 = milliseconds_from_now(Duration::ZERO).parse().unwrap();
        assert!(deadline > now && deadline <= now + 10_000, "{deadline} at {now}");
        assert_eq!(header(&next, "lambda-runtime-invoked-function-arn"), "arn:aws:lambda:x:0:function:f");
        assert!(header(&next, "lambda-runtime-trace-id").starts_with("Root=1-"));
        assert_eq!(next.text().await.unwrap(), "{\"a\":1}");
        let response = format!("{base}/invocation/{id}/response");
        assert_eq!(http.post(&response).body("done").send().await.unwrap().status(), 202);
        assert!(matches!(outcome.await.unwrap(), Outcome::Answered(body) if body == "done"));
        assert_eq!(http.post(&response).body("again").send().await.unwrap().status(), 400);
    }

    #[tokio::test]
    async fn asking_for_the_first_event_ends_the_start() {
        let (api, base, http) = api().await;
        let mut stage = api.stage().subscribe();
        assert!(matches!(*stage.borrow(), Stage::Starting));
        let asking = tokio::spawn(http.get(format!("{base}/invocation/next")).send());
        stage.wait_for(|stage| matches!(stage, Stage::Ready)).await.unwrap();
        let outcome = api.invoke(Bytes::from_static(b"{}")).await;
        let id = header(&asking.await.unwrap().unwrap(), "lambda-runtime-aws-request-id");
        http.post(format!("{base}/invocation/{id}/error")).body("no").send().await.unwrap();
        assert!(matches!(outcome.await.unwrap(), Outcome::Failed(report) if report == "no"));
    }

    #[tokio::test]
    async fn a_process_that_cannot_start_says_why() {
        let (api, base, http) = api().await;
        assert_eq!(http.post(format!("{base}/init/error")).body("why").send().await.unwrap().status(), 202);
        assert!(matches!(&*api.stage().borrow(), Stage::RefusedToStart(why) if why == "why"));
        assert_eq!(http.post(format!("{base}/elsewhere")).send().await.unwrap().status(), 404);
    }
}
