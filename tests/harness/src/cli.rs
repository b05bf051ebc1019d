//! Runs the operator's commands as a person would run them.

use serde_json::Value;

use crate::EnvFile;
use crate::process::{Finished, jeton, run_bounded};

const SECONDS: u64 = 30;
/// The commands that take `--yes`.
const DESTRUCTIVE: [[&str; 2]; 10] = [
    ["api", "delete"],
    ["client", "delete"],
    ["client", "rotate-secret"],
    ["consent", "withdraw"],
    ["grant", "revoke"],
    ["issuer", "delete"],
    ["keys", "rotate"],
    ["registration-token", "delete"],
    ["session", "end"],
    ["user", "delete"],
];

/// Runs `jeton COMMAND ... --env-file FILE`.
#[derive(Clone, Debug)]
pub struct Cli {
    env_file: EnvFile,
}

/// A client, as `jeton client create` printed it.
#[derive(Clone, Debug)]
pub struct RegisteredClient {
    /// The `client_id` of the client.
    pub id: String,
    /// The `client_secret` of a confidential client.
    pub secret: Option<String>,
}

/// A user, as `jeton user create` printed it.
#[derive(Clone, Debug)]
pub struct RegisteredUser {
    /// The name that the person enters to sign in.
    pub username: String,
    /// The password that the person enters to sign in.
    pub password: String,
    /// The subject identifier, `sub`.
    pub sub: String,
}

impl Cli {
    /// Commands for the stack that `env_file` describes.
    pub fn new(env_file: EnvFile) -> Self {
        Self { env_file }
    }

    /// Returns the JSON document that a command prints; panics with its messages if it fails.
    pub fn run(&self, args: &[&str]) -> Value {
        self.run_with_input(args, "")
    }

    /// The same for a command that reads its standard input.
    pub fn run_with_input(&self, args: &[&str], input: &str) -> Value {
        let json = [args, &["--json"]].concat();
        let finished = self.finish(&json, input);
        assert!(finished.status.success(), "jeton {args:?} failed: {}{}", finished.stderr, finished.stdout);
        serde_json::from_str(&finished.stdout)
            .unwrap_or_else(|error| panic!("jeton {args:?} printed no JSON document ({error}): {}", finished.stdout))
    }

    /// Runs a command without `--json` and returns its result, whether it fails or not. A command that would ask first
    /// gets `--yes`.
    pub fn finish(&self, args: &[&str], input: &str) -> Finished {
        let asks = DESTRUCTIVE.iter().any(|[area, command]| args.starts_with(&[area, command]));
        let yes: &[&str] = if asks && !args.contains(&"--yes") { &["--yes"] } else { &[] };
        self.finish_as_given(&[args, yes].concat(), input)
    }

    /// Runs a command with these arguments and no others than `--env-file`.
    pub fn finish_as_given(&self, args: &[&str], input: &str) -> Finished {
        let file = self.env_file.path().display().to_string();
        run_bounded(&jeton(), &[args, &["--env-file", &file]].concat(), &[], input, SECONDS)
    }

    /// The same, concurrently with other work of the caller's task.
    pub async fn finish_beside(&self, args: &[&str], input: &str) -> Finished {
        let (cli, input) = (self.clone(), input.to_owned());
        let args: Vec<String> = args.iter().map(|&argument| argument.to_owned()).collect();
        let command = move || cli.finish(&args.iter().map(String::as_str).collect::<Vec<_>>(), &input);
        tokio::task::spawn_blocking(command).await.expect("a command that ends")
    }

    /// Runs `jeton api create`, with `more` arguments such as `["--alg", "ES256"]`.
    pub fn create_api(&self, identifier: &str, scope: &str, more: &[&str]) -> Value {
        self.run(&[&["api", "create", "--identifier", identifier, "--scope", scope], more].concat())
    }

    /// Runs `jeton client create`, with `more` arguments.
    pub fn create_client(&self, name: &str, more: &[&str]) -> RegisteredClient {
        let made = self.run(&[&["client", "create", "--name", name], more].concat());
        let text = |key: &str| made.get(key).and_then(Value::as_str).map(str::to_owned);
        let id = text("client_id").unwrap_or_else(|| panic!("jeton client create told no client_id: {made}"));
        RegisteredClient { id, secret: text("client_secret") }
    }

    /// Runs `jeton user create` with the password on standard input.
    pub fn create_user(&self, username: &str, password: &str) -> RegisteredUser {
        let args = ["user", "create", "--username", username, "--password-stdin"];
        let made = self.run_with_input(&args, &format!("{password}\n"));
        let sub = made.get("sub").and_then(Value::as_str);
        let sub = sub.unwrap_or_else(|| panic!("jeton user create told no sub: {made}")).to_owned();
        RegisteredUser { username: username.to_owned(), password: password.to_owned(), sub }
    }
}

impl RegisteredClient {
    /// The secret of a confidential client.
    pub fn secret(&self) -> &str {
        self.secret.as_deref().unwrap_or_else(|| panic!("{} has no secret", self.id))
    }
}
