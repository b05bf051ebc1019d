//! The `claims` parameter (OpenID Connect Core §5.5), which requests single claims in addition to scopes or instead
//! of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::claims::claim::Claim;

/// The single claims that an authorization request asks for. Claims without a known value are omitted from the
/// response, not refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    /// Claims requested from the UserInfo endpoint.
    pub userinfo: BTreeSet<Claim>,
    /// Claims requested in the ID token.
    pub id_token: BTreeSet<Claim>,
    /// The only acceptable person (§5.5.1): the `value` of `sub` in the ID token.
    pub subject: Option<String>,
    /// The only acceptable authentication contexts (§5.5.1.1): an essential `acr` in the ID token; empty accepts
    /// any.
    pub acr: Vec<String>,
    /// The preferred authentication contexts, the first one most: a voluntary `acr` in the ID token.
    pub preferred_acr: Vec<String>,
}

/// The error for a `claims` parameter that is not a JSON object of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("claims must be a JSON object with the members userinfo and id_token")]
pub struct MalformedClaimsRequest;

impl ClaimsRequest {
    /// Reads the parameter. Unknown claims and members are ignored (§5.5).
    ///
    /// # Errors
    /// [`MalformedClaimsRequest`] when the text is not a JSON object of objects.
    pub fn parse(text: &str) -> Result<Self, MalformedClaimsRequest> {
        let whole: Map<String, Value> = serde_json::from_str(text).map_err(|_| MalformedClaimsRequest)?;
        let userinfo = Wanted::read(whole.get("userinfo"))?;
        let id_token = Wanted::read(whole.get("id_token"))?;
        let is_essential = |wanted: &Map<String, Value>| wanted.get("essential") == Some(&Value::Bool(true));
        let (acr, preferred_acr) = match id_token.get("acr") {
            Some(wanted) if is_essential(wanted) => (values(wanted)?, Vec::new()),
            // A wish that cannot be read is none.
            Some(wanted) => (Vec::new(), values(wanted).unwrap_or_default()),
            None => (Vec::new(), Vec::new()),
        };
        Ok(Self {
            userinfo: userinfo.claims(),
            subject: id_token
                .get("sub")
                .and_then(|wanted| wanted.get("value"))
                .and_then(Value::as_str)
                .map(str::to_owned),
            acr,
            preferred_acr,
            id_token: id_token.claims(),
        })
    }
}

/// One member of the parameter: the requested claims, each with its options.
struct Wanted<'a>(Vec<(&'a str, Option<&'a Map<String, Value>>)>);

impl<'a> Wanted<'a> {
    fn read(member: Option<&'a Value>) -> Result<Self, MalformedClaimsRequest> {
        let claims = match member {
            None | Some(Value::Null) => return Ok(Self(Vec::new())),
            Some(Value::Object(claims)) => claims,
            Some(_) => return Err(MalformedClaimsRequest),
        };
        let read = claims.iter().map(|(name, said)| match said {
            Value::Null => Ok((name.as_str(), None)),
            Value::Object(said) => Ok((name.as_str(), Some(said))),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Err(MalformedClaimsRequest),
        });
        read.collect::<Result<_, _>>().map(Self)
    }

    fn get(&self, name: &str) -> Option<&'a Map<String, Value>> {
        self.0.iter().find(|(known, _)| *known == name).and_then(|(_, said)| *said)
    }

    fn claims(&self) -> BTreeSet<Claim> {
        self.0.iter().filter_map(|(name, _)| Claim::parse(name)).collect()
    }
}

/// Returns the texts in `value` and `values`. Another type in their place is refused: a demand that cannot be read is not
/// the same as none.
fn values(said: &Map<String, Value>) -> Result<Vec<String>, MalformedClaimsRequest> {
    let several = match said.get("values") {
        None => [].as_slice(),
        Some(several) => several.as_array().ok_or(MalformedClaimsRequest)?,
    };
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or(MalformedClaimsRequest);
    said.get("value").into_iter().chain(several).map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o16_single_claims_are_asked_for_at_either_place() {
        let text = r#"{"userinfo":{"name":{"essential":true},"email":null,"shoe_size":null},
            "id_token":{"phone_number":null,"sub":{"value":"usr_x"},"acr":{"essential":true,"values":["a","b"]}},"more":1}"#;
        let request = ClaimsRequest::parse(text).unwrap();
        assert_eq!(request.userinfo, [Claim::Name, Claim::Email].into());
        assert_eq!(request.id_token, [Claim::PhoneNumber].into());
        assert_eq!(request.subject.as_deref(), Some("usr_x"));
        assert_eq!((request.acr, request.preferred_acr), (vec!["a".to_owned(), "b".to_owned()], Vec::new()));
    }

    #[test]
    fn c234_a_voluntary_acr_is_a_wish_and_no_demand() {
        let preferred_acr = ["a", "b"].map(str::to_owned).to_vec();
        let wishes = ClaimsRequest { preferred_acr, ..ClaimsRequest::default() };
        for text in [r#"{"values":["a","b"]}"#, r#"{"essential":false,"value":"a","values":["b"]}"#] {
            assert_eq!(ClaimsRequest::parse(&format!(r#"{{"id_token":{{"acr":{text}}}}}"#)), Ok(wishes.clone()));
        }
        for unread in ["null", "{}", r#"{"value":1}"#, r#"{"values":"a"}"#] {
            let request = ClaimsRequest::parse(&format!(r#"{{"id_token":{{"acr":{unread}}}}}"#));
            assert_eq!(request, Ok(ClaimsRequest::default()), "{unread}");
        }
        let one = ClaimsRequest::parse(r#"{"id_token":{"acr":{"essential":true,"value":"a"}}}"#).unwrap();
        assert_eq!(one.acr, ["a"]);
        assert_eq!(ClaimsRequest::parse("{}").unwrap(), ClaimsRequest::default());
    }

    #[test]
    fn what_is_no_object_of_objects_is_refused() {
        let essential = |value: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,{value}}}}}}}"#);
        let unread =
            [r#""value":["gold"]"#, r#""values":"gold""#, r#""values":[["gold"]]"#, r#""value":1"#].map(essential);
        let bad = ["", "[]", "1", "{", r#"{"userinfo":[]}"#, r#"{"id_token":{"name":1}}"#];
        for bad in bad.into_iter().chain(unread.iter().map(String::as_str)) {
            assert_eq!(ClaimsRequest::parse(bad), Err(MalformedClaimsRequest), "{bad}");
        }
    }
}
