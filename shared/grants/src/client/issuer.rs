//! Issuers that others run: workload platforms and identity providers whose tokens are accepted here.

use std::collections::BTreeSet;

use protocol::{IssuerUrl, MalformedName};

use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::client::public_keys::ClientKeys;
use crate::terms::time::Timestamp;

const MAX_NAME_BYTES: usize = 64;

/// A registered issuer, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// The name by which operators call it.
    pub name: IssuerName,
    /// The `iss` of its tokens, or its trust domain. It never changes: another URL is another issuer.
    pub url: IssuerUrl,
    /// The platform whose rules hold for its tokens.
    pub preset: Option<Preset>,
    /// The keys that verify its tokens, or their place. The place is never taken from a token.
    pub keys: ClientKeys,
    /// The purposes that its tokens serve. They serve no other.
    pub purposes: BTreeSet<Purpose>,
    /// The time of its registration.
    pub created_at: Timestamp,
    /// The number of changes to its settings.
    pub revision: u32,
}

/// The name of an issuer: letters in lower case, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssuerName(String);

/// A platform whose tokens have known traps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Preset {
    /// AWS STS `GetWebIdentityToken`: one issuer for each account.
    Aws,
    /// Service account tokens of a Kubernetes cluster.
    Kubernetes,
    /// ID tokens of GitHub Actions.
    Github,
    /// JWT-SVIDs of a SPIFFE trust domain.
    Spiffe,
}

/// A purpose that an issuer's tokens serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Its tokens authenticate clients.
    ClientAuth,
    /// Its identity assertions (ID-JAG) give access to what a person has here.
    IdJag,
    /// People sign in with it.
    Login,
}

/// The reasons why an issuer cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Nothing is accepted of it.
    #[error("say what the issuer is for: --for client-auth, id-jag or login")]
    NoPurpose,
    /// The keys are needed from a place that the operator chose.
    #[error("give the issuer's keys: --jwks-uri URL, or --jwks FILE where the URL cannot be reached from here")]
    KeysMissing,
    /// The URL of AWS is that of one account.
    #[error(
        "an issuer of AWS is https://ID.tokens.sts.global.api.aws, one for each account: `aws iam get-outbound-web-identity-federation-info` prints it"
    )]
    NotOfAws,
    /// The URL of a SPIFFE issuer is its trust domain, and only its.
    #[error("--preset spiffe and a URL spiffe://TRUST-DOMAIN belong together")]
    NotOfSpiffe,
    /// A platform without people serves one purpose.
    #[error("tokens of a workload platform have one purpose: --for client-auth")]
    NotOfPeople,
}

impl Issuer {
    /// Checks an issuer that is to be registered or was changed.
    ///
    /// # Errors
    /// [`IssuerError`] says what must be different.
    pub fn check(&self) -> Result<(), IssuerError> {
        let is_aws = self.url.as_str().starts_with("https://") && self.url.as_str().ends_with(Preset::AWS_HOST);
        let has_keys = !matches!(&self.keys, ClientKeys::Inline(keys) if keys.is_empty());
        let only_clients = self.purposes.iter().all(|purpose| *purpose == Purpose::ClientAuth);
        let faults = [
            (self.purposes.is_empty(), IssuerError::NoPurpose),
            (!has_keys, IssuerError::KeysMissing),
            (self.preset == Some(Preset::Aws) && !is_aws, IssuerError::NotOfAws),
            ((self.preset == Some(Preset::Spiffe)) != self.url.is_trust_domain(), IssuerError::NotOfSpiffe),
            (self.preset.is_some() && !only_clients, IssuerError::NotOfPeople),
        ];
        faults.into_iter().find(|(found, _)| *found).map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Returns whether its tokens serve this purpose.
    pub fn is_for(&self, purpose: Purpose) -> bool {
        self.purposes.contains(&purpose)
    }

    /// Returns whether its tokens may be signed with this algorithm. A shared secret signs none.
    pub fn may_sign_with(&self, algorithm: AssertionAlgorithm) -> bool {
        use AssertionAlgorithm as A;
        match self.preset {
            Some(Preset::Aws) => matches!(algorithm, A::Rs256 | A::Es384),
            Some(Preset::Github) => algorithm == A::Rs256,
            Some(Preset::Kubernetes | Preset::Spiffe) | None => !algorithm.is_of_secrets(),
        }
    }
}

impl IssuerName {
    /// Accepts 1 to 64 characters out of `a-z`, `0-9`, `-` and `_`, the first of them a letter.
    ///
    /// # Errors
    /// [`MalformedName`] when it is another text.
    pub fn parse(text: &str) -> Result<Self, MalformedName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        let is_good = text.len() <= MAX_NAME_BYTES
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(allowed);
        if is_good { Ok(Self(text.to_owned())) } else { Err(MalformedName) }
    }

