//! HTTP and Lambda: forms, cookies, headers, responses, configuration, clock, entropy, logging, start-up.
//!
//! This crate has every header, cookie, status line and content type, and the only places that read the clock,
//! read the environment and draw random bytes. It has no rules, tables or pages.
//!
//! # Decisions
//! - The issuer is configuration and is never taken from a `Host` or `X-Forwarded-*` header (C040).
//! - `HEAD` is answered as `GET`, without the body. It becomes `GET` before a function sees it, so that no function can
//!   take it for a third method beside the two that it tells apart.
//! - Redirects are 303: a 307 would send a password on to the client (RFC 9700 §4.12).
//! - Only the parts of an event that form a request are parsed, headers and cookies up to 64 KiB each: no caller
//!   can end the process, and nothing of a refused event is sent back.

mod http;
mod lambda;
mod log;
mod setup;

pub use crate::http::cookies::{Cookie, CookieRule};
pub use crate::http::endpoint::Endpoint;
pub use crate::http::failure::Failure;
pub use crate::http::firewall::FirewallGuard;
pub use crate::http::language::{follow_locales, localized, localized_once, ui_locales};
pub use crate::http::request::Incoming;
pub use crate::http::response::{
    INTROSPECTION_JWT, Response, form_post, html, html_with_form, html_with_form_and_picture, html_with_passkey,
    introspection_jwt, json, jwt, no_content, redirect, with_dpop_nonce,
};
pub use lambda::event::{answer_event, request_of};
pub use lambda::payload::{MalformedEvent, Received};
pub use lambda::reply::Reply;
pub use lambda::serve::{Awaited, Error, Function, Served, respond, serve, start};
pub use log::audit::{AuditEntry, AuditEvent, LoggedExchange};
pub use log::levels::MalformedLevels;
pub use log::lines::{
    logout as log_logout, mail as log_mail, metric as log_metric, rotation as log_rotation, to_stderr as log_to_stderr,
    trouble, warning,
};
pub use log::request_log::RequestLog;
pub use setup::audit_lifetime::{AUDIT_LIFETIME, audit_lifetime};
pub use setup::brand::{BrandDocument, ColourTables, Texts, UnfitBrand};
pub use setup::client_id_documents::{DocumentConfig, DocumentMode};
pub use setup::clock::{milliseconds, now};
pub use setup::config::{Config, RotationConfig, Tables, environment, reach};
pub use setup::config_error::ConfigError;
pub use setup::directory::DirectoryConfig;
pub use setup::dpop_nonce::DpopNonce;
pub use setup::entropy::{random, random_name};
pub use setup::lists::{list_of_identifiers, words_of};
pub use setup::own_data::OwnData;
pub use setup::people_policy::people_policy;
pub use setup::registration::{RegistrationConfig, RegistrationMode};
pub use setup::sign_up::{SignUpConfig, SignUpMode};
pub use setup::wrapping_key::WrappingKey;
