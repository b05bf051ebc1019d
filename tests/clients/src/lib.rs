//! Tests with third-party clients.
//!
//! The crates `oauth2` and `openidconnect` are tested here. `node/` and `python/` do the same for npm's
//! openid-client with oauth4webapi, for `PyPI`'s Authlib, and for Apache with `mod_auth_openidc` as a gateway behind
//! TLS; `with-stack` starts a stack for them, and `tests/run` runs them all.

#[cfg(test)]
mod device_flow;
#[cfg(test)]
mod oauth2_crate;
#[cfg(test)]
mod openidconnect_crate;
#[cfg(test)]
mod site;
