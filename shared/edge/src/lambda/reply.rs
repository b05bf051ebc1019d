//! Responses in the format of API Gateway's HTTP API, payload format 2.0.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{self, GetAll};
use http::{HeaderMap, HeaderValue};
use lambda_http::Body;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::http::response::Response;

/// A response as the gateway reads it: a JSON document, in which cookies have a member of their own.
#[derive(Debug)]
pub struct Reply(pub Response);

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let headers = self.0.headers();
        let cookies: Vec<&str> = headers.get_all(header::SET_COOKIE).iter().filter_map(as_text).collect();
        let mut reply = serializer.serialize_struct("Reply", 5)?;
        reply.serialize_field("statusCode", &self.0.status().as_u16())?;
        reply.serialize_field("headers", &Headers(headers))?;
        match self.0.body() {
            Body::Text(text) => reply.serialize_field("body", text)?,
            Body::Binary(bytes) => reply.serialize_field("body", &STANDARD.encode(bytes))?,
            Body::Empty | _ => reply.skip_field("body")?,
        }
        reply.serialize_field("isBase64Encoded", &matches!(self.0.body(), Body::Binary(_)))?;
        reply.serialize_field("cookies", &cookies)?;
        reply.end()
    }
}

/// The headers without cookies. Values of the same name are joined, because the format has one value for each.
struct Headers<'a>(&'a HeaderMap);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.0.keys().filter(|name| **name != header::SET_COOKIE);
        let headers = names.map(|name| (name.as_str(), Values(self.0.get_all(name))));
        // A value that is not ASCII cannot be written: better no header than an empty one.
        serializer.collect_map(headers.filter(|(_, values)| values.texts().next().is_some()))
    }
}

/// The values of one header.
struct Values<'a>(GetAll<'a, HeaderValue>);

impl Values<'_> {
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(as_text)
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut values = self.texts();
        match (values.next(), values.next()) {
            (Some(only), None) => serializer.serialize_str(only),
            (first, second) => {
                let all: Vec<&str> = first.into_iter().chain(second).chain(values).collect();
                serializer.serialize_str(&all.join(", "))
            }
        }
    }
}

/// Returns the text of a value. All values of this server are ASCII.
fn as_text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn replied(response: Response) -> Value {
        serde_json::to_value(Reply(response)).unwrap()
    }

    #[test]
    fn a_response_has_its_cookies_apart_and_one_value_for_each_header() {
        let mut response = Response::new(Body::Text("{}".to_owned()));
        *response.status_mut() = http::StatusCode::CREATED;
        for (name, value) in [("set-cookie", "a=1"), ("vary", "origin"), ("set-cookie", "b=2"), ("vary", "accept")] {
            response.headers_mut().append(name, HeaderValue::from_static(value));
        }
        let expected = json!({
            "statusCode": 201, "headers": {"vary": "origin, accept"}, "body": "{}", "isBase64Encoded": false,
            "cookies": ["a=1", "b=2"],
        });
        assert_eq!(replied(response), expected);
    }

    #[test]
    fn a_header_without_a_readable_value_is_left_out() {
        let mut response = Response::new(Body::Empty);
        response.headers_mut().insert(header::LOCATION, HeaderValue::from_bytes(b"\xe9").unwrap());
        assert_eq!(replied(response)["headers"], json!({}));
    }

    #[test]
    fn bytes_are_encoded_and_no_body_is_left_out() {
        let binary = replied(Response::new(Body::Binary(vec![0xff])));
        assert_eq!((&binary["body"], &binary["isBase64Encoded"]), (&json!("/w=="), &json!(true)));
        let empty = replied(Response::new(Body::Empty));
        assert_eq!((empty.get("body"), &empty["isBase64Encoded"]), (None, &json!(false)));
    }
}
