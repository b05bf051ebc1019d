//! Clients that nobody here wrote.
//!
//! The crate `oauth2` is read here. `node/` and `python/` hold the same for npm's openid-client with oauth4webapi and for
//! `PyPI`'s Authlib; `with-stack` starts a stack for them, and `tests/run` runs all three.

#[cfg(test)]
mod oauth2_crate;
