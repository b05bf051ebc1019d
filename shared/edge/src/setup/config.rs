//! Configuration: read once at start-up and parsed into types.

use std::collections::BTreeSet;
use std::sync::Arc;

use grants::{Policy, Seconds, SigningAlgorithm};
use outbound::Reach;
use pages::Brand;
use protocol::{EmailAddress, LegacyGrants, PasskeySite, Resource, Secret};
use store::{Connection, Patience};

use crate::http::cookies::CookieRule;
use crate::http::firewall::FirewallGuard;
use crate::setup::brand::brand;
use crate::setup::config_error::ConfigError;
use crate::setup::directory::DirectoryConfig;
use crate::setup::dpop_nonce::DpopNonce;
use crate::setup::entrance::firewall;
use crate::setup::lists::words_of;
use crate::setup::mail::mail_from;
use crate::setup::own_data::OwnData;
use crate::setup::people_policy::{check_demanded_factor, people_policy};
use crate::setup::registration::{RegistrationConfig, identifiers};
use crate::setup::request_uri::request_uris;
use crate::setup::sign_up::SignUpConfig;
use crate::setup::switches::{on_unless_off, switch};
use crate::setup::wrapping_key::WrappingKey;

/// The configuration of a function, read from its environment.
#[derive(Clone)]
pub struct Config {
    /// `JETON_ISSUER`: the issuer identifier, without a trailing slash.
    pub issuer: Resource,
    /// `JETON_TABLE_*`: the names of the tables.
    pub tables: Tables,
    /// `JETON_KEY_FILE` or `JETON_KMS_KEY_ID`; `None` for a function that unwraps nothing.
    pub wrapping: Option<WrappingKey>,
    /// `AWS_*`: region, credentials and endpoints.
    pub connection: Connection,
    /// `JETON_*_SECONDS` and `JETON_ALLOW_*`: lifetimes and optional features.
    pub policy: Policy,
    /// `JETON_KEY_ROTATION_DAYS` and `JETON_SIGNING_ALGORITHMS`: the rotation of signing keys.
    pub rotation: RotationConfig,
    /// `JETON_EDGE_PROOF`, `JETON_EDGE_REQUIRED` and `JETON_HSTS_INCLUDE_SUBDOMAINS`: the secrets that CloudFront sends
    /// if there is a firewall, whether they are required, and the transport security of subdomains.
    pub firewall: FirewallGuard,
    /// `JETON_OUTBOUND_PRIVATE_HOSTS`: the hosts inside a private network that may be contacted at URLs that
    /// clients registered.
    pub reach: Reach,
    /// `JETON_DIRECTORY_FUNCTION` and `JETON_DIRECTORY_SECONDS`: the operator's function that checks passwords in an older
    /// directory, if there is one.
    pub directory: Option<DirectoryConfig>,
    /// `JETON_REGISTRATION` and `JETON_REGISTRATION_*`: the rules for clients that register themselves.
    pub registration: RegistrationConfig,
    /// `JETON_MAIL_FROM`: the sender of mails; nothing that needs mail is offered if it is not set.
    pub mail_from: Option<EmailAddress>,
    /// `JETON_BRAND`: the look of pages and mails; Jeton's own if it is not set.
    pub brand: Option<Arc<Brand>>,
    /// `JETON_SIGN_UP` and `JETON_SIGN_UP_DOMAINS`: the people who may make their own account.
    pub sign_up: SignUpConfig,
    /// `JETON_ACCOUNT_DATA`: what people may do with everything that is kept about them.
    pub own_data: OwnData,
    /// `JETON_DPOP_NONCE`: the rule on nonces in `DPoP` proofs.
    pub dpop_nonce: DpopNonce,
    /// `JETON_METADATA_APIS`: the APIs whose scopes and identifiers the metadata list.
    pub metadata_apis: Vec<Resource>,
    /// `JETON_METRICS_NAMESPACE`: the namespace of the metric for the age of the signing keys; no metric if it is
    /// not set.
    pub metrics: Option<String>,
}

/// The signing keys to keep ready, and the time that each one signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationConfig {
    /// The time in seconds that a key signs before the next one takes over.
    pub interval: Seconds,
    /// The algorithms that always have a key. For the algorithms of other APIs, keys are kept once created.
    pub algorithms: BTreeSet<SigningAlgorithm>,
}

