//! The `jeton` binary, and processes that are stopped reliably.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

const BEAT: Duration = Duration::from_millis(20);

/// The binary `jeton` that was built into the same target directory as this test or program.
pub fn jeton() -> PathBuf {
    let own = std::env::current_exe().expect("the path of this program");
    // A test is in target/PROFILE/deps, a program beside `jeton`.
    let mut places = own.ancestors().skip(1).take(2).map(|folder| folder.join("jeton"));
    let found = places.find(|binary| binary.is_file());
    found.unwrap_or_else(|| panic!("no jeton near {}: run `cargo build --release --bins` first", own.display()))
}

/// Returns a port on which nothing is listening now.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let process = u16::try_from(std::process::id() % 20_000).expect("less than 20000");
    for _ in 0..2_000 {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 10_000 + (process.wrapping_mul(31).wrapping_add(step)) % 20_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between 10000 and 30000");
}

/// The result of a process that ended.
#[derive(Debug)]
pub struct Finished {
    /// The exit status of the process.
    pub status: ExitStatus,
    /// The text that it wrote to standard output.
    pub stdout: String,
    /// The text that it wrote to standard error.
    pub stderr: String,
}

/// Runs a command with only `env` in its environment and `input` on its standard input. A command that takes longer
/// than `seconds` is killed, and the test fails.
pub fn run_bounded(program: &Path, args: &[&str], env: &[(&str, &str)], input: &str, seconds: u64) -> Finished {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let (out, err) = (scratch.path().join("out"), scratch.path().join("err"));
    let mut child = Command::new(program)
        .args(args)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", scratch.path())
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(File::create(&out).expect("a file for stdout"))
        .stderr(File::create(&err).expect("a file for stderr"))
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run {}: {error}", program.display()));
    // A command that does not read its input closes the pipe, which is not an error.
    drop(child.stdin.take().map(|mut pipe| pipe.write_all(input.as_bytes())));
    let status = wait(&mut child, Duration::from_secs(seconds));
    let [stdout, stderr] = [out, err].map(|path| read(&path));
    match status {
        Some(status) => Finished { status, stdout, stderr },
        None => panic!("{} {args:?} did not end within {seconds} s\n{stdout}\n{stderr}", program.display()),
    }
}

/// Waits until the process ends; kills it if that takes longer than `limit`.
fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    for _ in 0..limit.as_millis() / BEAT.as_millis() {
        if let Some(status) = child.try_wait().expect("the state of a child process") {
            return Some(status);
        }
        std::thread::sleep(BEAT);
    }
    child.kill().expect("a child process that can be killed");
    child.wait().expect("a child process that ends");
    None
}

fn read(path: &Path) -> String {
    let mut bytes = Vec::new();
    drop(File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The watcher inherits a pipe from the test process. When the pipe closes, because the owner dropped it or because
/// the test process ended for any reason, it stops the server and removes the scratch directory.
const SUPERVISE: &str = r#"
exec 3<&0
(
    read -r _ <&3
    kill -TERM $$
    beats=0
    while kill -0 $$ && [ $beats -lt 50 ]; do beats=$((beats + 1)); sleep 0.1; done
    rm -rf -- "$HARNESS_SCRATCH"
) >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-
"#;

/// A server process that gets SIGTERM when this is dropped, or when the test process ends.
pub(crate) struct Supervised {
    child: Child,
    leash: Option<ChildStdin>,
    scratch: PathBuf,
}

impl Supervised {
    /// Starts `program`. Its output goes to the file `log` in `scratch`, which is removed at the end.
    pub(crate) fn start(program: &Path, args: &[String], env: &[(String, String)], scratch: PathBuf) -> Self {
        let log = File::create(scratch.join("log")).expect("a log file");
        let mut child = Command::new("/bin/sh")
            .args(["-c", SUPERVISE, "supervise"])
            .arg(program)
            .args(args)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", &scratch)
            .env("HARNESS_SCRATCH", &scratch)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a second handle of the log file"))
            .stderr(log)
            .spawn()
            .expect("a shell");
        let leash = child.stdin.take();
        Self { child, leash, scratch }
    }

    /// The exit status of the process, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the state of a child process")
    }

    /// The output of the process so far.
    pub(crate) fn log(&self) -> String {
        read(&self.scratch.join("log"))
    }

    /// Sends SIGTERM and waits for the end; `None` if the process had to be killed.
    pub(crate) fn stop(&mut self) -> Option<ExitStatus> {
        // The watcher sends the signal before the process has been waited for, so the process id cannot have been
        // reused.
        drop(self.leash.take());
        wait(&mut self.child, Duration::from_secs(5))
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> (Supervised, PathBuf) {
        let scratch = tempfile::tempdir().expect("a temporary directory").keep();
        let args = ["-c", script].map(str::to_owned);
        (Supervised::start(Path::new("/bin/sh"), &args, &[], scratch.clone()), scratch)
    }

    #[test]
    fn a_server_gets_sigterm_and_what_it_left_is_removed() {
        let (mut server, scratch) = shell("trap 'echo stopped; exit 7' TERM; echo ready; while :; do sleep 0.05; done");
        while !server.log().contains("ready") {
            std::thread::sleep(BEAT);
        }
        assert_eq!(server.ended(), None);
        let status = server.stop().expect("an end without force");
        assert_eq!(status.code(), Some(7));
        for _ in 0..200 {
            if !scratch.exists() {
                return;
            }
            std::thread::sleep(BEAT);
        }
        panic!("{} is still there", scratch.display());
    }

    #[test]
    fn a_server_that_ends_by_itself_is_seen_to() {
        let (mut server, _) = shell("echo bad luck; exit 3");
        while server.ended().is_none() {
            std::thread::sleep(BEAT);
        }
        assert_eq!((server.ended().and_then(|status| status.code()), server.log().trim()), (Some(3), "bad luck"));
    }

    #[test]
    fn a_command_gives_its_output_and_its_status() {
        let finished = run_bounded(Path::new("/bin/sh"), &["-c", "cat; echo $A >&2; exit 2"], &[("A", "b")], "in", 10);
        assert_eq!((finished.status.code(), &*finished.stdout, &*finished.stderr), (Some(2), "in", "b\n"));
    }

    #[test]
    #[should_panic(expected = "did not end within 1 s")]
    fn a_command_that_takes_too_long_is_killed() {
        drop(run_bounded(Path::new("/bin/sleep"), &["60"], &[], "", 1));
    }

    #[test]
    fn two_free_ports_are_two() {
        assert_ne!(free_port(), free_port());
    }
}
