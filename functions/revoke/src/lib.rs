//! The /revoke endpoint.
