//! The authorization servers of others for which a client gets identity assertions, with its id there.

use std::fmt;

use crate::values::issuer_url::IssuerUrl;
use crate::values::names::ClientId;

/// An authorization server, and the `client_id` of a client of this server there, as an operator writes them:
/// `AUDIENCE=CLIENT_ID`. The first `=` ends the audience.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssertionTarget {
    audience: IssuerUrl,
    client_id: ClientId,
    text: String,
}

/// The error for a text that is not a valid [`AssertionTarget`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be AUDIENCE=CLIENT_ID: the issuer of another authorization server, and the client's id there")]
pub struct MalformedAssertionTarget;

impl AssertionTarget {
    /// Reads `AUDIENCE=CLIENT_ID`.
    ///
    /// # Errors
    /// [`MalformedAssertionTarget`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedAssertionTarget> {
        let (audience, client_id) = text.split_once('=').ok_or(MalformedAssertionTarget)?;
        let audience = IssuerUrl::parse(audience).map_err(|_| MalformedAssertionTarget)?;
        let client_id = ClientId::parse(client_id).map_err(|_| MalformedAssertionTarget)?;
        if audience.is_trust_domain() {
            return Err(MalformedAssertionTarget);
        }
        Ok(Self { audience, client_id, text: text.to_owned() })
    }

    /// The issuer of the authorization server: `aud` of the assertions.
    pub const fn audience(&self) -> &IssuerUrl {
        &self.audience
    }

    /// The id by which the authorization server knows the client.
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for AssertionTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c226_a_target_is_an_issuer_and_the_clients_id_there() {
        let target = AssertionTarget::parse("https://as.example/tenant=agent=1").unwrap();
        assert_eq!((target.audience().as_str(), target.client_id().as_str()), ("https://as.example/tenant", "agent=1"));
        assert_eq!(AssertionTarget::parse(&target.to_string()), Ok(target));
        for bad in ["", "https://as.example", "https://as.example=", "=agent", "as=agent", "spiffe://as.example=agent"]
        {
            assert_eq!(AssertionTarget::parse(bad), Err(MalformedAssertionTarget), "{bad}");
        }
    }
}
