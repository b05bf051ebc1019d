//! The rule on the audience of a client's access tokens.

/// The number of APIs that one access token of a client may be for. The issuer does not count: it can be added to
/// any API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AudienceRule {
    /// One API: a client with several APIs names one with `resource` (RFC 9700 §2.3, RFC 9068 §5).
    #[default]
    One,
    /// All APIs that the request names or that the scope belongs to.
    All,
}

impl AudienceRule {
    /// The name of the rule: `one` or `all`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::All => "all",
        }
    }

    /// Finds the rule named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::One, Self::All].into_iter().find(|known| known.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_the_name_of_its_setting() {
        let rules = [AudienceRule::One, AudienceRule::All];
        assert_eq!(rules.map(AudienceRule::as_str), ["one", "all"]);
        assert_eq!(["one", "all", "two"].map(AudienceRule::parse), [Some(rules[0]), Some(rules[1]), None]);
    }
}
