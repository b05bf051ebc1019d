//! The flow explorer at `/explorer`: every grant at work, step by step, on this very server.
//!
//! It exists in `jeton dev` only. The flows are data ([`flows`]); the pages are rendered from them and read without
//! scripts; the script sends what the pages show and writes down what the server answers.

pub(crate) mod clients;
mod facts;
mod flows;
pub(crate) mod legacy;
mod model;
pub(crate) mod platform;
mod policy;
#[cfg(test)]
mod tests;
mod view;
mod wire;

use edge::{Error, Response, json};
use http::{Method, StatusCode, header};
use lambda_http::Request;
use protocol::Parameters;
use serde_json::json;

use crate::dev::demo::Demo;
use crate::dev::explorer::facts::Facts;

/// The explorer's pages, rendered for each request.
pub(crate) struct Explorer {
    facts: Facts,
}

impl Explorer {
    pub(crate) fn new(demo: &Demo, base: &str) -> Self {
        Self { facts: Facts::new(demo, base) }
    }

    /// Answers a request for a page of the explorer; `None` if there is no such page.
    pub(crate) fn answer(&self, path: &str, request: &Request) -> Option<Result<Response, Error>> {
        let page = path.strip_prefix("/explorer")?;
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        Some(match page {
            "" | "/" => policy::page(&view::Index::new(&self.facts)),
            "/callback" => policy::page(&view::Callback::new(&self.facts, &query(request))),
            "/seen" => Ok(json(StatusCode::OK, &json!({ "referer": referer(request) }))),
            "/qr" => {
                let query = query(request);
                policy::picture(&view::qr::DeviceQr::of(query.one("user_code").ok()??, &self.facts)?)
            }
            _ => {
                let flow = page.strip_prefix('/').and_then(flows::find)?;
                policy::page(&view::FlowPage::new(flow, &self.facts))
            }
        })
    }
}

fn query(request: &Request) -> Parameters {
    Parameters::parse(request.uri().query().unwrap_or_default().as_bytes()).unwrap_or_default()
}

/// Returns the address of the page that a request came from, as the browser sent it.
fn referer(request: &Request) -> Option<&str> {
    request.headers().get(header::REFERER).and_then(|value| value.to_str().ok())
}
