//! The FAPI 2.0 profiles (FAPI 2.0 Security Profile §5.3, FAPI 2.0 Message Signing §5.3): one option of a client, and
//! everything that follows from it.

use protocol::{AuthorizationRequest, GrantType, ProofAlgorithm, ResponseType};

use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::client::record::{AuthMethod, Client, DpopRule, PkceRule};
use crate::client::relying_party::RelyingParty;
use crate::client::request_rules::{PushRule, RequestRules};
use crate::terms::api::SigningAlgorithm;
use crate::terms::policy::Policy;
use crate::terms::refusal::Refusal;
use crate::terms::time::Seconds;

/// The longest lifetime of a code under a FAPI profile (FAPI 2.0 Security Profile §5.3.2.1).
const MOST_CODE_LIFETIME: Seconds = 60;

/// The security profile of a client. Only an operator sets it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// The rules of this server and the settings of the client, and nothing else.
    #[default]
    Baseline,
    /// The FAPI 2.0 Security Profile.
    Fapi2,
    /// The same, and every authorization request is a signed object (FAPI 2.0 Message Signing §5.3.1).
    Fapi2Signed,
}

/// The rules of a profile that a registration can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileFault {
    /// Only an operator sets a profile.
    #[error("a client that registered itself cannot have a profile")]
    OfItself,
    /// FAPI 2.0 Security Profile §5.3.2.1: clients authenticate with keys.
    #[error("the profiles fapi2 and fapi2-signed need --auth-method private_key_jwt, with keys of the client")]
    AuthMethod,
    /// FAPI 2.0 Security Profile §5.3.2.1: no passwords, and no request of a person but a pushed one with `code`.
    #[error(
        "the grants implicit, password, device_code and jwt-bearer, and --id-jag, do not go with the profiles fapi2 and fapi2-signed"
    )]
    Grants,
    /// FAPI 2.0 Security Profile §5.4.1.
    #[error("the profiles fapi2 and fapi2-signed allow the algorithms PS256, ES256 and EdDSA, and no others")]
    Algorithm,
    /// A setting is less strict than the profile.
    #[error(
        "the profiles fapi2 and fapi2-signed demand pushed requests, bound access tokens, PKCE and the issuer as audience of assertions: leave these settings out, or set --profile baseline"
    )]
    Rules,
    /// The client has keys, and none that it may sign with (FAPI 2.0 Security Profile §5.4.1).
    #[error(
        "none of the client's keys is for PS256, ES256 or EdDSA: the profiles fapi2 and fapi2-signed allow no others"
    )]
    Keys,
}

impl Profile {
    const ALL: [Self; 3] = [Self::Baseline, Self::Fapi2, Self::Fapi2Signed];

    /// The name of the profile: `baseline`, `fapi2` or `fapi2-signed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Fapi2 => "fapi2",
            Self::Fapi2Signed => "fapi2-signed",
        }
    }

    /// Finds the profile named `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }

    /// Returns whether the rules of FAPI 2.0 hold.
    pub const fn is_fapi(self) -> bool {
        match self {
            Self::Baseline => false,
            Self::Fapi2 | Self::Fapi2Signed => true,
        }
    }

    /// Returns whether the client must sign its authorization requests.
    pub(crate) const fn demands_signed_requests(self) -> bool {
        match self {
            Self::Baseline | Self::Fapi2 => false,
            Self::Fapi2Signed => true,
        }
    }

    /// Returns whether the client may sign assertions and request objects with this algorithm (FAPI 2.0 Security Profile
    /// §5.4.1).
    pub(crate) const fn verifies(self, algorithm: AssertionAlgorithm) -> bool {
        use AssertionAlgorithm as A;
        match algorithm {
            A::Ps256 | A::Es256 | A::EdDsa => true,
            A::Rs256 | A::Rs384 | A::Rs512 | A::Ps384 | A::Ps512 | A::Es384 | A::Hs256 | A::Hs384 | A::Hs512 => {
                !self.is_fapi()
            }
        }
    }

    /// Returns whether the client may sign proofs with this algorithm (FAPI 2.0 Security Profile §5.4.1).
    pub(crate) const fn accepts_proofs_of(self, algorithm: ProofAlgorithm) -> bool {
        match algorithm {
            ProofAlgorithm::Es256 | ProofAlgorithm::EdDsa | ProofAlgorithm::Ps256 => true,
            ProofAlgorithm::Es384 | ProofAlgorithm::Ps384 | ProofAlgorithm::Ps512 => !self.is_fapi(),
        }
    }

    /// Returns whether this server may sign with this algorithm for the client.
    pub(crate) const fn signs(self, algorithm: SigningAlgorithm) -> bool {
        match algorithm {
            SigningAlgorithm::Rs256 => !self.is_fapi(),
            SigningAlgorithm::Es256 | SigningAlgorithm::EdDsa | SigningAlgorithm::Ps256 => true,
        }
    }

    /// The algorithm that signs for a client which chose none.
    pub const fn usual_algorithm(self) -> SigningAlgorithm {
        match self {
            Self::Baseline => SigningAlgorithm::Rs256,
            Self::Fapi2 | Self::Fapi2Signed => SigningAlgorithm::Es256,
        }
    }

    /// Returns the algorithm that signs for the client, if `chosen` is the one that it has.
    pub(crate) const fn algorithm_or_usual(self, chosen: SigningAlgorithm) -> SigningAlgorithm {
        if self.signs(chosen) { chosen } else { self.usual_algorithm() }
    }

    /// The authentication method of a client that named none.
    pub const fn usual_auth_method(self) -> AuthMethod {
        match self {
            Self::Baseline => AuthMethod::Secret,
            Self::Fapi2 | Self::Fapi2Signed => AuthMethod::PrivateKeyJwt,
        }
    }

    /// The lifetime of a code of the client.
    pub(crate) fn code_lifetime(self, policy: &Policy) -> Seconds {
        if self.is_fapi() { policy.code_lifetime.min(MOST_CODE_LIFETIME) } else { policy.code_lifetime }
    }

    /// Returns whether each refresh makes the refresh token before it worthless. FAPI 2.0 Security Profile §5.3.2.1
    /// forbids that: the credentials of the client and its proof protect the token instead.
    pub const fn rotates_refresh_tokens(self) -> bool {
        !self.is_fapi()
    }

    /// The lifetime of a refresh token. One that is not rotated lives as long as its grant: to extend it, every refresh
    /// would have to write.
    pub(crate) const fn refresh_lifetime(self, policy: &Policy) -> Seconds {
        if self.rotates_refresh_tokens() { policy.refresh_idle_lifetime } else { policy.grant_lifetime }
    }
}

