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

mod answer;
mod assertions;
mod audit;
mod authentication;
mod bearer;
mod client_keys;
mod client_secret;
mod clock;
mod config;
mod cors;
mod counters;
mod denied;
mod entrance;
mod entropy;
mod event;
mod failure;
mod incoming;
mod key_cache;
mod log;
mod parts;
mod passwords;
mod received;
mod registered_itself;
mod registration_config;
mod registration_failure;
mod registrations;
mod serve;

pub use answer::{
    Answer, Event, Trace, form_post, html, json, jwt, method_not_allowed, no_content, not_found, problem, redirect,
};
pub use audit::AuditEvent;
pub use authentication::Authentication;
pub use bearer::BearerFailure;
pub use client_secret::new_client_secret;
pub use clock::{milliseconds, now};
pub use config::{
    AUDIT_LIFETIME, Config, ConfigError, RotationConfig, Tables, WrappingKey, audit_lifetime, environment, reach,
    session_limits,
};
pub use cors::{cross_origin, preflight};
pub use entrance::Entrance;
pub use entropy::{random, random_name};
pub use event::{MalformedEvent, answer_event, request_of};
pub use failure::Failure;
pub use incoming::{
    DEVICE_COOKIE, Incoming, SESSION_COOKIE, VISIT_COOKIE, forget_cookie, set_cookie, set_lasting_cookie,
};
pub use key_cache::KeyCache;
pub use log::{
    logout as tell_logout, metric as tell_metric, rotation as tell_rotation, to_stderr as log_to_stderr, trouble,
    warning,
};
pub use parts::{Parts, Stores};
pub use passwords::{Attempted, Checked, Passwords, RightPassword};
pub use received::Received;
pub use registered_itself::registered_itself;
pub use registration_config::{RegistrationConfig, RegistrationMode};
pub use registration_failure::RegistrationFailure;
pub use registrations::Registrations;
pub use serve::{Function, respond, serve, start};

/// What a `main` may end with.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
