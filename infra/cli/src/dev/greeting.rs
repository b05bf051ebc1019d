//! The output of `jeton dev` when it is ready.

use std::path::{Path, PathBuf};

use edge::Error;
use protocol::{PasskeySite, Resource};

use crate::dev::demo::{Demo, PASSWORD, USERNAME};
use crate::dev::news::News;
use crate::output;

/// The facts about a stack that runs.
pub(crate) struct Greeting<'a> {
    /// The address of the listener, which differs from the issuer behind a proxy.
    pub(crate) address: &'a str,
    /// `true` if other machines may reach the listener.
    pub(crate) is_open: bool,
    pub(crate) demo: &'a Demo,
    pub(crate) storage: &'a str,
    pub(crate) news: &'a News,
    /// The changes that a seed file made, if one was given.
    pub(crate) seeded: Option<&'a [String]>,
    pub(crate) env_file: &'a Path,
    /// The file that `JETON_ENV_FILE` names, if it is that of another stack, and what became of that stack.
    pub(crate) passed_over: Option<&'a (PathBuf, &'static str)>,
}

impl Greeting<'_> {
    /// Prints what runs and what to try next.
    pub(crate) fn print(&self) -> Result<(), Error> {
        output::tell(self.text()?.trim_end())
    }

    fn text(&self) -> Result<String, Error> {
        let Self { address, is_open, demo, storage, news, seeded, env_file, .. } = self;
        let issuer = &demo.issuer;
        let listens = if address == issuer { String::new() } else { format!("\n  listens on  {address}") };
        let open =
            if *is_open { "\n  open        anybody who reaches this machine can sign in as the demo user" } else { "" };
        let has_passkeys = Resource::parse(issuer).is_ok_and(|issuer| PasskeySite::of(&issuer).is_some());
        let port = address.rsplit(':').next().unwrap_or_default();
        let passkeys = format!("\n  passkeys    not here; with --issuer http://localhost:{port}");
        let passkeys = if has_passkeys { String::new() } else { passkeys };
        let seeded =
            seeded.map(|changes| if changes.is_empty() { vec!["nothing new".to_owned()] } else { changes.to_vec() });
        let seeded: Vec<String> =
            seeded.into_iter().flatten().map(|change| format!("\n  seed        {change}")).collect();
        let seeded = seeded.concat();
        Ok(format!(
            "\
Jeton runs on {issuer}{listens}{open}
  start page  {issuer}/
  explorer    {issuer}/explorer (every flow, step by step)
  sign-in     user {USERNAME}, password {PASSWORD}
  link        {link}{passkeys}
  storage     {storage}
  new         {news}{seeded}
  env file    {env_file}

{find}
  export JETON_ENV_FILE={env_file}

A service gets a token:
  {service}

Stop with Ctrl-C.
",
            news = news.describe(),
            env_file = env_file.display(),
            find = self.find(),
            link = demo.authorize_url()?,
            service = demo.service_curl(),
        ))
    }

    /// Introduces the line with which a shell finds this stack.
    fn find(&self) -> String {
        match self.passed_over {
            Some((other, state)) => format!(
                "JETON_ENV_FILE names the file of another stack ({}, {state}). Run this line again:",
                other.display()
            ),
            None => "The commands find this stack by its env file:".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::Secret;

    use super::*;
    use crate::dev::explorer::clients::Secrets;
    use crate::dev::explorer::platform::{Played, PlayedKey};

    fn demo() -> Demo {
        let secret = || Secret::new("jtk_secret".to_owned());
        let issuer = "http://127.0.0.1:9000".to_owned();
        let key = |of, seed| PlayedKey::from_seed(of, [seed; 32]).unwrap();
        let (platform, provider) = (key(Played::Platform, 7), key(Played::Provider, 8));
        let explorer = Secrets { service: secret(), api: secret(), agent: secret(), platform, provider };
        Demo { issuer, service_secret: secret(), api_secret: secret(), explorer }
    }

    #[test]
    fn it_names_the_pages_the_storage_the_news_and_the_env_file() {
        let demo = demo();
        let news = News { tables: false, created: Vec::new() };
        let greeting = Greeting {
            address: "http://127.0.0.1:9000",
            is_open: false,
            demo: &demo,
            storage: "/data/store",
            news: &news,
            seeded: None,
            env_file: Path::new("/tmp/env"),
            passed_over: None,
        };
        let told = greeting.text().unwrap();
        for fact in [
            "http://127.0.0.1:9000/\n",
            "http://127.0.0.1:9000/explorer ",
            "/data/store",
            "nothing: the data",
            "env file    /tmp/env\n",
            "export JETON_ENV_FILE=/tmp/env\n",
            "curl -u demo-service:jtk_secret",
            "link        http://127.0.0.1:9000/authorize?response_type=code&client_id=demo-app&",
            "passkeys    not here; with --issuer http://localhost:9000\n",
        ] {
            assert!(told.contains(fact), "{fact}: {told}");
        }
        assert!(told.lines().count() <= 17, "{told}");
        assert!(["listens on", "open  ", "seed  "].iter().all(|more| !told.contains(more)), "{told}");
        let old = (PathBuf::from("/tmp/old/env"), "which has ended");
        let passed_over = Greeting { passed_over: Some(&old), ..greeting }.text().unwrap();
        assert!(passed_over.contains("another stack (/tmp/old/env, which has ended). Run this line again:\n  export"));
        let by_name = Demo { issuer: "http://localhost:9000".to_owned(), ..demo.clone() };
        assert!(!Greeting { demo: &by_name, ..greeting }.text().unwrap().contains("passkeys"));
        let seeded = ["client shop created".to_owned()];
        let other = Greeting { address: "http://127.0.0.1:1", is_open: true, seeded: Some(&seeded), ..greeting };
        for fact in ["listens on  http://127.0.0.1:1\n", "open        anybody", "seed        client shop created\n"] {
            let told = other.text().unwrap();
            assert!(told.contains(fact), "{fact}: {told}");
        }
        assert!(Greeting { seeded: Some(&[]), ..other }.text().unwrap().contains("seed        nothing new\n"));
    }
}
