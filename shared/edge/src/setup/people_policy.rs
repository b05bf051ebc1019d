//! The rules for people: the lifetimes of their sessions, the lengths of their passwords, and the factors that they need.

use grants::{Context, Policy, Seconds};

use crate::setup::config_error::ConfigError;

/// The variable with the context that every sign-in for an app needs.
const REQUIRE_FACTOR: &str = "JETON_REQUIRE_FACTOR";
const HOUR: Seconds = 3600;
const YEAR: Seconds = 365 * 24 * HOUR;

/// Reads the rules for people (`JETON_SESSION_...HOURS`, `JETON_PASSWORD_MIN_LENGTH...`, `JETON_REQUIRE_FACTOR`) into the
/// default policy.
///
/// # Errors
/// [`ConfigError::Malformed`] when a variable has an invalid value.
pub fn people_policy(get: &impl Fn(&str) -> Option<String>) -> Result<Policy, ConfigError> {
    let usual = Policy::default();
    Ok(Policy {
        session_lifetime: hours(get, "JETON_SESSION_HOURS", usual.session_lifetime)?,
        session_idle_lifetime: hours(get, "JETON_SESSION_IDLE_HOURS", usual.session_idle_lifetime)?,
        password_min_length: characters(get, "JETON_PASSWORD_MIN_LENGTH", usual.password_min_length)?,
        password_min_length_with_factor: characters(
            get,
            "JETON_PASSWORD_MIN_LENGTH_WITH_FACTOR",
            usual.password_min_length_with_factor,
        )?,
        least_context: least_context(get)?,
        ..usual
    })
}

/// Reads the weakest context of a sign-in for apps.
fn least_context(get: &impl Fn(&str) -> Option<String>) -> Result<Context, ConfigError> {
    let named = |name: &str| match name {
        "off" => Some(Context::Password),
        name => Context::offered(name).filter(|context| *context > Context::Password),
    };
    let Some(text) = get(REQUIRE_FACTOR) else { return Ok(Context::Password) };
    named(text.trim()).ok_or(ConfigError::Malformed(REQUIRE_FACTOR, "off, mfa or phr"))
}

/// Refuses to demand passkeys where there can be none.
pub(crate) fn check_demanded_factor(policy: &Policy, has_passkeys: bool) -> Result<(), ConfigError> {
    if policy.least_context == Context::PhishingResistant && !has_passkeys {
        let why = "phr demands passkeys, which need an issuer with a domain name, such as http://localhost:9000";
        return Err(ConfigError::Unfit(REQUIRE_FACTOR, why.to_owned()));
    }
    Ok(())
}

/// Reads the minimum length of a password.
fn characters(get: &impl Fn(&str) -> Option<String>, name: &'static str, usual: u8) -> Result<u8, ConfigError> {
    let Some(text) = get(name) else { return Ok(usual) };
    let length = text.trim().parse().ok().filter(|length| (8..=64).contains(length));
    length.ok_or(ConfigError::Malformed(name, "a number of characters from 8 to 64"))
}

/// Reads a number of hours, up to a year, and returns it in seconds.
fn hours(get: &impl Fn(&str) -> Option<String>, name: &'static str, usual: Seconds) -> Result<Seconds, ConfigError> {
    let Some(text) = get(name) else { return Ok(usual) };
    let hours = text.parse::<Seconds>().ok().filter(|hours| (1..=YEAR / HOUR).contains(hours));
    hours.map(|hours| hours * HOUR).ok_or(ConfigError::Malformed(name, "a number of hours from 1 to 8760"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::config::Config;

    #[test]
    fn c234_a_deployment_demands_a_factor_that_people_can_have_or_none() {
        let read = |issuer: &str, value: &str| {
            let config = Config::read(|name| match name {
                "JETON_ISSUER" => Some(issuer.to_owned()),
                REQUIRE_FACTOR => Some(value.to_owned()),
                "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("x".to_owned()),
                _ => None,
            });
            config.map(|config| (config.policy.least_context, config.demanded_factor_page()))
        };
        let factors = "/account/factors".to_owned();
        for (value, context) in [
            ("", Context::Password),
            ("off", Context::Password),
            ("mfa", Context::TwoFactors),
            (" mfa ", Context::TwoFactors),
        ] {
            assert_eq!(read("http://127.0.0.1:9000", value), Ok((context, factors.clone())), "{value}");
        }
        let passkeys = "/tenant/account/passkeys".to_owned();
        assert_eq!(read("https://id.example/tenant", "phr"), Ok((Context::PhishingResistant, passkeys)));
        assert!(matches!(read("http://127.0.0.1:9000", "phr"), Err(ConfigError::Unfit(REQUIRE_FACTOR, _))));
        for strange in ["on", "true", "pwd", "MFA", "gold"] {
            assert!(matches!(read("https://id.example", strange), Err(ConfigError::Malformed(REQUIRE_FACTOR, _))));
        }
    }
}
