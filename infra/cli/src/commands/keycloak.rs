//! Credentials as Keycloak exports them: two JSON texts, one with the hash and one with its parameters.

use serde::Deserialize;
use serde_json::{Map, Value};
use sessions::PasswordHash;

/// One credential of a user.
#[derive(Deserialize)]
pub(crate) struct Credential {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "secretData")]
    secret: Option<String>,
    #[serde(rename = "credentialData")]
    algorithm: Option<String>,
}

#[derive(Deserialize)]
struct SecretData {
    value: String,
    #[serde(default)]
    salt: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialData {
    #[serde(default)]
    hash_iterations: i64,
    algorithm: String,
    #[serde(default)]
    additional_parameters: Map<String, Value>,
}

/// Reads the only password among the credentials. Errors repeat nothing of them except a type or an algorithm.
pub(crate) fn password(credentials: &[Credential]) -> Result<PasswordHash, String> {
    let mut password = None;
    for credential in credentials {
        match credential.kind.as_str() {
            "password" if password.is_some() => return Err("there are two passwords among the credentials".to_owned()),
            "password" => password = Some(hash(credential)?),
            // Former passwords, which nobody signs in with.
            "password-history" => {}
            other => {
                return Err(format!(
                    "a credential of the type {other:?} cannot be imported: remove it, if this user may sign in with the password alone"
                ));
            }
        }
    }
    password.ok_or_else(|| "there is no password among the credentials".to_owned())
}

fn hash(credential: &Credential) -> Result<PasswordHash, String> {
    let form = "a credential of Keycloak has secretData and credentialData, each JSON as a text";
    let read = |text: &Option<String>| text.as_deref().ok_or(form).map(str::to_owned);
    let secret: SecretData = serde_json::from_str(&read(&credential.secret)?).map_err(|_| form)?;
    let data: CredentialData = serde_json::from_str(&read(&credential.algorithm)?).map_err(|_| form)?;
    let text = match data.algorithm.as_str() {
        digest @ ("pbkdf2" | "pbkdf2-sha256" | "pbkdf2-sha512") => {
            format!("${digest}$i={}${}${}", data.hash_iterations, secret.salt, secret.value)
        }
        "argon2" => argon2(&secret, &data).ok_or("the parameters of the argon2 credential are incomplete")?,
        // What a common extension writes.
        "bcrypt" => secret.value,
        other => return Err(format!("the algorithm {other:?} of the credential is not known")),
    };
    PasswordHash::import(&text).map_err(|error| error.to_string())
}

fn argon2(secret: &SecretData, data: &CredentialData) -> Option<String> {
    let parameter = |name: &str| match data.additional_parameters.get(name)? {
        Value::Array(values) => values.first()?.as_str(),
        Value::String(text) => Some(text.as_str()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    };
    let version = match parameter("version").unwrap_or("1.3") {
        "1.0" => 16,
        "1.3" => 19,
        _ => return None,
    };
    let (kind, memory, lanes) = (parameter("type")?, parameter("memory")?, parameter("parallelism")?);
    let (salt, value) = (secret.salt.trim_end_matches('='), secret.value.trim_end_matches('='));
    let passes = data.hash_iterations;
    Some(format!("$argon2{kind}$v={version}$m={memory},t={passes},p={lanes}${salt}${value}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn credential(kind: &str, secret: &Value, data: &Value) -> Value {
        json!({"id": "x", "type": kind, "userLabel": "My password", "createdDate": 1,
            "secretData": secret.to_string(), "credentialData": data.to_string()})
    }

    fn read(credentials: &[Value]) -> Result<PasswordHash, String> {
        let read: Vec<Credential> = serde_json::from_value(credentials.into()).unwrap();
        password(&read)
    }

    fn sha256(iterations: i64) -> Value {
        let value = "3JOdJfrH/4nM+sJulFtxb4fHW0tdTcZBrukjswEho3/TCXwmeuapMOWZGPajWk4/xH8/FPYekzPiZ1oQDwUHsw==";
        let secret = json!({"value": value, "salt": "MDEyMzQ1Njc4OWFiY2RlZg==", "additionalParameters": {}});
        let data = json!({"hashIterations": iterations, "algorithm": "pbkdf2-sha256", "additionalParameters": {}});
        credential("password", &secret, &data)
    }

    fn argon2id(parameters: &Value) -> Value {
        let secret =
            json!({"value": "LbnvRporZ5tzTE23egXy6tu1i6YD4MmZowKkl2R9xkA=", "salt": "MDEyMzQ1Njc4OWFiY2RlZg=="});
        let data = json!({"hashIterations": 5, "algorithm": "argon2", "additionalParameters": parameters});
        credential("password", &secret, &data)
    }

    #[test]
    fn c245_credentials_of_keycloak_are_read() {
        let hash = read(&[sha256(1000)]).unwrap();
        assert!(
            hash.as_stored().starts_with("$pbkdf2-sha256$i=1000$MDEyMzQ1Njc4OWFiY2RlZg==$3JOd"),
            "{}",
            hash.as_stored()
        );
        let parameters =
            json!({"hashLength": ["32"], "memory": ["7168"], "type": ["id"], "version": ["1.3"], "parallelism": ["1"]});
        let hash = read(&[argon2id(&parameters)]).unwrap();
        let expected =
            "$argon2id$v=19$m=7168,t=5,p=1$MDEyMzQ1Njc4OWFiY2RlZg$LbnvRporZ5tzTE23egXy6tu1i6YD4MmZowKkl2R9xkA";
        assert_eq!(hash.as_stored(), expected);
        let former = credential("password-history", &json!({}), &json!({}));
        assert!(read(&[former, sha256(1000)]).is_ok());
    }

    #[test]
    fn c245_other_credentials_are_refused_with_a_reason() {
        let otp = credential("otp", &json!({"value": "x"}), &json!({"subType": "totp"}));
        let unknown = credential("password", &json!({"value": "x"}), &json!({"algorithm": "pbkdf2-md5"}));
        let rows = [
            (vec![sha256(2_000_001)], "2,000,000"),
            (vec![sha256(-1)], "damaged"),
            (vec![sha256(1000), sha256(1000)], "two passwords"),
            (vec![otp, sha256(1000)], "\"otp\""),
            (vec![unknown], "\"pbkdf2-md5\""),
            (vec![argon2id(&json!({}))], "parameters"),
            (vec![], "no password"),
            (vec![json!({"type": "password"})], "secretData"),
        ];
        for (credentials, word) in rows {
            let error = read(&credentials).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
