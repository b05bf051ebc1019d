//! The progress that a long command shows on a terminal.

use std::sync::OnceLock;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The time after which a command counts as long.
const PATIENCE: Duration = Duration::from_secs(2);
/// The time between two pictures of what moves.
const TICK: Duration = Duration::from_millis(200);

/// The sign of life of this command, if one is wanted.
static SIGN: OnceLock<ProgressBar> = OnceLock::new();

/// Shows on a terminal, once a command takes long, that it still runs.
pub(crate) fn show_when_long() {
    let style =
        ProgressStyle::with_template("{spinner} {elapsed}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    let sign = SIGN.get_or_init(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style));
    tokio::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        sign.set_draw_target(ProgressDrawTarget::stderr());
        sign.enable_steady_tick(TICK);
    });
}

/// Reads or writes on the terminal without the sign of life in between.
pub(crate) fn undisturbed<T>(done: impl FnOnce() -> T) -> T {
    match SIGN.get() {
        Some(sign) => sign.suspend(done),
        None => done(),
    }
}

/// Takes the sign of life away.
pub(crate) fn is_over() {
    if let Some(sign) = SIGN.get() {
        sign.finish_and_clear();
    }
}

/// The progress of a command: a line on standard error, if that is a terminal and people read it.
pub(crate) struct Progress {
    bar: ProgressBar,
    wanted: bool,
}

impl Progress {
    /// Starts counting `things`; nothing is shown in the first two seconds, nor ever if nobody wants it.
    pub(crate) fn of(things: &'static str, wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{spinner} {human_pos} {prefix} in {elapsed}");
        Self {
            bar: bar.with_prefix(things).with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner())),
            wanted,
        }
    }

    /// Counts one more thing as done.
    pub(crate) fn add_one(&mut self) {
        if self.wanted && self.bar.elapsed() >= PATIENCE {
            // `indicatif` draws nothing on what is no terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(TICK);
            self.wanted = false;
        }
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_done_soon_shows_nothing() {
        let mut progress = Progress::of("users", true);
        progress.add_one();
        assert!(progress.bar.is_hidden());
        assert_eq!(progress.bar.position(), 1);
    }
}
