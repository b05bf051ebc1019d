//! The methods of a sign-in as an attribute: a map from the name of each to the time when it was last used.

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{Method, Methods};

use crate::dynamodb::items::{Reader, time};
use crate::dynamodb::unknown::Unknown;

/// The attribute of the methods of a sign-in.
pub(crate) const METHODS: &str = "methods";

pub(crate) fn from_methods(methods: Methods) -> AttributeValue {
    AttributeValue::M(methods.used().map(|(method, at)| (method.as_str().to_owned(), time(at))).collect())
}

/// Reads the methods; there are none if the attribute is absent. Methods that this version does not know are left out,
/// so a sign-in never counts for more than is known of it.
pub(crate) fn to_methods(read: &Reader<'_>) -> Result<Methods, Unknown> {
    let Some(map) = read.map(METHODS)? else { return Ok(Methods::default()) };
    Method::ALL.into_iter().try_fold(Methods::default(), |methods, method| {
        Ok(map.optional_time(method.as_str())?.map_or(methods, |at| methods.with(method, at)))
    })
}

#[cfg(test)]
mod tests {
    use grants::Timestamp;

    use super::*;
    use crate::dynamodb::items::{Item, number, text};

    #[test]
    fn c234_the_methods_of_a_sign_in_come_back_and_an_item_of_an_earlier_version_has_none() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let methods = Methods::password(now).with(Method::OneTimeCode, now.plus(9));
        let read = |attributes: Vec<(&str, AttributeValue)>| {
            let item: Item = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            to_methods(&Reader::new("people", &item)).ok()
        };
        assert_eq!(read(vec![(METHODS, from_methods(methods))]), Some(methods));
        assert_eq!(read(Vec::new()), Some(Methods::default()));
        let later = AttributeValue::M(Item::from([
            ("pwd".to_owned(), number(&now.seconds())),
            ("retina".to_owned(), number(&now.seconds())),
        ]));
        assert_eq!(read(vec![(METHODS, later)]), Some(Methods::password(now)));
        assert_eq!(read(vec![(METHODS, text("pwd"))]), None);
    }
}
