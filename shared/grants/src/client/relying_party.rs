//! The settings of a client as an OpenID Connect relying party (OpenID Connect Dynamic Client Registration §2).

use std::collections::BTreeSet;
use std::fmt;

use protocol::{RedirectUri, ServerUri};

use crate::terms::api::SigningAlgorithm;
use crate::terms::authentication::Context;
use crate::terms::policy::Policy;

/// The registration of a relying party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// `id_token_signed_response_alg`: the algorithm that signs its ID tokens.
    pub id_token_algorithm: SigningAlgorithm,
    /// `userinfo_signed_response_alg`; `None` means plain JSON.
    pub userinfo_algorithm: Option<SigningAlgorithm>,
    /// `subject_type`: the sector whose clients know a person by the same `sub`; `None` means `public`.
    pub sector: Option<Sector>,
    /// The claims in its ID tokens.
    pub id_token_claims: IdTokenClaims,
    /// `default_max_age`: the maximum age of the sign-in, in seconds, if a request does not give one.
    pub default_max_age: Option<u32>,
    /// `true` if people sign in to it with a second factor only.
    pub requires_factor: bool,
    /// `post_logout_redirect_uris`: the pages the browser may return to after sign-out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The back-channel logout settings, if the client wants to be notified when a session ends.
    pub backchannel: Option<Backchannel>,
}

/// The claims about the person that the ID tokens of a client contain. They are at the UserInfo endpoint in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IdTokenClaims {
    /// Those that the request asks for one by one (OpenID Connect Core §5.4, §5.5).
    #[default]
    Requested,
    /// Those of the granted scopes as well, for clients that read nothing but the ID token.
    Scope,
}

/// The settings for notifying a client when a session ends (OpenID Connect Back-Channel Logout §2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backchannel {
    /// `backchannel_logout_uri`: the URL that receives logout tokens.
    pub uri: ServerUri,
    /// `backchannel_logout_session_required`. Logout tokens contain a `sid` in any case.
    pub session_required: bool,
}

/// The host that identifies a sector (OpenID Connect Core §8.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sector(String);

/// The reasons why no host identifies a sector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedSector {
    /// The value is not a host, or the redirect URIs have several hosts.
    #[error("pairwise subjects need one host: redirect URIs of several hosts need a sector identifier that names one")]
    Host,
    /// Any app can claim a private-use scheme or a loopback address (RFC 8252 §8.6), so neither identifies a
    /// sector.
    #[error(
        "pairwise subjects need a sector identifier where the redirect URI is of an app on a device: name a host (--sector)"
    )]
    Native,
}

impl Default for RelyingParty {
    fn default() -> Self {
        Self {
            id_token_algorithm: SigningAlgorithm::Rs256,
            userinfo_algorithm: None,
            sector: None,
            id_token_claims: IdTokenClaims::default(),
            default_max_age: None,
            requires_factor: false,
            post_logout_redirect_uris: Vec::new(),
            backchannel: None,
        }
    }
}

impl IdTokenClaims {
    /// The name of the setting: `requested` or `scope`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Scope => "scope",
        }
    }

    /// Finds the setting named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Requested, Self::Scope].into_iter().find(|known| known.as_str() == text)
    }
}

impl RelyingParty {
    /// The weakest context of a sign-in that it takes.
    pub const fn least_context(&self) -> Context {
        if self.requires_factor { Context::TwoFactors } else { Context::Password }
    }

    /// The algorithms for which the server needs a signing key.
    pub fn algorithms(&self) -> Vec<SigningAlgorithm> {
        std::iter::once(self.id_token_algorithm).chain(self.userinfo_algorithm).collect()
    }
}

impl Policy {
    /// Returns the weakest context of a sign-in for a client: that of the deployment or that of the client, whichever is
    /// stronger.
    pub fn least_context_for(&self, client: &RelyingParty) -> Context {
        self.least_context.max(client.least_context())
    }
}

impl Sector {
    /// Reads a host that identifies a sector.
    ///
    /// # Errors
    /// [`MalformedSector::Host`] when it is empty, too long, or not a host.
    pub fn parse(host: &str) -> Result<Self, MalformedSector> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        if host.is_empty() || host.len() > 255 || !host.bytes().all(legal) {
            return Err(MalformedSector::Host);
        }
        Ok(Self(host.to_ascii_lowercase()))
    }

    /// Derives the sector of a client from its redirect URIs.
    ///
    /// # Errors
    /// [`MalformedSector`] when they have several hosts or none, or when one belongs to an app on a device.
    pub fn of(redirect_uris: &[RedirectUri]) -> Result<Self, MalformedSector> {
        if redirect_uris.iter().any(|uri| uri.is_native() || uri.is_loopback()) {
            return Err(MalformedSector::Native);
        }
        let hosts: BTreeSet<String> = redirect_uris.iter().map(RedirectUri::display_host).collect();
        let mut hosts = hosts.iter();
        match (hosts.next(), hosts.next()) {
            (Some(only), None) => Self::parse(only),
            (Some(_) | None, _) => Err(MalformedSector::Host),
        }
    }

    /// The host as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sector_is_the_one_host_of_all_redirect_uris() {
        let of = |uris: &[&str]| {
            let uris: Vec<_> = uris.iter().map(|uri| RedirectUri::parse(uri).unwrap()).collect();
            Sector::of(&uris).map(|sector| sector.to_string())
        };
        assert_eq!(of(&["https://app.example/cb", "https://app.example/2"]), Ok("app.example".to_owned()));
        assert_eq!(of(&["https://app.example/cb", "https://other.example/cb"]), Err(MalformedSector::Host));
        assert_eq!(of(&[]), Err(MalformedSector::Host));
        for bad in ["", "a b", "a/b", &"a".repeat(256)] {
            assert_eq!(Sector::parse(bad), Err(MalformedSector::Host), "{bad}");
        }
        assert_eq!(Sector::parse("App.Example").unwrap().as_str(), "app.example");
        assert!(Sector::parse(&"a".repeat(255)).is_ok());
    }

    #[test]
    fn c143_an_app_on_a_device_has_no_sector_of_its_own() {
        for uri in [
            "com.example.app:/cb",
            "com.evil.stealer://app.example/cb",
            "cursor://app.example/cb",
            "http://127.0.0.1/cb",
            "http://localhost/cb",
            "https://localhost/cb",
            "https://[::1]/cb",
        ] {
            let uris = ["https://app.example/cb", uri].map(|uri| RedirectUri::read(uri).unwrap());
            assert_eq!(Sector::of(&uris[1..]), Err(MalformedSector::Native), "{uri}");
            assert_eq!(Sector::of(&uris), Err(MalformedSector::Native), "{uri}");
        }
    }

    #[test]
    fn what_an_id_token_contains_has_a_name() {
        let all = [IdTokenClaims::Requested, IdTokenClaims::Scope];
        assert_eq!(all.map(IdTokenClaims::as_str), ["requested", "scope"]);
        assert_eq!(["requested", "scope", "all"].map(IdTokenClaims::parse), [Some(all[0]), Some(all[1]), None]);
    }

    #[test]
    fn a_relying_party_needs_a_key_for_each_algorithm_that_it_asked_for() {
        let plain = RelyingParty::default();
        assert_eq!(plain.algorithms(), [SigningAlgorithm::Rs256]);
        let signed = RelyingParty { userinfo_algorithm: Some(SigningAlgorithm::Es256), ..plain };
        assert_eq!(signed.algorithms(), [SigningAlgorithm::Rs256, SigningAlgorithm::Es256]);
    }
}
