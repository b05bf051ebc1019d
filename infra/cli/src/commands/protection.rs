//! The part of `jeton client update` that changes how a client authenticates, and how its requests and responses are
//! protected.

use edge::Error;
use grants::{
    AssertionAlgorithm, AuthMethod, Client, DpopRule, NamedSettings, Profile, PushRule, RequestRules, SigningAlgorithm,
};
use outbound::Reach;
use protocol::RequestUri;

use crate::args::ProtectionUpdate;
use crate::commands::client_keys::request_uri;
use crate::commands::edit::Edit;
use crate::commands::list_change::{Given, ListChange};

/// The attributes of the protection of a client that are given.
#[derive(Default)]
pub(crate) struct ProtectionEdits {
    pub(crate) profile: Option<Profile>,
    auth_method: Option<AuthMethod>,
    assertion_algorithm: Edit<AssertionAlgorithm>,
    strict_audience: Option<bool>,
    dpop: Option<DpopRule>,
    introspection_algorithm: Option<SigningAlgorithm>,
    pushed: Option<PushRule>,
    response_algorithm: Edit<SigningAlgorithm>,
    object_algorithm: Edit<AssertionAlgorithm>,
    pub(crate) request_uris: ListChange<RequestUri>,
}

impl ProtectionEdits {
    /// Reads what the options give.
    pub(crate) fn read(options: &ProtectionUpdate, reach: &Reach) -> Result<Self, Error> {
        Ok(Self {
            profile: known(options.profile.as_deref(), Profile::parse, "--profile")?,
            auth_method: known(options.auth_method.as_deref(), AuthMethod::parse, "--auth-method")?,
            assertion_algorithm: edit(options.assertion_alg.as_deref(), AssertionAlgorithm::parse, "--assertion-alg")?,
            strict_audience: options.assertion_audience.as_deref().map(|audience| audience == "issuer"),
            dpop: options.dpop_bound_access_tokens.map(DpopRule::of),
            introspection_algorithm: known(
                options.introspection_alg.as_deref(),
                SigningAlgorithm::parse,
                "--introspection-alg",
            )?,
            pushed: options.require_par.map(PushRule::of),
            response_algorithm: edit(options.response_alg.as_deref(), SigningAlgorithm::parse, "--response-alg")?,
            object_algorithm: edit(
                options.request_object_alg.as_deref(),
                AssertionAlgorithm::parse,
                "--request-object-alg",
            )?,
            request_uris: request_uris(options, reach)?,
        })
    }

    /// Returns the client with what is given, except for the profile.
    pub(crate) fn applied(&self, client: Client) -> Client {
        Client {
            auth_method: self.auth_method.unwrap_or(client.auth_method),
            assertion_algorithm: self.assertion_algorithm.applied(client.assertion_algorithm.as_ref()),
            strict_audience: self.strict_audience.unwrap_or(client.strict_audience),
            dpop: self.dpop.unwrap_or(client.dpop),
            introspection_algorithm: self.introspection_algorithm.unwrap_or(client.introspection_algorithm),
            requests: RequestRules {
                pushed: self.pushed.unwrap_or(client.requests.pushed),
                response_algorithm: self.response_algorithm.applied(client.requests.response_algorithm.as_ref()),
                object_algorithm: self.object_algorithm.applied(client.requests.object_algorithm.as_ref()),
                uris: self.request_uris.applied(&client.requests.uris).unwrap_or(client.requests.uris),
            },
            ..client
        }
    }

    /// Returns the settings that are given and that a profile decides about.
    pub(crate) fn named(&self) -> NamedSettings {
        NamedSettings {
            algorithms: self.response_algorithm().into_iter().chain(self.introspection_algorithm).collect(),
            pkce: None,
            dpop: self.dpop,
            pushed: self.pushed,
            strict_audience: self.strict_audience,
        }
    }

    /// The algorithm of signed responses that is given: an empty value means RS256.
    fn response_algorithm(&self) -> Option<SigningAlgorithm> {
        match self.response_algorithm {
            Edit::Keep => None,
            Edit::Remove => Some(SigningAlgorithm::Rs256),
            Edit::Set(algorithm) => Some(algorithm),
        }
    }

    /// Returns whether a client with this method and this algorithm of request objects signs with a key after the change.
    pub(crate) fn signs(&self, before: AuthMethod, object_algorithm: Option<AssertionAlgorithm>) -> bool {
        self.auth_method.unwrap_or(before) == AuthMethod::PrivateKeyJwt
            || self.object_algorithm.applied(object_algorithm.as_ref()).is_some()
    }

    /// Returns the names of the attributes that are given, for the audit trail.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let given = [
            ("profile", self.profile.is_some()),
            ("auth_method", self.auth_method.is_some()),
            ("assertion_alg", self.assertion_algorithm != Edit::Keep),
            ("assertion_audience", self.strict_audience.is_some()),
            ("dpop_bound_access_tokens", self.dpop.is_some()),
            ("require_pushed_authorization_requests", self.pushed.is_some()),
            ("authorization_signed_response_alg", self.response_algorithm != Edit::Keep),
            ("request_object_signing_alg", self.object_algorithm != Edit::Keep),
            ("request_uris", self.request_uris.is_given()),
            ("introspection_signed_response_alg", self.introspection_algorithm.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned())
    }
}

fn request_uris(options: &ProtectionUpdate, reach: &Reach) -> Result<ListChange<RequestUri>, Error> {
    let (added, removed) = (&options.added_request_uris, &options.removed_request_uris);
    ListChange::read(Given { all: &options.request_uris, added, removed }, |text| request_uri(text, reach))
}

fn known<T>(text: Option<&str>, parse: impl Fn(&str) -> Option<T>, option: &str) -> Result<Option<T>, Error> {
    let Some(text) = text else { return Ok(None) };
    parse(text).map(Some).ok_or_else(|| format!("{option} is not known").into())
}

/// Reads an option whose empty value removes the setting.
pub(crate) fn edit<T>(text: Option<&str>, parse: impl Fn(&str) -> Option<T>, option: &str) -> Result<Edit<T>, Error> {
    let filled = text.filter(|text| !text.is_empty());
    let removed = if text.is_some() { Edit::Remove } else { Edit::Keep };
    Ok(known(filled, parse, option)?.map_or(removed, Edit::Set))
}
