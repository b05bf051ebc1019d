//! The issuer, which comes from the configuration and nowhere else.

mod behind_tls;
mod forwarded_headers;
