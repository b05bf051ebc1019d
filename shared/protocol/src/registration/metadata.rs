//! Client metadata (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2): parses and validates the form of a
//! self-registration request, and lists the members of the response that tell what was registered.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::registration::descriptive::AboutClient;
use crate::registration::members::{Members, MetadataError, RegistrationErrorCode};
use crate::registration::unsupported::refuse_unsupported;
use crate::values::grant_type::GrantType;
use crate::values::localized::{LanguageTag, MAX_LANGUAGES};
use crate::values::names::ClientId;
use crate::values::redirect_uri::RedirectUri;
use crate::values::response_type::ResponseType;
use crate::values::scope::Scope;
use crate::values::secret::Secret;
use crate::values::server_uri::ServerUri;
use crate::values::subject_type::SubjectType;

/// The largest registration request that is read, in bytes.
pub const MAX_METADATA_BYTES: usize = 16 * 1024;

const MAX_URIS: usize = 32;
/// The start of a member with the client's name in the language that follows.
const NAME_IN: &str = "client_name#";

/// The metadata that a client requests. An absent or `null` member is `None`, or an empty list where several values
/// are allowed.
#[derive(Clone, Debug)]
pub struct ClientMetadata {
    /// `redirect_uris`: the URIs that may receive responses.
    pub redirect_uris: Vec<RedirectUri>,
    /// `token_endpoint_auth_method`: the client's authentication method.
    pub auth_method: Option<String>,
    /// `token_endpoint_auth_signing_alg`: the algorithm of the client's assertions.
    pub assertion_algorithm: Option<String>,
    /// `grant_types`: those that this server knows of the grant types that the client wants to use.
    pub grant_types: Option<Vec<GrantType>>,
    /// `response_types`: those that this server knows of the response types that the client wants to use.
    pub response_types: Option<Vec<ResponseType>>,
    /// `client_name`: the name displayed to people.
    pub name: Option<String>,
    /// `client_name#LANGUAGE`: the names displayed to people who read these languages (RFC 7591 §2.2).
    pub name_in: BTreeMap<LanguageTag, String>,
    /// `scope`: the scope that the client wants to use, without words that no scope can have.
    pub scope: Option<Scope>,
    /// The client's keys: `jwks` as JSON, or `jwks_uri`.
    pub keys: Option<AskedKeys>,
    /// `subject_type`: public or pairwise subjects.
    pub subject_type: SubjectType,
    /// `id_token_signed_response_alg`: the signature algorithm of ID tokens.
    pub id_token_algorithm: Option<String>,
    /// `userinfo_signed_response_alg`: the signature algorithm of UserInfo responses.
    pub userinfo_algorithm: Option<String>,
    /// `default_max_age`: the default maximum age of a sign-in, in seconds.
    pub default_max_age: Option<u32>,
    /// `post_logout_redirect_uris`: the URIs allowed after a sign-out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// `backchannel_logout_uri`: the URL that is notified when a session ends.
    pub backchannel_logout_uri: Option<ServerUri>,
    /// `backchannel_logout_session_required`: `true` when notifications must identify the session.
    pub backchannel_logout_session_required: bool,
    /// `dpop_bound_access_tokens`: `true` when the client always proves the key of its tokens (RFC 9449 §5.2).
    pub dpop_bound_access_tokens: bool,
    /// `authorization_signed_response_alg`: the signature algorithm of signed authorization responses.
    pub response_algorithm: Option<String>,
    /// `request_object_signing_alg`: the only algorithm of the client's request objects.
    pub request_object_algorithm: Option<String>,
    /// `request_uris`: the places of its request objects, which are read where such references are followed.
    pub request_uris: Vec<String>,
    /// `require_pushed_authorization_requests`: `true` when the client must push its authorization requests.
    pub requires_pushed_requests: bool,
    /// The metadata that is stored and returned, but has no effect.
    pub about: AboutClient,
    /// `client_id`, sent only in an update.
    pub client_id: Option<ClientId>,
    /// `client_secret`, sent only in an update.
    pub client_secret: Option<Secret>,
}

