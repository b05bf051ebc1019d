//! The steps that the commands about clients share: reading their words, and finding a client.

use edge::Error;
use grants::{Client, PkceRule};
use protocol::{AssertionTarget, ClientId};

use crate::stack::Stack;

/// Finds a client that is registered, and whose registration is not over.
pub(crate) async fn find(stack: &Stack, id: &str) -> Result<Client, Error> {
    let found = stack.registry.client(&client_id(id)?, edge::now()).await?;
    Ok(Client::clone(&*found.ok_or_else(|| unknown(id))?))
}

/// Finds a client past the cache, also one whose registration is over.
pub(crate) async fn find_now(stack: &Stack, id: &str) -> Result<Client, Error> {
    let found = stack.registry.client_now(&client_id(id)?).await?;
    Ok(found.ok_or_else(|| unknown(id))?)
}

/// Reads the id of a client.
pub(crate) fn client_id(text: &str) -> Result<ClientId, Error> {
    let rule = "1 to 256 visible ASCII characters, not starting with usr_";
    ClientId::parse(text).map_err(|_| format!("the client id {text:?} cannot be used: {rule}").into())
}

/// Reads an authorization server for which a client gets identity assertions.
pub(crate) fn id_jag(text: &str) -> Result<AssertionTarget, Error> {
    AssertionTarget::parse(text).map_err(|error| format!("--id-jag {text:?} cannot be used: {error}").into())
}

/// Reads the rule on PKCE.
pub(crate) fn pkce(text: &str) -> Result<PkceRule, Error> {
    Ok(PkceRule::parse(text).ok_or("--pkce is not known")?)
}

/// Tells that there is no such client.
pub(crate) fn unknown(id: &str) -> String {
    format!("there is no client {id}: see `jeton client list`")
}
