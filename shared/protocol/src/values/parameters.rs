//! `application/x-www-form-urlencoded` parameters from a query or a body.

use std::borrow::Cow;
use std::collections::BTreeSet;

use percent_encoding::percent_decode;

/// The largest query or body that is parsed, in bytes.
pub const MAX_FORM_BYTES: usize = 32 * 1024;

/// The parameters that a request may contain several times (RFC 8707 §2, RFC 8693 §2.1).
const MAY_REPEAT: [&str; 2] = ["resource", "audience"];

/// The parameters of one request in their original order, without those that have no value.
#[derive(Clone, Default)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
    repeated: Option<Repeated>,
}

/// The reasons to refuse a form as unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedForm {
    /// The form is larger than [`MAX_FORM_BYTES`].
    #[error("the parameters are larger than 32 KiB")]
    TooLarge,
    /// The form has a percent sign without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("the parameters are not valid application/x-www-form-urlencoded UTF-8")]
    Encoding,
}

/// The error for a parameter that is included more than once, which OAuth 2.1 forbids (§3.1, §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a parameter is included more than once")]
pub struct Repeated;

impl Parameters {
    /// Reads an encoded form.
    ///
    /// # Errors
    /// [`MalformedForm`] when the form is too large or its encoding is invalid.
    pub fn parse(form: &[u8]) -> Result<Self, MalformedForm> {
        if form.len() > MAX_FORM_BYTES {
            return Err(MalformedForm::TooLarge);
        }
        if !is_well_encoded(form) {
            return Err(MalformedForm::Encoding);
        }
        let mut parameters = Self::default();
        // A sorted set: a form can hold thousands of short names, and no choice of them makes this slow.
        let mut names: BTreeSet<Cow<'_, str>> = BTreeSet::new();
        for (name, value) in form_urlencoded::parse(form) {
            if !MAY_REPEAT.contains(&&*name) && !names.insert(name.clone()) {
                parameters.repeated = Some(Repeated);
            }
            if !value.is_empty() {
                parameters.pairs.push((name.into_owned(), value.into_owned()));
            }
        }
        Ok(parameters)
    }

    /// Returns the value of a parameter that must not be repeated.
    ///
    /// # Errors
    /// [`Repeated`] when the parameter has more than one value.
    pub fn one(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() { Err(Repeated) } else { Ok(first) }
    }

    /// Returns the values of a parameter that may be repeated.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Refuses the form when any parameter, known or unknown, is repeated.
    ///
    /// # Errors
    /// [`Repeated`] when a parameter is repeated.
    pub fn without_repeats(&self) -> Result<(), Repeated> {
        self.repeated.map_or(Ok(()), Err)
    }

    /// Returns the parameters that have a value as a query string, in one canonical encoding.
    pub fn to_query(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    /// Returns whether a request may contain the parameter several times.
    pub(crate) fn may_repeat(name: &str) -> bool {
        MAY_REPEAT.contains(&name)
    }

    /// Adds a value, unless it is empty, which means that the parameter is absent.
    pub(crate) fn add(&mut self, name: &str, value: String) {
        if !value.is_empty() {
            self.pairs.push((name.to_owned(), value));
        }
    }

    /// Returns the parameters with `name` set to `value`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.pairs.retain(|(known, _)| known != name);
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns the parameters that have a value, in their original order.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Returns the parameters with these names, and no others.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        let kept = self.pairs.iter().filter(|(name, _)| names.contains(&name.as_str()));
        Self { pairs: kept.cloned().collect(), repeated: None }
    }

    /// Returns the parameters without those with these names.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.pairs.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }

    /// Returns whether the parameter has a value.
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }
}

/// Returns whether the form is UTF-8 in a valid encoding. Most forms escape nothing, and are what they decode to.
fn is_well_encoded(form: &[u8]) -> bool {
    if form.contains(&b'%') {
        percent_signs_are_escapes(form) && percent_decode(form).decode_utf8().is_ok()
    } else {
        std::str::from_utf8(form).is_ok()
    }
}

fn percent_signs_are_escapes(form: &[u8]) -> bool {
    let mut rest = form;
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => after,
            (b'%', _) => return false,
            _ => tail,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_parameter_is_an_absent_one() {
        let parameters = Parameters::parse(b"scope=&state=x&flag").unwrap();
        assert_eq!(parameters.one("scope"), Ok(None));
        assert_eq!(parameters.one("flag"), Ok(None));
        assert_eq!(parameters.one("state"), Ok(Some("x")));
    }

    #[test]
    fn c015_a_repeated_parameter_is_refused_unless_an_extension_allows_it() {
        let repeated = Parameters::parse(b"state=a&state=b").unwrap();
        assert_eq!(repeated.one("state"), Err(Repeated));
        assert_eq!(repeated.without_repeats(), Err(Repeated));
        assert_eq!(Parameters::parse(b"odd=1&odd=").unwrap().without_repeats(), Err(Repeated));
        for name in ["resource", "audience"] {
            let several = Parameters::parse(format!("{name}=a&{name}=b").as_bytes()).unwrap();
            assert_eq!(several.without_repeats(), Ok(()));
            assert_eq!(several.all(name).collect::<Vec<_>>(), ["a", "b"]);
        }
    }

    #[test]
    fn bad_encoding_is_refused_not_replaced() {
        for form in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%ff", b"a=\xff", b"%c3%28=1", b"a=%C3&b=%A9"] {
            assert_eq!(Parameters::parse(form).err(), Some(MalformedForm::Encoding), "{form:?}");
        }
        assert_eq!(Parameters::parse("a=%C3%A9+é".as_bytes()).unwrap().one("a"), Ok(Some("é é")));
    }

    #[test]
    fn a_form_over_the_limit_is_refused() {
        let form = vec![b'a'; MAX_FORM_BYTES + 1];
        assert_eq!(Parameters::parse(&form).err(), Some(MalformedForm::TooLarge));
        assert!(Parameters::parse(form.get(1..).unwrap()).is_ok());
    }

    #[test]
    fn thousands_of_names_are_told_apart() {
        let numbered = |count: usize| (0..count).map(|number| format!("{number:x}")).collect::<Vec<_>>().join("&");
        assert_eq!(Parameters::parse(numbered(6_000).as_bytes()).unwrap().without_repeats(), Ok(()));
        let again = format!("{}&0", numbered(6_000));
        assert_eq!(Parameters::parse(again.as_bytes()).unwrap().without_repeats(), Err(Repeated));
    }

    #[test]
    fn a_query_is_written_in_one_form() {
        let parameters = Parameters::parse(b"state=a%20b&empty=&scope=c+d&resource=x&resource=y").unwrap();
        assert_eq!(parameters.to_query(), "state=a+b&scope=c+d&resource=x&resource=y");
        assert_eq!(parameters.only(&["resource", "other"]).to_query(), "resource=x&resource=y");
        assert_eq!(parameters.clone().without(&["resource", "scope"]).to_query(), "state=a+b");
        assert_eq!(parameters.with("state", "z").to_query(), "scope=c+d&resource=x&resource=y&state=z");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(form in proptest::collection::vec(0_u8.., 0..200)) {
            let _ = Parameters::parse(&form);
        }

        #[test]
        fn what_was_encoded_is_read_back(value in "\\PC{1,40}") {
            let form = form_urlencoded::Serializer::new(String::new()).append_pair("state", &value).finish();
            let parameters = Parameters::parse(form.as_bytes()).unwrap();
            proptest::prop_assert_eq!(parameters.one("state"), Ok(Some(value.as_str())));
        }
    }
}