/// The names of the tables; a function knows those that it uses.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// `JETON_TABLE_REGISTRY`: clients and APIs.
    pub registry: Option<String>,
    /// `JETON_TABLE_GRANTS`: grants and counters.
    pub grants: Option<String>,
    /// `JETON_TABLE_PEOPLE`: people, sessions and consent.
    pub people: Option<String>,
    /// `JETON_TABLE_KEYS`: the wrapped keys.
    pub keys: Option<String>,
    /// `JETON_TABLE_AUDIT`: written by operators' commands, and not accessible to functions.
    pub audit: Option<String>,
}

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// [`ConfigError`] names the variable and says what it should hold.
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::read(environment)
    }

    /// Reads variables with `look_up`; an empty one counts as not set.
    ///
    /// # Errors
    /// [`ConfigError`] names the variable and says what it should hold.
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |name: &str| look_up(name).filter(|value| !value.trim().is_empty());
        let mail_from = mail_from(&get)?;
        let needed = |name, what| get(name).ok_or(ConfigError::Missing(name, what));
        let config = Self {
            issuer: issuer(&needed("JETON_ISSUER", "the https URL of this authorization server")?)?,
            tables: Tables::read(get),
            wrapping: WrappingKey::read(get),
            connection: Connection {
                region: needed("AWS_REGION", "the region of the tables")?,
                access_key_id: needed("AWS_ACCESS_KEY_ID", "Lambda sets it from the function's role")?,
                secret_access_key: Secret::new(needed("AWS_SECRET_ACCESS_KEY", "Lambda sets it from the role")?),
                session_token: get("AWS_SESSION_TOKEN").map(Secret::new),
                dynamodb_endpoint: get("AWS_ENDPOINT_URL_DYNAMODB"),
                kms_endpoint: get("AWS_ENDPOINT_URL_KMS"),
                lambda_endpoint: get("AWS_ENDPOINT_URL_LAMBDA"),
                names_its_roots: Connection::ROOTS.iter().any(|name| get(name).is_some()),
                patience: Patience::Request,
            },
            policy: policy(&get)?,
            rotation: rotation(&get)?,
            firewall: firewall(&get)?,
            reach: reach(&get)?,
            directory: DirectoryConfig::read(&get)?,
            registration: RegistrationConfig::read(&get)?,
            sign_up: SignUpConfig::read(&get, mail_from.is_some())?,
            mail_from,
            brand: brand(&get)?,
            own_data: OwnData::read(&get)?,
            dpop_nonce: DpopNonce::read(&get)?,
            metadata_apis: identifiers(&get, "JETON_METADATA_APIS")?,
            metrics: get("JETON_METRICS_NAMESPACE"),
        };
        check_demanded_factor(&config.policy, config.passkey_site().is_some())?;
        Ok(config)
    }
}

impl Config {
    /// Returns whether this server runs on a developer's own machine: its issuer is http (C116).
    pub fn is_local(&self) -> bool {
        CookieRule::of(&self.issuer) == CookieRule::Loopback
    }

    /// Returns the site of this server's passkeys; `None` if it can have none.
    pub fn passkey_site(&self) -> Option<PasskeySite> {
        PasskeySite::of(&self.issuer)
    }

    /// Returns the rule for the cookies of this server.
    pub fn cookies(&self) -> CookieRule {
        CookieRule::of(&self.issuer)
    }
}

/// Returns a variable of the environment.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Tables {
    /// Reads `JETON_TABLE_*` with `look_up`.
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            registry: look_up("JETON_TABLE_REGISTRY"),
            grants: look_up("JETON_TABLE_GRANTS"),
            people: look_up("JETON_TABLE_PEOPLE"),
            keys: look_up("JETON_TABLE_KEYS"),
            audit: look_up("JETON_TABLE_AUDIT"),
        }
    }

    /// Returns the name of the audit table; by default, it is derived from the registry's name.
    pub fn audit_name(&self) -> Option<String> {
        let beside = || self.registry.as_ref()?.strip_suffix("registry").map(|stack| format!("{stack}audit"));
        self.audit.clone().or_else(beside)
    }

    /// The name of a table that the function uses.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] names its `variable`.
    pub fn needed(table: Option<&String>, variable: &'static str) -> Result<String, ConfigError> {
        table.cloned().ok_or(ConfigError::Missing(variable, "the name of the table, as infra/template.yaml gives it"))
    }
}