impl Policy {
    /// Returns whether a client must push its authorization requests in this deployment.
    pub const fn demands_push_of(&self, client: &Client) -> bool {
        self.requires_pushed_requests || client.profile.is_fapi() || client.requests.pushed.is_required()
    }
}

impl Client {
    /// The grants that lead to a person's access on other ways than a pushed request with `code`.
    const OUTSIDE_FAPI: [GrantType; 4] =
        [GrantType::Implicit, GrantType::Password, GrantType::DeviceCode, GrantType::JwtBearer];

    /// Returns the client with this profile, and with the settings that the profile demands. Algorithms that it does not
    /// allow give way to the usual one.
    #[must_use]
    pub fn under(self, profile: Profile) -> Self {
        let client = Self { profile, ..self };
        if !profile.is_fapi() {
            return client;
        }
        let response = client.requests.response_algorithm.unwrap_or(SigningAlgorithm::Rs256);
        Self {
            pkce: PkceRule::Required,
            dpop: DpopRule::Required,
            strict_audience: true,
            requests: RequestRules {
                pushed: PushRule::Required,
                response_algorithm: Some(profile.algorithm_or_usual(response)),
                ..client.requests
            },
            introspection_algorithm: profile.algorithm_or_usual(client.introspection_algorithm),
            relying_party: RelyingParty {
                id_token_algorithm: profile.algorithm_or_usual(client.relying_party.id_token_algorithm),
                userinfo_algorithm: client
                    .relying_party
                    .userinfo_algorithm
                    .map(|algorithm| profile.algorithm_or_usual(algorithm)),
                ..client.relying_party
            },
            ..client
        }
    }

    /// Returns whether the client gets no token without a proof.
    pub(crate) fn must_prove_a_key(&self) -> bool {
        self.profile.is_fapi() || self.dpop == DpopRule::Required
    }

    /// Returns whether the client's assertions must have the issuer as their only audience.
    pub(crate) const fn must_name_the_issuer(&self) -> bool {
        self.profile.is_fapi() || self.strict_audience
    }

    /// Checks an authorization request by the rules of the client's profile.
    pub(crate) fn meets_its_profile(
        &self,
        request: &AuthorizationRequest,
        redirect_uri_sent: bool,
    ) -> Result<(), Refusal> {
        if !self.profile.is_fapi() {
            return Ok(());
        }
        if request.response_type != ResponseType::Code {
            return Err(Refusal::ProfileResponseType);
        }
        if !redirect_uri_sent {
            return Err(Refusal::ProfileRedirectUri);
        }
        if request.code_challenge.is_none() {
            return Err(Refusal::ProfileCodeChallenge);
        }
        Ok(())
    }

    /// Lists the rules of its profile that the client breaks.
    pub(crate) fn faults_of_profile(&self) -> impl Iterator<Item = ProfileFault> {
        use ProfileFault as E;
        let profile = self.profile;
        let uses = |grant_type| self.grant_types.contains(&grant_type);
        let verified = [self.assertion_algorithm, self.requests.object_algorithm].into_iter().flatten();
        let party = &self.relying_party;
        let of_responses = self.requests.response_algorithm.unwrap_or(SigningAlgorithm::Rs256);
        let signed = [of_responses, party.id_token_algorithm, self.introspection_algorithm];
        let signed = signed.into_iter().chain(party.userinfo_algorithm);
        let is_strict = self.requests.pushed.is_required()
            && self.dpop == DpopRule::Required
            && self.strict_audience
            && self.pkce == PkceRule::Required;
        let faults = [
            (self.registered_by.is_some(), E::OfItself),
            (self.auth_method != AuthMethod::PrivateKeyJwt || self.federation.is_some(), E::AuthMethod),
            (Self::OUTSIDE_FAPI.into_iter().any(uses) || !self.assertion_targets.is_empty(), E::Grants),
            (verified.into_iter().any(|algorithm| !profile.verifies(algorithm)), E::Algorithm),
            (signed.into_iter().any(|algorithm| !profile.signs(algorithm)), E::Algorithm),
            (!is_strict, E::Rules),
        ];
        faults.into_iter().filter(move |(found, _)| *found && profile.is_fapi()).map(|(_, fault)| fault)
    }
}

#[cfg(test)]
mod tests;
