//! The secrets of a client while it changes from one to the next.

use crate::client::record::Client;
use crate::terms::secret::StoredSecret;

impl Client {
    /// Adds a secret and keeps the newest existing one, so that two are valid while the client changes over.
    pub fn rotate_secret(&mut self, new: StoredSecret) {
        let last = self.secrets.iter().max_by_key(|secret| secret.created_at).copied();
        self.secrets = last.into_iter().chain(std::iter::once(new)).collect();
    }

    /// Keeps only the newest secret.
    pub fn retire_old_secrets(&mut self) {
        let last = self.secrets.iter().max_by_key(|secret| secret.created_at).copied();
        self.secrets = last.into_iter().collect();
    }
}
