//! A client as `jeton client import` reads it: the words of `jeton client show --json`.

use std::collections::BTreeMap;

use edge::Error;
use grants::{
    AssertionAlgorithm, AuthMethod, ClientKeys, DpopRule, NamedSettings, Profile, PushRule, RequestRules,
    SigningAlgorithm,
};
use keys::read_client_keys;
use protocol::{ClientLink, LinkUrl};
use serde::Deserialize;
use serde_json::Value;

use crate::args::RelyingPartyOptions;
use crate::commands::client::pkce;
use crate::commands::client_keys::{request_uri, server_uri};
use crate::commands::federation::FederationWords;
use crate::stack::Stack;

/// A client in the words of `jeton client show --json`, with its secret.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<String>,
    pub(crate) name: Option<String>,
    profile: Option<String>,
    auth_method: Option<String>,
    auth_methods: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) grant_types: Vec<String>,
    #[serde(default)]
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) scope: Option<String>,
    #[serde(default)]
    pub(crate) apis: Vec<String>,
    pub(crate) audience: Option<String>,
    pkce: Option<String>,
    pub(crate) dpop_bound_access_tokens: Option<bool>,
    require_pushed_authorization_requests: Option<bool>,
    pub(crate) request_object_signing_alg: Option<String>,
    #[serde(default)]
    request_uris: Vec<String>,
    authorization_signed_response_alg: Option<String>,
    introspection_signed_response_alg: Option<String>,
    pub(crate) claims: Option<serde_json::Map<String, Value>>,
    #[serde(default)]
    pub(crate) introspects: Vec<String>,
    #[serde(default)]
    pub(crate) may_act: Vec<String>,
    #[serde(default)]
    pub(crate) id_jag: Vec<String>,
    #[serde(default)]
    pub(crate) relying_party: RelyingPartyWords,
    #[serde(default)]
    pub(crate) trusted: bool,
    #[serde(default)]
    pub(crate) disabled: bool,
    client_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    jwks: Option<Value>,
    jwks_uri: Option<String>,
    pub(crate) federation: Option<FederationWords>,
    pub(crate) assertion_alg: Option<String>,
    assertion_audience: Option<String>,
    self_registered: Option<Value>,
    /// The facts of a logo, without its picture: `jeton client update --logo` adds it.
    #[serde(rename = "logo")]
    _logo: Option<Value>,
    #[serde(rename = "live_secrets")]
    _live_secrets: Option<Value>,
    #[serde(rename = "created_at")]
    _created_at: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelyingPartyWords {
    id_token_signed_response_alg: Option<String>,
    userinfo_signed_response_alg: Option<String>,
    subject_type: Option<String>,
    sector: Option<String>,
    id_token_claims: Option<String>,
    default_max_age: Option<u32>,
    #[serde(default)]
    require_factor: bool,
    #[serde(default)]
    post_logout_redirect_uris: Vec<String>,
    backchannel_logout_uri: Option<String>,
}

impl RelyingPartyWords {
    pub(crate) fn options(&self) -> RelyingPartyOptions {
        let or = |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.to_owned());
        RelyingPartyOptions {
            id_token_alg: self.id_token_signed_response_alg.clone(),
            id_token_claims: or(&self.id_token_claims, "requested"),
            userinfo_alg: self.userinfo_signed_response_alg.clone(),
            subject_type: or(&self.subject_type, "public"),
            sector: self.sector.clone(),
            default_max_age: self.default_max_age,
            require_factor: self.require_factor,
            post_logout_redirect_uris: self.post_logout_redirect_uris.clone(),
            backchannel_logout_uri: self.backchannel_logout_uri.clone(),
        }
    }
}

const FORM: &str = "a client has the words of `jeton client show --json`, and client_secret";

