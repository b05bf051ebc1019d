//! Values that files and documents spell as texts. Each is checked where it stands, so that a fault has its line.

use std::fmt::{self, Display};

use grants::{
    AssertionAlgorithm, AudienceRule, AuthMethod, IdTokenClaims, IssuerName, PkceRule, Preset, Profile, Purpose,
    Sector, SigningAlgorithm, TokenFormat, TokenType,
};
use protocol::{
    AssertionTarget, ClaimNames, ClientId, GrantType, IssuerUrl, LanguageTag, LinkUrl, RedirectUri, RequestUri,
    Resource, Scope, ServerUri,
};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::args::duration;

/// The part of an error by which one that repeats a word is told from others.
pub(crate) const CANNOT: &str = " cannot be used: ";

/// A value that is spelled as a text.
pub(crate) trait Spelled: Sized {
    /// Reads the text, or says what must be different.
    fn read(text: &str) -> Result<Self, String>;

    /// Returns the text that reads as this value.
    fn spell(&self) -> String;
}

/// A value of a file or a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Word<T>(pub(crate) T);

impl<'de, T: Spelled> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::read(&text).map(Self).map_err(D::Error::custom)
    }
}

impl<T: Spelled> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.spell())
    }
}

/// Returns the values of several words.
pub(crate) fn values<T: Clone>(words: Option<&[Word<T>]>) -> Vec<T> {
    words.into_iter().flatten().map(|Word(value)| value.clone()).collect()
}

/// The words that tell what is registered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// All of them, as `show --json` prints them.
    All,
    /// Those whose value is not the default, as a file has them.
    Differing,
}

impl Told {
    /// Returns a value, unless it is the default and that is not told.
    pub(crate) fn unless<T: PartialEq>(self, default: &T, value: T) -> Option<T> {
        (self == Self::All || value != *default).then_some(value)
    }

    /// Returns several values as words.
    pub(crate) fn list<T: Clone>(self, values: &[T]) -> Option<Vec<Word<T>>> {
        (self == Self::All || !values.is_empty()).then(|| values.iter().cloned().map(Word).collect())
    }
}

macro_rules! parsed {
    ($($kind:ty = $parse:path),+ $(,)?) => {$(
        impl Spelled for $kind {
            fn read(text: &str) -> Result<Self, String> {
                $parse(text).map_err(|error| unusable(text, &error))
            }

            fn spell(&self) -> String {
                self.as_str().to_owned()
            }
        }
    )+};
}

macro_rules! named {
    ($($kind:ty: $names:literal),+ $(,)?) => {$(
        impl Spelled for $kind {
            fn read(text: &str) -> Result<Self, String> {
                Self::parse(text).ok_or_else(|| unusable(text, &concat!("it must be one of ", $names)))
            }

            fn spell(&self) -> String {
                self.as_str().to_owned()
            }
        }
    )+};
}

parsed! {
    AssertionTarget = AssertionTarget::parse,
    ClientId = ClientId::parse,
    IssuerName = IssuerName::parse,
    IssuerUrl = IssuerUrl::parse,
    RequestUri = RequestUri::parse,
    LanguageTag = LanguageTag::parse,
    LinkUrl = LinkUrl::parse,
    // The plan checks new ones: earlier versions registered some that are refused today.
    RedirectUri = RedirectUri::read,
    Resource = Resource::parse,
    Scope = Scope::parse,
    Sector = Sector::parse,
    ServerUri = ServerUri::parse,
}

named! {
    AssertionAlgorithm:
        "RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, HS256, HS384, HS512",
    AudienceRule: "one, all",
    AuthMethod: "client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, none",
    IdTokenClaims: "requested, scope",
    PkceRule: "required, nonce, optional",
    Preset: "aws, kubernetes, github, spiffe",
    Purpose: "client-auth, id-jag, login",
    Profile: "baseline, fapi2, fapi2-signed",
    SigningAlgorithm: "RS256, ES256, EdDSA, PS256",
    TokenFormat: "jwt, opaque",
    TokenType: "at+jwt, JWT",
}

impl Spelled for GrantType {
    fn read(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::short_name).join(", ");
        Self::named(text).ok_or_else(|| unusable(text, &format!("it must be one of {names}")))
    }

    fn spell(&self) -> String {
        self.short_name().to_owned()
    }
}

impl Spelled for ClaimNames {
    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| unusable(text, &error))
    }

    fn spell(&self) -> String {
        self.to_string()
    }
}

/// Reads a span of time: a number of seconds, or a text such as `15m`.
pub(crate) fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    deserializer.deserialize_any(TimeSpan).map(Some)
}

struct TimeSpan;

impl Visitor<'_> for TimeSpan {
    type Value = u32;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("seconds, or a number with its unit: \"90s\", \"15m\", \"1h\", \"7d\"")
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<u32, E> {
        self.visit_str(&seconds.to_string())
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<u32, E> {
        self.visit_str(&seconds.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u32, E> {
        duration(text).map_err(|error| E::custom(unusable(text, &error)))
    }
}

/// Returns the error for a word, which repeats it.
fn unusable(text: &str, why: &dyn Display) -> String {
    format!("{text:?}{CANNOT}{why}")
}
