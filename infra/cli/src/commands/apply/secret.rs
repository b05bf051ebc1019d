//! Secrets of clients that a file names: read from the environment or from files of their own.

use edge::Error;
use grants::{AuthMethod, Client, KeptSecret, StoredSecret, Timestamp};
use keys::HandleKeys;
use protocol::Secret;
use zeroize::Zeroizing;

use crate::commands::apply::file::Source;
use crate::commands::apply::reading::{SecretPlace, read_beside};
use crate::commands::client_secrets::{CHARACTERS, ended_by_another, named_by_time};

/// The rule for a secret that an operator brings.
const LENGTH: &str = "must have 32 to 256 visible ASCII characters";

/// The fate of the secrets of a client.
#[derive(Debug)]
pub(crate) enum SecretPlan {
    /// They stay as they are.
    Keep,
    /// This one is added, and the newest of before stays good.
    Given(Secret),
    /// A new one is generated and shown once.
    Generate,
    /// The client has none any more.
    Withdraw,
}

impl SecretPlan {
    /// Returns whether the secrets change.
    pub(crate) const fn changes(&self) -> bool {
        match self {
            Self::Keep => false,
            Self::Given(_) | Self::Generate | Self::Withdraw => true,
        }
    }

    /// Checks that a secret which is added is not too long. One that is good already stays so: earlier versions took longer
    /// ones.
    pub(crate) fn check_length(&self) -> Result<(), String> {
        match self {
            Self::Given(secret) if secret.expose().len() > *CHARACTERS.end() => Err(format!("the secret {LENGTH}")),
            Self::Given(_) | Self::Keep | Self::Generate | Self::Withdraw => Ok(()),
        }
    }

    /// Tells what becomes of the secrets of a client that was as `before` and is registered with this method; `None` if they
    /// stay.
    pub(crate) fn told(&self, before: &Client, method: AuthMethod) -> Option<String> {
        match self {
            Self::Keep => None,
            Self::Withdraw => Some("none".to_owned()),
            Self::Given(_) | Self::Generate => {
                let same_kind = is_derived(before.auth_method) == is_derived(method);
                let ended = if same_kind { ended_by_another(before) } else { before.secrets.clone() };
                if ended.is_empty() {
                    return Some("another".to_owned());
                }
                Some(format!("another, which ends {}", named_by_time(&ended)))
            }
        }
    }
}

/// Reads the secret at its place, and checks that a client with this method can have it.
pub(crate) fn read(source: &Source, place: &SecretPlace, method: AuthMethod) -> Result<Secret, String> {
    match method {
        AuthMethod::Secret | AuthMethod::SecretBasic | AuthMethod::SecretPost => {}
        AuthMethod::ClientSecretJwt => {
            return Err(
                "a client with client_secret_jwt gets a secret that is made for it: leave secret out".to_owned()
            );
        }
        AuthMethod::PrivateKeyJwt | AuthMethod::None => {
            return Err(format!("a client with auth_method {} has no secret: leave secret out", method.as_str()));
        }
    }
    let (text, origin) = match (&place.env, &place.file) {
        (Some(name), None) => {
            let value = edge::environment(name);
            let missing = || format!("the environment variable {name} is not set: it holds the secret of this client");
            (Zeroizing::new(value.ok_or_else(missing)?), format!("the environment variable {name}"))
        }
        (None, Some(path)) => {
            let text = String::from_utf8(read_beside(&source.folder, path)?)
                .map_err(|_| "the secret is no text".to_owned())?;
            (Zeroizing::new(text), format!("the file {}", path.display()))
        }
        (None, None) | (Some(_), Some(_)) => {
            return Err("secret is either { env = \"NAME\" } or { file = \"PATH\" }".to_owned());
        }
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.len() < *CHARACTERS.start() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("the secret in {origin} {LENGTH}"));
    }
    Ok(Secret::new(text.to_owned()))
}

/// Returns what becomes of the secrets of a client that is registered as `after`, and was as `before`. `digest` hashes
/// a secret as stored ones are.
pub(crate) fn plan(
    before: Option<&Client>,
    method: AuthMethod,
    given: Option<Secret>,
    digest: impl FnOnce(&Secret) -> Result<KeptSecret, Error>,
) -> Result<SecretPlan, Error> {
    let stored = before.map(|client| &*client.secrets).unwrap_or_default();
    if !method.has_secret() {
        return Ok(if stored.is_empty() { SecretPlan::Keep } else { SecretPlan::Withdraw });
    }
    let fits = before.is_some_and(|client| !stored.is_empty() && is_derived(client.auth_method) == is_derived(method));
    match given {
        None if fits => Ok(SecretPlan::Keep),
        None => Ok(SecretPlan::Generate),
        Some(secret) if !fits => Ok(SecretPlan::Given(secret)),
        Some(secret) => {
            let kept = digest(&secret)?;
            let is_there = stored.iter().any(|stored| stored.kept == kept);
            Ok(if is_there { SecretPlan::Keep } else { SecretPlan::Given(secret) })
        }
    }
}

/// Adds a secret to a client, whose newest one stays good unless it is of another kind.
pub(crate) fn add(client: &mut Client, before: Option<&Client>, new: StoredSecret) {
    if before.is_some_and(|before| is_derived(before.auth_method) != is_derived(client.auth_method)) {
        client.secrets.clear();
    }
    client.rotate_secret(new);
}

/// Returns the stored form of a secret.
pub(crate) fn stored(handles: &HandleKeys, secret: &Secret, now: Timestamp) -> StoredSecret {
    StoredSecret::hashed(handles.digest(secret), now)
}