/// The metadata that are registered for a client, as the response tells them (RFC 7591 §3.2.1).
#[derive(Serialize)]
pub struct RegisteredMetadata<'a> {
    /// The client's name, as displayed to people.
    pub client_name: &'a str,
    /// Its names in some languages, each with its member, `client_name#LANGUAGE`.
    #[serde(flatten)]
    pub client_name_in: BTreeMap<String, &'a str>,
    /// The URIs that may receive responses.
    pub redirect_uris: Vec<&'a str>,
    /// The client's authentication method at the token endpoint.
    pub token_endpoint_auth_method: &'static str,
    /// The only algorithm accepted for the client's assertions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<&'static str>,
    /// The grant types that the client may use.
    pub grant_types: Vec<&'static str>,
    /// The response types that the client may request.
    pub response_types: Vec<&'static str>,
    /// The largest scope that the client may get, if it may get any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The client's public keys, when it registered them inline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// The URL where the client serves its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<&'a str>,
    /// The subject type, `public` or `pairwise`.
    pub subject_type: &'static str,
    /// The signature algorithm of the client's ID tokens.
    pub id_token_signed_response_alg: &'static str,
    /// The signature algorithm of UserInfo responses for this client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<&'static str>,
    /// The maximum age of a sign-in, in seconds, when a request does not set one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u32>,
    /// The URIs to which people may be redirected after they sign out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<&'a str>,
    /// The URL that is notified when a session ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<&'a str>,
    /// `true` when notifications must identify the session. Present only with `backchannel_logout_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_session_required: Option<bool>,
    /// `true` when the client gets no access token without a DPoP proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpop_bound_access_tokens: Option<bool>,
    /// The signature algorithm of the client's signed authorization responses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<&'static str>,
    /// The only algorithm accepted for the client's request objects (RFC 9101 §10.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<&'static str>,
    /// The places of the client's request objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<&'a str>,
    /// `true` when the client must push its authorization requests (RFC 9126 §6).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub require_pushed_authorization_requests: bool,
    /// The metadata that is only stored.
    #[serde(flatten)]
    pub about: Option<&'a AboutClient>,
}

impl<'a> RegisteredMetadata<'a> {
    /// Returns the members for names by language.
    pub fn names_in(names: &'a BTreeMap<LanguageTag, String>) -> BTreeMap<String, &'a str> {
        names.iter().map(|(tag, name)| (format!("{NAME_IN}{tag}"), name.as_str())).collect()
    }
}

/// The source of a client's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedKeys {
    /// `jwks`: the key set as JSON.
    Inline(String),
    /// `jwks_uri`: the URL of the key set.
    At(ServerUri),
}

