//! Changes that an operator makes to an API. Each names the attributes it sets and the facts that its rules rest on.

use std::collections::BTreeMap;

use protocol::{ClaimNames, Localized, Resource, Scope};

use crate::registration::rules::RegistrationError;
use crate::step::guard::{Attribute, Fact, Guard, Held};
use crate::terms::api::{Api, SigningAlgorithm, TokenFormat, TokenType};
use crate::terms::time::Seconds;

/// The new values of an API's settings; `None` leaves a setting as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewApiSettings {
    /// All scope tokens that it offers.
    pub scope: Option<Scope>,
    /// The meanings of its scope tokens, all of them.
    pub scope_descriptions: Option<BTreeMap<String, Localized>>,
    /// The algorithm that signs its JWTs.
    pub algorithm: Option<SigningAlgorithm>,
    /// The format of its access tokens.
    pub format: Option<TokenFormat>,
    /// The `typ` of its JWTs.
    pub token_type: Option<TokenType>,
    /// The claims about the person that its access tokens contain.
    pub claims: Option<ClaimNames>,
    /// The lifetime of its access tokens, in seconds.
    pub lifetime: Option<Seconds>,
}

/// One change to one API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiChange {
    identifier: Resource,
    guards: Vec<Guard<ApiFact>>,
    sets: Vec<ApiSet>,
}

/// An attribute that a change sets, with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiSet {
    /// All scope tokens that it offers.
    Scope(Scope),
    /// The meanings of its scope tokens, all of them.
    ScopeDescriptions(BTreeMap<String, Localized>),
    /// The algorithm that signs its JWTs.
    Algorithm(SigningAlgorithm),
    /// The format of its access tokens.
    Format(TokenFormat),
    /// The `typ` of its JWTs.
    TokenType(TokenType),
    /// The claims about the person that its access tokens contain.
    Claims(ClaimNames),
    /// The lifetime of its access tokens, in seconds.
    Lifetime(Seconds),
}

/// A fact of an API that guards test: those on which the rules for a change rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiFact {
    /// The scope tokens that it offers.
    Scope,
    /// The claims about the person that its access tokens contain, if there are any.
    Claims,
}

impl NewApiSettings {
    /// Returns the change of `api`, if the API may have these settings. It is made if the scope and the claims, on
    /// which the rules rest, are those that were read. A rule that came after the API was registered does not stop a
    /// change of another part, and none that makes its tokens smaller.
    ///
    /// # Errors
    /// [`RegistrationError`] says what must be different.
    pub fn change(self, api: &Api) -> Result<ApiChange, RegistrationError> {
        let change = ApiChange {
            identifier: api.identifier.clone(),
            guards: vec![ApiFact::Scope.is(api.scope.as_str()), same_claims(api)],
            sets: self.into_sets(),
        };
        let after = change.applied(api);
        if after.scope != api.scope {
            after.check_scope()?;
        }
        if after.bytes_in_tokens() > api.bytes_in_tokens() {
            after.check_size()?;
        }
        if after.lifetime != api.lifetime {
            after.check_lifetime()?;
        }
        if (&after.scope, &after.scope_descriptions) != (&api.scope, &api.scope_descriptions) {
            after.check_descriptions()?;
        }
        Ok(change)
    }

    fn into_sets(self) -> Vec<ApiSet> {
        let sets = [
            self.scope.map(ApiSet::Scope),
            self.scope_descriptions.map(ApiSet::ScopeDescriptions),
            self.algorithm.map(ApiSet::Algorithm),
            self.format.map(ApiSet::Format),
            self.token_type.map(ApiSet::TokenType),
            self.claims.map(ApiSet::Claims),
            self.lifetime.map(ApiSet::Lifetime),
        ];
        sets.into_iter().flatten().collect()
    }
}

impl ApiChange {
    /// The identifier of the API to change.
    pub const fn identifier(&self) -> &Resource {
        &self.identifier
    }

    /// The guards that must all hold for the write.
    pub fn guards(&self) -> &[Guard<ApiFact>] {
        &self.guards
    }

    /// The attributes to set, with their new values.
    pub fn sets(&self) -> &[ApiSet] {
        &self.sets
    }

    /// Returns the API after the change, or `None` when a guard does not hold. This defines what the write means.
    pub fn after(&self, before: Option<&Api>) -> Option<Api> {
        let api = before.filter(|api| {
            api.identifier == self.identifier && self.guards.iter().all(|guard| guard.holds(Some(api)))
        })?;
        Some(self.applied(api))
    }

    fn applied(&self, api: &Api) -> Api {
        self.sets.iter().fold(api.clone(), |api, set| match set.clone() {
            ApiSet::Scope(scope) => Api { scope, ..api },
            ApiSet::ScopeDescriptions(scope_descriptions) => Api { scope_descriptions, ..api },
            ApiSet::Algorithm(algorithm) => Api { algorithm, ..api },
            ApiSet::Format(format) => Api { format, ..api },
            ApiSet::TokenType(token_type) => Api { token_type, ..api },
            ApiSet::Claims(claims) => Api { claims, ..api },
            ApiSet::Lifetime(lifetime) => Api { lifetime, ..api },
        })
    }
}

impl Fact for ApiFact {
    type Record = Api;

