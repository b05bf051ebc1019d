//! Scopes, as commands give them.

use edge::Error;
use protocol::Scope;

/// Reads a scope that was typed. A comma is legal in a scope token, but it is most likely meant to separate two.
pub(crate) fn parse(text: &str) -> Result<Scope, Error> {
    if text.contains(',') {
        let spaced = text.replace(',', " ");
        let right = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
        return Err(format!("the scope {text:?} cannot be used: separate scopes with spaces, as in {right:?}").into());
    }
    Scope::parse(text).map_err(|error| format!("the scope {text:?} cannot be used: {error}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c244_scopes_are_separated_by_spaces() {
        assert!(parse("read write").is_ok_and(|scope| scope.as_str() == "read write"));
        for text in ["read,write", "read, write", ","] {
            assert!(parse(text).is_err_and(|error| error.to_string().contains("spaces")), "{text}");
        }
        assert!(parse("read, write").is_err_and(|error| error.to_string().contains("\"read write\"")));
        assert!(parse("a\"b").is_err());
    }
}
