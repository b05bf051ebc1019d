//! The names of the claims about a person that an API wants in its access tokens (RFC 9068 §2.2.3).

use std::collections::BTreeSet;
use std::fmt;

use crate::claims::claim::Claim;
use crate::claims::custom_claim::CustomClaim;
use crate::claims::malformed_claim::MalformedClaim;

/// The most names: no person has more claims that could stand in an access token.
const MAX_NAMES: usize = 64;

/// Names of claims that may stand in access tokens: `roles`, `groups`, and those that the operator chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimNames {
    pub(crate) known: BTreeSet<Claim>,
    pub(crate) custom: BTreeSet<CustomClaim>,
}

impl ClaimNames {
    /// Reads names that are separated by spaces.
    ///
    /// # Errors
    /// [`MalformedClaim`] for the first name that cannot stand in an access token.
    pub fn parse(text: &str) -> Result<Self, MalformedClaim> {
        let mut names = Self::default();
        for name in text.split_ascii_whitespace() {
            let _new = match Claim::parse(name) {
                Some(claim) if claim.fits_access_tokens() => names.known.insert(claim),
                Some(_) => return Err(MalformedClaim::OfPerson(name.to_owned())),
                None => names.custom.insert(CustomClaim::parse(name)?),
            };
        }
        let count = names.known.len().saturating_add(names.custom.len());
        if count > MAX_NAMES { Err(MalformedClaim::Name(text.to_owned())) } else { Ok(names) }
    }

    /// Returns whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.custom.is_empty()
    }

    /// Returns the names that are in either set.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self { known: &self.known | &other.known, custom: &self.custom | &other.custom }
    }
}

impl fmt::Display for ClaimNames {
    /// Writes the text that [`ClaimNames::parse`] reads.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.known.iter().map(|claim| claim.as_str());
        let names: Vec<&str> = known.chain(self.custom.iter().map(CustomClaim::as_str)).collect();
        formatter.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c177_an_api_wants_roles_groups_and_custom_claims_and_nothing_of_who_somebody_is() {
        let names = ClaimNames::parse("tenant groups  roles tenant").unwrap();
        assert_eq!(names.to_string(), "roles groups tenant");
        assert_eq!(ClaimNames::parse(&names.to_string()), Ok(names.clone()));
        assert!(ClaimNames::parse(" ").unwrap().is_empty() && !names.is_empty());
        assert_eq!(ClaimNames::parse("email"), Err(MalformedClaim::OfPerson("email".to_owned())));
        assert_eq!(ClaimNames::parse("roles sub"), Err(MalformedClaim::Reserved("sub".to_owned())));
        let many: Vec<String> = (0..65).map(|number| format!("c{number}")).collect();
        assert!(ClaimNames::parse(&many.join(" ")).is_err() && ClaimNames::parse(&many[1..].join(" ")).is_ok());
        let (one, two) = (ClaimNames::parse("roles a").unwrap(), ClaimNames::parse("groups a b").unwrap());
        assert_eq!(one.or(&two).to_string(), "roles groups a b");
    }
}
