//! The rules for the descriptions of an API's scope tokens.

use protocol::Localized;

use crate::client::name::is_name;
use crate::registration::descriptions::VariantFault;
use crate::registration::rules::RegistrationError;
use crate::terms::api::Api;

/// The most bytes of all variants together. An item holds 400 KB, and requests read it.
const MAX_VARIANT_BYTES: usize = 32 * 1024;

impl Api {
    /// Checks the descriptions of its scope tokens, in every language.
    pub(crate) fn check_descriptions(&self) -> Result<(), RegistrationError> {
        let describes = |(token, text): (&String, &Localized)| self.scope.contains(token) && text.all().all(is_name);
        if !self.scope_descriptions.iter().all(describes) {
            return Err(RegistrationError::ScopeDescription);
        }
        let variants = self.scope_descriptions.values().flat_map(|text| text.variants().values());
        let bytes: usize = variants.map(String::len).sum();
        if bytes > MAX_VARIANT_BYTES { Err(VariantFault::TooLong.into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::fixtures;
    use crate::registration::descriptions::join;
    use crate::registration::descriptions::tests::{tag, texts};

    fn api(descriptions: BTreeMap<String, Localized>) -> Api {
        let scope = protocol::Scope::parse("read write").unwrap();
        Api { scope, scope_descriptions: descriptions, ..fixtures::apis().remove(0) }
    }

    #[test]
    fn a_description_in_a_language_follows_the_rules_of_all_descriptions() {
        let checked = |text: &str| {
            let variants = BTreeMap::from([(tag("de"), texts(&[("read", text)]))]);
            api(join(texts(&[("read", "Read")]), variants).unwrap()).check_descriptions()
        };
        assert_eq!(checked("Deine Bestellungen lesen"), Ok(()));
        for text in ["", " ", "a\u{202e}", &"ä".repeat(101)] {
            assert_eq!(checked(text), Err(RegistrationError::ScopeDescription), "{text:?}");
        }
    }

    #[test]
    fn all_variants_together_are_small() {
        let checked = |tokens: usize| {
            let scope: Vec<String> = (0..tokens).map(|number| format!("s{number}")).collect();
            let text = "語".repeat(100);
            let each: BTreeMap<String, String> = scope.iter().map(|token| (token.clone(), text.clone())).collect();
            let variants = ["de", "fr", "ja", "es"].map(|language| (tag(language), each.clone()));
            let described = join(each, variants.into()).unwrap();
            let scope = protocol::Scope::parse(&scope.join(" ")).unwrap();
            Api { scope, ..api(described) }.check_descriptions()
        };
        assert_eq!((checked(27), checked(28)), (Ok(()), Err(VariantFault::TooLong.into())));
    }
}
