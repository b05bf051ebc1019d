//! A small HTTP server that calls the functions as an API gateway does (HTTP API, payload format 2.0).

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use edge::{FirewallGuard, Reply, answer_event};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use lambda_http::Body;
use tokio::net::{TcpListener, TcpStream};

use crate::dev::site::Site;

/// The largest body that the gateway accepts: 6 MB is Lambda's own limit for an event.
const MAX_BODY_BYTES: usize = 6 * 1024 * 1024;
/// The body of a response that no function gave.
const REFUSED: &str = "{\"message\":\"the gateway refuses this request\"}";
/// The time after which a connection without a complete request head is closed.
const HEAD_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// The site behind the gateway, with what the gateway adds to its answers.
struct Behind {
    site: Site,
    firewall: FirewallGuard,
}

/// Serves requests until the future is dropped. There is no firewall in front; the transport security that answers announce
/// is that of the functions, as `includes_subdomains` says.
pub(crate) async fn serve(listener: TcpListener, site: Site, includes_subdomains: bool) {
    let firewall = FirewallGuard::default().with_subdomains(includes_subdomains);
    let behind = Arc::new(Behind { site, firewall });
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                tokio::spawn(converse(stream, peer.ip(), Arc::clone(&behind)));
            }
            // Most likely out of file descriptors: other connections may close theirs in the meantime.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn converse(stream: TcpStream, source: IpAddr, behind: Arc<Behind>) {
    let service = service_fn(move |request| {
        let behind = Arc::clone(&behind);
        async move { Ok::<_, Infallible>(answer(request, source, behind).await) }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    let connection = server.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    // A client that disconnects early is no error of the server.
    drop(connection.serve_connection(TokioIo::new(stream), service).await);
}

async fn answer(request: hyper::Request<Incoming>, source: IpAddr, behind: Arc<Behind>) -> Response<Full<Bytes>> {
    let is_head = request.method() == Method::HEAD;
    let mut answer = match event(request, source).await {
        Ok(event) => ask(event, &behind).await,
        Err(status) => plain(status),
    };
    if is_head {
        *answer.body_mut() = Full::default();
    }
    answer
}

/// Converts a request into the gateway's event.
async fn event(request: hyper::Request<Incoming>, source: IpAddr) -> Result<ApiGatewayV2httpRequest, StatusCode> {
    let (head, body) = request.into_parts();
    let body =
        Limited::new(body, MAX_BODY_BYTES).collect().await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.to_bytes();
    let mut event = ApiGatewayV2httpRequest::default();
    event.version = Some("2.0".to_owned());
    event.raw_path = Some(head.uri.path().to_owned());
    event.raw_query_string = Some(head.uri.query().unwrap_or_default().to_owned());
    event.cookies = cookies(&head.headers);
    event.headers = combined(&head.headers);
    event.request_context.stage = Some("$default".to_owned());
    event.request_context.request_id = Some(edge::random_name::<8>());
    event.request_context.http.method = head.method;
    event.request_context.http.path = Some(head.uri.path().to_owned());
    event.request_context.http.source_ip = Some(source.to_string());
    event.is_base64_encoded = std::str::from_utf8(&body).is_err();
    event.body = match std::str::from_utf8(&body) {
        Ok("") => None,
        Ok(text) => Some(text.to_owned()),
        Err(_) => Some(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &body)),
    };
    Ok(event)
}

/// Joins headers of the same name with commas. `Host` is dropped: nothing may depend on it (C040).
fn combined(headers: &HeaderMap) -> HeaderMap {
    let mut combined = HeaderMap::new();
    for name in headers.keys().filter(|name| **name != header::COOKIE && **name != header::HOST) {
        let values: Vec<&[u8]> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        if let Ok(value) = HeaderValue::from_bytes(&values.join(&b","[..])) {
            combined.insert(name.clone(), value);
        }
    }
    combined
}

fn cookies(headers: &HeaderMap) -> Option<Vec<String>> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let cookies: Vec<String> = lines.flat_map(|line| line.split(';')).map(|pair| pair.trim().to_owned()).collect();
    (!cookies.is_empty()).then_some(cookies)
}

/// Calls a function with the event, as Lambda does.
async fn ask(event: ApiGatewayV2httpRequest, behind: &Behind) -> Response<Full<Bytes>> {
    let Behind { site, firewall } = behind;
    let answer = move |request| async move { Box::pin(site.answer(request)).await.unwrap_or_else(|_| failed()) };
    let Reply(answered) = answer_event(event.into(), firewall, answer).await;
    answered.map(|body| match body {
        Body::Text(text) => Full::from(text),
        Body::Binary(bytes) => Full::from(bytes),
        Body::Empty | _ => Full::default(),
    })
}

/// The response of a page that could not be made.
fn failed() -> edge::Response {
    plain(StatusCode::INTERNAL_SERVER_ERROR).map(|_| Body::Text(REFUSED.to_owned()))
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(REFUSED));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
