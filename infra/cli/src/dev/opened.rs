//! The APIs that are open to clients which register themselves: each is created if it does not exist, so that one
//! command is enough to try an agent with an API that is being developed.

use edge::Error;
use grants::{NewApi, SigningAlgorithm, TokenFormat};
use protocol::{Resource, Scope};

use crate::stack::Stack;

/// Creates the APIs that are missing: `named` holds an identifier each, and then its scopes.
pub(crate) async fn create(stack: &Stack, named: &[String]) -> Result<(), Error> {
    for text in named {
        stack.registry.create_api(&read(text)?.register()?, None).await?;
    }
    Ok(())
}

fn read(text: &str) -> Result<NewApi, Error> {
    let (identifier, scope) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    let fault = |error: &dyn std::fmt::Display| format!("--registration-api {text:?} cannot be used: {error}");
    Ok(NewApi {
        identifier: Resource::parse(identifier).map_err(|error| fault(&error))?,
        scope: Scope::parse(scope).map_err(|error| fault(&error))?,
        algorithm: SigningAlgorithm::Rs256,
        format: TokenFormat::Jwt,
        lifetime: 900,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_named_with_its_scopes_or_without() {
        for (text, identifier, scope) in [
            ("http://localhost:3000/mcp", "http://localhost:3000/mcp", ""),
            (" https://a.example  write read ", "https://a.example", "read write"),
        ] {
            let api = read(text).unwrap();
            assert_eq!((api.identifier.as_str(), api.scope.as_str()), (identifier, scope));
        }
        for bad in ["", "orders", "orders read", "https://a.example a\"b"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
