//! Descriptions of scopes, as commands give and show them.

use std::collections::BTreeMap;

use edge::Error;
use grants::descriptions::by_language;
use protocol::{LanguageTag, Localized};
use serde_json::{Map, Value, json};

const FORM: &str = "give it as LANGUAGE:SCOPE=TEXT, as in --describe-in \"de:read=Deine Bestellungen lesen\"";

/// Adds descriptions for everybody, which keep their variants. An empty one removes the description.
pub(crate) fn describe(known: &mut BTreeMap<String, Localized>, given: BTreeMap<String, String>) {
    for (token, text) in given {
        if text.is_empty() {
            known.remove(&token);
            continue;
        }
        let described = known.remove(&token).unwrap_or_else(|| Localized::new(""));
        known.insert(token, described.with_text(text));
    }
}

/// Adds the values of `--describe-in`, each in its language. An empty text removes the variant.
pub(crate) fn describe_in(known: &mut BTreeMap<String, Localized>, values: &[String]) -> Result<(), Error> {
    for value in values {
        let unusable = |why: &str| format!("the description {value:?} cannot be used: {why}");
        let (language, described) = value.split_once(':').ok_or_else(|| unusable(FORM))?;
        let (token, text) = described.split_once('=').ok_or_else(|| unusable(FORM))?;
        let tag = LanguageTag::parse(language).map_err(|error| unusable(&error.to_string()))?;
        let undescribed =
            || unusable(&format!("describe {token} for everybody else first, with --scope \"{token}=...\""));
        let localized = known.get_mut(token).ok_or_else(undescribed)?;
        let mut variants = localized.variants().clone();
        match text.trim() {
            "" => drop(variants.remove(&tag)),
            text => drop(variants.insert(tag, text.to_owned())),
        }
        *localized =
            Localized::with_variants(localized.text(), variants).map_err(|error| unusable(&error.to_string()))?;
    }
    Ok(())
}

/// Returns the variants by language, as JSON; null if there are none.
pub(crate) fn in_languages(descriptions: &BTreeMap<String, Localized>) -> Value {
    let by_language = by_language(descriptions);
    let members: Map<String, Value> = by_language.iter().map(|(tag, texts)| (tag.to_string(), json!(texts))).collect();
    if members.is_empty() { Value::Null } else { Value::Object(members) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(values: &[&str]) -> Result<Value, String> {
        let mut known = BTreeMap::from([("orders:read".to_owned(), Localized::new("Read your orders"))]);
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        describe_in(&mut known, &values).map_err(|error| error.to_string())?;
        Ok(in_languages(&known))
    }

    #[test]
    fn a_description_is_for_one_language_and_an_empty_one_removes_it() {
        let german = json!({ "de": { "orders:read": "Bestellungen lesen" } });
        assert_eq!(described(&[]), Ok(Value::Null));
        assert_eq!(described(&["DE:orders:read= Bestellungen lesen "]), Ok(german.clone()));
        assert_eq!(described(&["de:orders:read=Lesen", "de:orders:read=Bestellungen lesen"]), Ok(german.clone()));
        let both = ["de:orders:read=Bestellungen lesen", "pt-br:orders:read=Ler"];
        assert_eq!(described(&both).unwrap()["pt-BR"], json!({ "orders:read": "Ler" }));
        assert_eq!(described(&[both[0], both[1], "pt-BR:orders:read="]), Ok(german));
        for (value, why) in [
            ("orders:read", "LANGUAGE:SCOPE=TEXT"),
            ("Lesen", "LANGUAGE:SCOPE=TEXT"),
            ("x-de:orders:read=Lesen", "BCP 47"),
            ("de:write=Schreiben", "--scope \"write=...\""),
        ] {
            let refused = described(&[value]).unwrap_err();
            assert!(refused.contains(why) && refused.contains(value), "{refused}");
        }
    }

    #[test]
    fn a_new_text_for_everybody_leaves_the_variants_and_none_removes_them() {
        let mut known = BTreeMap::from([("read".to_owned(), Localized::new("Read"))]);
        describe_in(&mut known, &["de:read=Lesen".to_owned()]).unwrap();
        describe(&mut known, [("read".to_owned(), "Read all".to_owned())].into());
        assert_eq!(known["read"].all().collect::<Vec<_>>(), ["Read all", "Lesen"]);
        describe(&mut known, [("read".to_owned(), String::new()), ("write".to_owned(), "Write".to_owned())].into());
        assert_eq!(known.keys().collect::<Vec<_>>(), ["write"]);
    }
}
