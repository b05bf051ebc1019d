//! The /token endpoint.
