//! The part of `jeton client update` that changes how a client authenticates, and how its requests and responses are
//! protected.

use edge::Error;
use grants::{AssertionAlgorithm, AuthMethod, DpopRule, Edit, Profile, PushRule, RequestRules, SigningAlgorithm};
use outbound::Reach;
use protocol::RequestUri;

use crate::args::ProtectionUpdate;
use crate::commands::client_keys::request_uri;
use crate::commands::list_change::{Given, ListChange};

/// The attributes of the protection of a client that are given.
#[derive(Default)]
pub(crate) struct ProtectionEdits {
    pub(crate) profile: Option<Profile>,
    pub(crate) auth_method: Option<AuthMethod>,
    pub(crate) assertion_algorithm: Edit<AssertionAlgorithm>,
    pub(crate) strict_audience: Option<bool>,
    pub(crate) dpop: Option<DpopRule>,
    pub(crate) introspection_algorithm: Option<SigningAlgorithm>,
    pub(crate) pushed: Option<PushRule>,
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

    /// Returns the rules for authorization requests after the change, if one of them is given.
    pub(crate) fn requests(&self, before: &RequestRules) -> Option<RequestRules> {
        let after = RequestRules {
            pushed: self.pushed.unwrap_or(before.pushed),
            response_algorithm: edited(self.response_algorithm, before.response_algorithm),
            object_algorithm: edited(self.object_algorithm, before.object_algorithm),
            uris: self.request_uris.applied(&before.uris).unwrap_or_else(|| before.uris.clone()),
        };
        (after != *before).then_some(after)
    }

    /// The algorithm of signed responses that is given: an empty value means RS256.
    pub(crate) fn response_algorithm(&self) -> Option<SigningAlgorithm> {
        match self.response_algorithm {
            Edit::Keep => None,
            Edit::Remove => Some(SigningAlgorithm::Rs256),
            Edit::Set(algorithm) => Some(algorithm),
        }
    }

    /// Returns whether a client with this method and this algorithm of request objects signs with a key after the change.
    pub(crate) fn signs(&self, before: AuthMethod, object_algorithm: Option<AssertionAlgorithm>) -> bool {
        self.auth_method.unwrap_or(before) == AuthMethod::PrivateKeyJwt
            || edited(self.object_algorithm, object_algorithm).is_some()
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

/// Returns a setting after its change.
pub(crate) fn edited<T>(edit: Edit<T>, before: Option<T>) -> Option<T> {
    match edit {
        Edit::Keep => before,
        Edit::Remove => None,
        Edit::Set(value) => Some(value),
    }
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
