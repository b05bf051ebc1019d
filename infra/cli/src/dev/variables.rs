//! The variables in the env file of a local stack, with which commands and other programs use it.

use edge::{Config, WrappingKey, list_of_identifiers, words_of};
use grants::{Context, Seconds};
use store::Connection;

use crate::dev::env_file;

const HOUR: Seconds = 3600;
const DAY: Seconds = 24 * HOUR;

/// Returns the variables of a stack with this configuration, in the order of the env file: all that decide on requests, so that
/// `jeton dev token` and functions that join the stack answer as it does. `brand` is the value of its look.
pub(crate) fn of(config: &Config, brand: Option<&str>) -> Vec<(&'static str, String)> {
    [
        of_stack(config),
        of_requests(config),
        of_times(config),
        of_registration(config),
        of_people(config, brand),
        of_directory(config),
        of_connection(&config.connection),
    ]
    .concat()
}

fn of_stack(config: &Config) -> Vec<(&'static str, String)> {
    let Config { issuer, tables, wrapping, .. } = config;
    let table = |name: &Option<String>| name.clone().unwrap_or_default();
    let key_file = match wrapping {
        Some(WrappingKey::File(path)) => path.display().to_string(),
        Some(WrappingKey::Kms(_)) | None => String::new(),
    };
    vec![
        (env_file::IS_LOCAL, true.to_string()),
        ("JETON_ISSUER", issuer.to_string()),
        ("JETON_TABLE_REGISTRY", table(&tables.registry)),
        ("JETON_TABLE_GRANTS", table(&tables.grants)),
        ("JETON_TABLE_PEOPLE", table(&tables.people)),
        ("JETON_TABLE_KEYS", table(&tables.keys)),
        ("JETON_TABLE_AUDIT", table(&tables.audit)),
        ("JETON_AUDIT_DAYS", variable("JETON_AUDIT_DAYS").unwrap_or_default()),
        ("JETON_KEY_FILE", key_file),
    ]
}

/// Returns the variables of what the endpoints offer and demand.
fn of_requests(config: &Config) -> Vec<(&'static str, String)> {
    let Config { policy, rotation, firewall, dpop_nonce, metadata_apis, .. } = config;
    vec![
        ("JETON_OPENID", policy.openid.to_string()),
        ("JETON_ALLOW_IMPLICIT_GRANT", policy.legacy.implicit.to_string()),
        ("JETON_ALLOW_PASSWORD_GRANT", policy.legacy.password.to_string()),
        ("JETON_REQUIRE_PAR", policy.requires_pushed_requests.to_string()),
        ("JETON_REQUEST_URI", policy.request_uris.as_str().to_owned()),
        ("JETON_DPOP_NONCE", dpop_nonce.as_str().to_owned()),
        ("JETON_SIGNING_ALGORITHMS", list(rotation.algorithms.iter().map(|algorithm| algorithm.as_str()))),
        ("JETON_METADATA_APIS", list_of_identifiers(metadata_apis)),
        ("JETON_OUTBOUND_PRIVATE_HOSTS", hosts("JETON_OUTBOUND_PRIVATE_HOSTS")),
        ("JETON_HSTS_INCLUDE_SUBDOMAINS", firewall.includes_subdomains().to_string()),
    ]
}

/// Returns the variables of how long things last.
fn of_times(config: &Config) -> Vec<(&'static str, String)> {
    let Config { policy, rotation, .. } = config;
    vec![
        ("JETON_CODE_SECONDS", policy.code_lifetime.to_string()),
        ("JETON_DEVICE_SECONDS", policy.device_lifetime.to_string()),
        ("JETON_REFRESH_IDLE_SECONDS", policy.refresh_idle_lifetime.to_string()),
        ("JETON_REFRESH_RETRY_SECONDS", policy.refresh_retry_window.to_string()),
        ("JETON_GRANT_SECONDS", policy.grant_lifetime.to_string()),
        ("JETON_SESSION_HOURS", (policy.session_lifetime / HOUR).to_string()),
        ("JETON_SESSION_IDLE_HOURS", (policy.session_idle_lifetime / HOUR).to_string()),
        ("JETON_KEY_ROTATION_DAYS", (rotation.interval / DAY).to_string()),
    ]
}

