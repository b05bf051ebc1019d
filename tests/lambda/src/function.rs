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

/// The time that a function has to start: ten seconds, as in Lambda.
const START_LIMIT: Duration = Duration::from_secs(10);

/// The factor for all time limits under a slow tool such as valgrind: for the start and for each answer.
const PATIENCE: u32 = 12;

/// The settings of a function in Lambda.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name of the function.
    pub name: String,
    /// The file that is deployed as `bootstrap`.
    pub binary: PathBuf,
    /// A tool to run the function under, with its own arguments: `valgrind`, `--tool=callgrind`. The tool must
    /// become the process itself, as valgrind does. Usually empty.
    pub under: Vec<String>,
    /// The environment variables. The process gets these and Lambda's own, and none of the test's.
    pub environment: BTreeMap<String, String>,
    /// The memory size in MiB. The process is told but the size is not enforced.
    pub memory: u32,
    /// The time limit of one invocation.
    pub timeout: Duration,
}

/// The reasons why a function did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An error of the operating system.
    #[error("{binary}: {source}", binary = binary.display())]
    Io {
        /// The binary that could not be run.
        binary: PathBuf,
        /// The error from the system.
        source: io::Error,
    },
    /// The process ended before it asked for an invocation.
    #[error("the process ended ({status:?}) before it asked for an invocation:\n{output}")]
    Exited {
        /// The exit status of the process, if known.
        status: Option<ExitStatus>,
        /// The output of the process, and its report to the Runtime API.
        output: String,
    },
    /// The process neither asked for an invocation nor ended.
    #[error("the process did not ask for an invocation in time:\n{output}")]
    TooSlow {
        /// The output of the process.
        output: String,
    },
}

/// The reasons why an invocation has no answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// The process reported this error.
    #[error("the function failed: {0}")]
    Failed(String),
    /// The process ended before it answered.
    #[error("the process ended:\n{0}")]
    Exited(String),
    /// The process exceeded the time limit.
    #[error("the function did not answer in time")]
    TimedOut,
}

/// The answer to one invocation.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// The JSON that the function returned.
    pub payload: Bytes,
    /// The time from handing over the event to receiving the answer.
    pub took: Duration,
}

/// The resources that a process has used so far.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// The peak memory in KiB.
    pub peak_memory: u64,
    /// The processor time of all threads that still run.
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
    /// [`StartError`] when the function does not start; its text includes the output of the process.
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

    /// Hands an event over and waits for the answer. Simultaneous calls wait for each other, because an execution
    /// environment handles one event at a time.
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

    /// Returns the time from the start of the process to its first request for an invocation.
    pub fn started_in(&self) -> Duration {
        self.started_in
    }

    /// Waits until the process is idle: it has answered its events and asks for more.
    pub async fn idle(&self) {
        self.runtime_api.idle().await;
    }

    /// Returns the id of the process.
    pub fn process_id(&self) -> u32 {
        self.process_id
    }

    /// Returns the name of the function.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Returns the resources that the process has used so far, as Linux reports them.
    ///
    /// # Errors
    /// When the process has ended.
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

    /// Returns the output of the process so far, from both streams.
    pub async fn output(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().await).into_owned()
    }

    /// Ends the process and returns all of its output.
    pub async fn stop(&self) -> String {
        self.stop.notify_one();
        let mut stage = self.stage.clone();
        // An error means that the watcher is gone: then there is nothing left to wait for.
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

/// Collects the output of the process until it ends, then reports how it ended: by then the output is complete.
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

    /// Starts a function that answers nothing: a shell one-liner instead of the binary.
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
