//! The members of a registration request, each parsed into its type, and the errors for invalid ones.

use std::borrow::Cow;
use std::fmt::Display;

use serde_json::{Map, Value};

use crate::values::client_link::LinkUrl;
use crate::values::server_uri::ServerUri;

const MAX_TEXT_BYTES: usize = 256;

/// The `error` of a refused registration (RFC 7591 §3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationErrorCode {
    /// A redirect URI is malformed, missing, or not allowed for this client.
    InvalidRedirectUri,
    /// Any other member is invalid.
    InvalidClientMetadata,
    /// The software statement does not come from a trusted party.
    UnapprovedSoftwareStatement,
}

/// The reason to refuse a registration: the member, and its fault. It contains nothing of the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {why}")]
pub struct MetadataError {
    code: RegistrationErrorCode,
    member: &'static str,
    why: Cow<'static, str>,
}

impl RegistrationErrorCode {
    /// The value of `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
        }
    }
}

impl MetadataError {
    /// Creates an error about a member, with `invalid_client_metadata`. `why` is a sentence written by this server,
    /// without quotes and backslashes.
    pub fn of(member: &'static str, why: impl Into<Cow<'static, str>>) -> Self {
        Self { code: RegistrationErrorCode::InvalidClientMetadata, member, why: why.into() }
    }

    /// Creates an error about the redirect URIs.
    pub fn of_redirect_uris(why: impl Into<Cow<'static, str>>) -> Self {
        Self::of("redirect_uris", why).with(RegistrationErrorCode::InvalidRedirectUri)
    }

    /// Returns the same error with another code.
    #[must_use]
    pub fn with(self, code: RegistrationErrorCode) -> Self {
        Self { code, ..self }
    }

    /// The name of the member at fault.
    pub const fn member(&self) -> &'static str {
        self.member
    }

    /// The code to send in `error`.
    pub const fn code(&self) -> RegistrationErrorCode {
        self.code
    }
}

/// The members of a request; a `null` member counts as absent.
pub(crate) struct Members(Map<String, Value>);

impl Members {
    pub(crate) fn new(mut members: Map<String, Value>) -> Self {
        members.retain(|_, value| !value.is_null());
        Self(members)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, MetadataError> {
        let text = |value: &'_ Value| value.as_str().is_some();
        match self.value(name) {
            Some(value) if !text(value) => Err(MetadataError::of(name, "it is not a text")),
            value => Ok(value.and_then(Value::as_str)),
        }
    }

    /// Returns a text that this server does not interpret.
    pub(crate) fn owned(&self, name: &'static str) -> Result<Option<String>, MetadataError> {
        match self.text(name)? {
            Some(text) if text.len() > MAX_TEXT_BYTES => Err(MetadataError::of(name, "it is longer than 256 bytes")),
            text => Ok(text.map(str::to_owned)),
        }
    }

    pub(crate) fn one<T, E: Display>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, MetadataError> {
        self.text(name)?.map(parse).transpose().map_err(|error| MetadataError::of(name, error.to_string()))
    }

    fn texts(&self, name: &'static str) -> Result<Option<Vec<&str>>, MetadataError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let texts = value.as_array().and_then(|values| values.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        texts.map(Some).ok_or_else(|| MetadataError::of(name, "it is not an array of texts"))
    }

    /// Returns a list with a limited number of texts, each parsed by `parse`.
    pub(crate) fn several<T, E: Display>(
        &self,
        name: &'static str,
        most: usize,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<Vec<T>>, MetadataError> {
        let Some(texts) = self.texts(name)? else { return Ok(None) };
        if texts.len() > most {
            return Err(MetadataError::of(name, format!("there are more than {most}")));
        }
        let read =
            texts.into_iter().map(|text| parse(text).map_err(|error| MetadataError::of(name, error.to_string())));
        read.collect::<Result<_, _>>().map(Some)
    }

    /// Returns those values of a list that this server knows; `None` if the list is absent or empty.
    pub(crate) fn known<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Vec<T>>, MetadataError> {
        let texts = self.texts(name)?.filter(|texts| !texts.is_empty());
        Ok(texts.map(|texts| texts.into_iter().filter_map(parse).collect()))
    }

    /// Returns a text that is only stored and shown: one that is too long counts as absent.
    pub(crate) fn note(&self, name: &str) -> Option<String> {
        self.value(name).and_then(Value::as_str).filter(|text| is_note(text)).map(str::to_owned)
    }

    /// Returns the texts of a list that is only stored and shown, without those that are too long.
    pub(crate) fn notes(&self, name: &str, most: usize) -> Option<Vec<String>> {
        let texts = self.value(name)?.as_array()?.iter().filter_map(Value::as_str).filter(|text| is_note(text));
        Some(texts.take(most).map(str::to_owned).collect::<Vec<_>>()).filter(|notes| !notes.is_empty())
    }

    /// Returns an `https` URL that is only stored and shown: any other text counts as absent.
    pub(crate) fn url(&self, name: &str) -> Option<String> {
        self.value(name).and_then(Value::as_str).filter(|text| LinkUrl::parse(text).is_ok()).map(str::to_owned)
    }

    /// Returns an `https` URL to which people are sent; an empty text counts as absent.
    pub(crate) fn link(&self, name: &'static str) -> Result<Option<String>, MetadataError> {
        let link = |text: &str| LinkUrl::parse(text).map_err(|error| MetadataError::of(name, error.to_string()));
        let text = self.text(name)?.filter(|text| !text.is_empty());
        Ok(text.map(link).transpose()?.map(|link| link.as_str().to_owned()))
    }

    /// Returns the URL of an image, which this server may request: any other text counts as absent.
    pub(crate) fn image(&self, name: &str) -> Option<String> {
        self.value(name).and_then(Value::as_str).filter(|text| ServerUri::parse(text).is_ok()).map(str::to_owned)
    }

    pub(crate) fn flag(&self, name: &'static str) -> Result<Option<bool>, MetadataError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| MetadataError::of(name, "it is neither true nor false"))
    }

    pub(crate) fn seconds(&self, name: &'static str) -> Result<Option<u32>, MetadataError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let seconds = value.as_u64().map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX));
        seconds.map(Some).ok_or_else(|| MetadataError::of(name, "it is not a whole number of seconds"))
    }

    /// Returns a URL that this server may request. It follows the rules of `jwks_uri`, so that a URL on this
    /// machine can be used for testing.
    pub(crate) fn served(&self, name: &'static str) -> Result<Option<String>, MetadataError> {
        let text = self.text(name)?;
        match text.map(ServerUri::parse) {
            Some(Err(_)) => Err(MetadataError::of(name, "it is not an https URL")),
            Some(Ok(_)) | None => Ok(text.map(str::to_owned)),
        }
    }
}

fn is_note(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TEXT_BYTES
}
