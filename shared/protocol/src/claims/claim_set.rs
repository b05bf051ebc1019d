//! The claims known about a person or a service: those with a meaning of their own, each with a value of its type,
//! and custom ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::claims::claim::{Claim, IdentityScope};
use crate::claims::claim_names::ClaimNames;
use crate::claims::claim_value::has_null;
use crate::claims::custom_claim::{CustomClaim, read};
use crate::claims::malformed_claim::MalformedClaim;

/// The limit for one person's claims, which must take up only a small part of one stored item.
const MAX_BYTES: usize = 16 * 1024;
/// The claims known about one person or one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    known: BTreeMap<Claim, Value>,
    custom: BTreeMap<CustomClaim, Value>,
}

impl Claims {
    /// The limit for the claims that can stand in an access token: with it, the token stays below 4 KB.
    pub const MAX_BYTES_IN_TOKENS: usize = 1536;

    /// The empty set of claims.
    pub const NONE: Self = Self { known: BTreeMap::new(), custom: BTreeMap::new() };

    /// Reads a JSON object whose members are claims.
    ///
    /// # Errors
    /// [`MalformedClaim`] for the first invalid claim.
    pub fn parse(text: &str) -> Result<Self, MalformedClaim> {
        let members: Map<String, Value> = serde_json::from_str(text).map_err(|_| MalformedClaim::Whole)?;
        Self::from_members(members)
    }

    /// Takes the claims from the members of a JSON object.
    ///
    /// # Errors
    /// [`MalformedClaim`] for the first invalid claim.
    pub fn from_members(members: Map<String, Value>) -> Result<Self, MalformedClaim> {
        let mut claims = Self::default();
        for (name, value) in members {
            claims.insert(&name, |_| value)?;
        }
        claims.within_bounds()
    }

    /// Reads `name=value` and sets the claim; without a value, the claim is removed.
    ///
    /// # Errors
    /// [`MalformedClaim`] when the name is reserved, or the claim cannot have this value. Nothing is changed then.
    pub fn set(&mut self, assignment: &str) -> Result<(), MalformedClaim> {
        let (name, text) = assignment.split_once('=').unwrap_or((assignment, ""));
        let mut after = self.clone();
        match (text.is_empty(), Claim::parse(name)) {
            (true, Some(claim)) => drop(after.known.remove(&claim)),
            (true, None) => drop(after.custom.remove(&CustomClaim::parse(name)?)),
            (false, _) => after.insert(name, |known| known.map_or_else(|| read(text), |claim| claim.read(text)))?,
        }
        *self = after.within_bounds()?;
        Ok(())
    }

    /// The value of a claim that is text.
    pub fn text(&self, claim: Claim) -> Option<&str> {
        self.known.get(&claim).and_then(Value::as_str)
    }

    /// Returns whether a claim is the value `true`.
    pub fn is_true(&self, claim: Claim) -> bool {
        self.known.get(&claim).and_then(Value::as_bool) == Some(true)
    }

    /// The names in a list, `roles` or `groups`.
    pub fn names_in(&self, list: Claim) -> Vec<String> {
        let held = self.known.get(&list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        held.map(str::to_owned).collect()
    }

    /// Adds names to a list, `roles` or `groups`, and removes others. A list without names is no claim.
    ///
    /// # Errors
    /// [`MalformedClaim`] when a name cannot stand there, or the list gets too long. Nothing is changed then.
    pub fn edit_list(&mut self, list: Claim, added: &[String], removed: &[String]) -> Result<(), MalformedClaim> {
        let mut names: BTreeSet<String> = self.names_in(list).into_iter().chain(added.iter().cloned()).collect();
        names.retain(|name| !removed.contains(name));
        let mut after = self.clone();
        if names.is_empty() {
            after.known.remove(&list);
        } else {
            after.known.insert(list, list.checked(Value::from_iter(names))?);
        }
        *self = after.within_bounds()?;
        Ok(())
    }

    fn insert(&mut self, name: &str, value: impl FnOnce(Option<Claim>) -> Value) -> Result<(), MalformedClaim> {
        if let Some(claim) = Claim::parse(name) {
            self.known.insert(claim, claim.checked(value(Some(claim)))?);
        } else {
            let name = CustomClaim::parse(name)?;
            let value = name.checked(value(None))?;
            self.custom.insert(name, value);
        }
        Ok(())
    }

    fn within_bounds(self) -> Result<Self, MalformedClaim> {
        let in_tokens = self.for_access_tokens().to_string().len();
        if in_tokens > Self::MAX_BYTES_IN_TOKENS {
            return Err(MalformedClaim::TooLargeForTokens(in_tokens));
        }
        if self.to_string().len() > MAX_BYTES { Err(MalformedClaim::Whole) } else { Ok(self) }
    }

    /// Returns whether there are no claims.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.custom.is_empty()
    }

