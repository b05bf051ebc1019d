//! The `scope` parameter (RFC 6749 §3.3).

use std::collections::BTreeSet;
use std::fmt;

use crate::claims::claim::IdentityScope;

/// The most scope tokens that one request, client or API may name: the set must fit into a 64-bit mask.
pub const MAX_SCOPE_TOKENS: usize = 64;

const MAX_TOKEN_BYTES: usize = 128;

/// A set of case-sensitive scope tokens, in alphabetical order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope(BTreeSet<String>);

/// The error for a scope with an illegal character (RFC 6749 §3.3) or with too many tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scope is at most 64 space-separated words of at most 128 characters, without quotes and backslashes")]
pub struct MalformedScope;

impl Scope {
    /// Reads a space-separated list and ignores duplicate tokens.
    ///
    /// # Errors
    /// [`MalformedScope`] for a character outside `%x21 / %x23-5B / %x5D-7E`, or when tokens are too many or too
    /// long.
    pub fn parse(text: &str) -> Result<Self, MalformedScope> {
        let mut tokens = BTreeSet::new();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            let legal = token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
            if !legal || token.len() > MAX_TOKEN_BYTES {
                return Err(MalformedScope);
            }
            tokens.insert(token.to_owned());
        }
        if tokens.len() > MAX_SCOPE_TOKENS { Err(MalformedScope) } else { Ok(Self(tokens)) }
    }

    /// Creates a scope from tokens that are known to be valid.
    pub fn of<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        Self(tokens.into_iter().map(str::to_owned).collect())
    }

    /// Returns whether the scope has no token.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether the scope contains `token`.
    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    /// The tokens, in alphabetical order.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Returns whether `other` contains every token of this scope.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Returns the tokens that are in both scopes.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }

    /// Returns the tokens that are in either scope.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// Returns whether the scope contains this scope of the issuer.
    pub fn has(&self, scope: IdentityScope) -> bool {
        self.contains(scope.as_str())
    }

    /// Returns the scope without this scope of the issuer.
    #[must_use]
    pub fn without(&self, scope: IdentityScope) -> Self {
        Self(self.0.iter().filter(|token| *token != scope.as_str()).cloned().collect())
    }

    /// Returns whether the scope requests a person's identity, that is, contains any scope of the issuer.
    pub fn has_identity(&self) -> bool {
        self.tokens().any(|token| IdentityScope::parse(token).is_some())
    }

    /// Returns the scope without any scope of the issuer.
    #[must_use]
    pub fn without_identity(&self) -> Self {
        Self(self.0.iter().filter(|token| IdentityScope::parse(token).is_none()).cloned().collect())
    }

    /// Returns a mask of the tokens of `whole` that are in this scope: bit *i* stands for the *i*-th token of
    /// `whole`.
    pub fn mask_in(&self, whole: &Self) -> u64 {
        whole.tokens().take(64).enumerate().fold(
            0,
            |mask, (place, token)| {
                if self.contains(token) { mask | (1 << place) } else { mask }
            },
        )
    }

    /// Returns the tokens selected by `mask`, the inverse of [`Scope::mask_in`].
    #[must_use]
    pub fn masked(&self, mask: u64) -> Self {
        let chosen = self.tokens().take(64).enumerate().filter(|(place, _)| mask & (1 << place) != 0);
        Self(chosen.map(|(_, token)| token.to_owned()).collect())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, token) in self.tokens().enumerate() {
            if place > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(token)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_a_set() {
        assert_eq!(Scope::parse("write read  read").unwrap().to_string(), "read write");
        assert!(Scope::parse("").unwrap().is_empty());
    }

    #[test]
    fn quotes_backslashes_and_controls_are_refused() {
        for bad in ["a\"b", "a\\b", "a\tb", "é", "a\u{7f}"] {
            assert_eq!(Scope::parse(bad), Err(MalformedScope), "{bad:?}");
        }
        let many = (0..=MAX_SCOPE_TOKENS).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(Scope::parse(&many), Err(MalformedScope));
    }

    proptest::proptest! {
        #[test]
        fn a_mask_names_the_same_tokens_again(whole in "([a-z]{1,3} ){0,64}", part in "([a-z]{1,3} ){0,20}") {
            let whole = Scope::parse(&whole).unwrap();
            let part = Scope::parse(&part).unwrap();
            proptest::prop_assert_eq!(whole.masked(part.mask_in(&whole)), part.and(&whole));
        }
    }
}
