//! Starts the stack for tests and speaks HTTP to it.
//!
//! [`Stack`] runs `jeton dev` as a separate process, [`Cli`] runs the operator's commands against it, [`Http`] and
//! [`Browser`] represent a machine and a person, [`TlsFront`] terminates TLS in front of a server, and
//! [`CountingProxy`] counts on the wire the calls that Jeton makes to its store. Nothing here knows a protocol rule:
//! the tests say what an answer should be.
//!
//! # Decisions
//! - Jeton is a black box: its binary is run and none of its crates is used, so a test cannot repeat a mistake of the
//!   code.
//! - If the harness cannot do its work, it panics with all the information it has, so that tests contain claims and
//!   no plumbing.
//! - A stack lives in a supervised process that ends with the test process, however that ends. So a stack may be
//!   `static` and shared by all tests of a process, although statics are never dropped.
//! - Ports are taken from below the range that the kernel uses for outgoing connections.
#![expect(clippy::expect_used, clippy::panic, reason = "a harness that cannot do its work stops the test")]
#![expect(clippy::missing_panics_doc, reason = "everything here panics when it cannot do its work")]

mod background;
mod browser;
mod call;
mod chance;
mod cli;
mod client_key;
mod embedded;
mod env_file;
mod faults;
mod html;
mod http_client;
mod process;
mod proof;
mod proxy;
mod stack;
mod tls;
mod traffic;

pub use browser::{Browser, Callback, Landing, authorization_url};
pub use call::Call;
pub use chance::Tally;
pub use cli::{Cli, RegisteredClient, RegisteredUser};
pub use client_key::ClientKey;
pub use embedded::{EmbeddedDynamo, dynamo_call, dynamo_call_by};
pub use env_file::EnvFile;
pub use faults::{Fault, Span};
pub use html::{Form, forms, unescape};
pub use http_client::{Ask, Http, Reply};
pub use process::{Finished, free_port, jeton, run_bounded};
pub use proof::{Jwt, Pkce};
pub use proxy::CountingProxy;
pub use stack::{Stack, StackBuilder, amazon_dynamo};
pub use tls::TlsFront;
pub use traffic::Traffic;