/// Returns the variables of clients that an operator did not register.
fn of_registration(config: &Config) -> Vec<(&'static str, String)> {
    let registration = &config.registration;
    vec![
        ("JETON_REGISTRATION", registration.mode.as_str().to_owned()),
        ("JETON_REGISTRATION_APIS", list_of_identifiers(&registration.apis)),
        ("JETON_REGISTRATION_SCHEMES", list(registration.bare_schemes.iter().map(String::as_str))),
        ("JETON_REGISTRATION_PKCE", registration.pkce.as_str().to_owned()),
        ("JETON_REGISTRATION_LOGOS", registration.logos.to_string()),
        ("JETON_CLIENT_ID_DOCUMENTS", registration.documents.mode.as_str().to_owned()),
        ("JETON_CLIENT_ID_DOCUMENT_HOSTS", hosts("JETON_CLIENT_ID_DOCUMENT_HOSTS")),
    ]
}

/// Returns the variables of the way to the store. Those that a local stack seldom has are left out where they are not set.
fn of_connection(connection: &Connection) -> Vec<(&'static str, String)> {
    let token = connection.session_token.as_ref().map(|token| token.expose().to_owned());
    let seldom = [("AWS_SESSION_TOKEN", token), ("AWS_ENDPOINT_URL_LAMBDA", connection.lambda_endpoint.clone())];
    let always = [
        ("AWS_ENDPOINT_URL_DYNAMODB", connection.dynamodb_endpoint.clone().unwrap_or_default()),
        ("AWS_REGION", connection.region.clone()),
        ("AWS_ACCESS_KEY_ID", connection.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", connection.secret_access_key.expose().to_owned()),
    ];
    let seldom = seldom.into_iter().filter_map(|(name, value)| Some((name, value?)));
    always.into_iter().chain(seldom).collect()
}

/// Returns the variables of what people see and do.
fn of_people(config: &Config, brand: Option<&str>) -> Vec<(&'static str, String)> {
    let Config { mail_from, sign_up, own_data, policy, .. } = config;
    let required = match policy.least_context {
        Context::Password => "off",
        context @ (Context::TwoFactors | Context::PhishingResistant) => context.as_str(),
    };
    vec![
        ("JETON_MAIL_FROM", mail_from.as_ref().map_or_else(|| "off".to_owned(), ToString::to_string)),
        ("JETON_SIGN_UP", sign_up.mode.as_str().to_owned()),
        ("JETON_SIGN_UP_DOMAINS", list(sign_up.domains.iter().map(String::as_str))),
        ("JETON_ACCOUNT_DATA", own_data.as_str().to_owned()),
        ("JETON_REQUIRE_FACTOR", required.to_owned()),
        ("JETON_PASSWORD_MIN_LENGTH", policy.password_min_length.to_string()),
        ("JETON_PASSWORD_MIN_LENGTH_WITH_FACTOR", policy.password_min_length_with_factor.to_string()),
        ("JETON_BRAND", brand.unwrap_or_default().to_owned()),
    ]
}

/// Returns the variables of the directory function, empty without one.
fn of_directory(config: &Config) -> Vec<(&'static str, String)> {
    let asked = config.directory.as_ref();
    let function = asked.map(|asked| asked.function.as_str().to_owned()).unwrap_or_default();
    let seconds = asked.map(|asked| asked.limit.to_string()).unwrap_or_default();
    vec![("JETON_DIRECTORY_FUNCTION", function), ("JETON_DIRECTORY_SECONDS", seconds)]
}

/// Joins words with spaces.
pub(crate) fn words<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// Joins words with commas: a shell that reads the env file takes them for one value.
fn list<'w>(words: impl Iterator<Item = &'w str>) -> String {
    words.collect::<Vec<_>>().join(",")
}

/// Returns the hosts in a variable of the environment as such a list.
fn hosts(name: &str) -> String {
    list(words_of(&variable(name).unwrap_or_default()))
}

