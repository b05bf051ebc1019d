//! The device authorization grant (RFC 8628).

mod answers;
mod codes;
mod polls;
mod times;