impl ClientMetadata {
    /// Returns the names that the client gives itself. A rule for its name holds for each of them.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.name.iter().chain(self.name_in.values())
    }

    /// Reads a request (RFC 7591 §3.1). Unknown members are ignored (§2).
    ///
    /// # Errors
    /// [`MetadataError`] for the first fault: the body is not a JSON object, a member has the wrong type or an
    /// invalid value, or a member requests an unsupported feature.
    pub fn parse(body: &[u8]) -> Result<Self, MetadataError> {
        let whole = |why| MetadataError::of("request", why);
        if body.len() > MAX_METADATA_BYTES {
            return Err(whole("it is larger than 16 KiB"));
        }
        let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
            return Err(whole("it is not a JSON object"));
        };
        let members = Members::new(members);
        refuse_unsupported(&members)?;
        let uri = |text: &str| RedirectUri::parse(text);
        let refused = |error: MetadataError| error.with(RegistrationErrorCode::InvalidRedirectUri);
        Ok(Self {
            redirect_uris: members.several("redirect_uris", MAX_URIS, uri).map_err(refused)?.unwrap_or_default(),
            auth_method: members.owned("token_endpoint_auth_method")?,
            assertion_algorithm: members.owned("token_endpoint_auth_signing_alg")?,
            grant_types: members.known("grant_types", GrantType::parse)?,
            response_types: members.known("response_types", ResponseType::parse)?,
            name: shown_name(&members, "client_name"),
            name_in: names_in(&members)?,
            scope: members.text("scope")?.map(legal_words),
            keys: keys(&members)?,
            subject_type: subject_type(&members)?,
            id_token_algorithm: members.owned("id_token_signed_response_alg")?,
            userinfo_algorithm: members.owned("userinfo_signed_response_alg")?,
            default_max_age: members.seconds("default_max_age")?,
            post_logout_redirect_uris: members.several("post_logout_redirect_uris", MAX_URIS, uri)?.unwrap_or_default(),
            backchannel_logout_uri: members.one("backchannel_logout_uri", ServerUri::parse)?,
            backchannel_logout_session_required: members
                .flag("backchannel_logout_session_required")?
                .unwrap_or_default(),
            dpop_bound_access_tokens: members.flag("dpop_bound_access_tokens")?.unwrap_or_default(),
            response_algorithm: members.owned("authorization_signed_response_alg")?,
            request_object_algorithm: members.owned("request_object_signing_alg")?,
            request_uris: texts_of(&members, "request_uris"),
            requires_pushed_requests: members.flag("require_pushed_authorization_requests")?.unwrap_or_default(),
            about: AboutClient::read(&members)?,
            client_id: members.one("client_id", ClientId::parse)?,
            client_secret: members.owned("client_secret")?.map(Secret::new),
        })
    }
}

/// Reads a name, which is only shown: a value of no use counts as absent. A client without a name is shown by its id.
fn shown_name(members: &Members, member: &str) -> Option<String> {
    let name = members.value(member).and_then(Value::as_str)?;
    (!name.trim().is_empty()).then(|| name.to_owned())
}

/// Reads the names by language. A member whose tag is that of no language is an unknown one.
fn names_in(members: &Members) -> Result<BTreeMap<LanguageTag, String>, MetadataError> {
    let tag = |member: &str| LanguageTag::parse(member.strip_prefix(NAME_IN)?).ok();
    let names = members.names().filter_map(|member| Some((tag(member)?, shown_name(members, member)?)));
    let names: BTreeMap<LanguageTag, String> = names.collect();
    if names.len() > MAX_LANGUAGES {
        return Err(MetadataError::of("client_name", "it is given in more than 20 languages"));
    }
    Ok(names)
}

