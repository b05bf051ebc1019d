//! Nonces in DPoP proofs: whether a deployment uses them (RFC 9449 §8).

use crate::setup::config_error::ConfigError;

/// The rule on nonces in DPoP proofs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DpopNonce {
    /// No nonces: `iat` shows that a proof is new.
    #[default]
    Off,
    /// Each proof contains a nonce of this server, which hands it out in `DPoP-Nonce`.
    Required,
}

impl DpopNonce {
    /// The value of `JETON_DPOP_NONCE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Required => "required",
        }
    }

    /// Reads `JETON_DPOP_NONCE`; `off` if it is not set.
    pub(crate) fn read(get: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        match get("JETON_DPOP_NONCE").as_deref() {
            None | Some("off") => Ok(Self::Off),
            Some("required") => Ok(Self::Required),
            Some(_) => Err(ConfigError::Malformed("JETON_DPOP_NONCE", "off or required")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c188_nonces_are_off_unless_they_are_required() {
        let read = |value: Option<&str>| DpopNonce::read(&|_: &str| value.map(str::to_owned));
        assert_eq!(read(None), Ok(DpopNonce::Off));
        for mode in [DpopNonce::Off, DpopNonce::Required] {
            assert_eq!(read(Some(mode.as_str())), Ok(mode));
        }
        for other in ["on", "true", "Required"] {
            assert!(read(Some(other)).is_err(), "{other}");
        }
    }
}
