//! Invalid and excessive events: deep, broken, giant JSON.

use super::case::{MEGABYTES_5, fill, joined, raw};
use super::judge::Case;
use super::judge::Expect::{Answered, AsGood, NoRequest, Refused};
use super::place::Place;

/// The nesting depth: more levels than a stack could hold at one frame each.
const LEVELS: usize = 100_000;

/// The text of a good event, with methods to change it.
struct Event(String);

impl Event {
    fn of(place: &Place) -> Self {
        Self(place.draft.event().to_string())
    }

    /// Adds one field to the event.
    fn and(&self, field: &str) -> String {
        format!("{},{field}}}", self.0.strip_suffix('}').unwrap())
    }

    /// Adds one unknown field to the event.
    fn odd(&self, json: &str) -> String {
        self.and(&format!("\"odd\":{json}"))
    }

    /// Adds one field to the context of the request.
    fn context(&self, field: &str) -> String {
        self.instead("requestContext", &format!("{{{field},"), '{')
    }

    /// Replaces the value of a field; the old value moves to a field of another name.
    fn with(&self, field: &str, json: &str) -> String {
        self.0.replacen(&format!("\"{field}\":"), &format!("\"{field}\":{json},\"was\":"), 1)
    }

    fn instead(&self, field: &str, json: &str, first: char) -> String {
        self.0.replacen(&format!("\"{field}\":{first}"), &format!("\"{field}\":{json}"), 1)
    }
}

fn nested(open: &str, close: &str, levels: usize) -> String {
    format!("{}0{}", open.repeat(levels), close.repeat(levels))
}

fn text(bytes: usize) -> String {
    format!("\"{}\"", fill(bytes))
}

pub(super) fn deep(place: &Place) -> Vec<Case> {
    let event = Event::of(place);
    let (arrays, objects) = (nested("[", "]", LEVELS), nested("{\"a\":", "}", LEVELS));
    let authorizer = |json: &str| event.context(&format!("\"authorizer\":{{\"lambda\":{{\"a\":{json}}}}}"));
    let mut cases = vec![
        raw("arrays", event.odd(&arrays), AsGood),
        raw("objects", event.odd(&objects), AsGood),
        raw("open arrays", event.odd(&"[".repeat(LEVELS)), NoRequest),
        raw("objects in the context", event.context(&format!("\"odd\":{objects}")), NoRequest),
        raw("some arrays in the context", event.context(&format!("\"odd\":{}", nested("[", "]", 5_000))), AsGood),
        raw("some arrays of an authorizer", authorizer(&nested("[", "]", 5_000)), NoRequest),
        raw("5 MB of open arrays", "[".repeat(MEGABYTES_5), NoRequest),
        raw("5 MB of open objects", "{\"a\":".repeat(MEGABYTES_5 / 5), NoRequest),
        raw(
            "a header of arrays",
            event.instead("headers", &format!("{{\"b\":{},", nested("[", "]", 5_000)), '{'),
            NoRequest,
        ),
    ];
    for field in ["headers", "cookies", "body", "rawPath", "rawQueryString", "isBase64Encoded"] {
        cases.push(raw(format!("arrays as {field}"), event.with(field, &arrays), NoRequest));
    }
    cases
}

pub(super) fn broken(place: &Place) -> Vec<Case> {
    let event = Event::of(place);
    let method = |json: &str| {
        event.0.replacen(&format!("\"method\":\"{}\"", place.draft.method), &format!("\"method\":{json}"), 1)
    };
    // The log shows its beginning, as for any other name.
    let name = format!("\"{}\"", "A".repeat(20_000));
    let mut cases = vec![
        raw("nothing", "", NoRequest),
        raw("null", "null", NoRequest),
        raw("bytes behind the event", [event.0.as_bytes(), b"\xff"].concat(), Answered),
        raw("a control character in a text", event.0.replace("hostile", "hos\u{1}tile"), NoRequest),
        raw("bytes that are no text", [b"{\"odd\":\"\xff\",", &event.0.as_bytes()[1..]].concat(), NoRequest),
        raw("a number too large", event.odd("-1e999999999"), AsGood),
        raw(
            "a number too large in the context",
            event.context(&format!("\"timeEpoch\":1e{}", "9".repeat(400))),
            AsGood,
        ),
        raw("an authorizer that is none", event.context("\"authorizer\":[]"), NoRequest),
        raw("a field twice", event.and("\"rawPath\":\"/\""), NoRequest),
        raw("half a surrogate in an unknown field", event.odd("\"\\ud800\""), Answered),
        raw("half a surrogate in the path", event.with("rawPath", "\"\\ud800\""), NoRequest),
        raw("half a surrogate in the body", event.with("body", "\"\\udc00\""), NoRequest),
        raw("a method of 20 KB", method(&name), Refused),
        raw("a method that is none", method(&format!("\" {}\"", fill(20_000))), NoRequest),
        raw("headers that are a list", event.with("headers", &format!("[{}]", text(50_000))), NoRequest),
        raw("cookies that are a text", event.with("cookies", &text(50_000)), NoRequest),
        raw("an address that is none", event.0.replace("198.51.100.7", &fill(20_000)), AsGood),
        raw("an id of 20 KB", event.0.replace("\"hostile\"", &name), AsGood),
    ];
    for part in [1, 2, 3] {
        cases.push(raw(format!("{part}/4 of an event"), event.0[..event.0.len() * part / 4].to_owned(), NoRequest));
    }
    cases
}

pub(super) fn giant(place: &Place) -> Vec<Case> {
    let event = Event::of(place);
    let numbered = |count: usize| joined(",", count * 12, |number| format!("\"{number}\":\"\""));
    let mut cases = vec![
        raw("a number of 5 MB", event.odd(&"9".repeat(MEGABYTES_5)), AsGood),
        raw("a text of 5 MB", text(MEGABYTES_5), NoRequest),
        raw("a field name of 5 MB", event.and(&format!("{}:0", text(MEGABYTES_5))), AsGood),
        raw("a flag of 5 MB", event.with("isBase64Encoded", &text(MEGABYTES_5)), NoRequest),
        raw("an unknown field 100,000 times", event.and(&vec!["\"odd\":0"; 100_000].join(",")), AsGood),
        raw("200,000 unknown fields", event.and(&numbered(200_000)), AsGood),
    ];
    for field in ["queryStringParameters", "pathParameters", "stageVariables"] {
        cases.push(raw(
            format!("200,000 {field}"),
            event.and(&format!("\"{field}\":{{{}}}", numbered(200_000))),
            AsGood,
        ));
    }
    for field in ["headers", "requestContext"] {
        cases.push(raw(
            format!("200,000 {field}"),
            event.with(field, &format!("{{{}}}", numbered(200_000))),
            NoRequest,
        ));
    }
    cases
}