/// Reads the texts of a list. Anything else in the list is ignored.
fn texts_of(members: &Members, name: &str) -> Vec<String> {
    let values = members.value(name).and_then(Value::as_array);
    values.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns the words of a text that a scope can have; the others name nothing that could be given.
fn legal_words(text: &str) -> Scope {
    let legal = text.split(' ').filter(|word| Scope::parse(word).is_ok());
    Scope::of(legal.filter(|word| !word.is_empty()))
}

fn keys(members: &Members) -> Result<Option<AskedKeys>, MetadataError> {
    let uri = members.one("jwks_uri", ServerUri::parse)?;
    match (members.value("jwks"), uri) {
        (Some(_), Some(_)) => Err(MetadataError::of("jwks", "give it or jwks_uri, and not both")),
        (Some(set), None) => Ok(Some(AskedKeys::Inline(set.to_string()))),
        (None, uri) => Ok(uri.map(AskedKeys::At)),
    }
}

fn subject_type(members: &Members) -> Result<SubjectType, MetadataError> {
    let Some(text) = members.text("subject_type")? else { return Ok(SubjectType::Public) };
    SubjectType::parse(text).ok_or_else(|| MetadataError::of("subject_type", "it must be public or pairwise"))
}

/// Reads the redirect URIs that a sector identifier lists: a JSON array of texts (OpenID Connect Core §8.1).
/// Returns `None` when the body is not such an array.
pub fn sector_redirect_uris(body: &[u8]) -> Option<Vec<String>> {
    serde_json::from_slice(body).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(document: &Value) -> Result<ClientMetadata, MetadataError> {
        ClientMetadata::parse(document.to_string().as_bytes())
    }

    /// Asserts that a member with this value is refused with this code, and that the error names it in characters
    /// of RFC 6749.
    fn assert_named(member: &str, value: &Value, code: RegistrationErrorCode) {
        let fault = parse(&json!({ member: value })).map(drop).unwrap_err();
        assert_eq!(fault.code(), code, "{member}: {value}");
        let told = fault.to_string();
        assert!(told.starts_with(&format!("{member}: ")), "{told}");
        let legal = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        assert!(told.bytes().all(legal), "{told}");
    }

    #[test]
    fn a_name_by_language_is_read_if_it_is_of_use_and_there_are_not_too_many() {
        let read = parse(&json!({
            "client_name": "Shop",
            "client_name#DE-at": "Laden",
            "client_name#ja-Jpan-JP": "店",
            "client_name#fr": " ",
            "client_name#es": 7,
            "client_name#": "none",
            "client_name#d": "none",
            "client_name#../de": "none",
            "client_name_de": "none",
        }));
        let read = read.unwrap();
        let told = RegisteredMetadata::names_in(&read.name_in);
        let expected = [("client_name#de-AT", "Laden"), ("client_name#ja-Jpan-JP", "店")];
        assert!(told.iter().map(|(member, name)| (member.as_str(), *name)).eq(expected), "{told:?}");
        assert_eq!(read.names().map(String::as_str).collect::<Vec<_>>(), ["Shop", "Laden", "店"]);
        let many = |count: u8| {
            let tags = (0..count).map(|place| format!("client_name#a{}", char::from(b'a' + place)));
            Value::Object(tags.map(|member| (member, json!("Shop"))).collect())
        };
        assert_eq!(parse(&many(20)).unwrap().name_in.len(), 20);
        let refused = parse(&many(21)).map(drop).unwrap_err();
        assert_eq!(refused.to_string(), "client_name: it is given in more than 20 languages");
    }

    #[test]
    fn what_is_absent_null_or_unknown_is_not_there() {
        let read = parse(&json!({
            "redirect_uris": ["https://app.example/cb"],
            "jwks": null,
            "request_object_signing_alg": null,
            "id_token_encrypted_response_alg": null,
            "software_statement": null,
            "request_uris": ["https://app.example/r"],
            "client_name#ja": "x",
            "tls_client_auth_subject_dn": 5,
        }));
        let read = read.unwrap();
        assert_eq!((read.keys, read.scope, read.grant_types, read.auth_method), (None, None, None, None));
        assert_eq!(read.subject_type, SubjectType::Public);
        assert_eq!(read.redirect_uris.len(), 1);
    }

    #[test]
    fn o30_o31_a_member_of_the_wrong_type_or_value_is_named() {
        use RegistrationErrorCode as Code;
        let rows = [
            ("redirect_uris", json!("https://app.example/cb"), Code::InvalidRedirectUri),
            ("redirect_uris", json!([1]), Code::InvalidRedirectUri),
            ("redirect_uris", json!(["https://app.example/cb#x"]), Code::InvalidRedirectUri),
            ("redirect_uris", json!(["http://app.example/cb"]), Code::InvalidRedirectUri),
            ("redirect_uris", json!(vec!["https://app.example/cb"; 33]), Code::InvalidRedirectUri),
            ("post_logout_redirect_uris", json!(["x"]), Code::InvalidClientMetadata),
            ("backchannel_logout_uri", json!("http://app.example/out"), Code::InvalidClientMetadata),
            ("backchannel_logout_session_required", json!("true"), Code::InvalidClientMetadata),
            ("token_endpoint_auth_method", json!(["none"]), Code::InvalidClientMetadata),
            ("grant_types", json!("authorization_code"), Code::InvalidClientMetadata),
            ("scope", json!(["openid"]), Code::InvalidClientMetadata),
            ("jwks_uri", json!("http://app.example/keys"), Code::InvalidClientMetadata),
            ("subject_type", json!("secret"), Code::InvalidClientMetadata),
            ("default_max_age", json!("1"), Code::InvalidClientMetadata),
            ("default_max_age", json!(-1), Code::InvalidClientMetadata),
            ("default_max_age", json!(1.5), Code::InvalidClientMetadata),
            ("require_pushed_authorization_requests", json!("true"), Code::InvalidClientMetadata),
            ("application_type", json!("service"), Code::InvalidClientMetadata),
            ("sector_identifier_uri", json!("http://app.example/s"), Code::InvalidClientMetadata),
            ("software_statement", json!("e30.e30."), Code::UnapprovedSoftwareStatement),
            ("client_id", json!("a b"), Code::InvalidClientMetadata),
        ];
        for (member, value, code) in rows {
            assert_named(member, &value, code);
        }
    }

    #[test]
    fn c164_what_is_not_known_is_left_out_and_an_empty_list_is_none() {
        let read = parse(&json!({
            "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code", "magic"],
            "response_types": ["code id_token", "code"],
            "scope": "read a\"b é  claudeai",
            "client_name": "é".repeat(120),
        }));
        let read = read.unwrap();
        assert_eq!(read.grant_types, Some(vec![GrantType::AuthorizationCode, GrantType::DeviceCode]));
        assert_eq!(read.response_types, Some(vec![ResponseType::Code]));
        assert_eq!(read.scope.unwrap().as_str(), "claudeai read");
        assert_eq!(read.name.unwrap().chars().count(), 120);
        for name in [json!(7), json!(["x"]), json!(""), json!(" \t"), json!(null)] {
            assert_eq!(parse(&json!({ "client_name": name })).unwrap().name, None, "{name}");
        }
        let empty = parse(&json!({ "grant_types": [], "response_types": [], "scope": "" })).unwrap();
        assert_eq!((empty.grant_types, empty.response_types), (None, None));
        assert!(empty.scope.unwrap().is_empty());
        let unknown = parse(&json!({ "grant_types": ["magic"], "response_types": ["magic"] })).unwrap();
        assert_eq!((unknown.grant_types, unknown.response_types), (Some(vec![]), Some(vec![])));
    }

    #[test]
    fn what_would_be_less_than_was_asked_is_refused() {
        for member in
            ["id_token_encrypted_response_alg", "userinfo_encrypted_response_enc", "request_object_encryption_alg"]
        {
            let fault = parse(&json!({ member: "RS256" })).map(drop).unwrap_err();
            assert_eq!(fault.code(), RegistrationErrorCode::InvalidClientMetadata, "{member}");
        }
        let both = json!({"jwks": {"keys": []}, "jwks_uri": "https://app.example/keys"});
        assert!(parse(&both).map(drop).unwrap_err().to_string().starts_with("jwks: "));
    }

    #[test]
    fn what_is_no_object_or_too_large_is_refused() {
        let large = format!("{{\"x\":\"{}\"}}", "x".repeat(MAX_METADATA_BYTES));
        let deep = "[".repeat(10_000);
        for body in ["", "[]", "null", "{\"a\":1", "\u{0}", &large, &deep] {
            assert!(ClientMetadata::parse(body.as_bytes()).is_err());
        }
        assert!(ClientMetadata::parse(b"{\"client_name\":\"\xff\"}").is_err());
        assert!(ClientMetadata::parse(b"{}").is_ok());
    }

    #[test]
    fn a_sector_identifier_is_an_array_of_texts() {
        assert_eq!(sector_redirect_uris(br#"["a","b"]"#), Some(vec!["a".to_owned(), "b".to_owned()]));
        for bad in ["", "{}", "[1]", "\"a\"", "<html>"] {
            assert_eq!(sector_redirect_uris(bad.as_bytes()), None, "{bad}");
        }
    }
}
