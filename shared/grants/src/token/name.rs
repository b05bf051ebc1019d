//! Names of tokens in the log.

use std::fmt;

use crate::terms::ids::{Generation, GrantId};
use crate::terms::token_id::TokenId;

/// The name of a token in the log. An operator can find the grant by it, but it cannot be used as a token.
///
/// It contains only data that an API reads in a JWT anyway, or the key of the grant's item. A handle is made from
/// the secret behind that key, which no table and no log contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenName {
    /// The `jti` of a JWT, or of an opaque token that was exchanged.
    Signed(TokenId),
    /// The grant and the generation of a handle, written `GRANT.GENERATION`.
    Handle(GrantId, Generation),
}

impl TokenName {
    /// The grant that the token comes from, if it has one.
    pub const fn grant(self) -> Option<GrantId> {
        match self {
            Self::Signed(id) => id.lineage().root().grant(),
            Self::Handle(grant, _) => Some(grant),
        }
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed(id) => id.fmt(formatter),
            Self::Handle(grant, generation) => write!(formatter, "{grant}.{}", generation.number()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::ids::GrantSecret;

    #[test]
    fn c147_a_token_is_named_by_its_jti_or_by_its_grant_and_generation() {
        let secret = GrantSecret::from_bytes([7; 16]);
        let (grant, generation) = (secret.id(), Generation::from_number(3));
        let id = TokenId::Machine([1; 16]);
        assert_eq!(TokenName::Signed(id).to_string(), id.to_string());
        assert_eq!(TokenName::Handle(grant, generation).to_string(), format!("{grant}.3"));
    }
}
