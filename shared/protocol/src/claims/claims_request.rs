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
    /// The only acceptable people (§5.5.1), by their `sub`: `None` accepts anybody, and a set without members nobody.
    pub subjects: Option<BTreeSet<String>>,
    /// The only acceptable authentication contexts (§5.5.1.1): an essential `acr` in the ID token; empty accepts
    /// any.
    pub acr: Vec<String>,
    /// The preferred authentication contexts, the first one most: a voluntary `acr` in the ID token.
    pub preferred_acr: Vec<String>,
}

/// The error for a `claims` parameter that is not a JSON object of objects, or has a demand that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("claims must be a JSON object with the members userinfo and id_token, and demand sub and acr as texts")]
pub struct MalformedClaimsRequest;

impl ClaimsRequest {
    /// Reads the parameter. Unknown claims and members are ignored (§5.5).
    ///
    /// # Errors
    /// [`MalformedClaimsRequest`] when the text is not a JSON object of objects, or demands what cannot be read: that is not
    /// the same as no demand.
    pub fn parse(text: &str) -> Result<Self, MalformedClaimsRequest> {
        let whole: Map<String, Value> = serde_json::from_str(text).map_err(|_| MalformedClaimsRequest)?;
        let userinfo = Wanted::read(whole.get("userinfo"))?;
        let id_token = Wanted::read(whole.get("id_token"))?;
        let (acr, preferred_acr) = match id_token.get("acr") {
            Some(wanted) if is_essential(wanted)? => (values(wanted)?, Vec::new()),
            // A wish that cannot be read is none.
            Some(wanted) => (Vec::new(), values(wanted).unwrap_or_default()),
            None => (Vec::new(), Vec::new()),
        };
        Ok(Self {
            userinfo: userinfo.claims(),
            subjects: subjects([&userinfo, &id_token])?,
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

/// Returns whether a claim is requested as essential.
fn is_essential(said: &Map<String, Value>) -> Result<bool, MalformedClaimsRequest> {
    match said.get("essential") {
        None | Some(Value::Null) => Ok(false),
        Some(essential) => essential.as_bool().ok_or(MalformedClaimsRequest),
    }
}

/// Returns the people who meet every demand for `sub`: each `value`, and one of each `values`. `sub` is the same in the ID
/// token and in the UserInfo response (§5.3.2), so a demand at either place is one for both.
fn subjects(members: [&Wanted<'_>; 2]) -> Result<Option<BTreeSet<String>>, MalformedClaimsRequest> {
    let mut demands: Vec<BTreeSet<String>> = Vec::new();
    for said in members.into_iter().filter_map(|member| member.get("sub")) {
        demands.extend(said.get("value").map(text).transpose()?.map(|only| BTreeSet::from([only])));
        demands.extend(said.get("values").map(texts).transpose()?.map(BTreeSet::from_iter));
    }
    Ok(demands.into_iter().reduce(|all, next| &all & &next))
}

/// Returns the texts in `value` and `values`.
fn values(said: &Map<String, Value>) -> Result<Vec<String>, MalformedClaimsRequest> {
    let one = said.get("value").map(text).transpose()?;
    let several = said.get("values").map(texts).transpose()?;
    Ok(one.into_iter().chain(several.into_iter().flatten()).collect())
}

fn texts(values: &Value) -> Result<Vec<String>, MalformedClaimsRequest> {
    values.as_array().ok_or(MalformedClaimsRequest)?.iter().map(text).collect()
}

fn text(value: &Value) -> Result<String, MalformedClaimsRequest> {
    value.as_str().map(str::to_owned).ok_or(MalformedClaimsRequest)
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
        assert_eq!(request.subjects, Some(["usr_x".to_owned()].into()));
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
    fn o14_a_demand_for_people_is_met_by_who_meets_all_of_it() {
        for (text, people) in [
            (r#"{"id_token":{"sub":null}}"#, None),
            (r#"{"id_token":{"sub":{"essential":true}}}"#, None),
            (r#"{"id_token":{"sub":{"value":"a"}}}"#, Some("a")),
            (r#"{"id_token":{"sub":{"values":["a"]}}}"#, Some("a")),
            (r#"{"id_token":{"sub":{"values":["a","b"]}}}"#, Some("a b")),
            (r#"{"id_token":{"sub":{"value":"b","values":["a","b"]}}}"#, Some("b")),
            (r#"{"id_token":{"sub":{"value":"c","values":["a","b"]}}}"#, Some("")),
            (r#"{"id_token":{"sub":{"values":[]}}}"#, Some("")),
            (r#"{"userinfo":{"sub":{"value":"a"}}}"#, Some("a")),
            (r#"{"userinfo":{"sub":{"value":"a"}},"id_token":{"sub":{"value":"b"}}}"#, Some("")),
        ] {
            let people: Option<BTreeSet<String>> =
                people.map(|people| people.split_whitespace().map(str::to_owned).collect());
            assert_eq!(ClaimsRequest::parse(text).unwrap().subjects, people, "{text}");
        }
    }

    #[test]
    fn what_is_no_object_of_objects_is_refused() {
        let unread = [r#""value":["gold"]"#, r#""values":"gold""#, r#""values":[["gold"]]"#, r#""value":1"#];
        let essential = |value: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,{value}}}}}}}"#);
        let sub_in = |member: &str, value: &str| format!(r#"{{"{member}":{{"sub":{{{value}}}}}}}"#);
        let demands = unread.into_iter().chain([r#""value":null"#, r#""values":null"#, r#""values":["gold",1]"#]);
        let unread: Vec<String> = demands
            .flat_map(|value| [essential(value), sub_in("id_token", value), sub_in("userinfo", value)])
            .chain([r#"{"id_token":{"acr":{"essential":"true","value":"gold"}}}"#.to_owned()])
            .collect();
        let bad = ["", "[]", "1", "{", r#"{"userinfo":[]}"#, r#"{"id_token":{"name":1}}"#];
        for bad in bad.into_iter().chain(unread.iter().map(String::as_str)) {
            assert_eq!(ClaimsRequest::parse(bad), Err(MalformedClaimsRequest), "{bad}");
        }
    }
}
