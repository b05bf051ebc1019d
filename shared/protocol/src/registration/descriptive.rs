//! Descriptive client metadata, which has no effect on this server: it is stored and returned to the client (RFC
//! 7591 §3.2.1).

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::registration::members::{Members, MetadataError};

const MAX_CONTACTS: usize = 16;
const MAX_ACR_VALUES: usize = 8;

/// The members of RFC 7591 §2 and of OpenID Connect Dynamic Client Registration §2 that are only stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutClient {
    /// `application_type`: a web app or a native app.
    pub application_type: ApplicationType,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// An app on a server or in a browser.
    #[default]
    Web,
    /// An app on a person's device.
    Native,
}

/// The error for a text that [`AboutClient`] did not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not what is kept about a client")]
pub struct MalformedAbout;

impl AboutClient {
    pub(crate) fn read(members: &Members) -> Result<Self, MetadataError> {
        Ok(Self {
            application_type: application_type(members)?,
            sector_identifier_uri: members.served("sector_identifier_uri")?,
            client_uri: members.url("client_uri")?,
            logo_uri: members.url("logo_uri")?,
            policy_uri: members.url("policy_uri")?,
            tos_uri: members.url("tos_uri")?,
            contacts: members.notes("contacts", MAX_CONTACTS)?,
            require_auth_time: members.flag("require_auth_time")?,
            default_acr_values: members.notes("default_acr_values", MAX_ACR_VALUES)?,
            initiate_login_uri: members.url("initiate_login_uri")?,
            software_id: members.owned("software_id")?,
            software_version: members.owned("software_version")?,
        })
    }

    /// Reads the format that `Display` writes.
    ///
    /// # Errors
    /// [`MalformedAbout`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedAbout> {
        serde_json::from_str(text).map_err(|_| MalformedAbout)
    }

    /// Returns `policy_uri`, the client's own privacy policy, if it is an https URL.
    pub fn policy(&self) -> Option<&str> {
        secure(self.policy_uri.as_deref())
    }

    /// Returns `tos_uri`, the client's own terms of service, if it is an https URL.
    pub fn terms(&self) -> Option<&str> {
        secure(self.tos_uri.as_deref())
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

fn application_type(members: &Members) -> Result<ApplicationType, MetadataError> {
    match members.text("application_type")? {
        None | Some("web") => Ok(ApplicationType::Web),
        Some("native") => Ok(ApplicationType::Native),
        Some(_) => Err(MetadataError::of("application_type", "it is web or native")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again() {
        let whole = AboutClient {
            application_type: ApplicationType::Native,
            sector_identifier_uri: Some("https://Sector.example:8443/s.json".to_owned()),
            contacts: Some(vec!["é \" \\".to_owned()]),
            require_auth_time: Some(false),
            policy_uri: Some("https://app.example/policy".to_owned()),
            tos_uri: Some("http://app.example/terms".to_owned()),
            ..AboutClient::default()
        };
        assert_eq!((whole.policy(), whole.terms()), (Some("https://app.example/policy"), None));
        for about in [AboutClient::default(), whole.clone()] {
            assert_eq!(AboutClient::parse(&about.to_string()), Ok(about));
        }
        assert_eq!(AboutClient::default().to_string(), "{\"application_type\":\"web\"}");
        assert_eq!(whole.sector_host().as_deref(), Some("sector.example"));
        assert_eq!(AboutClient::default().sector_host(), None);
        assert_eq!(AboutClient::parse("{}"), Err(MalformedAbout));
    }
}
