//! Descriptive client metadata, which has no effect on this server: it is stored and returned to the client (RFC
//! 7591 §3.2.1).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::registration::members::{Members, MetadataError};
use crate::values::client_link::ClientLink;

const MAX_CONTACTS: usize = 16;
const MAX_ACR_VALUES: usize = 8;

/// The members of RFC 7591 §2 and of OpenID Connect Dynamic Client Registration §2 that are only stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutClient {
    /// `application_type`: a web app or a native app; `None` in a request that does not tell.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub application_type: Option<ApplicationType>,
    /// `sector_identifier_uri`: the URL of the sector's redirect URIs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sector_identifier_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    client_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    logo_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    policy_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    tos_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    contacts: Option<Vec<String>>,
    /// Has no effect, because every ID token contains `auth_time`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    require_auth_time: Option<bool>,
    /// `default_acr_values`: the authentication contexts preferred by default.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub default_acr_values: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    initiate_login_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    software_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    software_version: Option<String>,
}

/// `application_type` (OpenID Connect Dynamic Client Registration §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// An app on a server or in a browser.
    Web,
    /// An app on a person's device.
    Native,
}

/// The error for a text that [`AboutClient`] did not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not what is kept about a client")]
pub struct MalformedAbout;

impl AboutClient {
    /// Reads the members. One that is only stored and shown never stops a registration: a value of no use counts as
    /// absent, and the response does not contain it (RFC 7591 §2). Other sites send people to `initiate_login_uri`, so it
    /// must be `https` (OpenID Connect Dynamic Client Registration §2).
    pub(crate) fn read(members: &Members) -> Result<Self, MetadataError> {
        Ok(Self {
            application_type: application_type(members)?,
            sector_identifier_uri: members.served("sector_identifier_uri")?,
            client_uri: members.url("client_uri"),
            logo_uri: members.image("logo_uri"),
            policy_uri: members.url("policy_uri"),
            tos_uri: members.url("tos_uri"),
            contacts: members.notes("contacts", MAX_CONTACTS),
            require_auth_time: members.value("require_auth_time").and_then(Value::as_bool),
            default_acr_values: members.notes("default_acr_values", MAX_ACR_VALUES),
            initiate_login_uri: members.link("initiate_login_uri")?,
            software_id: members.note("software_id"),
            software_version: members.note("software_version"),
        })
    }

    /// Reads the format that `Display` writes.
    ///
    /// # Errors
    /// [`MalformedAbout`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedAbout> {
        serde_json::from_str(text).map_err(|_| MalformedAbout)
    }

    /// Returns a link of the client, if it is an https URL. An earlier version stored others.
    pub fn link(&self, link: ClientLink) -> Option<&str> {
        let url = match link {
            ClientLink::Website => &self.client_uri,
            ClientLink::Policy => &self.policy_uri,
            ClientLink::Terms => &self.tos_uri,
        };
        secure(url.as_deref())
    }

    /// Returns `logo_uri`, the URL of the client's logo.
    pub fn logo_uri(&self) -> Option<&str> {
        self.logo_uri.as_deref()
    }

    /// Returns the host of `sector_identifier_uri`.
    pub fn sector_host(&self) -> Option<String> {
        let url = Url::parse(self.sector_identifier_uri.as_deref()?).ok()?;
        url.host_str().map(str::to_owned)
    }
}

impl fmt::Display for AboutClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

fn secure(url: Option<&str>) -> Option<&str> {
    url.filter(|url| url.starts_with("https://"))
}

