//! Variables that are `true` or `false`.

use crate::setup::config_error::ConfigError;

/// Reads a switch that is on unless it is turned off.
pub(crate) fn on_unless_off(get: &impl Fn(&str) -> Option<String>, name: &'static str) -> Result<bool, ConfigError> {
    if get(name).is_none() { Ok(true) } else { switch(get, name) }
}

/// Reads a switch that is off unless it is turned on.
pub(crate) fn switch(get: &impl Fn(&str) -> Option<String>, name: &'static str) -> Result<bool, ConfigError> {
    match get(name).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ConfigError::Malformed(name, "true or false")),
    }
}
