//! Proof Key for Code Exchange (RFC 7636), method `S256` only: `plain` gives no protection against someone who saw
//! the request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::values::secret::Secret;

/// `code_challenge` of method `S256`: 43 to 128 unreserved characters (RFC 7636 §4.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CodeChallenge(String);

/// `code_verifier`: 43 to 128 unreserved characters (RFC 7636 §4.1).
#[derive(Clone, Debug)]
pub struct CodeVerifier(Secret);

/// The error for a challenge or verifier with a wrong length or an illegal character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not 43 to 128 characters out of A-Z a-z 0-9 - . _ ~")]
pub struct MalformedPkce;

impl CodeChallenge {
    /// Accepts the syntax of RFC 7636 §4.2.
    ///
    /// # Errors
    /// [`MalformedPkce`] for another length or another character.
    pub fn parse(text: &str) -> Result<Self, MalformedPkce> {
        if is_pkce_text(text) { Ok(Self(text.to_owned())) } else { Err(MalformedPkce) }
    }

    /// The text of the challenge.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CodeVerifier {
    /// Accepts the syntax of RFC 7636 §4.1.
    ///
    /// # Errors
    /// [`MalformedPkce`] for another length or another character.
    pub fn parse(text: &str) -> Result<Self, MalformedPkce> {
        if is_pkce_text(text) { Ok(Self(Secret::new(text.to_owned()))) } else { Err(MalformedPkce) }
    }

    /// Computes the challenge that matches this verifier: BASE64URL(SHA-256(verifier)), RFC 7636 §4.6.
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge(URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose())))
    }
}

fn is_pkce_text(text: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_holds() {
        let verifier = CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        assert_eq!(verifier.challenge().as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn length_and_characters_are_checked() {
        for bad in ["A".repeat(42), "A".repeat(129), format!("{}+", "A".repeat(43)), format!("{} ", "A".repeat(43))] {
            assert_eq!(CodeChallenge::parse(&bad).err(), Some(MalformedPkce), "{bad}");
            assert_eq!(CodeVerifier::parse(&bad).err(), Some(MalformedPkce), "{bad}");
        }
        assert!(CodeVerifier::parse(&"~".repeat(128)).is_ok());
    }
}