/// Returns a variable of the environment, if it has a value.
pub(crate) fn variable(name: &str) -> Option<String> {
    edge::environment(name).filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// The variables that the env file does not have, each with the reason.
    const LEFT_OUT: [(&str, &str); 7] = [
        ("JETON_KMS_KEY_ID", "a file wraps the keys of a local stack"),
        ("AWS_ENDPOINT_URL_KMS", "a file wraps the keys of a local stack"),
        ("JETON_EDGE_PROOF", "CloudFront is not in front of a local stack"),
        ("JETON_EDGE_REQUIRED", "CloudFront is not in front of a local stack"),
        ("JETON_METRICS_NAMESPACE", "only the rotation of keys in the cloud writes a metric"),
        ("SSL_CERT_FILE", "each program trusts the certificates of its own environment"),
        ("SSL_CERT_DIR", "each program trusts the certificates of its own environment"),
    ];
    /// Variables with another value than by default.
    const VALUES: [(&str, &str); 45] = [
        ("JETON_ISSUER", "http://localhost:9000"),
        ("JETON_TABLE_REGISTRY", "a"),
        ("JETON_TABLE_GRANTS", "b"),
        ("JETON_TABLE_PEOPLE", "c"),
        ("JETON_TABLE_KEYS", "d"),
        ("JETON_TABLE_AUDIT", "e"),
        ("JETON_KEY_FILE", "/wrapping.key"),
        ("JETON_OPENID", "false"),
        ("JETON_ALLOW_IMPLICIT_GRANT", "true"),
        ("JETON_ALLOW_PASSWORD_GRANT", "true"),
        ("JETON_REQUIRE_PAR", "true"),
        ("JETON_REQUEST_URI", "registered"),
        ("JETON_DPOP_NONCE", "required"),
        ("JETON_SIGNING_ALGORITHMS", "RS256,ES256"),
        ("JETON_METADATA_APIS", "urn:a,urn:b"),
        ("JETON_HSTS_INCLUDE_SUBDOMAINS", "true"),
        ("JETON_CODE_SECONDS", "30"),
        ("JETON_DEVICE_SECONDS", "300"),
        ("JETON_REFRESH_IDLE_SECONDS", "3600"),
        ("JETON_REFRESH_RETRY_SECONDS", "9"),
        ("JETON_GRANT_SECONDS", "7200"),
        ("JETON_SESSION_HOURS", "2"),
        ("JETON_SESSION_IDLE_HOURS", "1"),
        ("JETON_KEY_ROTATION_DAYS", "30"),
        ("JETON_REGISTRATION", "token"),
        ("JETON_REGISTRATION_APIS", "urn:a,urn:b"),
        ("JETON_REGISTRATION_SCHEMES", "cursor,vscode"),
        ("JETON_REGISTRATION_PKCE", "optional"),
        ("JETON_REGISTRATION_LOGOS", "true"),
        ("JETON_CLIENT_ID_DOCUMENTS", "open"),
        ("JETON_MAIL_FROM", "accounts@a.example"),
        ("JETON_SIGN_UP", "domain"),
        ("JETON_SIGN_UP_DOMAINS", "a.example,b.example"),
        ("JETON_ACCOUNT_DATA", "delete"),
        ("JETON_REQUIRE_FACTOR", "phr"),
        ("JETON_PASSWORD_MIN_LENGTH", "20"),
        ("JETON_PASSWORD_MIN_LENGTH_WITH_FACTOR", "10"),
        ("JETON_DIRECTORY_FUNCTION", "arn:aws:lambda:eu-central-1:123456789012:function:old-directory"),
        ("JETON_DIRECTORY_SECONDS", "5"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:2"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
    ];

    #[test]
    fn a_variable_that_functions_read_is_in_the_env_file_with_its_value_or_left_out_for_a_reason() {
        let asked = RefCell::new(BTreeSet::new());
        let config = Config::read(|name| {
            asked.borrow_mut().insert(name.to_owned());
            VALUES.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        });
        let written: BTreeMap<&str, String> = of(&config.unwrap(), Some("the-look")).into_iter().collect();
        let asked = asked.into_inner();
        for name in &asked {
            let is_left_out = LEFT_OUT.iter().any(|(known, _)| known == name);
            assert!(
                written.contains_key(&**name) != is_left_out,
                "{name} is in the env file and on the list, or on neither"
            );
        }
        assert!(asked.len() > VALUES.len(), "{asked:?}");
        for (name, value) in VALUES {
            assert_eq!(written.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert_eq!(written["JETON_BRAND"], "the-look");
    }
}
