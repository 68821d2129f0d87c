//! Progress on standard error: a bar on a terminal, otherwise a plain line every few seconds.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::warn;

/// Divisions of the bar.
const DIVISIONS: u64 = 1000;
/// Time between plain lines.
const PLAIN_LINE_INTERVAL: Duration = Duration::from_secs(5);

/// The progress of one job, shown on standard error.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    /// Starts the clock; nothing is shown before the first [`Progress::set`].
    pub(crate) fn new() -> Self {
        Self::since(Instant::now())
    }

    /// Goes on with a job that began at `started`, for a bar that was removed to print something.
    pub(crate) fn since(started: Instant) -> Self {
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self {
            bar: ProgressBar::new(DIVISIONS).with_style(style),
            started,
            last_line: Instant::now(),
        }
    }

    /// Shows the share of the work that is done, 0 to 1, with `message` and an estimate of the time left.
    pub(crate) fn set(&mut self, fraction: f64, message: &str) {
        let message = match self.remaining(fraction) {
            Some(left) => format!("{message}, {} s left", left.as_secs_f64().ceil()),
            None => message.to_owned(),
        };
        if self.bar.is_hidden() {
            if self.last_line.elapsed() >= PLAIN_LINE_INTERVAL {
                self.last_line = Instant::now();
                warn(format!("{:3.0} %  {message}", fraction * 100.0));
            }
        } else {
            self.bar.set_position((fraction * DIVISIONS as f64) as u64);
            self.bar.set_message(message);
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Estimates the time left at the speed so far, or `None` until enough is done.
    fn remaining(&self, fraction: f64) -> Option<Duration> {
        (fraction > 0.02).then(|| self.started.elapsed().mul_f64((1.0 - fraction) / fraction))
    }
}
