//! The command `jeton user import`.

use std::collections::HashSet;
use std::sync::Arc;

use edge::Error;
use futures_util::StreamExt;
use futures_util::stream;
use protocol::{Claim, Claims, Secret, Username};
use serde::Deserialize;
use serde_json::Value;
use sessions::{PasswordHash, PasswordWork, User, hash_password};
use store::{AuditedAction, Changed, CreatedUser};
use tokio::sync::Semaphore;

use crate::args::ImportOptions;
use crate::audit::{About, Recorder};
use crate::commands::import::{Imported, Line, Lines, Report, WRITES, persistently};
use crate::commands::keycloak::{self, Credential};
use crate::commands::person_rules::{unfit, warn_of_lines};
use crate::commands::user_steps::{unregistered, username};
use crate::output::is_quiet;
use crate::progress::Progress;
use crate::stack::Stack;

/// Registers one user per line. A line that cannot be imported is told and does not stop the rest. Users who are
/// already registered are left unchanged, so the same input can be sent again.
pub(crate) async fn run(options: ImportOptions) -> Result<(), Error> {
    let json = options.common.json;
    let stack = Stack::find(&options.common).await?;
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut import = Import {
        recorder: stack.recorder().await,
        stack: &stack,
        writes: !options.dry_run,
        seen: HashSet::new(),
        work: stack.people.password_work().await?,
        unfit: Vec::new(),
        processors: Arc::new(Semaphore::new(processors)),
    };
    let mut report = Report::shown_by(Progress::of("users", !json && !is_quiet()));
    let mut lines = Lines::of(std::io::stdin().lock());
    loop {
        let batch = lines.batch()?;
        if batch.is_empty() || report.is_stopped() {
            break;
        }
        import.batch(batch, &mut report).await;
    }
    let finished = report.finish(json);
    warn_of_lines(&import.unfit);
    finished
}

struct Import<'s> {
    stack: &'s Stack,
    recorder: Recorder<'s>,
    writes: bool,
    /// The names of the lines so far.
    seen: HashSet<String>,
    /// The work that the store knows of.
    work: PasswordWork,
    /// The lines with passwords that the people could not choose.
    unfit: Vec<u64>,
    /// One permit per processor, because each hash takes a processor and 19 MiB.
    processors: Arc<Semaphore>,
}

/// A user to import.
struct NewUser {
    line: u64,
    username: Username,
    password: Password,
    claims: Claims,
    disabled: bool,
    attributes: Vec<String>,
}

enum Password {
    Plain(Secret),
    Hashed(PasswordHash),
}

impl Import<'_> {
    async fn batch(&mut self, batch: Vec<Line>, report: &mut Report) {
        let mut users = Vec::with_capacity(batch.len());
        for (line, text) in batch {
            match text.and_then(|text| NewUser::read(line, &text)) {
                Ok(user) if self.seen.insert(user.username.normalized()) => users.push(user),
                Ok(_) => report.add(line, Imported::Already),
                Err(error) => report.add(line, Imported::Refused(error)),
            }
        }
        self.unfit.extend(users.iter().filter(|user| user.is_unfit(self.stack)).map(|user| user.line));
        let names: Vec<Username> = users.iter().map(|user| user.username.clone()).collect();
        // If this is not known, the write finds out.
        let taken = self.stack.people.taken(&names).await.unwrap_or_else(|_| vec![false; names.len()]);
        let (taken, free): (Vec<_>, Vec<_>) = users.into_iter().zip(taken).partition(|(_, taken)| *taken);
        for (user, _) in &taken {
            report.add(user.line, Imported::Already);
        }
        let free: Vec<NewUser> = free.into_iter().map(|(user, _)| user).collect();
        if let Err(error) = self.raise_work(&free).await {
            for user in &free {
                report.add(user.line, Imported::Unknown(error.to_string()));
            }
            return;
        }
        let this = &*self;
        let mut writes = stream::iter(free)
            .map(|user| async move { (user.line, this.register(user).await) })
            .buffer_unordered(WRITES);
        while let Some((line, result)) = writes.next().await {
            report.add(line, result);
            if report.is_stopped() {
                break;
            }
        }
    }

    /// Lets the store know of the work that the hashes take, before anybody can sign in with them.
    async fn raise_work(&mut self, users: &[NewUser]) -> Result<(), Error> {
        let hashes = users.iter().filter_map(|user| match &user.password {
            Password::Plain(_) => None,
            Password::Hashed(hash) => Some(hash.work()),
        });
        let most = hashes.fold(PasswordWork::default(), |most, work| most.raised(&work));
        if self.writes && !self.work.covers(&most) {
            self.stack.people.raise_password_work(&most).await?;
            self.work = std::mem::take(&mut self.work).raised(&most);
        }
        Ok(())
    }

    async fn register(&self, new: NewUser) -> Imported {
        let NewUser { username, password, claims, disabled, attributes, .. } = new;
        // A dry run makes no hash: what hashing refuses is refused by then.
        let hash = if self.writes { self.hash(password).await } else { Ok(PasswordHash::in_directory()) };
        let hash = match hash {
            Ok(hash) => hash,
            Err(error) => return Imported::Refused(error.to_string()),
        };
        let user = match unregistered(&username, hash) {
            Ok(user) => User { claims, disabled, ..user },
            Err(error) => return Imported::Refused(error.to_string()),
        };
        if !self.writes {
            return Imported::Done;
        }
        let (people, about) = (&self.stack.people, About::User(&user.subject));
        let record = || self.recorder.record(AuditedAction::UserImport, &about, &attributes);
        let write = async || {
            Ok(match Box::pin(people.create_user_with_address(&user, &record, edge::now())).await? {
                // Who had the address first keeps it, and the username leads to this person all the same.
                CreatedUser::Done | CreatedUser::WithoutAddress => Changed::Done,
                CreatedUser::Refused => Changed::Refused,
            })
        };
        persistently(write, async || Ok(people.user(user.key).await?.is_some())).await
    }

    async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let secret = match password {
            Password::Hashed(hash) => return Ok(hash),
            Password::Plain(secret) => secret,
        };
        let _processor = self.processors.acquire().await?;
        let salt = edge::random();
        Ok(tokio::task::spawn_blocking(move || hash_password(&secret, &salt)).await??)
    }
}

