//! One execution environment of Lambda: a function's binary as a child process.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::runtime_api::{Facts, Outcome, RuntimeApi, Stage};

/// Lambda gives a function ten seconds to start.
const START_LIMIT: Duration = Duration::from_secs(10);

/// Under a tool that slows it down, such as valgrind, it gets so many times as long, for the start and for each answer.
const PATIENCE: u32 = 12;

/// What Lambda knows about a function.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// The file that is deployed as `bootstrap`.
    pub binary: PathBuf,
    /// A tool to run it under, with the tool's own arguments: `valgrind`, `--tool=callgrind`. It must become the process
    /// itself, as valgrind does. Mostly empty.
    pub under: Vec<String>,
    /// Its variables. The process gets these and Lambda's own, and nothing of ours.
    pub environment: BTreeMap<String, String>,
    /// MiB. Told to the process, not enforced.
    pub memory: u32,
    /// How long one invocation may take.
    pub timeout: Duration,
}

/// Why a function did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The machine said no.
    #[error("{binary}: {source}", binary = binary.display())]
    Io {
        /// The file that was to be run.
        binary: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The process ended before it asked for an invocation.
    #[error("the process ended ({status:?}) before it asked for an invocation:\n{output}")]
    Exited {
        /// How it ended.
        status: Option<ExitStatus>,
        /// What it printed, and what it reported to the Runtime API.
        output: String,
    },
    /// The process neither asked nor ended.
    #[error("the process did not ask for an invocation in time:\n{output}")]
    TooSlow {
        /// What it printed.
        output: String,
    },
}

/// Why an invocation has no answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// The process reported an error: its report.
    #[error("the function failed: {0}")]
    Failed(String),
    /// The process ended.
    #[error("the process ended:\n{0}")]
    Exited(String),
    /// The process took too long.
    #[error("the function did not answer in time")]
    TimedOut,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// What the function returned, JSON.
    pub payload: Bytes,
    /// From the moment the event was handed over to the moment the answer was here.
    pub took: Duration,
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// The most memory it ever had, KiB.
    pub peak_memory: u64,
    /// The processor time of all its threads that still run.
    pub processor: Duration,
}

/// A running function. Dropping it kills the process.
pub struct Function {
    settings: Settings,
    process_id: u32,
    runtime_api: RuntimeApi,
    output: Arc<Mutex<Vec<u8>>>,
    stage: watch::Receiver<Stage>,
    stop: Arc<Notify>,
    one_at_a_time: Mutex<()>,
    started_in: Duration,
    _process: JoinSet<()>,
}

impl Function {
    /// Starts the binary and waits until it asks for its first invocation.
    ///
    /// # Errors
    /// [`StartError`] when it does not come so far; its text holds what the process printed.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let io = |source| StartError::Io { binary: settings.binary.clone(), source };
        let facts = Facts {
            function_arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{}", settings.name),
            timeout: settings.timeout,
        };
        let runtime_api = RuntimeApi::start(facts).await.map_err(io)?;
        let began = Instant::now();
        let child = command(&settings, &runtime_api).spawn().map_err(io)?;
        let process_id = child.id().unwrap_or_default();
        let (stop, output) = (Arc::new(Notify::new()), Arc::default());
        let mut process = JoinSet::new();
        process.spawn(watch_over(child, Arc::clone(&stop), Arc::clone(&output), runtime_api.stage()));
        let stage = runtime_api.stage().subscribe();
        let one_at_a_time = Mutex::default();
        let started_in = Duration::ZERO;
        let mut function = Self {
            settings,
            process_id,
            runtime_api,
            output,
            stage,
            stop,
            one_at_a_time,
            started_in,
            _process: process,
        };
        function.wait_for_start().await?;
        function.started_in = began.elapsed();
        Ok(function)
    }

    async fn wait_for_start(&mut self) -> Result<(), StartError> {
        let mut refusal = None;
        let started = timeout(START_LIMIT * self.settings.patience(), async {
            loop {
                match self.stage.borrow_and_update().clone() {
                    Stage::Starting => {}
                    // The process ends by itself after its report.
                    Stage::RefusedToStart(report) => refusal = Some(report),
                    Stage::Ready => return Ok(()),
                    Stage::Exited(status) => return Err(status),
                }
                if self.stage.changed().await.is_err() {
                    return Err(None);
                }
            }
        });
        match started.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(status)) => {
                let output = self.output().await + &refusal.unwrap_or_default();
                Err(StartError::Exited { status, output })
            }
            Err(_) => Err(StartError::TooSlow { output: self.output().await }),
        }
    }

    /// Hands an event over and waits for the answer. Simultaneous calls wait for each other: an execution environment
    /// does one thing at a time.
    ///
    /// # Errors
    /// [`InvokeError`] when the function reports an error, ends or takes too long.
    pub async fn invoke(&self, event: Bytes) -> Result<Invoked, InvokeError> {
        let _turn = self.one_at_a_time.lock().await;
        let began = Instant::now();
        let mut stage = self.stage.clone();
        let answered = timeout(self.settings.timeout * self.settings.patience(), async {
            tokio::select! {
                outcome = async { self.runtime_api.invoke(event).await.await } => outcome.ok(),
                _ = stage.wait_for(|stage| matches!(stage, Stage::Exited(_))) => None,
            }
        });
        match answered.await {
            Ok(Some(Outcome::Answered(payload))) => Ok(Invoked { payload, took: began.elapsed() }),
            Ok(Some(Outcome::Failed(report))) => Err(InvokeError::Failed(report)),
            Ok(None) => Err(InvokeError::Exited(self.output().await)),
            Err(_) => Err(InvokeError::TimedOut),
        }
    }

    /// From the start of the process to its first question for an invocation.
    pub fn started_in(&self) -> Duration {
        self.started_in
    }

    /// Waits until the process has nothing to do: it has answered what it was given and asked for more.
    pub async fn idle(&self) {
        self.runtime_api.idle().await;
    }

    /// The number of the process.
    pub fn process_id(&self) -> u32 {
        self.process_id
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// What the process has used so far, as Linux tells it.
    ///
    /// # Errors
    /// When it has ended.
    pub fn usage(&self) -> io::Result<Usage> {
        let place = PathBuf::from(format!("/proc/{}", self.process_id));
        let status = std::fs::read_to_string(place.join("status"))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        let mut processor = Duration::ZERO;
        for task in std::fs::read_dir(place.join("task"))? {
            let schedule = std::fs::read_to_string(task?.path().join("schedstat"))?;
            let on_processor = schedule.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok());
            processor += Duration::from_nanos(on_processor.unwrap_or_default());
        }
        Ok(Usage { peak_memory: peak.unwrap_or_default(), processor })
    }

    /// What the process has printed so far, to both streams.
    pub async fn output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().await).into_owned()
    }

    /// Ends the process and gives everything that it has printed.
    pub async fn stop(&self) -> String {
        self.stop.notify_one();
        let mut stage = self.stage.clone();
        // An error means that nobody watches any more: then there is nothing left to wait for.
        let _ = stage.wait_for(|stage| matches!(stage, Stage::Exited(_))).await;
        self.output().await
    }
}

