//! The token endpoint in general: requests, answers and errors.

mod errors;
mod malformed_requests;
mod refusals;
mod requests;
mod responses;
