//! The configuration of a local stack, from the options of the command and from its environment.

use std::path::Path;

use edge::{Config, ConfigError, Error, Tables};

use crate::args::DevOptions;
use crate::dev::issuer;
use crate::dev::variables::{variable, words};
use crate::template::default_name;

/// The sender of the mails of a local stack.
const MAIL_FROM: &str = "accounts@jeton.example";

/// The parts of a local stack that its configuration names.
pub(crate) struct Parts<'a> {
    /// The URL of its DynamoDB.
    pub(crate) endpoint: &'a str,
    pub(crate) key_file: &'a Path,
    /// The names of tables that were given.
    pub(crate) tables: Tables,
    /// The value of `JETON_BRAND`, if it has a look of its own.
    pub(crate) brand: Option<&'a str>,
}

/// Reads the configuration of a local stack: from the options, then from the environment.
pub(crate) fn read(options: &DevOptions, parts: Parts<'_>) -> Result<Config, Error> {
    let Parts { endpoint, key_file, tables: given, brand } = parts;
    let table = |given: Option<String>, table| given.or_else(|| Some(default_name(table)));
    let audit = given.audit_name();
    let tables = Tables {
        registry: table(given.registry, "registry"),
        grants: table(given.grants, "grants"),
        people: table(given.people, "people"),
        keys: table(given.keys, "keys"),
        audit: table(audit, "audit"),
    };
    let issuer = options.issuer.clone().unwrap_or_else(|| options.address());
    let named = options.is_open().then(|| issuer::by_name(&issuer)).flatten();
    let read = issuer::read(&issuer, named, |name| match name {
        // Nothing is sent: mails are kept in the outbox.
        "JETON_MAIL_FROM" => variable(name).or_else(|| Some(MAIL_FROM.to_owned())),
        "JETON_SIGN_UP" => options.sign_up.clone().or_else(|| variable(name)),
        "JETON_SIGN_UP_DOMAINS" if !options.sign_up_domains.is_empty() => {
            Some(words(options.sign_up_domains.iter().map(String::as_str)))
        }
        "JETON_REGISTRATION" => options.registration.clone().or_else(|| variable(name)),
        "JETON_CLIENT_ID_DOCUMENTS" => options.client_id_documents.clone().or_else(|| variable(name)),
        "JETON_REGISTRATION_APIS" if !options.registration_apis.is_empty() => {
            let identifiers = options.registration_apis.iter().filter_map(|api| api.split_whitespace().next());
            Some(words(identifiers))
        }
        "JETON_REGISTRATION_SCHEMES" if !options.registration_schemes.is_empty() => {
            Some(words(options.registration_schemes.iter().map(String::as_str)))
        }
        "JETON_DIRECTORY_FUNCTION" => options.directory.clone().or_else(|| variable(name)),
        "JETON_REQUIRE_FACTOR" => options.require_factor.clone().or_else(|| variable(name)),
        "JETON_BRAND" => brand.map(str::to_owned),
        "JETON_KEY_FILE" => Some(key_file.display().to_string()),
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(endpoint.to_owned()),
        "AWS_REGION" => variable(name).or_else(|| Some("us-east-1".to_owned())),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => variable(name).or_else(|| Some("local".to_owned())),
        _ => variable(name),
    });
    let read = read.map_err(|error| of_options(error, options))?;
    Ok(Config { tables, ..read })
}

/// Returns the error for a value that came from an option by the name of that option.
fn of_options(error: ConfigError, options: &DevOptions) -> Error {
    match error {
        ConfigError::Malformed("JETON_ISSUER", what) => {
            format!("--issuer must be {what}, or with --host an address such as http://jeton:9000").into()
        }
        ConfigError::Malformed("JETON_DIRECTORY_FUNCTION", what) if options.directory.is_some() => {
            format!("--directory must be {what}").into()
        }
        ConfigError::Malformed("JETON_SIGN_UP_DOMAINS", what) if !options.sign_up_domains.is_empty() => {
            format!("--sign-up-domain must be one of {what}").into()
        }
        ConfigError::Missing("JETON_SIGN_UP_DOMAINS", _) if options.sign_up.is_some() => {
            "--sign-up domain needs the domains: name each with --sign-up-domain".into()
        }
        ConfigError::Unfit("JETON_REQUIRE_FACTOR", why) if options.require_factor.is_some() => {
            format!("--require-factor cannot be used: {why}").into()
        }
        ConfigError::Malformed("JETON_REGISTRATION_APIS", _) if !options.registration_apis.is_empty() => {
            "--registration-api must be the identifier of an API, an absolute URI, and then its scopes".into()
        }
        ConfigError::Malformed("JETON_REGISTRATION_SCHEMES", _) if !options.registration_schemes.is_empty() => {
            "--registration-scheme must be a scheme of an app without a period, such as vscode".into()
        }
        ConfigError::Malformed(..) | ConfigError::Missing(..) | ConfigError::Unfit(..) => error.into(),
    }
}
