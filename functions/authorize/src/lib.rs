//! The /authorize endpoint.