fn application_type(members: &Members) -> Result<Option<ApplicationType>, MetadataError> {
    match members.text("application_type")? {
        None | Some("") => Ok(None),
        Some("web") => Ok(Some(ApplicationType::Web)),
        Some("native") => Ok(Some(ApplicationType::Native)),
        Some(_) => Err(MetadataError::of("application_type", "it must be web or native")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::registration::members::RegistrationErrorCode;

    #[test]
    fn c164_what_only_describes_a_client_is_kept_if_it_is_of_use_and_stops_nothing() {
        let read = |member: &str, value: &Value| {
            let document = json!({ member: value });
            AboutClient::read(&Members::new(document.as_object().unwrap().clone())).unwrap()
        };
        let odd = [json!(""), json!(7), json!({}), json!([]), json!([1]), json!(true), json!("x".repeat(257))];
        for member in ["client_uri", "logo_uri", "policy_uri", "tos_uri"] {
            for value in odd.iter().chain(&[
                json!("http://app.example/"),
                json!("javascript:alert(1)"),
                json!("https://user@app.example/"),
                json!("https://app.example\\@evil.example/"),
                json!("app.example"),
                json!(" https://app.example/"),
            ]) {
                assert_eq!(read(member, value), AboutClient::default(), "{member}: {value}");
            }
            let kept = read(member, &json!("https://app.example/x")).to_string();
            assert_eq!(kept, format!("{{\"{member}\":\"https://app.example/x\"}}"));
        }
        for member in ["contacts", "software_id", "software_version", "default_acr_values"] {
            for value in &odd {
                assert_eq!(read(member, value), AboutClient::default(), "{member}: {value}");
            }
        }
        assert_eq!(read("require_auth_time", &json!("true")), AboutClient::default());
        let contacts = read("contacts", &json!(["a@app.example", 7, "", "x".repeat(257), "b@app.example"]));
        assert_eq!(contacts.to_string(), "{\"contacts\":[\"a@app.example\",\"b@app.example\"]}");
        assert_eq!(read("contacts", &json!(vec!["a"; 99])).contacts.map(|kept| kept.len()), Some(MAX_CONTACTS));
    }

    #[test]
    fn a_login_can_be_initiated_at_an_https_url_only() {
        let read = |value: &Value| {
            let document = json!({ "initiate_login_uri": value });
            AboutClient::read(&Members::new(document.as_object().unwrap().clone()))
        };
        for absent in [json!(null), json!("")] {
            assert_eq!(read(&absent), Ok(AboutClient::default()), "{absent}");
        }
        for bad in [json!("http://app.example/"), json!("javascript:alert(1)"), json!("app.example"), json!(7)] {
            let code = read(&bad).err().map(|error| error.code());
            assert_eq!(code, Some(RegistrationErrorCode::InvalidClientMetadata), "{bad}");
        }
        let kept = read(&json!("https://app.example/x")).unwrap().to_string();
        assert_eq!(kept, "{\"initiate_login_uri\":\"https://app.example/x\"}");
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let whole = AboutClient {
            application_type: Some(ApplicationType::Native),
            sector_identifier_uri: Some("https://Sector.example:8443/s.json".to_owned()),
            contacts: Some(vec!["é \" \\".to_owned()]),
            require_auth_time: Some(false),
            policy_uri: Some("https://app.example/policy".to_owned()),
            tos_uri: Some("http://app.example/terms".to_owned()),
            ..AboutClient::default()
        };
        let links = ClientLink::ALL.map(|link| whole.link(link));
        assert_eq!((links, whole.logo_uri()), ([None, Some("https://app.example/policy"), None], None));
        for about in [AboutClient::default(), whole.clone()] {
            assert_eq!(AboutClient::parse(&about.to_string()), Ok(about));
        }
        assert_eq!(AboutClient::default().to_string(), "{}");
        // An earlier version always stored the type.
        let web = AboutClient::parse("{\"application_type\":\"web\"}").unwrap();
        assert_eq!(web.application_type, Some(ApplicationType::Web));
        assert_eq!(whole.sector_host().as_deref(), Some("sector.example"));
        assert_eq!(AboutClient::default().sector_host(), None);
        assert_eq!(AboutClient::parse("no JSON"), Err(MalformedAbout));
    }
}
