//! A running `jeton dev` process for tests.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use crate::process::{Supervised, free_port, jeton};
use crate::{Browser, Cli, EnvFile, Http, TlsFront};

const METADATA: &str = "/.well-known/oauth-authorization-server";

/// A stack for one test, or for all tests of a process; it stops when it is dropped.
pub struct Stack {
    process: Supervised,
    issuer: String,
    env_file: EnvFile,
    front: Option<TlsFront>,
}

/// The options for starting a [`Stack`].
#[derive(Debug, Default)]
pub struct StackBuilder {
    port: Option<u16>,
    args: Vec<String>,
    env: Vec<(String, String)>,
    host: Option<String>,
    by_name: bool,
}

/// The endpoint of Amazon's `DynamoDB` Local, from `JETON_TEST_DYNAMODB_LOCAL`. Tests that need it are ignored by
/// default, so a missing variable is an error.
#[expect(clippy::disallowed_methods, reason = "the one thing that the tests are told by their environment")]
pub fn amazon_dynamo() -> String {
    std::env::var("JETON_TEST_DYNAMODB_LOCAL").expect("JETON_TEST_DYNAMODB_LOCAL, the URL of Amazon's DynamoDB Local")
}

impl Stack {
    /// Starts a stack with the embedded store, in memory.
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// Returns a builder for a stack with other options.
    pub fn builder() -> StackBuilder {
        StackBuilder::default()
    }

    /// The issuer, which is the URL of the server, or that of the TLS front if there is one.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The env file of the stack.
    pub fn env_file(&self) -> &EnvFile {
        &self.env_file
    }

    /// The operator's commands for this stack.
    pub fn cli(&self) -> Cli {
        Cli::new(self.env_file.clone())
    }

    /// A client for this server, which belongs to the runtime of the caller.
    pub fn http(&self) -> Http {
        self.front.as_ref().map_or_else(|| Http::new(&self.issuer), Http::through)
    }

    /// A browser that has never visited this server.
    pub fn browser(&self) -> Browser {
        self.front.as_ref().map_or_else(|| Browser::new(&self.issuer), Browser::through)
    }

    /// A client on a machine with another address, such as 127.0.0.2.
    pub fn http_from(&self, address: impl Into<IpAddr>) -> Http {
        Http::from_address(&self.issuer, address.into())
    }

    /// A browser that has never visited this server, on a machine with another address.
    pub fn browser_from(&self, address: impl Into<IpAddr>) -> Browser {
        Browser::from_address(&self.issuer, address.into())
    }

    /// A path in the directory that is removed when the stack stops.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.env_file.path().with_file_name(name)
    }

    /// The output of the server so far.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Sends SIGTERM and waits for the end; `None` if the process had to be killed.
    pub fn stop(mut self) -> Option<ExitStatus> {
        self.process.stop()
    }
}

impl StackBuilder {
    /// Uses the `DynamoDB` at `endpoint` instead of the embedded one.
    #[must_use]
    pub fn store(self, endpoint: &str) -> Self {
        // DynamoDB Local keeps a database for each access key and region, and accepts only letters and digits in
        // keys.
        let key = format!("harness{}x{}", std::process::id(), free_port());
        self.env("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", &key)
            .env("AWS_SECRET_ACCESS_KEY", "harness")
    }

    /// Stores everything in `directory`.
    #[must_use]
    pub fn data(self, directory: &Path) -> Self {
        self.arg("--data").arg(&directory.display().to_string())
    }

    /// Listens on `port` instead of a free one; with 0 the server chooses, and its env file tells.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Puts TLS in front of the server with the host name `name`, which is also that of the issuer.
    #[must_use]
    pub fn behind_tls(mut self, name: &str) -> Self {
        self.host = Some(name.to_owned());
        self
    }

    /// Gives the issuer the name `localhost`, which has passkeys: an IP address has none.
    #[must_use]
    pub fn localhost(self) -> Self {
        Self { by_name: true, ..self }
    }

    /// Adds an argument to the command.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> Self {
        self.args.push(argument.to_owned());
        self
    }

    /// Adds an environment variable; the server gets no others than these.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts the stack and waits until it is ready.
    pub fn start(mut self) -> Stack {
        let scratch = tempfile::Builder::new().prefix("jeton-stack-").tempdir().expect("a temporary directory").keep();
        let port = self.port.unwrap_or_else(free_port);
        let env_file = EnvFile::at(scratch.join("env"));
        let address = format!("http://127.0.0.1:{port}");
        let front = self.host.as_deref().map(TlsFront::start);
        if let Some(front) = &front {
            front.lead_to(&address);
            self = self.arg("--issuer").arg(&front.url());
        }
        let mut issuer = front.as_ref().map_or(address, TlsFront::url);
        if self.by_name {
            issuer = format!("http://localhost:{port}");
            self = self.arg("--issuer").arg(&issuer);
        }
        let args = [
            &["dev", "--port", &port.to_string(), "--env-file"].map(str::to_owned)[..],
            &[path(&env_file)],
            &self.args,
        ];
        let process = Supervised::start(&jeton(), &args.concat(), &self.env, scratch);
        let mut stack = Stack { process, issuer, env_file, front };
        let port = if port == 0 { stack.chosen_port() } else { port };
        stack.wait_until_ready(port);
        stack
    }
}

fn path(env_file: &EnvFile) -> String {
    env_file.path().display().to_string()
}

impl Stack {
    /// Waits for the env file, takes the issuer from it, and returns its port.
    fn chosen_port(&mut self) -> u16 {
        for _ in 0..1_200 {
            if let Some(status) = self.process.ended() {
                panic!("jeton dev ended before it was ready: {status}\n{}", self.process.log());
            }
            if self.env_file.path().exists() {
                self.issuer = self.env_file.get("JETON_ISSUER");
                let port = self.issuer.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
                return port.unwrap_or_else(|| panic!("the issuer {} has no port", self.issuer));
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("jeton dev wrote no env file within 30 s\n{}", self.process.log());
    }

    fn wait_until_ready(&mut self, port: u16) {
        // The limit is generous: a machine that is building at the same time is slow, and a failing server is noticed
        // at once.
        for _ in 0..1_200 {
            if let Some(status) = self.process.ended() {
                panic!("jeton dev ended before it was ready: {status}\n{}", self.process.log());
            }
            if answers_200(port) {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("jeton dev was not ready within 30 s\n{}", self.process.log());
    }
}

/// Returns whether the metadata document is available. It uses a bare socket, so that no runtime is needed.
fn answers_200(port: u16) -> bool {
    let ask = || -> std::io::Result<Vec<u8>> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "GET {METADATA} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer == b"HTTP/1.1 200")
}
