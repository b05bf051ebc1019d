//! The way to a function: the secrets of the firewall, and what responses announce.

use crate::http::firewall::FirewallGuard;
use crate::setup::config_error::ConfigError;
use crate::setup::switches::{on_unless_off, switch};

/// Reads the secrets of the firewall, with commas between, and the rules around it.
///
/// # Errors
/// [`ConfigError::Malformed`] when a variable has an invalid value. A list without a secret is invalid, because it would
/// open the way.
pub(crate) fn firewall(get: &impl Fn(&str) -> Option<String>) -> Result<FirewallGuard, ConfigError> {
    let name = "JETON_EDGE_PROOF";
    let proofs = match get(name) {
        None => Vec::new(),
        Some(text) => text.split(',').map(|proof| proof.trim().to_owned()).collect(),
    };
    if proofs.iter().any(String::is_empty) {
        return Err(ConfigError::Malformed(name, "one or more secrets, with commas between"));
    }
    let guard = FirewallGuard::new(proofs).with_requirement(on_unless_off(get, "JETON_EDGE_REQUIRED")?);
    Ok(guard.with_subdomains(switch(get, "JETON_HSTS_INCLUDE_SUBDOMAINS")?))
}
