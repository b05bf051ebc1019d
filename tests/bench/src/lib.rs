//! Speed, size and work of the function binaries: measured, written down, and held to limits.
//!
//! From the outside in:
//! - [`limits`] is the gate of `tests/run`: what repeats exactly may not grow;
//! - [`place`] is the stack that is measured on, [`flow`] what is asked of the functions;
//! - [`speed`] measures starts and invocations, [`signature`] the signatures by themselves, [`storage`] what goes to the
//!   store and comes back, [`valgrind`] instructions and memory, [`binary`] and [`crates`] what is linked; [`measure`] does
//!   all of that, [`growth`] part of it with ever larger tables, and [`tls`] starts with the store behind TLS;
//! - [`report`] writes down what [`results`] hold and what [`peers`] were found to take; [`cost`] makes dollars of it.
//!
//! # Decisions
//! - What is measured is the binary that is deployed, from outside, as Lambda runs it: one process, one request at a time,
//!   the event handed over by a Runtime API on loopback. What that and `lambda_http` take is measured with a function
//!   that does nothing and reported beside the rest, so that it can be subtracted.
//! - An answer is looked at before its time counts: a refusal is fast.
//! - Time is reported and never judged. What is judged is counted.
//! - Instructions are judged outside of AWS-LC: inside they depend on the processor and on random numbers.

pub mod binary;
mod callgrind;
pub mod cost;
pub mod crates;
pub mod flow;
#[cfg(test)]
mod gate;
pub mod growth;
pub mod limits;
pub mod measure;
pub mod peers;
pub mod place;
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

/// Whatever went wrong, as a person is told.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
