//! A proxy in front of a `DynamoDB` that records each call, so that round trips to the store are counted on the wire.
//! It can also inject every kind of [`Fault`] into a call, or withhold the answer of a write and every answer after
//! it: if the caller is stopped there, it is as if it had crashed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use http::request::Parts;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::background::Background;
use crate::call::{Call, ask, asks_an_index, call, is_call};
use crate::chance::{Chance, Tally, UnderWay};
use crate::embedded::EmbeddedDynamo;
use crate::faults::{Answer, Fault, Span};
use crate::traffic::{Meter, Metered, Traffic};

/// The proxy; it stops when it is dropped.
pub struct CountingProxy {
    server: Background,
    seen: Arc<Seen>,
    /// The store, which is only kept alive here.
    embedded: Option<EmbeddedDynamo>,
}

/// The recorded calls, and the faults to inject.
struct Seen {
    calls: Mutex<Vec<Call>>,
    trips: Mutex<Trips>,
    /// The number of writes to answer before the next one freezes the proxy; `None` never freezes it.
    writes_left: Mutex<Option<usize>>,
    frozen: watch::Sender<bool>,
    /// The fault to inject, with the position of the first affected call since the last reset.
    broken: Mutex<Option<(usize, Fault, Span)>>,
    /// The source of random faults; while it is set, calls are counted and not recorded.
    chance: Mutex<Option<Arc<Chance>>>,
    /// `true` while indexes show nothing.
    indexes_lag: AtomicBool,
    /// The delay that is added to every answer.
    distance: Mutex<Duration>,
    meter: Arc<Meter>,
}

/// The number of round trips, as they follow each other in time.
#[derive(Default)]
struct Trips {
    made: usize,
    under_way: usize,
}

/// A call in progress; it is over when this is dropped.
struct Trip<'s>(&'s Seen);

impl<'s> Trip<'s> {
    fn begin(seen: &'s Seen) -> Self {
        let mut trips = lock(&seen.trips);
        trips.made += usize::from(trips.under_way == 0);
        trips.under_way += 1;
        Self(seen)
    }
}

impl Drop for Trip<'_> {
    fn drop(&mut self) {
        lock(&self.0.trips).under_way -= 1;
    }
}

/// A call that has arrived, and the fault to inject into it.
struct Taken {
    /// `true` if the call is known to write; calls that are only counted are not examined.
    is_write: bool,
    fault: Option<Fault>,
    /// Present if [`CountingProxy::settled`] has to wait for this call.
    under_way: Option<UnderWay>,
}

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

impl CountingProxy {
    /// A proxy in front of the `DynamoDB` at `upstream`.
    pub fn to(upstream: &str) -> Self {
        let seen = Arc::new(Seen {
            calls: Mutex::default(),
            trips: Mutex::default(),
            writes_left: Mutex::default(),
            frozen: watch::Sender::new(false),
            broken: Mutex::default(),
            chance: Mutex::default(),
            indexes_lag: AtomicBool::default(),
            distance: Mutex::default(),
            meter: Arc::default(),
        });
        let (shared, upstream) = (Arc::clone(&seen), upstream.to_owned());
        let server = Background::serve(async move |listener| serve(&listener, &upstream, &shared).await);
        Self { server, seen, embedded: None }
    }

    /// A proxy in front of an embedded `DynamoDB` of its own.
    pub fn embedded() -> Self {
        let embedded = EmbeddedDynamo::start();
        let mut proxy = Self::to(&embedded.endpoint());
        proxy.embedded = Some(embedded);
        proxy
    }

    /// Its URL, for `AWS_ENDPOINT_URL_DYNAMODB`.
    pub fn endpoint(&self) -> String {
        self.server.url()
    }

    /// Forgets all calls so far.
    pub fn reset(&self) {
        lock(&self.seen.calls).clear();
        lock(&self.seen.trips).made = 0;
        self.seen.meter.reset();
    }

    /// The number of successive round trips since the last [`CountingProxy::reset`]: calls in progress at the same
    /// time count as one. Only with a distance ([`CountingProxy::set_distance`]) can concurrent calls be told from
    /// successive ones.
    pub fn round_trips(&self) -> usize {
        lock(&self.seen.trips).made
    }

    /// The traffic since the last [`CountingProxy::reset`].
    pub fn traffic(&self) -> Traffic {
        self.seen.meter.traffic(lock(&self.seen.calls).len())
    }

    /// Delays every answer, as from a store at that distance.
    pub fn set_distance(&self, distance: Duration) {
        *lock(&self.seen.distance) = distance;
    }

    /// The calls since the last [`CountingProxy::reset`], in the order of their arrival.
    pub fn calls(&self) -> Vec<Call> {
        lock(&self.seen.calls).clone()
    }

    /// The calls among them that can change the store.
    pub fn writes(&self) -> Vec<Call> {
        self.calls().into_iter().filter(Call::is_write).collect()
    }

    /// Forgets all calls so far, and injects a fault into the call at `place` from now on (the first is 0).
    pub fn break_call(&self, place: usize, fault: Fault, span: Span) {
        self.reset();
        *lock(&self.seen.broken) = Some((place, fault, span));
    }

