//! Names of things that are registered, given as a positional argument, or by the flag of `create`.

use clap::Args;

/// The `client_id` of a client.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ClientName {
    /// The `client_id` of the client.
    #[arg(value_name = "ID")]
    positional: Option<String>,
    /// The `client_id`, given as a flag instead.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
}

/// The identifier of an API.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ApiName {
    /// Identifier of the API, an absolute URI.
    #[arg(value_name = "IDENTIFIER")]
    positional: Option<String>,
    /// Identifier of the API, given as a flag instead.
    #[arg(long, value_name = "IDENTIFIER")]
    identifier: Option<String>,
}

impl ClientName {
    pub(crate) fn as_str(&self) -> &str {
        given(self.positional.as_deref(), self.id.as_deref())
    }
}

impl ApiName {
    pub(crate) fn as_str(&self) -> &str {
        given(self.positional.as_deref(), self.identifier.as_deref())
    }
}

/// Returns the one of the two that is given. The parser refuses a line without either.
fn given<'a>(positional: Option<&'a str>, flag: Option<&'a str>) -> &'a str {
    positional.or(flag).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::args::Arguments;

    #[test]
    fn c244_what_create_names_by_a_flag_is_named_by_it_afterwards_too() {
        let rows: [(&[&str], &str, &[&str]); 10] = [
            (&["client", "show"], "--id", &[]),
            (&["client", "update"], "--id", &["--name", "New"]),
            (&["client", "disable"], "--id", &[]),
            (&["client", "enable"], "--id", &[]),
            (&["client", "rotate-secret"], "--id", &[]),
            (&["client", "delete"], "--id", &[]),
            (&["api", "show"], "--identifier", &[]),
            (&["api", "update"], "--identifier", &["--scope", "read"]),
            (&["api", "delete"], "--identifier", &[]),
            (&["user", "rename", "ada"], "--to", &[]),
        ];
        for (command, flag, more) in rows {
            let parsed = |name: &[&str]| Arguments::try_parse_from([&["jeton"], command, name, more].concat()).is_ok();
            assert!(parsed(&["urn:a"]) && parsed(&[flag, "urn:a"]), "{command:?}");
            assert!(!parsed(&[]) && !parsed(&["urn:a", flag, "urn:a"]), "{command:?}");
        }
    }
}
