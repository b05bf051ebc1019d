//! API Gateway's payload format 2.0: from an HTTP request to a function's event, and from the function's answer to a
//! response.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HOST, SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::{Map, Value, json};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const API_ID: &str = "local12345";

/// The facts that the gateway adds to a request.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The route that matched, as the template writes it: `ANY /token`.
    pub route_key: String,
    /// The values of the route's variables: `step` is `sign-in`.
    pub path_parameters: BTreeMap<String, String>,
    /// The gateway's id for the request.
    pub request_id: String,
    /// The address of the client.
    pub source_ip: IpAddr,
    /// The time of the request, since 1970.
    pub time: Duration,
}

/// The reasons why a function's answer is no response. The client gets 500 then, as from API Gateway.
#[derive(Debug, thiserror::Error)]
pub enum BadAnswer {
    /// The answer is no JSON object with a `statusCode`.
    #[error("the answer is not a JSON object with a statusCode")]
    NoStatus,
    /// A header or a cookie that HTTP does not allow.
    #[error("the header {0} of the answer is malformed")]
    Header(String),
    /// The body is marked as base64 but is not.
    #[error("the body of the answer is not base64")]
    Body,
}

/// Builds the event for a request.
///
/// As in the cloud, header names are in lower case and repeated headers are joined with commas, cookies are separate
/// from the headers, and the body is in base64 unless its content type is text or JSON. A form is neither, so it is
/// in base64.
pub fn from_request(request: &Request<Bytes>, arrival: &Arrival) -> Value {
    let (headers, path) = (request.headers(), request.uri().path());
    let query = request.uri().query().unwrap_or_default();
    let host = header(headers, &HOST);
    let mut event = json!({
        "version": "2.0",
        "routeKey": arrival.route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": joined(headers),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": API_ID,
            "domainName": host,
            "domainPrefix": host.split('.').next(),
            "http": {
                "method": request.method().as_str(),
                "path": path,
                "protocol": format!("{:?}", request.version()),
                "sourceIp": arrival.source_ip.to_string(),
                "userAgent": header(headers, &USER_AGENT),
            },
            "requestId": arrival.request_id,
            "routeKey": arrival.route_key,
            "stage": "$default",
            "time": common_log_time(arrival.time),
            "timeEpoch": u64::try_from(arrival.time.as_millis()).unwrap_or_default(),
        },
        "isBase64Encoded": false,
    });
    if let Value::Object(event) = &mut event {
        event.extend(optional(request, arrival, query));
    }
    event
}

/// Returns the fields that are left out when they are empty.
fn optional(request: &Request<Bytes>, arrival: &Arrival, query: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    let cookies = cookies(request.headers());
    if !cookies.is_empty() {
        fields.insert("cookies".into(), json!(cookies));
    }
    if !query.is_empty() {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        fields.insert("queryStringParameters".into(), json!(join(pairs)));
    }
    if !arrival.path_parameters.is_empty() {
        fields.insert("pathParameters".into(), json!(arrival.path_parameters));
    }
    let body = request.body();
    match std::str::from_utf8(body) {
        Ok("") => {}
        Ok(text) if is_text(request.headers()) => drop(fields.insert("body".into(), text.into())),
        _ => {
            fields.insert("body".into(), STANDARD.encode(body).into());
            fields.insert("isBase64Encoded".into(), true.into());
        }
    }
    fields
}

fn is_text(headers: &HeaderMap) -> bool {
    let content_type = header(headers, &CONTENT_TYPE).to_ascii_lowercase();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let text = ["application/json", "application/javascript", "application/xml"];
    essence.starts_with("text/") || text.contains(&essence) || essence.ends_with("+json") || essence.ends_with("+xml")
}

fn header(headers: &HeaderMap, name: &HeaderName) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let rest = headers.iter().filter(|(name, _)| **name != COOKIE);
    join(rest.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())))
}

fn join(pairs: impl Iterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        all.entry(name).and_modify(|values| *values = format!("{values},{value}")).or_insert(value);
    }
    all
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter().map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
    lines.flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()).collect()
}

