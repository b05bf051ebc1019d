//! The variables in the env file of a local stack, with which commands and other programs use it.

use edge::{Config, WrappingKey};
use grants::Context;
use protocol::Resource;

use crate::dev::env_file;

/// Returns the variables of a stack with this configuration, in the order of the env file. `brand` is the value of its look.
pub(crate) fn of(config: &Config, brand: Option<&str>) -> Vec<(&'static str, String)> {
    [of_stack(config), of_people(config, brand), of_directory(config)].concat()
}

fn of_stack(config: &Config) -> Vec<(&'static str, String)> {
    let Config { issuer, tables, wrapping, connection, policy, registration, rotation, dpop_nonce, .. } = config;
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
        ("JETON_SESSION_HOURS", (policy.session_lifetime / 3600).to_string()),
        ("JETON_SESSION_IDLE_HOURS", (policy.session_idle_lifetime / 3600).to_string()),
        ("JETON_OPENID", policy.openid.to_string()),
        ("JETON_ALLOW_IMPLICIT_GRANT", policy.legacy.implicit.to_string()),
        ("JETON_ALLOW_PASSWORD_GRANT", policy.legacy.password.to_string()),
        ("JETON_REGISTRATION", registration.mode.as_str().to_owned()),
        ("JETON_REGISTRATION_APIS", words(registration.apis.iter().map(Resource::as_str))),
        ("JETON_REGISTRATION_SCHEMES", words(registration.bare_schemes.iter().map(String::as_str))),
        ("JETON_REGISTRATION_PKCE", registration.pkce.as_str().to_owned()),
        ("JETON_CLIENT_ID_DOCUMENTS", registration.documents.mode.as_str().to_owned()),
        ("JETON_CLIENT_ID_DOCUMENT_HOSTS", variable("JETON_CLIENT_ID_DOCUMENT_HOSTS").unwrap_or_default()),
        ("JETON_REQUEST_URI", policy.request_uris.as_str().to_owned()),
        ("JETON_DPOP_NONCE", dpop_nonce.as_str().to_owned()),
        ("JETON_SIGNING_ALGORITHMS", words(rotation.algorithms.iter().map(|algorithm| algorithm.as_str()))),
        ("JETON_METADATA_APIS", variable("JETON_METADATA_APIS").unwrap_or_default()),
        ("JETON_OUTBOUND_PRIVATE_HOSTS", variable("JETON_OUTBOUND_PRIVATE_HOSTS").unwrap_or_default()),
        ("AWS_ENDPOINT_URL_DYNAMODB", connection.dynamodb_endpoint.clone().unwrap_or_default()),
        ("AWS_REGION", connection.region.clone()),
        ("AWS_ACCESS_KEY_ID", connection.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", connection.secret_access_key.expose().to_owned()),
    ]
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
        ("JETON_SIGN_UP_DOMAINS", words(sign_up.domains.iter().map(String::as_str))),
        ("JETON_ACCOUNT_DATA", own_data.as_str().to_owned()),
        ("JETON_REQUIRE_FACTOR", required.to_owned()),
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

/// Returns a variable of the environment, if it has a value.
pub(crate) fn variable(name: &str) -> Option<String> {
    edge::environment(name).filter(|value| !value.trim().is_empty())
}
