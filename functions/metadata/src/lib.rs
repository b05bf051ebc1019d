//! The /metadata endpoint.