/// Formats a time: `22/Nov/2026:19:10:05 +0000`.
fn common_log_time(since_1970: Duration) -> String {
    let (days, second) = (since_1970.as_secs() / 86_400, since_1970.as_secs() % 86_400);
    let (year, month, day) = date(days);
    let month = MONTHS.get(month).copied().unwrap_or_default();
    format!("{day:02}/{month}/{year}:{:02}:{:02}:{:02} +0000", second / 3_600, second / 60 % 60, second % 60)
}

/// Converts a day since 1970 to its year, month (from 0) and day (from 1).
fn date(mut days: u64) -> (u64, usize, u64) {
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut month) = (1970, 0);
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

/// Returns the time of the wall clock, since 1970.
#[expect(clippy::disallowed_methods, reason = "a gateway stamps what arrives")]
pub(crate) fn now() -> Duration {
    std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Builds the response for a function's answer.
///
/// # Errors
/// [`BadAnswer`] when the answer is not a valid response.
pub fn to_response(answer: &[u8]) -> Result<Response<Bytes>, BadAnswer> {
    let answer: Value = serde_json::from_slice(answer).map_err(|_| BadAnswer::NoStatus)?;
    let status = answer.get("statusCode").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).ok_or(BadAnswer::NoStatus)?;
    let mut response = Response::new(body(&answer)?);
    *response.status_mut() = status;
    // Format 2.0 has no `multiValueHeaders`; a function that sets them loses them in the cloud, too.
    for (name, value) in answer.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let bad = || BadAnswer::Header(name.clone());
        let value = value.as_str().and_then(|value| HeaderValue::from_str(value).ok()).ok_or_else(bad)?;
        response.headers_mut().insert(HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?, value);
    }
    for cookie in answer.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        let cookie = cookie.as_str().and_then(|cookie| HeaderValue::from_str(cookie).ok());
        response.headers_mut().append(SET_COOKIE, cookie.ok_or_else(|| BadAnswer::Header("set-cookie".into()))?);
    }
    Ok(response)
}