    /// Lists the names of the claims that have a null inside their value. JSON can have it, and TOML cannot.
    pub fn names_with_null(&self) -> Vec<&str> {
        self.members().filter(|(_, value)| has_null(value)).map(|(name, _)| name).collect()
    }

    /// Returns only those of the claims in `names` that are known.
    #[must_use]
    pub fn only(&self, names: &BTreeSet<Claim>) -> Self {
        Self { known: self.known_where(|claim| names.contains(&claim)), custom: BTreeMap::new() }
    }

    /// Returns the claims that the granted scopes request. Custom claims belong to the profile.
    #[must_use]
    pub fn of_scopes(&self, is_granted: impl Fn(IdentityScope) -> bool) -> Self {
        let custom = if is_granted(IdentityScope::Profile) { self.custom.clone() } else { BTreeMap::new() };
        Self { known: self.known_where(|claim| is_granted(claim.scope())), custom }
    }

    /// Returns the claims with these names.
    #[must_use]
    pub fn named(&self, names: &ClaimNames) -> Self {
        let custom = self.custom.iter().filter(|(name, _)| names.custom.contains(name));
        Self {
            known: self.known_where(|claim| names.known.contains(&claim)),
            custom: custom.map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
    }

    /// Returns the claims that can stand in access tokens: roles, groups and custom ones.
    #[must_use]
    pub fn for_access_tokens(&self) -> Self {
        Self { known: self.known_where(Claim::fits_access_tokens), custom: self.custom.clone() }
    }

    fn known_where(&self, keep: impl Fn(Claim) -> bool) -> BTreeMap<Claim, Value> {
        let kept = self.known.iter().filter(|(claim, _)| keep(**claim));
        kept.map(|(claim, value)| (*claim, value.clone())).collect()
    }

    /// Returns these claims and `others`. A claim that is in both has the value of `others`.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.known.extend(others.known);
        self.custom.extend(others.custom);
        self
    }

    /// Returns the claims with `claim` set to `value` if it had no value.
    #[must_use]
    pub fn or(mut self, claim: Claim, value: impl Into<Value>) -> Self {
        self.known.entry(claim).or_insert_with(|| value.into());
        self
    }

    /// Returns the claims with `claim` set to `value`.
    #[must_use]
    pub fn with(mut self, claim: Claim, value: impl Into<Value>) -> Self {
        self.known.insert(claim, value.into());
        self
    }

    fn members(&self) -> impl Iterator<Item = (&str, &Value)> {
        let known = self.known.iter().map(|(claim, value)| (claim.as_str(), value));
        known.chain(self.custom.iter().map(|(name, value)| (name.as_str(), value)))
    }
}

impl Serialize for Claims {
    /// Writes one member for each claim.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.members())
    }
}

