//! The rules for people: the lifetimes of their sessions and the lengths of their passwords.

use grants::{Policy, Seconds};

use crate::setup::config_error::ConfigError;

const HOUR: Seconds = 3600;
const YEAR: Seconds = 365 * 24 * HOUR;

/// Reads the rules for people (`JETON_SESSION_...HOURS`, `JETON_PASSWORD_MIN_LENGTH...`) into the default policy.
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
        ..usual
    })
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
