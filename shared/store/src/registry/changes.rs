//! Conversion of changes to clients and APIs to updates of the attributes that they name.

use aws_sdk_dynamodb::types::AttributeValue;
use grants::{ApiChange, ApiSet, AuthMethod, ClientChange, ClientSet, Setting};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::{flag, list, number, secrets, text, time};
use crate::registry::api_item::{claim_names, from_descriptions, token_type};
use crate::registry::federation_item::{FEDERATION, federation};
use crate::registry::item::{
    CLAIMS, DPOP, ID_JAG, ID_TOKEN_CLAIMS, INTROSPECTION_ALGORITHM, LOGO, MAY_ACT, PROFILE, REVISION, UNNAMED,
    audience, claims, dpop, from_keys, id_token_claims, introspection_algorithm, profile, unnamed,
};
use crate::registry::relying_party_item::from_relying_party;
use crate::registry::request_rules_item::from_requests;

/// Builds the guards of a change to a client as conditions, and its sets as an update.
pub(crate) fn of_client_change(change: &ClientChange) -> Expression {
    let mut expression = of_guards(change.guards());
    for set in change.sets() {
        match set {
            ClientSet::Disabled(disabled) => {
                expression.set("disabled", flag(*disabled));
                if *disabled && change.is_of_document() {
                    expression.set_or_remove("expires_at", None);
                }
            }
            ClientSet::Secrets(new) => expression.set("secrets", secrets(new)),
            ClientSet::EndsAt(ends_at) => expression.set("expires_at", time(*ends_at)),
            ClientSet::Setting(setting) => add_setting(&mut expression, setting),
            ClientSet::Revision(revision) => expression.set(REVISION, number(revision)),
        }
    }
    expression
}

fn add_setting(expression: &mut Expression, setting: &Setting) {
    match setting {
        Setting::Name(name) => expression.set("name", text(name)),
        Setting::Profile(new) => expression.set_or_remove(PROFILE, profile(*new)),
        Setting::AuthMethod(method) => add_auth_method(expression, *method),
        Setting::RedirectUris(uris) => expression.set("redirect_uris", list(uris)),
        Setting::GrantTypes(types) => expression.set("grant_types", list(&types.iter().copied().collect::<Vec<_>>())),
        Setting::Apis(apis) => expression.set("apis", list(apis)),
        Setting::Scope(scope) => expression.set_or_remove("scope", scope.as_ref().map(text)),
        Setting::Audience(rule) => expression.set_or_remove("audience", audience(*rule)),
        Setting::Introspects(apis) => expression.set("introspects", list(apis)),
        Setting::MayAct(clients) => expression.set_or_remove(MAY_ACT, filled(clients)),
        Setting::AssertionTargets(targets) => expression.set_or_remove(ID_JAG, filled(targets)),
        Setting::Trusted(trusted) => expression.set_or_remove("trusted", trusted.then(|| flag(true))),
        Setting::Pkce(pkce) => expression.set("pkce", text(pkce.as_str())),
        Setting::Dpop(rule) => expression.set_or_remove(DPOP, dpop(*rule)),
        Setting::Requests(rules) => {
            for (name, value) in from_requests(rules) {
                expression.set_or_remove(name, value);
            }
        }
        Setting::IntrospectionAlgorithm(algorithm) => {
            expression.set_or_remove(INTROSPECTION_ALGORITHM, introspection_algorithm(*algorithm));
        }
        Setting::Keys(keys) => {
            let (jwks, jwks_uri) = from_keys(Some(keys));
            expression.set_or_remove("jwks", jwks);
            expression.set_or_remove("jwks_uri", jwks_uri);
        }
        Setting::Federation(rule) => expression.set(FEDERATION, federation(rule)),
        Setting::AssertionAlgorithm(only) => {
            expression.set_or_remove("assertion_algorithm", only.map(|only| text(only.as_str())));
        }
        Setting::StrictAudience(strict) => expression.set_or_remove("strict_audience", strict.then(|| flag(true))),
        Setting::Claims(known) => expression.set_or_remove(CLAIMS, claims(known)),
        Setting::RelyingParty(new) => expression.set("relying_party", AttributeValue::M(from_relying_party(new))),
        Setting::IdTokenClaims(told) => expression.set_or_remove(ID_TOKEN_CLAIMS, id_token_claims(*told)),
        Setting::Link(link, url) => expression.set_or_remove(link.as_str(), url.as_ref().map(text)),
        Setting::Logo(facts) => expression.set_or_remove(LOGO, facts.as_ref().map(text)),
    }
}

/// Returns a list, or nothing if it has no members.
fn filled<T: ToString>(values: &[T]) -> Option<AttributeValue> {
    (!values.is_empty()).then(|| list(values))
}

/// Sets the authentication method. A client whose method has no secret loses those that it had.
fn add_auth_method(expression: &mut Expression, method: AuthMethod) {
    expression.set("auth_method", text(method.as_str()));
    expression.set_or_remove(UNNAMED, unnamed(method));
    if !method.has_secret() {
        expression.set("secrets", secrets(&[]));
    }
}

/// Builds the guards of a change to an API as conditions, and its sets as an update.
pub(crate) fn of_api_change(change: &ApiChange) -> Expression {
    let mut expression = of_guards(change.guards());
    for set in change.sets() {
        match set {
            ApiSet::Scope(scope) => expression.set("scope", text(scope)),
            ApiSet::ScopeDescriptions(known) => {
                for (name, value) in from_descriptions(known) {
                    expression.set_or_remove(name, value);
                }
            }
            ApiSet::Algorithm(algorithm) => expression.set("algorithm", text(algorithm.as_str())),
            ApiSet::Format(format) => expression.set("format", text(format.as_str())),
            ApiSet::TokenType(named) => expression.set_or_remove("token_type", token_type(*named)),
            ApiSet::Claims(known) => expression.set_or_remove(CLAIMS, claim_names(known)),
            ApiSet::Lifetime(lifetime) => expression.set("lifetime", number(lifetime)),
        }
    }
    expression
}
