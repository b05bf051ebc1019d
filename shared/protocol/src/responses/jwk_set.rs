//! The public key set.

use serde::{Deserialize, Serialize};

/// A JSON Web Key Set (RFC 7517 §5) of public keys.
#[derive(Debug, Default, Serialize)]
pub struct JwkSet {
    /// The public keys, including those that do not sign yet.
    pub keys: Vec<Jwk>,
}

/// A public JSON Web Key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2): it has no field for a private part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// The key type: `RSA`, `EC` or `OKP`.
    pub kty: String,
    /// The key's identifier, unique in the set.
    pub kid: String,
    /// The use of the key, always `sig`.
    #[serde(rename = "use")]
    pub usage: String,
    /// The only algorithm that the key is for.
    pub alg: String,
    /// The RSA modulus, in base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n: Option<String>,
    /// The RSA exponent, in base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub e: Option<String>,
    /// The name of the curve.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub crv: Option<String>,
    /// The x coordinate, or the whole Edwards point, in base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub x: Option<String>,
    /// The y coordinate, in base64url.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub y: Option<String>,
}
