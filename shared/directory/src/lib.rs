//! Questions to the operator's function that checks passwords in an older directory.
//!
//! This crate sends a username and a password, and reads whether the directory verified them and what it knows about
//! the person. It does not decide who is asked for (`sessions`), or what happens next (`service`).
//!
//! # Decisions
//! - The function is invoked over the HTTP client that the store uses, signed with Signature Version 4. The SDK of
//!   Lambda would bring hundreds of operations for this one.
//! - A question has one attempt and a time limit. A directory may count wrong passwords, so nothing is sent twice.
//! - Whatever is not a complete answer is an error. Only `"verified": true` verifies.
//! - Errors contain nothing that was sent or received.

mod answer;
mod function;
mod question;

pub use answer::Answer;
pub use function::{DirectoryFunction, MalformedFunction};
pub use question::{Directory, DirectoryError};