    const KEY: &'static str = "id";

    fn attribute(self) -> Attribute<Self> {
        match self {
            Self::Scope => Attribute::named("scope"),
            Self::Claims => Attribute::named("claims"),
        }
    }

    fn of(self, api: &Api) -> Option<Held<'_>> {
        match self {
            Self::Scope => Some(Held::Text(api.scope.as_str().into())),
            Self::Claims if api.claims.is_empty() => None,
            Self::Claims => Some(Held::Text(api.claims.to_string().into())),
        }
    }
}

fn same_claims(api: &Api) -> Guard<ApiFact> {
    if api.claims.is_empty() { ApiFact::Claims.is_absent() } else { ApiFact::Claims.is(&*api.claims.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    fn read() -> Api {
        Api { scope: scope("read write"), ..fixtures::apis().remove(0) }
    }

    #[test]
    fn c244_each_setting_of_an_api_is_changed_and_nothing_else() {
        let descriptions: BTreeMap<_, _> = [("admin".to_owned(), Localized::new("Do all"))].into();
        let new = NewApiSettings {
            scope: Some(scope("admin read")),
            scope_descriptions: Some(descriptions.clone()),
            algorithm: Some(SigningAlgorithm::Es256),
            format: Some(TokenFormat::Opaque),
            token_type: Some(TokenType::Jwt),
            claims: Some(ClaimNames::parse("roles").unwrap()),
            lifetime: Some(60),
        };
        let after = new.clone().change(&read()).unwrap().after(Some(&read())).unwrap();
        let expected = NewApiSettings {
            scope: Some(after.scope.clone()),
            scope_descriptions: Some(after.scope_descriptions.clone()),
            algorithm: Some(after.algorithm),
            format: Some(after.format),
            token_type: Some(after.token_type),
            claims: Some(after.claims.clone()),
            lifetime: Some(after.lifetime),
        };
        assert_eq!(new, expected);
        assert_eq!(NewApiSettings::default().change(&read()).unwrap().after(Some(&read())), Some(read()));
    }

    #[test]
    fn c133_of_two_changes_of_the_scope_that_was_read_one_is_made() {
        let change = |text: &str| NewApiSettings { scope: Some(scope(text)), ..NewApiSettings::default() };
        let [one, other] = ["read", "write"].map(|text| change(text).change(&read()).unwrap());
        let after = one.after(Some(&read())).unwrap();
        assert_eq!((other.after(Some(&after)), other.after(None)), (None, None));
        let elsewhere = Api { identifier: Resource::parse("urn:elsewhere").unwrap(), ..read() };
        assert_eq!(other.after(Some(&elsewhere)), None);
    }

    #[test]
    fn c133_a_change_rests_on_the_claims_that_were_read_as_well() {
        let claims = |text: &str| ClaimNames::parse(text).unwrap();
        let lifetime = || NewApiSettings { lifetime: Some(60), ..NewApiSettings::default() };
        let with = |text: &str| Api { claims: claims(text), ..read() };
        for [before, meanwhile] in [[read(), with("roles")], [with("roles"), with("tenant")], [with("roles"), read()]] {
            let change = lifetime().change(&before).unwrap();
            assert!(change.after(Some(&before)).is_some());
            assert_eq!(change.after(Some(&meanwhile)), None, "{:?}", meanwhile.claims);
        }
    }

    #[test]
    fn c244_an_old_api_that_breaks_newer_rules_can_be_changed_in_other_parts() {
        let words = (0..40).map(|number| format!("{number:099}")).collect::<Vec<_>>().join(" ");
        let old = Api { scope: scope(&format!("roles {words}")), lifetime: 1_000_000, ..read() };
        let new = NewApiSettings::default;
        let token_type = NewApiSettings { token_type: Some(TokenType::Jwt), ..new() };
        assert!(token_type.change(&old).is_ok());
        let lifetime = |seconds| NewApiSettings { lifetime: Some(seconds), ..new() }.change(&old).err();
        assert_eq!([60, 0].map(lifetime), [None, Some(RegistrationError::Lifetime)]);
        let scope_of = |text: &str| NewApiSettings { scope: Some(scope(text)), ..new() }.change(&old).err();
        assert_eq!(scope_of(&words), None, "the tokens become smaller");
        assert_eq!(scope_of("roles"), Some(RegistrationError::IdentityScope));
        assert_eq!(scope_of(&format!("{words} more of it")), Some(RegistrationError::TokenTooLarge));
        let claims = NewApiSettings { claims: Some(ClaimNames::parse("tenant").unwrap()), ..new() };
        assert_eq!(claims.change(&old).err(), Some(RegistrationError::TokenTooLarge));
    }

    #[test]
    fn c244_a_description_of_a_scope_that_is_not_offered_any_more_is_refused() {
        let described = Api { scope_descriptions: [("write".to_owned(), Localized::new("Write"))].into(), ..read() };
        let narrower = || NewApiSettings { scope: Some(scope("read")), ..NewApiSettings::default() };
        assert_eq!(narrower().change(&described).err(), Some(RegistrationError::ScopeDescription));
        let without = NewApiSettings { scope_descriptions: Some(BTreeMap::new()), ..narrower() };
        assert!(without.change(&described).is_ok());
    }
}