    /// The text of the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for IssuerName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Preset {
    /// All platforms that are known.
    pub const ALL: [Self; 4] = [Self::Aws, Self::Kubernetes, Self::Github, Self::Spiffe];
    /// The end of the host of every AWS issuer, after the id of the account.
    const AWS_HOST: &'static str = ".tokens.sts.global.api.aws";
    /// The issuer of GitHub Actions, except for GitHub Enterprise Server.
    pub const GITHUB: &'static str = "https://token.actions.githubusercontent.com";

    /// The name of the platform in commands and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Kubernetes => "kubernetes",
            Self::Github => "github",
            Self::Spiffe => "spiffe",
        }
    }

    /// Finds the platform named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// The path below the issuer where the platform serves its keys. A cluster names an address that only the cluster
    /// can reach, and a trust domain says nothing about its bundle endpoint, so these two need it told.
    pub const fn key_path(self) -> Option<&'static str> {
        match self {
            Self::Aws => Some("/.well-known/jwks.json"),
            Self::Github => Some("/.well-known/jwks"),
            Self::Kubernetes | Self::Spiffe => None,
        }
    }
}

impl Purpose {
    /// All purposes that an issuer can have.
    pub const ALL: [Self; 3] = [Self::ClientAuth, Self::IdJag, Self::Login];

    /// The name of the purpose in commands and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientAuth => "client-auth",
            Self::IdJag => "id-jag",
            Self::Login => "login",
        }
    }

    /// Finds the purpose named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::platform as issuer;

    #[test]
    fn c222_names_presets_and_purposes_are_read_as_they_are_written() {
        for name in ["a", "aws-prod", "k8s_1", &"a".repeat(64)] {
            assert_eq!(IssuerName::parse(name).map(|name| name.to_string()), Ok(name.to_owned()));
        }
        for name in ["", "A", "1a", "-a", "a b", "https://a.example", &"a".repeat(65)] {
            assert_eq!(IssuerName::parse(name), Err(MalformedName), "{name}");
        }
        assert_eq!(Preset::ALL.map(|preset| Preset::parse(preset.as_str())), Preset::ALL.map(Some));
        assert_eq!(Purpose::ALL.map(|purpose| Purpose::parse(purpose.as_str())), Purpose::ALL.map(Some));
        assert_eq!((Preset::parse("gcp"), Purpose::parse("")), (None, None));
    }

    #[test]
    fn c222_a_preset_knows_the_traps_of_its_platform() {
        let aws = |url: &str| Issuer { url: IssuerUrl::parse(url).unwrap(), preset: Some(Preset::Aws), ..issuer() };
        assert_eq!(aws("https://3a.tokens.sts.global.api.aws").check(), Ok(()));
        // The issuer of an emulator, and of older kinds of tokens, which sign for nobody in particular.
        assert_eq!(aws("https://sts.amazonaws.com").check(), Err(IssuerError::NotOfAws));
        let spiffe = Issuer { url: IssuerUrl::parse("spiffe://t.example").unwrap(), ..issuer() };
        assert_eq!(spiffe.check(), Err(IssuerError::NotOfSpiffe));
        assert_eq!(Issuer { preset: Some(Preset::Spiffe), ..spiffe }.check(), Ok(()));
        assert_eq!(Issuer { preset: Some(Preset::Spiffe), ..issuer() }.check(), Err(IssuerError::NotOfSpiffe));
        assert_eq!(Issuer { purposes: BTreeSet::new(), ..issuer() }.check(), Err(IssuerError::NoPurpose));
        assert_eq!(Issuer { keys: ClientKeys::Inline(Vec::new()), ..issuer() }.check(), Err(IssuerError::KeysMissing));
        let purposes = BTreeSet::from([Purpose::ClientAuth, Purpose::Login]);
        let people = Issuer { purposes, ..issuer() };
        assert_eq!(people.check(), Ok(()));
        assert_eq!(Issuer { preset: Some(Preset::Github), ..people }.check(), Err(IssuerError::NotOfPeople));
    }

    #[test]
    fn c221_a_platform_signs_with_its_own_algorithms_and_nobody_with_a_secret() {
        use AssertionAlgorithm as A;
        for (preset, good) in [
            (Some(Preset::Aws), vec![A::Rs256, A::Es384]),
            (Some(Preset::Github), vec![A::Rs256]),
            (Some(Preset::Kubernetes), A::ALL[..9].to_vec()),
            (None, A::ALL[..9].to_vec()),
        ] {
            let issuer = Issuer { preset, ..issuer() };
            let signs: Vec<A> = A::ALL.into_iter().filter(|algorithm| issuer.may_sign_with(*algorithm)).collect();
            assert_eq!(signs, good, "{preset:?}");
        }
    }
}