const DAY: Seconds = 24 * 3600;
const YEAR: Seconds = 365 * DAY;
fn issuer(text: &str) -> Result<Resource, ConfigError> {
    let malformed = ConfigError::Malformed("JETON_ISSUER", "an https URL without query, fragment and final slash");
    let authority = |rest: &str| rest.split('/').next().unwrap_or_default().to_owned();
    let web = match text.split_once("://") {
        Some(("https", rest)) => !authority(rest).is_empty() && !authority(rest).contains('@'),
        // TLS is optional only on a developer's own machine (C116).
        Some(("http", rest)) => is_this_machine(&authority(rest)),
        Some(_) | None => false,
    };
    match Resource::parse(text) {
        Ok(issuer) if web && !text.contains(['?', '#']) && !text.ends_with('/') => Ok(issuer),
        Ok(_) | Err(_) => Err(malformed),
    }
}

/// Returns whether a host, with or without its port, is the loopback interface.
fn is_this_machine(authority: &str) -> bool {
    let port = ["127.0.0.1", "[::1]", "localhost"].iter().find_map(|host| authority.strip_prefix(host));
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    port.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
}

fn policy(get: &impl Fn(&str) -> Option<String>) -> Result<Policy, ConfigError> {
    let usual = Policy::default();
    let seconds = |name, most: Seconds, usual: Seconds| match get(name) {
        None => Ok(usual),
        Some(text) => {
            let value = text.parse().ok().filter(|value| (1..=most).contains(value));
            value.ok_or(ConfigError::Malformed(name, "a number of seconds within the limit in infra/README.md"))
        }
    };
    Ok(Policy {
        code_lifetime: seconds("JETON_CODE_SECONDS", 600, usual.code_lifetime)?,
        device_lifetime: seconds("JETON_DEVICE_SECONDS", 1800, usual.device_lifetime)?,
        refresh_idle_lifetime: seconds("JETON_REFRESH_IDLE_SECONDS", YEAR, usual.refresh_idle_lifetime)?,
        grant_lifetime: seconds("JETON_GRANT_SECONDS", YEAR, usual.grant_lifetime)?,
        refresh_retry_window: seconds("JETON_REFRESH_RETRY_SECONDS", 60, usual.refresh_retry_window)?,
        openid: on_unless_off(get, "JETON_OPENID")?,
        requires_pushed_requests: switch(get, "JETON_REQUIRE_PAR")?,
        request_uris: request_uris(get)?,
        legacy: LegacyGrants {
            implicit: switch(get, "JETON_ALLOW_IMPLICIT_GRANT")?,
            password: switch(get, "JETON_ALLOW_PASSWORD_GRANT")?,
        },
        ..people_policy(get)?
    })
}

fn rotation(get: &impl Fn(&str) -> Option<String>) -> Result<RotationConfig, ConfigError> {
    let (days, algorithms) = ("JETON_KEY_ROTATION_DAYS", "JETON_SIGNING_ALGORITHMS");
    let interval = match get(days) {
        None => Ok(90),
        Some(text) => {
            let value = text.parse().ok().filter(|value| (1..=3650).contains(value));
            value.ok_or(ConfigError::Malformed(days, "a number of days from 1 to 3650"))
        }
    };
    let names = get(algorithms).unwrap_or_else(|| SigningAlgorithm::Rs256.as_str().to_owned());
    let known = words_of(&names).map(SigningAlgorithm::parse).collect::<Option<_>>();
    Ok(RotationConfig {
        interval: interval? * DAY,
        algorithms: known.ok_or(ConfigError::Malformed(algorithms, "a list of RS256, ES256, EdDSA, PS256"))?,
    })
}