    /// From now on injects faults of many kinds into `share_per_mille` of a thousand calls. The fault of a call
    /// follows from the seed and the call's number; the order of calls from several callers is left to them.
    ///
    /// Calls are counted and not recorded.
    pub fn fail_randomly(&self, seed: u64, share_per_mille: usize) {
        *lock(&self.seen.chance) = Some(Arc::new(Chance::new(seed, share_per_mille)));
    }

    /// Decides whether every index shows nothing from now on, as one does that lags behind its table.
    pub fn let_indexes_lag(&self, lag: bool) {
        self.seen.indexes_lag.store(lag, Ordering::SeqCst);
    }

    /// Stops injecting faults and freezing.
    pub fn heal(&self) {
        *lock(&self.seen.chance) = None;
        self.let_indexes_lag(false);
        let mut broken = lock(&self.seen.broken);
        *broken = None;
        self.thaw();
    }

    /// Stops injecting random faults: waits until all calls that might be affected are done, and returns the counts.
    pub async fn settled(&self) -> Tally {
        let chance = lock(&self.seen.chance).take();
        let Some(chance) = chance else { return Tally::default() };
        chance.settled().await;
        chance.tally()
    }

    /// Answers `writes` more writes; the next one is performed and not answered, and nothing is answered after it.
    pub fn freeze_after(&self, writes: usize) {
        *lock(&self.seen.writes_left) = Some(writes);
    }

    /// Waits for the call that is not answered.
    pub async fn frozen(&self) {
        // The sender lives as long as `self`.
        drop(self.seen.frozen.subscribe().wait_for(|frozen| *frozen).await);
    }