impl Document {
    /// Parses a document. Errors never repeat it, because it may contain a secret.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let document: Self = serde_json::from_str(text).map_err(|_| FORM)?;
        match document.self_registered {
            Some(_) => Err("a client that registered itself cannot be imported: let it register here".to_owned()),
            None => Ok(document),
        }
    }

    pub(crate) fn auth_method(&self) -> Result<AuthMethod, Error> {
        let Some(named) = &self.auth_method else { return Ok(self.profile()?.usual_auth_method()) };
        let method = AuthMethod::parse(named).ok_or_else(|| format!("auth_method {named:?} is not known"))?;
        // `show` tells with `auth_methods` whether the secret has one place or either.
        let either = self.auth_methods.as_ref().is_some_and(|accepted| accepted.len() > 1);
        Ok(if method == AuthMethod::SecretBasic && either { AuthMethod::Secret } else { method })
    }

    pub(crate) fn profile(&self) -> Result<Profile, Error> {
        let Some(named) = &self.profile else { return Ok(Profile::default()) };
        Ok(Profile::parse(named).ok_or_else(|| format!("profile {named:?} is not known"))?)
    }

    /// Returns the settings that the document names and that the profile decides about.
    pub(crate) fn named_settings(&self) -> Result<NamedSettings, Error> {
        Ok(NamedSettings {
            algorithms: self.named_algorithms().collect(),
            pkce: self.pkce.as_deref().map(pkce).transpose()?,
            dpop: self.dpop_bound_access_tokens.map(DpopRule::of),
            pushed: self.require_pushed_authorization_requests.map(PushRule::of),
            strict_audience: self.assertion_audience.as_deref().map(|named| named == "issuer"),
        })
    }

    /// Returns the algorithms of this server's signatures that the document names.
    fn named_algorithms(&self) -> impl Iterator<Item = SigningAlgorithm> {
        let of_tokens = self.relying_party.id_token_signed_response_alg.as_deref();
        let of_responses = self.authorization_signed_response_alg.as_deref();
        let of_userinfo = self.relying_party.userinfo_signed_response_alg.as_deref();
        let named = [of_tokens, of_userinfo, of_responses, self.introspection_signed_response_alg.as_deref()];
        named.into_iter().flatten().filter_map(SigningAlgorithm::parse)
    }

    pub(crate) fn introspection_algorithm(&self) -> Result<SigningAlgorithm, Error> {
        let Some(named) = &self.introspection_signed_response_alg else { return Ok(SigningAlgorithm::Rs256) };
        let known = SigningAlgorithm::parse(named);
        Ok(known.ok_or_else(|| format!("introspection_signed_response_alg {named:?} is not known"))?)
    }

    pub(crate) fn requests(&self, stack: &Stack) -> Result<RequestRules, Error> {
        let unknown = |word: &str, named: &str| format!("{word} {named:?} is not known");
        let object = self
            .request_object_signing_alg
            .as_deref()
            .map(|named| AssertionAlgorithm::parse(named).ok_or_else(|| unknown("request_object_signing_alg", named)));
        let response = self.authorization_signed_response_alg.as_deref().map(|named| {
            SigningAlgorithm::parse(named).ok_or_else(|| unknown("authorization_signed_response_alg", named))
        });
        Ok(RequestRules {
            pushed: PushRule::of(self.require_pushed_authorization_requests.unwrap_or_default()),
            object_algorithm: object.transpose()?,
            response_algorithm: response.transpose()?,
            uris: self.request_uris.iter().map(|text| request_uri(text, &stack.reach)).collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn keys(&self, method: AuthMethod, stack: &Stack) -> Result<Option<ClientKeys>, Error> {
        let signs = method == AuthMethod::PrivateKeyJwt || self.request_object_signing_alg.is_some();
        if !signs && (self.jwks.is_some() || self.jwks_uri.is_some()) {
            return Err(
                "jwks and jwks_uri are for auth_method private_key_jwt and for request_object_signing_alg".into()
            );
        }
        match (&self.jwks, &self.jwks_uri) {
            (Some(_), Some(_)) => Err("give one of jwks and jwks_uri".into()),
            (Some(set), None) => {
                let keys = read_client_keys(set.to_string().as_bytes());
                Ok(Some(ClientKeys::Inline(keys.map_err(|error| format!("jwks cannot be used: {error}"))?)))
            }
            (None, Some(uri)) => Ok(Some(ClientKeys::At(server_uri("jwks_uri", uri, &stack.reach)?))),
            (None, None) => Ok(None),
        }
    }

    pub(crate) fn links(&self) -> Result<BTreeMap<ClientLink, LinkUrl>, Error> {
        let given = [&self.client_uri, &self.policy_uri, &self.tos_uri];
        let links = ClientLink::ALL.into_iter().zip(given).filter_map(|(link, text)| Some((link, text.as_ref()?)));
        let parsed = links.map(|(link, text)| {
            let url = LinkUrl::parse(text);
            Ok((link, url.map_err(|error| format!("{} {text:?} cannot be used: {error}", link.as_str()))?))
        });
        parsed.collect()
    }
}