/// Returns whether the secrets of this method are derived from a master key, instead of hashed.
fn is_derived(method: AuthMethod) -> bool {
    method == AuthMethod::ClientSecretJwt
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use grants::SecretDigest;
    use protocol::ClientId;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1);

    fn source(folder: PathBuf) -> Source {
        Source::parse("jeton.toml".to_owned(), String::new(), folder).unwrap()
    }

    fn client(auth_method: AuthMethod, secrets: &[u8]) -> Client {
        let digest = |byte: &u8| StoredSecret::hashed(SecretDigest::from_bytes([*byte; 32]), NOW);
        let secrets = secrets.iter().map(digest).collect();
        Client { auth_method, secrets, ..Client::new(ClientId::parse("a").unwrap(), NOW) }
    }

    #[test]
    fn a_secret_is_read_from_its_file_if_it_is_long_enough() {
        let scratch = tempfile::tempdir().unwrap();
        let source = source(scratch.path().to_owned());
        let read = |text: &str, method| {
            std::fs::write(scratch.path().join("secret"), text).unwrap();
            let place = SecretPlace { env: None, file: Some("secret".into()) };
            super::read(&source, &place, method).map(|secret| secret.expose().len())
        };
        assert_eq!(read(&format!("{}\n", "s".repeat(32)), AuthMethod::Secret), Ok(32));
        for (text, method) in [
            ("s".repeat(31), AuthMethod::Secret),
            (format!("{} s", "s".repeat(40)), AuthMethod::SecretPost),
            ("s".repeat(40), AuthMethod::None),
            ("s".repeat(40), AuthMethod::ClientSecretJwt),
        ] {
            let told = read(&text, method).unwrap_err();
            assert!(!told.contains("sss"), "{told}");
        }
        for place in [
            SecretPlace { env: None, file: None },
            SecretPlace { env: Some("A".to_owned()), file: Some("b".into()) },
            SecretPlace { env: None, file: Some("none".into()) },
            SecretPlace { env: Some("JETON_TEST_NO_SUCH_VARIABLE".to_owned()), file: None },
        ] {
            assert!(super::read(&source, &place, AuthMethod::Secret).is_err());
        }
    }

    #[test]
    fn what_becomes_of_the_secrets_is_told_with_those_that_end() {
        let told = |plan: &SecretPlan, secrets: &[u8], method| plan.told(&client(AuthMethod::Secret, secrets), method);
        let (basic, jwt) = (AuthMethod::SecretBasic, AuthMethod::ClientSecretJwt);
        assert_eq!(told(&SecretPlan::Keep, &[1], basic), None);
        assert_eq!(told(&SecretPlan::Withdraw, &[1, 2], AuthMethod::None).as_deref(), Some("none"));
        assert_eq!(told(&SecretPlan::Generate, &[], basic).as_deref(), Some("another"));
        assert_eq!(told(&SecretPlan::Generate, &[1], basic).as_deref(), Some("another"));
        let one = "another, which ends the secret of 1970-01-01T00:00:01Z";
        assert_eq!(told(&SecretPlan::Given(Secret::new("s".repeat(32))), &[1, 2], basic).as_deref(), Some(one));
        let both = format!("{one} and that of 1970-01-01T00:00:01Z");
        assert_eq!(told(&SecretPlan::Generate, &[1, 2], jwt), Some(both), "a secret of another kind ends all");
    }

    #[test]
    fn a_secret_that_is_added_has_a_longest_length_and_one_that_is_good_has_none() {
        let given = |length| SecretPlan::Given(Secret::new("s".repeat(length))).check_length();
        assert_eq!((given(256), SecretPlan::Keep.check_length()), (Ok(()), Ok(())));
        assert!(given(257).is_err_and(|told| told.contains("256") && !told.contains("sss")));
    }

    #[test]
    fn a_secret_that_is_there_stays_and_another_one_is_added() {
        let plan = |before: Option<&Client>, method, given: Option<u8>| {
            let given = given.map(|byte| Secret::new(byte.to_string()));
            let digest = |secret: &Secret| {
                let byte = secret.expose().parse().unwrap();
                Ok(KeptSecret::Digest(SecretDigest::from_bytes([byte; 32])))
            };
            super::plan(before, method, given, digest).unwrap()
        };
        let (basic, jwt, none) = (AuthMethod::SecretBasic, AuthMethod::ClientSecretJwt, AuthMethod::None);
        let shop = client(AuthMethod::Secret, &[1, 2]);
        assert!(matches!(plan(Some(&shop), basic, Some(1)), SecretPlan::Keep));
        assert!(matches!(plan(Some(&shop), basic, None), SecretPlan::Keep));
        assert!(matches!(plan(Some(&shop), basic, Some(3)), SecretPlan::Given(_)));
        assert!(matches!(plan(Some(&shop), jwt, None), SecretPlan::Generate));
        assert!(matches!(plan(Some(&shop), none, None), SecretPlan::Withdraw));
        assert!(matches!(plan(None, basic, None), SecretPlan::Generate));
        assert!(matches!(plan(None, basic, Some(1)), SecretPlan::Given(_)));
        assert!(matches!(plan(None, none, None), SecretPlan::Keep));
        let new = client(basic, &[9]).secrets[0];
        let mut after = shop.clone();
        add(&mut after, Some(&shop), new);
        assert_eq!(after.secrets.len(), 2);
        let mut after = Client { auth_method: jwt, ..shop.clone() };
        add(&mut after, Some(&shop), new);
        assert_eq!(after.secrets, [new]);
    }
}
