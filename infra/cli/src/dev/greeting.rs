//! The output of `jeton dev` when it is ready.

use std::io::Write;

use edge::Error;

use crate::dev::demo::{Demo, PASSWORD, USERNAME};

/// Prints what runs at `address` and what to try next.
pub(crate) fn print(address: &str, demo: &Demo, storage: &str) -> Result<(), Error> {
    let issuer = &demo.issuer;
    let other = demo.other_issuer().map(|other| format!("\n  issuer    for apps that use {other}: --issuer {other}"));
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "\
Jeton runs on {issuer}
  storage   {storage}
  address   {address}{other}

A service gets a token:
  {service}

A person signs in (user {USERNAME}, password {PASSWORD}); open in a browser:
  {authorize}
The page that follows shows the code; this redeems it:
  {redeem}

An API asks about a token:
  {introspect}

Everything else: {issuer}/    Stop with Ctrl-C.",
        other = other.unwrap_or_default(),
        service = demo.service_curl(),
        authorize = demo.authorize_url()?,
        redeem = demo.redeem_curl("CODE"),
        introspect = demo.introspect_curl(),
    )?;
    Ok(out.flush()?)
}
