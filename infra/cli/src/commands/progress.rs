//! The progress that a long command shows on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The time after which a command counts as long.
const PATIENCE: Duration = Duration::from_secs(2);

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
            self.bar.enable_steady_tick(Duration::from_millis(200));
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