const FORM: &str = "a line is {\"username\": \"...\", \"password\": \"...\", \"claims\": {...}}, with \"password_hash\", \
                    \"credentials\" or \"directory\": true instead of \"password\"";

impl NewUser {
    /// Returns whether the user could not choose the password, as far as it is known.
    fn is_unfit(&self, stack: &Stack) -> bool {
        match &self.password {
            Password::Plain(password) => unfit(stack, &self.username, &self.claims, password).is_some(),
            Password::Hashed(_) => false,
        }
    }

    /// Parses a line of an import. Errors never repeat the line, which may contain a password.
    fn read(line: u64, text: &str) -> Result<Self, String> {
        let document: Document = serde_json::from_str(text).map_err(|_| FORM)?;
        let Document { username: name, password, password_hash, credentials, directory, claims, disabled } = document;
        let in_directory = directory.then(PasswordHash::in_directory);
        let (password, kind) = match (password, password_hash, credentials, in_directory) {
            (Some(password), None, None, None) => (Password::Plain(Secret::new(password)), "password"),
            (None, Some(hash), None, None) => {
                let hash = PasswordHash::import(hash.trim()).map_err(|error| error.to_string())?;
                (Password::Hashed(hash), "password_hash")
            }
            (None, None, Some(credentials), None) => {
                (Password::Hashed(keycloak::password(&credentials)?), "credentials")
            }
            (None, None, None, Some(note)) => (Password::Hashed(note), "directory"),
            (None, None, None, None) => {
                return Err("there is no password, password_hash, credentials or \"directory\": true".to_owned());
            }
            (..) => return Err("give one of password, password_hash, credentials and directory".to_owned()),
        };
        if let Password::Plain(secret) = &password {
            // What hashing refuses costs no hash, and a dry run tells it too.
            sessions::check_new_password(secret).map_err(|error| error.to_string())?;
        }
        let names = claims.keys().map(|name| format!("claims.{name}"));
        let attributes = ["username", kind].map(str::to_owned).into_iter().chain(names).collect();
        let claims = Claims::from_members(claims).map_err(|error| error.to_string())?;
        let claims = if claims.is_empty() { claims } else { claims.or(Claim::UpdatedAt, edge::now().seconds()) };
        let username = username(&name).map_err(|error| error.to_string())?;
        Ok(Self { line, username, password, claims, disabled, attributes })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    username: String,
    #[serde(default)]
    claims: serde_json::Map<String, Value>,
    #[serde(default)]
    disabled: bool,
    password: Option<String>,
    password_hash: Option<String>,
    credentials: Option<Vec<Credential>>,
    #[serde(default)]
    directory: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c245_a_line_has_one_password_and_its_error_repeats_no_secret() {
        let hash = "$2b$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS";
        let rows = [
            (r#"{"username":"ada"}"#.to_owned(), "no password"),
            (format!(r#"{{"username":"ada","password":"secret-one","password_hash":"{hash}"}}"#), "one of"),
            (r#"{"username":"ada","directory":false}"#.to_owned(), "no password"),
            (r#"{"username":"ada","directory":true,"password":"secret-one"}"#.to_owned(), "one of"),
            (r#"{"username":"ada","password_hash":"directory"}"#.to_owned(), "known forms"),
            (format!(r#"{{"username":"ada","password":"{hash}"}}"#), "password_hash"),
            (r#"{"username":"ada","password":"secret1"}"#.to_owned(), "8 characters"),
            (r#"{"username":"ada","password_hash":"secret-one"}"#.to_owned(), "known forms"),
            (r#"{"username":"ada","password_hash":"$2b$15$secret-one"}"#.to_owned(), "damaged"),
            (r#"{"username":"a b","password":"secret-one"}"#.to_owned(), "white space"),
            (r#"{"username":"ada","password":"secret-one","claims":{"sub":"x"}}"#.to_owned(), "sub"),
            (r#"{"username":"ada","password":"secret-one","admin":true}"#.to_owned(), "a line is"),
            (r#"{"username":"ada","password":"secret-one""#.to_owned(), "a line is"),
        ];
        for (line, word) in rows {
            let Err(error) = NewUser::read(1, &line) else { panic!("{line}") };
            assert!(error.contains(word), "{line}: {error}");
            assert!(!error.contains("secret-one") && !error.contains("secret1") && !error.contains(hash), "{error}");
        }
        let read =
            NewUser::read(4, &format!(r#"{{"username":"ada","password_hash":"{hash}","disabled":true}}"#)).unwrap();
        assert!(matches!(read.password, Password::Hashed(_)) && read.disabled && read.line == 4);
        assert_eq!(read.attributes, ["username", "password_hash"]);
        let read = NewUser::read(5, r#"{"username":"ada","directory":true}"#).unwrap();
        assert!(matches!(&read.password, Password::Hashed(note) if note.is_in_directory()));
        assert_eq!(read.attributes, ["username", "directory"]);
    }
}
