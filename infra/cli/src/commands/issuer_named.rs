//! Issuers as commands name them.

use edge::Error;
use grants::{Issuer, IssuerName};
use protocol::IssuerUrl;

use crate::stack::Stack;

/// Finds an issuer by its name, past the cache.
pub(crate) async fn find(stack: &Stack, name: &str) -> Result<Issuer, Error> {
    let found = stack.registry.issuer_named(&issuer_name(name)?).await?;
    Ok(found.ok_or_else(|| unknown(name))?)
}

pub(crate) fn issuer_url(text: &str) -> Result<IssuerUrl, Error> {
    IssuerUrl::parse(text).map_err(|error| format!("the issuer {text:?} cannot be used: {error}").into())
}

pub(crate) fn issuer_name(text: &str) -> Result<IssuerName, Error> {
    let rule = "1 to 64 letters in lower case, digits, - and _, the first of them a letter";
    IssuerName::parse(text).map_err(|_| format!("the name of an issuer {text:?} cannot be used: {rule}").into())
}

pub(crate) fn unknown(name: &str) -> String {
    format!("there is no issuer {name}: see `jeton issuer list`")
}
