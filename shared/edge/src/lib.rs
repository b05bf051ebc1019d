//! HTTP and Lambda: forms, cookies, headers, answers, configuration, clock, entropy, logging, start-up.
//!
//! Here lives every header, cookie, status line and content type, the one place that reads the clock, the one that
//! reads the environment and the one that draws random bytes. What never lives here: a rule, a table, a page.
//!
//! # Decisions
//! - The issuer is configuration and is never taken from a `Host` or `X-Forwarded-*` header (C040).
//! - Redirects are 303: a 307 would send a password on to the client (RFC 9700 §4.12).
//! - Keys are read again every five minutes, and at once when a token needs a key that is not in hand.
//! - A person's wrong passwords and a client's wrong secrets are counted in DynamoDB, before their answer is let out.
//! - Of an event only what makes a request is read, headers and cookies up to 64 KiB each: nothing that a caller writes
//!   can end the process, and nothing of what is refused is sent back.
//! - Wrong assertions are not counted: a signature cannot be guessed. They are logged as wrong secrets are.
//! - What a client serves at its `jwks_uri` is kept for five minutes at most, and asked for anew when it does not verify an
//!   assertion, but no more often than every ten seconds: nobody can make this server ask somebody else again and again.
//! - Tokens that let a client register itself or change its registration are not counted when they are wrong: they are
//!   handles, and one that was not made here costs no read. Registrations that need none are counted by source.
//! - A read of the keys that fails leaves the keys in hand in use.

mod assertions;
mod authentication;
mod client_keys;
mod client_secret;
mod counters;
mod denied;
mod http;
mod key_cache;
mod lambda;
mod log;
mod parts;
mod passwords;
mod registered_itself;
mod registrations;
mod setup;

pub use crate::http::bearer_failure::BearerFailure;
pub use crate::http::cookies::{
    DEVICE_COOKIE, SESSION_COOKIE, VISIT_COOKIE, forget_cookie, set_cookie, set_lasting_cookie,
};
pub use crate::http::cors::{cross_origin, preflight};
pub use crate::http::failure::Failure;
pub use crate::http::firewall::Entrance;
pub use crate::http::registration_failure::RegistrationFailure;
pub use crate::http::request::Incoming;
pub use crate::http::response::{
    Answer, form_post, html, json, jwt, method_not_allowed, no_content, not_found, problem, redirect,
};
pub use authentication::Authentication;
pub use client_secret::new_client_secret;
pub use key_cache::KeyCache;
pub use lambda::event::{MalformedEvent, answer_event, request_of};
pub use lambda::payload::Received;
pub use lambda::serve::{Error, Function, respond, serve, start};
pub use log::audit::{AuditEvent, Event};
pub use log::lines::{
    logout as tell_logout, metric as tell_metric, rotation as tell_rotation, to_stderr as log_to_stderr, trouble,
    warning,
};
pub use log::trace::Trace;
pub use parts::{Parts, Stores};
pub use passwords::{Attempted, Checked, Passwords, RightPassword};
pub use registered_itself::registered_itself;
pub use registrations::Registrations;
pub use setup::clock::{milliseconds, now};
pub use setup::config::{
    AUDIT_LIFETIME, Config, ConfigError, RotationConfig, Tables, WrappingKey, audit_lifetime, environment, reach,
    session_limits,
};
pub use setup::entropy::{random, random_name};
pub use setup::registration::{RegistrationConfig, RegistrationMode};