fn body(answer: &Value) -> Result<Bytes, BadAnswer> {
    let body = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    if answer.get("isBase64Encoded") == Some(&Value::Bool(true)) {
        return STANDARD.decode(body).map(Bytes::from).map_err(|_| BadAnswer::Body);
    }
    Ok(Bytes::copy_from_slice(body.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival() -> Arrival {
        Arrival {
            route_key: "ANY /authorize/{step+}".into(),
            path_parameters: BTreeMap::from([("step".into(), "sign-in".into())]),
            request_id: "r1".into(),
            source_ip: [192, 0, 2, 1].into(),
            time: Duration::from_millis(1_583_348_638_390),
        }
    }

    fn request(content_type: &str, body: &'static [u8]) -> Request<Bytes> {
        Request::post("/authorize/sign-in?a=1&b=x%20y&a=2")
            .header("Host", "abc.execute-api.us-east-1.amazonaws.com")
            .header("User-Agent", "agent/1")
            .header("X-Twice", "one")
            .header("X-Twice", "two")
            .header("Cookie", "first=1; second=2")
            .header("Content-Type", content_type)
            .body(Bytes::from_static(body))
            .unwrap()
    }

    #[test]
    fn an_event_has_the_fields_of_payload_format_2() {
        let event = from_request(&request("text/plain", b"hello"), &arrival());
        assert_eq!(
            event,
            json!({
                "version": "2.0",
                "routeKey": "ANY /authorize/{step+}",
                "rawPath": "/authorize/sign-in",
                "rawQueryString": "a=1&b=x%20y&a=2",
                "cookies": ["first=1", "second=2"],
                "headers": {
                    "host": "abc.execute-api.us-east-1.amazonaws.com",
                    "user-agent": "agent/1",
                    "x-twice": "one,two",
                    "content-type": "text/plain",
                },
                "queryStringParameters": {"a": "1,2", "b": "x y"},
                "pathParameters": {"step": "sign-in"},
                "requestContext": {
                    "accountId": "000000000000",
                    "apiId": "local12345",
                    "domainName": "abc.execute-api.us-east-1.amazonaws.com",
                    "domainPrefix": "abc",
                    "http": {
                        "method": "POST",
                        "path": "/authorize/sign-in",
                        "protocol": "HTTP/1.1",
                        "sourceIp": "192.0.2.1",
                        "userAgent": "agent/1",
                    },
                    "requestId": "r1",
                    "routeKey": "ANY /authorize/{step+}",
                    "stage": "$default",
                    "time": "04/Mar/2020:19:03:58 +0000",
                    "timeEpoch": 1_583_348_638_390_u64,
                },
                "body": "hello",
                "isBase64Encoded": false,
            })
        );
    }

    #[test]
    fn a_form_and_whatever_is_not_text_comes_in_base64() {
        let rows: [(&str, &[u8], &str, bool); 5] = [
            ("application/x-www-form-urlencoded", b"a=b", "YT1i", true),
            ("application/octet-stream", b"a=b", "YT1i", true),
            ("application/json; charset=utf-8", b"{}", "{}", false),
            ("application/problem+json", b"{}", "{}", false),
            ("text/plain", b"\xff", "/w==", true),
        ];
        for (content_type, body, sent, in_base64) in rows {
            let event = from_request(&request(content_type, body), &arrival());
            assert_eq!(
                (&event["body"], &event["isBase64Encoded"]),
                (&json!(sent), &json!(in_base64)),
                "{content_type}"
            );
        }
    }

    #[test]
    fn what_is_not_there_is_left_out() {
        let bare = Request::get("/token").body(Bytes::new()).unwrap();
        let event = from_request(&bare, &Arrival { path_parameters: BTreeMap::new(), ..arrival() });
        for field in ["body", "cookies", "queryStringParameters", "pathParameters"] {
            assert!(event.get(field).is_none(), "{field}");
        }
        assert_eq!(event["rawQueryString"], "");
    }

    #[test]
    fn dates_are_right_at_the_edges_of_months_and_leap_years() {
        for (days, expected) in [
            (0, (1970, 0, 1)),
            (58, (1970, 1, 28)),
            (59, (1970, 2, 1)),
            (789, (1972, 1, 29)),
            (10_956, (1999, 11, 31)),
            (10_957, (2000, 0, 1)),
            (11_016, (2000, 1, 29)),
            (20_779, (2026, 10, 22)),
        ] {
            assert_eq!(date(days), expected, "{days}");
        }
    }

    #[test]
    fn an_answer_becomes_status_headers_cookies_and_body() {
        let answer = json!({
            "statusCode": 303,
            "headers": {"location": "https://a.example/"},
            "multiValueHeaders": {"x-lost": ["in the cloud too"]},
            "cookies": ["a=1; Secure", "b=2"],
            "body": "aGk=",
            "isBase64Encoded": true,
        });
        let response = to_response(answer.to_string().as_bytes()).unwrap();
        assert_eq!((response.status(), response.body().as_ref()), (StatusCode::SEE_OTHER, b"hi".as_ref()));
        assert_eq!(response.headers()["location"], "https://a.example/");
        let cookies: Vec<_> = response.headers().get_all(SET_COOKIE).iter().collect();
        assert_eq!(cookies, ["a=1; Secure", "b=2"]);
        assert_eq!(response.headers().len(), 3);
    }

    #[test]
    fn what_is_no_response_is_refused() {
        let bad = [
            json!("text"),
            json!({"body": "x"}),
            json!({"statusCode": 99}),
            json!({"statusCode": 200, "headers": {"a": "line\nbreak"}}),
            json!({"statusCode": 200, "cookies": ["line\nbreak"]}),
            json!({"statusCode": 200, "body": "?", "isBase64Encoded": true}),
        ];
        for answer in bad {
            assert!(to_response(answer.to_string().as_bytes()).is_err(), "{answer}");
        }
        assert!(to_response(b"{").is_err());
    }
}
