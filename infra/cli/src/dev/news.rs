//! The news of a start of the local stack: the parts that it created, beside those of an earlier run.

use grants::Client;
use store::Changed;

/// The tables and registrations that were missing.
pub(crate) struct News {
    /// `true` if all tables were created.
    pub(crate) tables: bool,
    /// The clients and the user that were registered.
    pub(crate) created: Vec<String>,
}

impl News {
    /// Records the registration of a client, if it was made.
    pub(crate) fn client(&mut self, client: &Client, changed: Changed) {
        match changed {
            Changed::Done => self.created.push(format!("client {}", client.id)),
            Changed::Refused => {}
        }
    }

    /// Describes the news in a sentence.
    pub(crate) fn describe(&self) -> String {
        match (self.tables, self.created.as_slice()) {
            (true, _) => "everything: the tables, the keys, the clients and the user of the demo".to_owned(),
            (false, []) => "nothing: the data of an earlier run was found".to_owned(),
            (false, created) => format!("{}; the rest is from an earlier run", created.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_run_the_second_and_an_update_say_what_is_new() {
        let described = |tables, created: &[&str]| {
            News { tables, created: created.iter().map(|text| (*text).to_owned()).collect() }.describe()
        };
        assert!(described(true, &["client demo-app"]).starts_with("everything"));
        assert!(described(false, &[]).starts_with("nothing"));
        let updated = described(false, &["client explorer-app", "user demo"]);
        assert_eq!(updated, "client explorer-app, user demo; the rest is from an earlier run");
    }
}
