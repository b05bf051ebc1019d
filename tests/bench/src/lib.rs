//! Speed, size and work of the function binaries: measured, recorded, and held to limits.
//!
//! From the outside in:
//! - [`limits`] is the regression gate of `tests/run`: repeatable counts may not grow;
//! - [`place`] is the stack to measure on, and [`flow`] lists the requests to the functions;
//! - [`speed`] measures starts and invocations, [`signature`] signatures alone, [`storage`] the traffic to and from
//!   the store, [`valgrind`] instructions and memory, [`binary`] and [`crates`] the linked code; [`measure`] does all
//!   of that, [`growth`] part of it with growing tables, [`tls`] starts with the store behind TLS, [`beside`] starts and
//!   invocations of two versions, and [`imports`] the command that imports clients and people;
//! - [`proof`] counts what checking a `DPoP` proof costs beside its signature;
//! - [`report`] writes the report from the [`results`] and the measurements of [`peers`]; [`cost`] converts them to
//!   dollars.
//!
//! # Decisions
//! - The deployed binary is measured from outside, as Lambda runs it: one process, one request at a time, each event
//!   delivered by a Runtime API on loopback. The overhead of that and of `lambda_http` is measured with a function
//!   that does nothing, and reported separately so that it can be subtracted.
//! - An answer is checked before its time counts, because a refusal is fast.
//! - Times are reported but never judged. Only counts are judged.
//! - Instructions are judged outside of AWS-LC only: inside, they depend on the processor and on random numbers.

pub mod beside;
pub mod binary;
mod callgrind;
pub mod charts;
pub mod cost;
pub mod crates;
pub mod flow;
#[cfg(test)]
mod gate;
pub mod growth;
pub mod imports;
pub mod limits;
pub mod measure;
mod pages;
pub mod peers;
pub mod place;
pub mod proof;
pub mod report;
pub mod results;
pub mod signature;
pub mod speed;
pub mod storage;
pub mod svg;
mod table;
mod tables;
mod tables_of_peers;
pub mod times;
pub mod tls;
pub mod valgrind;

/// Any error, with a message for a human reader.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