impl Settings {
    fn patience(&self) -> u32 {
        if self.under.is_empty() { 1 } else { PATIENCE }
    }

    fn command(&self) -> Command {
        let Some((tool, arguments)) = self.under.split_first() else { return Command::new(&self.binary) };
        let mut command = Command::new(tool);
        command.args(arguments).arg(&self.binary);
        command
    }
}

fn command(settings: &Settings, runtime_api: &RuntimeApi) -> Command {
    let mut command = settings.command();
    command
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "en_US.UTF-8")
        .env("TZ", ":UTC")
        .env("_HANDLER", "bootstrap")
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api.address.to_string())
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
        .env("AWS_LAMBDA_FUNCTION_NAME", &settings.name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", settings.memory.to_string())
        .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", settings.name))
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "local")
        .envs(&settings.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Keeps what the process prints until it ends, then tells how it ended: by then all of its output is here.
async fn watch_over(mut child: Child, stop: Arc<Notify>, output: Arc<Mutex<Vec<u8>>>, stage: watch::Sender<Stage>) {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ended = async {
        tokio::select! {
            status = child.wait() => status.ok(),
            () = stop.notified() => child.kill().await.ok().and(child.wait().await.ok()),
        }
    };
    let (status, (), ()) = tokio::join!(ended, keep(stdout, &output), keep(stderr, &output));
    stage.send_replace(Stage::Exited(status));
}

async fn keep(stream: Option<impl AsyncRead + Unpin>, output: &Mutex<Vec<u8>>) {
    let Some(mut stream) = stream else { return };
    let mut piece = Vec::with_capacity(4096);
    while let Ok(1..) = stream.read_buf(&mut piece).await {
        output.lock().await.append(&mut piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function that answers nothing: a shell one-liner in the place of the binary.
    async fn start(binary: &str) -> Result<Function, StartError> {
        let environment = BTreeMap::from([("GREETING".to_owned(), "hello".to_owned())]);
        let binary = PathBuf::from(binary);
        Function::start(settings(binary, environment)).await
    }

    fn settings(binary: PathBuf, environment: BTreeMap<String, String>) -> Settings {
        let (under, timeout) = (Vec::new(), Duration::from_secs(10));
        Settings { name: "f".into(), binary, under, environment, memory: 128, timeout }
    }

    #[tokio::test]
    async fn a_process_gets_its_own_variables_and_lambdas_and_nothing_of_ours() {
        let Err(StartError::Exited { status, output }) = start("/usr/bin/env").await else { panic!("it started") };
        assert!(status.unwrap().success());
        let names: Vec<&str> = output.lines().filter_map(|line| line.split('=').next()).collect();
        assert!(output.contains("GREETING=hello\n") && output.contains("AWS_LAMBDA_RUNTIME_API=127.0.0.1:"));
        assert!(!names.contains(&"HOME") && !names.contains(&"CARGO_MANIFEST_DIR"), "{names:?}");
    }

    #[tokio::test]
    async fn a_tool_gets_its_own_arguments_and_then_the_binary() {
        let under = ["/usr/bin/printf", "%s,"].map(str::to_owned).to_vec();
        let settings = Settings { under, ..settings("/nowhere/bootstrap".into(), BTreeMap::new()) };
        let Err(StartError::Exited { output, .. }) = Function::start(settings).await else { panic!("it started") };
        assert_eq!(output, "/nowhere/bootstrap,");
    }

    #[tokio::test]
    async fn a_missing_binary_is_named() {
        let Err(error) = start("/nowhere/bootstrap").await else { panic!("it started") };
        assert!(error.to_string().contains("/nowhere/bootstrap"), "{error}");
    }
}
