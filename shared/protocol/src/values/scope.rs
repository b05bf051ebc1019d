//! The `scope` parameter (RFC 6749 §3.3).

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use crate::claims::claim::IdentityScope;

/// The most scope tokens that one request, client or API may name: the set must fit into a 64-bit mask.
pub const MAX_SCOPE_TOKENS: usize = 64;

const MAX_TOKEN_BYTES: usize = 128;

/// A set of case-sensitive scope tokens, in alphabetical order.
///
/// It is one shared text, because most requests handle several scopes that are equal or contain each other: these
/// are copied without an allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope(Arc<str>);

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
            tokens.insert(token);
        }
        if tokens.len() > MAX_SCOPE_TOKENS { Err(MalformedScope) } else { Ok(Self::of_sorted(tokens)) }
    }

    /// Creates a scope from tokens that are known to be valid.
    pub fn of<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        Self::of_sorted(tokens.into_iter().collect::<BTreeSet<&str>>())
    }

    /// Joins tokens that are in alphabetical order and occur once.
    fn of_sorted<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = String::new();
        for token in tokens {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(token);
        }
        Self(text.into())
    }

    /// Returns whether the scope has no token.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether the scope contains `token`.
    pub fn contains(&self, token: &str) -> bool {
        self.tokens().any(|known| known == token)
    }

    /// The tokens, in alphabetical order.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|token| !token.is_empty())
    }

    /// Returns the tokens in the order in which `text` names them, followed by the others.
    pub fn tokens_as_in<'s>(&'s self, text: &str) -> Vec<&'s str> {
        let place = |token: &str| text.split(' ').position(|named| named == token).unwrap_or(usize::MAX);
        let mut tokens: Vec<&str> = self.tokens().collect();
        tokens.sort_by_key(|token| place(token));
        tokens
    }

    /// The tokens, in alphabetical order, with a space between each two (RFC 6749 §3.3).
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether `other` contains every token of this scope.
    pub fn is_within(&self, other: &Self) -> bool {
        let mut others = other.tokens();
        // Both are in alphabetical order.
        self.tokens().all(|token| others.by_ref().any(|other| other == token))
    }

    /// Returns the tokens that are in both scopes.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.only(|token| other.contains(token))
    }

    /// Returns the tokens that are in either scope.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        match (other.is_within(self), self.is_within(other)) {
            (true, _) => self.clone(),
            (false, true) => other.clone(),
            (false, false) => Self::of(self.tokens().chain(other.tokens())),
        }
    }

    /// Returns whether the scope contains this scope of the issuer.
    pub fn has(&self, scope: IdentityScope) -> bool {
        self.contains(scope.as_str())
    }

    /// Returns the scope without this scope of the issuer.
    #[must_use]
    pub fn without(&self, scope: IdentityScope) -> Self {
        self.only(|token| token != scope.as_str())
    }

    /// Returns whether the scope requests a person's identity, that is, contains any scope of the issuer.
    pub fn has_identity(&self) -> bool {
        self.tokens().any(|token| IdentityScope::parse(token).is_some())
    }

    /// Returns the scope without any scope of the issuer.
    #[must_use]
    pub fn without_identity(&self) -> Self {
        self.only(|token| IdentityScope::parse(token).is_none())
    }

    /// Returns the tokens that `keep` selects.
    fn only(&self, keep: impl Fn(&str) -> bool) -> Self {
        if self.tokens().all(&keep) {
            return self.clone();
        }
        Self::of_sorted(self.tokens().filter(|token| keep(token)))
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
        Self::of_sorted(chosen.map(|(_, token)| token))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
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
    fn tokens_can_be_put_in_the_order_in_which_they_were_asked_for() {
        let scope = Scope::parse("a b c d").unwrap();
        assert_eq!(scope.tokens_as_in("c  x a c"), ["c", "a", "b", "d"]);
        assert_eq!(scope.tokens_as_in(""), ["a", "b", "c", "d"]);
    }

    #[test]
    fn quotes_backslashes_and_controls_are_refused() {
        for bad in ["a\"b", "a\\b", "a\tb", "é", "a\u{7f}"] {
            assert_eq!(Scope::parse(bad), Err(MalformedScope), "{bad:?}");
        }
        let many = (0..=MAX_SCOPE_TOKENS).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(Scope::parse(&many), Err(MalformedScope));
        let most = (1..=MAX_SCOPE_TOKENS).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        assert!(Scope::parse(&most).is_ok());
        let [longest, longer] = [128, 129].map(|length| Scope::parse(&"a".repeat(length)));
        assert!(longest.is_ok() && longer == Err(MalformedScope));
    }

    proptest::proptest! {
        #[test]
        fn a_mask_names_the_same_tokens_again(whole in "([a-z]{1,3} ){0,64}", part in "([a-z]{1,3} ){0,20}") {
            let whole = Scope::parse(&whole).unwrap();
            let part = Scope::parse(&part).unwrap();
            proptest::prop_assert_eq!(whole.masked(part.mask_in(&whole)), part.and(&whole));
        }

        #[test]
        fn a_scope_behaves_as_the_set_of_its_tokens(one in "([a-c]{1,2} ){0,6}", two in "([a-c]{1,2} ){0,6}") {
            let [one, two] = [one, two].map(|text| Scope::parse(&text).unwrap());
            let set = |scope: &Scope| scope.tokens().map(str::to_owned).collect::<BTreeSet<String>>();
            let [first, second] = [&one, &two].map(set);
            proptest::prop_assert!(one.tokens().is_sorted_by(|before, after| before < after));
            proptest::prop_assert_eq!(set(&one.and(&two)), &first & &second);
            proptest::prop_assert_eq!(set(&one.or(&two)), &first | &second);
            proptest::prop_assert_eq!(one.or(&two), two.or(&one));
            proptest::prop_assert_eq!(one.is_within(&two), first.is_subset(&second));
            proptest::prop_assert_eq!(one == two, first == second);
        }
    }
}
