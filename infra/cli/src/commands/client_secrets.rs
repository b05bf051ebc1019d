//! The secrets of a client: how long one may be, and the end of one that the next replaces.

use std::ops::RangeInclusive;

use grants::{Client, StoredSecret};

use crate::output::moment;

/// The lengths of a secret that an operator brings. Whoever guesses is not stopped by throttling, so a short one is refused.
pub(crate) const CHARACTERS: RangeInclusive<usize> = 32..=256;

/// Lists the secrets that a further one ends: a client has two at most, and keeps the newest beside it.
pub(crate) fn ended_by_another(client: &Client) -> Vec<StoredSecret> {
    let mut kept = client.clone();
    kept.retire_old_secrets();
    client.secrets.iter().filter(|secret| !kept.secrets.contains(secret)).copied().collect()
}

/// Names secrets by the times when they were made.
pub(crate) fn named_by_time(secrets: &[StoredSecret]) -> String {
    let times: Vec<String> = secrets.iter().map(|secret| moment(secret.created_at)).collect();
    format!("the secret of {}", times.join(" and that of "))
}

#[cfg(test)]
mod tests {
    use grants::{SecretDigest, Timestamp};
    use protocol::ClientId;

    use super::*;

    #[test]
    fn a_further_secret_ends_all_but_the_newest() {
        let secret = |byte: u8| {
            StoredSecret::hashed(
                SecretDigest::from_bytes([byte; 32]),
                Timestamp::from_seconds(1_795_867_200 + u64::from(byte)),
            )
        };
        let with = |secrets: &[u8]| Client {
            secrets: secrets.iter().map(|byte| secret(*byte)).collect(),
            ..Client::new(ClientId::parse("a").unwrap(), Timestamp::from_seconds(1))
        };
        for (secrets, ended) in [(&[][..], &[][..]), (&[1], &[]), (&[1, 2], &[1]), (&[2, 1], &[1])] {
            let ended: Vec<StoredSecret> = ended.iter().map(|byte| secret(*byte)).collect();
            assert_eq!(ended_by_another(&with(secrets)), ended, "{secrets:?}");
        }
        assert_eq!(named_by_time(&[secret(5)]), "the secret of 2026-11-28T12:00:05Z");
    }
}
