//! Progress on the terminal: a bar where someone watches, a plain line now and then where nobody does.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How finely the bar is divided.
const DIVISIONS: u64 = 1000;
/// How long a plain line stands before the next one.
const PLAIN_LINE_INTERVAL: Duration = Duration::from_secs(5);

/// How far some work is, shown on standard error.
pub(crate) struct Progress {
    bar: ProgressBar,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    /// Nothing is shown before the first [`Progress::set`].
    pub(crate) fn new() -> Self {
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let now = Instant::now();
        Self {
            bar: ProgressBar::new(DIVISIONS).with_style(style),
            started: now,
            last_line: now,
        }
    }

    /// Shows a share of the work, 0 to 1, with a word on what is being done and the time that is left.
    pub(crate) fn set(&mut self, fraction: f64, message: &str) {
        let message = match self.remaining(fraction) {
            Some(left) => format!("{message}, {} s left", left.as_secs_f64().ceil()),
            None => message.to_owned(),
        };
        if self.bar.is_hidden() {
            if self.last_line.elapsed() >= PLAIN_LINE_INTERVAL {
                self.last_line = Instant::now();
                eprintln!("{:3.0} %  {message}", fraction * 100.0);
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

    /// The time left if the rest goes on as before; nothing until enough is done to tell.
    fn remaining(&self, fraction: f64) -> Option<Duration> {
        (fraction > 0.02).then(|| self.started.elapsed().mul_f64((1.0 - fraction) / fraction))
    }
}