impl std::fmt::Display for Claims {
    /// Writes the JSON object that [`Claims::parse`] reads.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let members: Map<String, Value> =
            self.members().map(|(name, value)| (name.to_owned(), value.clone())).collect();
        write!(formatter, "{}", Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o28_a_claim_has_the_type_that_the_standard_gives_it() {
        let good =
            r#"{"name":"Ada","email_verified":true,"updated_at":1800000000,"address":{"formatted":"1 Rue\nParis"}}"#;
        let claims = Claims::parse(good).unwrap();
        assert_eq!(Claims::parse(&claims.to_string()).unwrap(), claims);
        let rows = [
            (r#"{"name":1}"#, MalformedClaim::Text("name")),
            (r#"{"name":""}"#, MalformedClaim::Text("name")),
            (r#"{"name":"a\u0000"}"#, MalformedClaim::Text("name")),
            (r#"{"email_verified":"true"}"#, MalformedClaim::Flag("email_verified")),
            (r#"{"updated_at":"1"}"#, MalformedClaim::Number("updated_at")),
            (r#"{"updated_at":-1}"#, MalformedClaim::Number("updated_at")),
            (r#"{"address":"Paris"}"#, MalformedClaim::Address("address")),
            (r#"{"address":{"planet":"Earth"}}"#, MalformedClaim::Address("address")),
            (r#"{"address":{}}"#, MalformedClaim::Address("address")),
            (r#"{"roles":"admin"}"#, MalformedClaim::Texts("roles")),
            (r#"{"roles":[]}"#, MalformedClaim::Texts("roles")),
            (r#"{"groups":["ops",1]}"#, MalformedClaim::Texts("groups")),
            (r#"{"sub":"x"}"#, MalformedClaim::Reserved("sub".to_owned())),
            (r#"{"tenant":null}"#, MalformedClaim::Custom("tenant".to_owned())),
            ("[]", MalformedClaim::Whole),
        ];
        for (text, fault) in rows {
            assert_eq!(Claims::parse(text), Err(fault), "{text}");
        }
        let long = format!(r#"{{"name":"{}"}}"#, "a".repeat(1025));
        assert_eq!(Claims::parse(&long), Err(MalformedClaim::Text("name")));
    }

    #[test]
    fn an_assignment_sets_a_claim_and_an_empty_one_takes_it_away() {
        let mut claims = Claims::default();
        for assignment in ["name=Ada Lovelace", "email_verified=true", "updated_at=7", "address=1 Rue", "nickname=a=b"]
        {
            claims.set(assignment).unwrap();
        }
        let expected = r#"{"address":{"formatted":"1 Rue"},"email_verified":true,"name":"Ada Lovelace","nickname":"a=b","updated_at":7}"#;
        assert_eq!(claims, Claims::parse(expected).unwrap());
        claims.set(r#"address={"country":"FR"}"#).unwrap();
        claims.set("name=").unwrap();
        claims.set("nickname").unwrap();
        let expected = r#"{"address":{"country":"FR"},"email_verified":true,"updated_at":7}"#;
        assert_eq!(claims, Claims::parse(expected).unwrap());
        assert_eq!(claims.set("email_verified=yes"), Err(MalformedClaim::Flag("email_verified")));
        assert_eq!(claims.set("nonce=36"), Err(MalformedClaim::Reserved("nonce".to_owned())));
    }

    #[test]
    fn c177_roles_and_groups_are_sets_and_custom_claims_have_any_value() {
        let mut claims = Claims::default();
        let names = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>();
        claims.edit_list(Claim::Roles, &names(&["writer", "admin", "writer"]), &[]).unwrap();
        claims.edit_list(Claim::Groups, &names(&["ops"]), &names(&["nobody"])).unwrap();
        for assignment in ["tenant=acme", "level=7", "beta=true", "sites=[1]"] {
            claims.set(assignment).unwrap();
        }
        let expected =
            r#"{"beta":true,"groups":["ops"],"level":"7","roles":["admin","writer"],"sites":[1],"tenant":"acme"}"#;
        assert_eq!(claims.to_string(), expected);
        assert_eq!(Claims::parse(expected).as_ref(), Ok(&claims));
        assert_eq!(serde_json::to_value(&claims).unwrap(), serde_json::from_str::<Value>(expected).unwrap());
        claims.edit_list(Claim::Roles, &names(&["reader"]), &names(&["admin", "writer"])).unwrap();
        claims.edit_list(Claim::Groups, &[], &names(&["ops"])).unwrap();
        for assignment in ["level=", "beta", "sites="] {
            claims.set(assignment).unwrap();
        }
        assert_eq!(claims.to_string(), r#"{"roles":["reader"],"tenant":"acme"}"#);
        for bad in ["", "a\n", &"a".repeat(129)] {
            let fault = claims.edit_list(Claim::Roles, &names(&[bad]), &[]);
            assert_eq!(fault, Err(MalformedClaim::Texts("roles")), "{bad:?}");
        }
        claims.set("roles=one").unwrap();
        claims.set(r#"groups=["b","a","b"]"#).unwrap();
        assert_eq!(claims.to_string(), r#"{"groups":["a","b"],"roles":["one"],"tenant":"acme"}"#);
    }

    #[test]
    fn a_null_is_found_wherever_it_is_inside_a_claim() {
        let known =
            r#"{"limits":{"max":null},"list":[1,[{"a":null}]],"tenant":"null","roles":["null"],"good":{"a":[]}}"#;
        let claims = Claims::parse(known).unwrap();
        assert_eq!(claims.names_with_null(), ["limits", "list"]);
    }

    #[test]
    fn c177_what_can_stand_in_an_access_token_is_bounded_and_the_rest_by_the_whole() {
        let mut claims = Claims::default();
        let group = |number: usize| format!("group-{number:03}-{}", "x".repeat(89));
        let fits: Vec<String> = (0..14).map(group).collect();
        claims.edit_list(Claim::Groups, &fits, &[]).unwrap();
        let before = claims.clone();
        let more = claims.edit_list(Claim::Groups, &[group(14)], &[]);
        assert_eq!(more, Err(MalformedClaim::TooLargeForTokens(1542)));
        assert_eq!(before.to_string().len(), 1440);
        for name in ["profile", "picture", "website", "name"] {
            let mut with_person = before.clone();
            with_person.set(&format!("{name}={}", "a".repeat(1024))).unwrap();
        }
        let mut alone = Claims::default();
        let text = "a".repeat(1000);
        alone.set(&format!("one={text}")).unwrap();
        assert_eq!(alone.set(&format!("two={text}")), Err(MalformedClaim::TooLargeForTokens(2019)));
    }

    #[test]
    fn c177_custom_claims_come_with_the_profile_and_roles_and_groups_with_their_own_scopes() {
        let known = r#"{"name":"Ada","email":"a@example.com","roles":["admin"],"groups":["ops"],"tenant":"acme"}"#;
        let known = Claims::parse(known).unwrap();
        let of = |scopes: &[IdentityScope]| known.of_scopes(|scope| scopes.contains(&scope)).to_string();
        assert_eq!(of(&[IdentityScope::OpenId]), "{}");
        assert_eq!(of(&[IdentityScope::Profile]), r#"{"name":"Ada","tenant":"acme"}"#);
        assert_eq!(of(&[IdentityScope::Roles, IdentityScope::Email]), r#"{"email":"a@example.com","roles":["admin"]}"#);
        let named = |names: &str| known.named(&ClaimNames::parse(names).unwrap()).to_string();
        assert_eq!(named("groups tenant plan"), r#"{"groups":["ops"],"tenant":"acme"}"#);
        assert_eq!(named(""), "{}");
        assert_eq!(known.for_access_tokens().to_string(), r#"{"groups":["ops"],"roles":["admin"],"tenant":"acme"}"#);
        let both =
            Claims::parse(r#"{"name":"Old","tenant":"old","plan":1}"#).unwrap().and(known.only(&[Claim::Name].into()));
        assert_eq!(both.to_string(), r#"{"name":"Ada","plan":1,"tenant":"old"}"#);
    }

    #[test]
    fn only_what_was_asked_for_is_given() {
        let claims = Claims::parse(r#"{"name":"Ada","email":"ada@example.com"}"#).unwrap();
        let asked = BTreeSet::from([Claim::Email, Claim::PhoneNumber]);
        assert_eq!(claims.only(&asked).to_string(), r#"{"email":"ada@example.com"}"#);
        assert!(claims.only(&BTreeSet::new()).is_empty());
        let named = claims.or(Claim::PreferredUsername, "ada").or(Claim::Name, "nobody").with(Claim::UpdatedAt, 7);
        assert_eq!(
            named,
            Claims::parse(r#"{"name":"Ada","email":"ada@example.com","preferred_username":"ada","updated_at":7}"#)
                .unwrap()
        );
    }
}
