//! The responses of browsers as JSON (Web Authentication Level 3 §5.1.8): `credential.toJSON()`, in a field of a form.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::passkeys::authenticator_data::{AuthenticatorData, MadeCredential};
use crate::passkeys::client_data::ClientData;
use crate::passkeys::credential_id::CredentialId;
use crate::passkeys::malformed::MalformedPasskey;

/// The longest response. Its parts are known to be small: an id has 1023 bytes at most, and an RSA key some hundreds.
const MAX_BYTES: usize = 16 * 1024;
/// The type of every credential.
const PUBLIC_KEY: &str = "public-key";
/// The longest user handle (Web Authentication Level 3 §4, "User Handle").
const MAX_HANDLE_BYTES: usize = 64;

/// A response to the wish for a new credential. Nothing in it is signed: no attestation was asked for, and one that comes
/// is not looked at.
#[derive(Clone, Debug)]
pub struct PasskeyRegistration {
    /// The client data of the ceremony.
    pub client: ClientData,
    /// The authenticator data of the ceremony.
    pub authenticator: AuthenticatorData,
    /// The credential that was made.
    pub made: MadeCredential,
}

/// A response to a challenge, whose signature is not verified yet.
#[derive(Clone, Debug)]
pub struct PasskeyAssertion {
    /// The id of the credential that answered.
    pub id: CredentialId,
    /// The client data of the ceremony.
    pub client: ClientData,
    /// The authenticator data of the ceremony.
    pub authenticator: AuthenticatorData,
    /// The user handle that the authenticator keeps with the credential.
    pub user_handle: Option<Vec<u8>>,
    message: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Credential<R> {
    id: String,
    #[serde(rename = "rawId")]
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: R,
}

#[derive(Deserialize)]
struct Attestation {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation_object: String,
}

#[derive(Deserialize)]
struct Assertion {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "authenticatorData")]
    authenticator_data: String,
    signature: String,
    #[serde(rename = "userHandle")]
    user_handle: Option<String>,
}

impl PasskeyRegistration {
    /// Reads a response as it was sent.
    ///
    /// # Errors
    /// [`MalformedPasskey`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedPasskey> {
        let (id, response) = credential::<Attestation>(text)?;
        let client = ClientData::parse(&bytes(&response.client_data)?)?;
        let object: Value =
            ciborium::from_reader(&*bytes(&response.attestation_object)?).map_err(|_| MalformedPasskey)?;
        let members = object.as_map().ok_or(MalformedPasskey)?;
        let data = members.iter().find(|(name, _)| name.as_text() == Some("authData"));
        let data = data.and_then(|(_, data)| data.as_bytes()).ok_or(MalformedPasskey)?;
        let authenticator = AuthenticatorData::parse(data)?;
        let made = authenticator.made.clone().filter(|made| made.id == id).ok_or(MalformedPasskey)?;
        Ok(Self { client, authenticator, made })
    }
}

impl PasskeyAssertion {
    /// Reads a response as it was sent.
    ///
    /// # Errors
    /// [`MalformedPasskey`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedPasskey> {
        let (id, response) = credential::<Assertion>(text)?;
        let (data, client) = (bytes(&response.authenticator_data)?, ClientData::parse(&bytes(&response.client_data)?)?);
        let user_handle = response.user_handle.as_deref().map(bytes).transpose()?.filter(|handle| !handle.is_empty());
        if user_handle.as_ref().is_some_and(|handle| handle.len() > MAX_HANDLE_BYTES) {
            return Err(MalformedPasskey);
        }
        let message = [&data[..], client.hash()].concat();
        let signature = bytes(&response.signature)?;
        Ok(Self { id, authenticator: AuthenticatorData::parse(&data)?, client, user_handle, message, signature })
    }

    /// The bytes that were signed, and the signature.
    pub fn signed(&self) -> (&[u8], &[u8]) {
        (&self.message, &self.signature)
    }
}

/// Reads the envelope of a response.
fn credential<R: DeserializeOwned>(text: &str) -> Result<(CredentialId, R), MalformedPasskey> {
    if text.len() > MAX_BYTES {
        return Err(MalformedPasskey);
    }
    let credential: Credential<R> = serde_json::from_str(text).map_err(|_| MalformedPasskey)?;
    if credential.kind != PUBLIC_KEY || credential.id != credential.raw_id {
        return Err(MalformedPasskey);
    }
    let id = CredentialId::parse(&credential.id).ok_or(MalformedPasskey)?;
    Ok((id, credential.response))
}

fn bytes(text: &str) -> Result<Vec<u8>, MalformedPasskey> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| MalformedPasskey)
}

#[cfg(test)]
mod tests;
