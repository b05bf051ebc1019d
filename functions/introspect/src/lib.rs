//! The /introspect endpoint.
