//! The output of `jeton dev` when it is ready.

use std::io::Write;
use std::path::Path;

use edge::Error;

use crate::dev::demo::{Demo, PASSWORD, USERNAME};
use crate::dev::news::News;

/// The facts about a stack that runs.
pub(crate) struct Greeting<'a> {
    /// The address of the listener, which differs from the issuer behind a proxy.
    pub(crate) address: &'a str,
    pub(crate) demo: &'a Demo,
    pub(crate) storage: &'a str,
    pub(crate) news: &'a News,
    pub(crate) env_file: Option<&'a Path>,
}

impl Greeting<'_> {
    /// Prints what runs and what to try next.
    pub(crate) fn print(&self) -> Result<(), Error> {
        let mut out = std::io::stdout().lock();
        out.write_all(self.text().as_bytes())?;
        Ok(out.flush()?)
    }

    fn text(&self) -> String {
        let Self { address, demo, storage, news, env_file } = self;
        let issuer = &demo.issuer;
        let listens = if address == issuer { String::new() } else { format!("\n  listens on  {address}") };
        let env_file = match env_file {
            Some(path) => format!("{} (for the commands: jeton client list --env-file {0})", path.display()),
            None => "none; --env-file FILE lets commands and other programs join this stack".to_owned(),
        };
        format!(
            "\
Jeton runs on {issuer}{listens}
  start page  {issuer}/
  explorer    {issuer}/explorer (every flow, step by step)
  sign-in     user {USERNAME}, password {PASSWORD}
  storage     {storage}
  new         {news}
  env file    {env_file}

A service gets a token:
  {service}

Stop with Ctrl-C.
",
            news = news.describe(),
            service = demo.service_curl(),
        )
    }
}

#[cfg(test)]
mod tests {
    use protocol::Secret;

    use super::*;
    use crate::dev::explorer::clients::Secrets;

    #[test]
    fn it_names_the_pages_the_storage_the_news_and_the_env_file() {
        let secret = || Secret::new("jtk_secret".to_owned());
        let issuer = "http://127.0.0.1:9000".to_owned();
        let explorer = Secrets { service: secret(), api: secret() };
        let demo = Demo { issuer, service_secret: secret(), api_secret: secret(), explorer };
        let news = News { tables: false, created: Vec::new() };
        let at =
            |address, env_file| Greeting { address, demo: &demo, storage: "/data/store", news: &news, env_file }.text();
        let text = |env_file| at("http://127.0.0.1:9000", env_file);
        let told = text(Some(Path::new("/tmp/env")));
        for fact in [
            "http://127.0.0.1:9000/\n",
            "http://127.0.0.1:9000/explorer ",
            "/data/store",
            "nothing: the data",
            "jeton client list --env-file /tmp/env",
            "curl -u demo-service:jtk_secret",
        ] {
            assert!(told.contains(fact), "{fact}: {told}");
        }
        assert!(text(None).contains("--env-file FILE"));
        assert!(told.lines().count() <= 12 && !told.contains("listens on"), "{told}");
        assert!(at("http://127.0.0.1:1", None).contains("listens on  http://127.0.0.1:1\n"));
    }
}