/// Reads `JETON_OUTBOUND_PRIVATE_HOSTS`; no hosts if it is not set.
///
/// # Errors
/// [`ConfigError::Malformed`] when a variable has an invalid value.
pub fn reach(look_up: &impl Fn(&str) -> Option<String>) -> Result<Reach, ConfigError> {
    let name = "JETON_OUTBOUND_PRIVATE_HOSTS";
    let hosts = look_up(name).unwrap_or_default();
    Reach::parse(&hosts).map_err(|_| ConfigError::Malformed(name, "hosts, with a port or without, and spaces between"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 4] = [
        ("JETON_ISSUER", "https://issuer.example"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];

    fn read(change: (&str, &str)) -> Result<Config, ConfigError> {
        Config::read(|name| {
            let known = std::iter::once(&change).chain(&GOOD).find(|(known, _)| *known == name);
            known.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_missing_variable_is_named() {
        for (name, _) in GOOD {
            let told = read((name, "")).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(told.contains(name), "{told}");
        }
        assert!(read(("X", "")).is_ok());
    }

    #[test]
    fn a_malformed_variable_is_named() {
        let rows = [
            ("JETON_ISSUER", "http://issuer.example"),
            ("JETON_ISSUER", "https://issuer.example/"),
            ("JETON_ISSUER", "https://issuer.example?x"),
            ("JETON_ISSUER", "https://user@issuer.example"),
            ("JETON_ISSUER", "https:///path"),
            ("JETON_ISSUER", "http://localhost.evil.example"),
            ("JETON_ISSUER", "http://127.0.0.1.evil.example"),
            ("JETON_ISSUER", "http://127.0.0.1@evil.example"),
            ("JETON_ISSUER", "http://127.0.0.1:x"),
            ("JETON_ISSUER", "http://127.0.0.1:"),
            ("JETON_ISSUER", "ftp://127.0.0.1"),
            ("JETON_CODE_SECONDS", "601"),
            ("JETON_CODE_SECONDS", "0"),
            ("JETON_REFRESH_RETRY_SECONDS", "soon"),
            ("JETON_ALLOW_PASSWORD_GRANT", "yes"),
            ("JETON_ALLOW_IMPLICIT_GRANT", "1"),
            ("JETON_KEY_ROTATION_DAYS", "0"),
            ("JETON_SIGNING_ALGORITHMS", "RS256,none"),
            ("JETON_PASSWORD_MIN_LENGTH", "7"),
            ("JETON_PASSWORD_MIN_LENGTH", "65"),
            ("JETON_PASSWORD_MIN_LENGTH_WITH_FACTOR", "7"),
            ("JETON_DIRECTORY_FUNCTION", "https://directory.example/"),
            ("JETON_EDGE_PROOF", ","),
            ("JETON_EDGE_PROOF", "word,"),
            ("JETON_EDGE_REQUIRED", "no"),
            ("JETON_HSTS_INCLUDE_SUBDOMAINS", "2"),
        ];
        for (name, value) in rows {
            assert!(matches!(read((name, value)), Err(ConfigError::Malformed(named, _)) if named == name), "{value}");
        }
    }

    #[test]
    fn a_variable_that_is_read_says_what_it_means() {
        let legacy = |name, value| read((name, value)).map(|config| config.policy.legacy);
        let (implicit, password) = (true, false);
        assert_eq!(legacy("X", ""), Ok(LegacyGrants::default()));
        assert_eq!(legacy("JETON_ALLOW_IMPLICIT_GRANT", "false"), Ok(LegacyGrants::default()));
        assert_eq!(legacy("JETON_ALLOW_IMPLICIT_GRANT", "true"), Ok(LegacyGrants { implicit, password }));
        let rotation = |name, value| read((name, value)).map(|config| config.rotation).unwrap();
        assert_eq!(rotation("X", "").interval, 90 * DAY);
        assert_eq!(rotation("X", "").algorithms, [SigningAlgorithm::Rs256].into());
        let both = [SigningAlgorithm::Rs256, SigningAlgorithm::Es256].into();
        assert_eq!(rotation("JETON_SIGNING_ALGORITHMS", "ES256, RS256").algorithms, both);
        let path = |issuer| read(("JETON_ISSUER", issuer)).map(|config| config.path().to_owned()).unwrap();
        assert_eq!(path("https://issuer.example:8443"), "");
        assert_eq!(path("https://issuer.example/a/b"), "/a/b");
        for here in ["http://127.0.0.1:9000", "http://localhost", "http://[::1]:8080/a"] {
            assert!(read(("JETON_ISSUER", here)).is_ok(), "{here}");
        }
        let length = |value| read(("JETON_PASSWORD_MIN_LENGTH", value)).map(|config| config.policy.password_min_length);
        assert_eq!((length(""), length("8")), (Ok(15), Ok(8)));
        assert_eq!(read(("JETON_CODE_SECONDS", "30")).map(|config| config.policy.code_lifetime), Ok(30));
    }

    #[test]
    fn c029_every_client_must_push_only_where_that_is_said() {
        let demanded = |value| read(("JETON_REQUIRE_PAR", value)).map(|config| config.policy.requires_pushed_requests);
        assert_eq!((demanded(""), demanded("false"), demanded("true")), (Ok(false), Ok(false), Ok(true)));
        assert!(matches!(demanded("yes"), Err(ConfigError::Malformed("JETON_REQUIRE_PAR", _))));
    }

    #[test]
    fn c119_no_host_inside_a_network_may_be_asked_unless_it_is_named() {
        let name = "JETON_OUTBOUND_PRIVATE_HOSTS";
        assert_eq!(read((name, "")).unwrap().reach, Reach::default());
        assert_eq!(read((name, "keys.internal")).unwrap().reach, Reach::parse("keys.internal").unwrap());
        let told = read((name, "https://keys.internal")).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told.contains(name), "{told}");
    }
}
