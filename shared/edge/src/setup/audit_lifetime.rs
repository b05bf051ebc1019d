//! The time to keep records of operators' commands.

use grants::Seconds;

use crate::setup::config_error::ConfigError;

const DAY: Seconds = 24 * 3600;
/// The default time in seconds to keep audit records: 400 days, the same as in the template.
pub const AUDIT_LIFETIME: Seconds = 400 * DAY;

/// Reads `JETON_AUDIT_DAYS`: the time to keep records of operators' commands.
///
/// # Errors
/// [`ConfigError::Malformed`] when a variable has an invalid value.
pub fn audit_lifetime(look_up: impl Fn(&str) -> Option<String>) -> Result<Seconds, ConfigError> {
    let malformed = ConfigError::Malformed("JETON_AUDIT_DAYS", "a number of days from 1 to 3653");
    let Some(text) = look_up("JETON_AUDIT_DAYS") else { return Ok(AUDIT_LIFETIME) };
    let days = text.trim().parse().ok().filter(|days| (1..=3653).contains(days));
    days.map(|days: u32| days.saturating_mul(DAY)).ok_or(malformed)
}