    /// Answers calls again. Calls that were left waiting get no answer.
    pub fn thaw(&self) {
        *lock(&self.seen.writes_left) = None;
        self.seen.frozen.send_replace(false);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seen {
    /// Accepts a call; a random fault is chosen here if they are enabled.
    fn take(&self, head: &Parts, body: &[u8]) -> Result<Taken, Failure> {
        if let Some(chance) = &*lock(&self.chance) {
            return Ok(Taken { is_write: false, fault: chance.next(), under_way: Some(chance.begin()) });
        }
        let call = call(head, body)?;
        let is_write = call.as_ref().is_some_and(Call::is_write);
        Ok(Taken { is_write, fault: call.and_then(|call| self.note(call)), under_way: None })
    }

    /// Records a call, and returns the fault to inject into it.
    fn note(&self, call: Call) -> Option<Fault> {
        let mut calls = lock(&self.calls);
        let place = calls.len();
        calls.push(call);
        let (first, fault, span) = (*lock(&self.broken))?;
        (place == first || (span == Span::Always && place > first)).then_some(fault)
    }

    /// Waits for the configured distance. A tokio timer could be late by up to a millisecond.
    async fn travel(&self) -> Result<(), Failure> {
        let distance = *lock(&self.distance);
        if !distance.is_zero() {
            tokio::task::spawn_blocking(move || std::thread::sleep(distance)).await?;
        }
        Ok(())
    }

    /// Stops answering from now on, unless the proxy was healed while the call was in progress.
    fn freeze_if_broken(&self) {
        let broken = lock(&self.broken);
        if broken.is_some() {
            self.frozen.send_replace(true);
        }
    }

    /// Returns whether the answer of a call that was performed may be sent.
    fn may_answer(&self, is_write: bool) -> bool {
        let mut left = lock(&self.writes_left);
        match *left {
            Some(0) if is_write => drop(self.frozen.send_replace(true)),
            Some(writes) if is_write => *left = Some(writes - 1),
            Some(_) | None => {}
        }
        !*self.frozen.borrow()
    }
}

async fn serve(listener: &tokio::net::TcpListener, upstream: &str, seen: &Arc<Seen>) {
    let client = reqwest::Client::new();
    while let Ok((stream, _)) = listener.accept().await {
        let Ok((stream, socket)) = twice(stream) else { continue };
        let way = Way { client: client.clone(), upstream: upstream.to_owned(), seen: Arc::clone(seen), socket };
        tokio::spawn(async move {
            let stream = TokioIo::new(Metered::new(stream, Arc::clone(&way.seen.meter)));
            let service = service_fn(|request| way.forward(request));
            // If Jeton drops a connection, that is not a fault of the proxy.
            drop(hyper::server::conn::http1::Builder::new().serve_connection(stream, service).await);
        });
    }
}

/// A connection, and a second handle to its socket.
fn twice(stream: TcpStream) -> std::io::Result<(TcpStream, std::net::TcpStream)> {
    let stream = stream.into_std()?;
    let socket = stream.try_clone()?;
    Ok((TcpStream::from_std(stream)?, socket))
}

/// The connection to the store for one incoming connection.
struct Way {
    client: reqwest::Client,
    upstream: String,
    seen: Arc<Seen>,
    socket: std::net::TcpStream,
}

impl Way {
    /// Counts a call and forwards it. If the upstream does not answer, the connection closes, as it would without the
    /// proxy. A forwarded call is always completed, even if the caller disconnects.
    async fn forward(&self, request: Request<Incoming>) -> Result<Response<Answer>, Failure> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let Taken { is_write, fault, under_way } = self.seen.take(&head, &body)?;
        let _trip = is_call(&head).then(|| Trip::begin(&self.seen));
        if let Some(fault) = fault.filter(|fault| !fault.lets_it_happen()) {
            return fault.refusal().ok_or_else(|| "nothing was sent".into());
        }
        if self.seen.indexes_lag.load(Ordering::SeqCst) && asks_an_index(&body) {
            return Ok(Answer::nothing_found()?);
        }
        let (client, upstream) = (self.client.clone(), self.upstream.clone());
        let done = tokio::spawn(async move {
            if let Some(Fault::Late(time)) = fault {
                tokio::time::sleep(time).await;
            }
            let answer = ask(&client, &upstream, head, body).await;
            drop(under_way);
            answer
        });
        let answer = done.await??;
        self.seen.travel().await?;
        if !self.seen.may_answer(is_write) {
            std::future::pending::<()>().await;
        }
        self.spoil(fault, answer).await
    }

    /// Applies a fault to the answer.
    async fn spoil(&self, fault: Option<Fault>, answer: Response<Bytes>) -> Result<Response<Answer>, Failure> {
        let (mut head, body) = answer.into_parts();
        let body = match fault {
            Some(Fault::AnswerLost) => return Err("the answer is lost".into()),
            Some(Fault::Silent) => {
                self.seen.freeze_if_broken();
                std::future::pending::<()>().await;
                return Err("silence".into());
            }
            Some(Fault::Reset) => {
                SockRef::from(&self.socket).set_linger(Some(Duration::ZERO))?;
                return Err("the connection is reset".into());
            }
            Some(fault @ Fault::FailedAfter) => return fault.refusal().ok_or_else(|| "no answer".into()),
            Some(Fault::HalfAnswer) => Answer::half(&body),
            Some(Fault::WrongChecksum) => {
                head.headers.insert("x-amz-crc32", HeaderValue::from_static("1"));
                Answer::whole(body)
            }
            Some(Fault::Slow(time)) => {
                tokio::time::sleep(time).await;
                Answer::whole(body)
            }
            Some(Fault::Late(_) | Fault::Unsent | Fault::Throttled(_) | Fault::FailedBefore | Fault::ClockSkew)
            | None => Answer::whole(body),
        };
        Ok(Response::from_parts(head, body))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::dynamo_call;

    fn table(name: &str) -> Value {
        json!({
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        })
    }

    #[tokio::test]
    async fn calls_are_passed_on_and_counted_until_they_are_forgotten() {
        let proxy = CountingProxy::embedded();
        let created = dynamo_call(&proxy.endpoint(), "CreateTable", &table("things")).await;
        assert_eq!(created["TableDescription"]["TableName"], "things");
        let listed = dynamo_call(&proxy.endpoint(), "ListTables", &json!({})).await;
        assert_eq!(listed["TableNames"], json!(["things"]));
        assert_eq!(format!("{:?}", proxy.calls()), "[CreateTable things, ListTables ]");
        assert_eq!(proxy.writes().len(), 1);
        let traffic = proxy.traffic();
        assert!(traffic.calls == 2 && traffic.sent > 500 && traffic.received > 500, "{traffic:?}");
        proxy.reset();
        assert_eq!((proxy.calls(), proxy.traffic()), (Vec::new(), Traffic::default()));
    }

    #[tokio::test]
    async fn an_index_that_lags_shows_nothing() {
        let proxy = CountingProxy::embedded();
        proxy.let_indexes_lag(true);
        let query = json!({"TableName": "things", "IndexName": "by-name"});
        assert_eq!(dynamo_call(&proxy.endpoint(), "Query", &query).await["Items"], json!([]));
    }

    #[tokio::test]
    async fn a_distant_store_answers_so_much_later() {
        let proxy = CountingProxy::embedded();
        let distance = Duration::from_millis(30);
        proxy.set_distance(distance);
        let before = tokio::time::Instant::now();
        dynamo_call(&proxy.endpoint(), "ListTables", &json!({})).await;
        assert!(before.elapsed() >= distance);
    }

    #[tokio::test]
    async fn a_frozen_proxy_does_a_write_and_answers_nothing() {
        let proxy = CountingProxy::embedded();
        let endpoint = proxy.endpoint();
        proxy.freeze_after(1);
        dynamo_call(&endpoint, "CreateTable", &table("answered")).await;
        let silent = table("silent");
        tokio::select! {
            answer = dynamo_call(&endpoint, "CreateTable", &silent) => panic!("{answer}"),
            () = proxy.frozen() => {}
        }
        proxy.thaw();
        let listed = dynamo_call(&endpoint, "ListTables", &json!({})).await;
        assert_eq!(listed["TableNames"], json!(["answered", "silent"]));
    }
}
