//! The log of a training run, one line per step, and its loss curve.

mod curve;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::formats::atomic_file;
use crate::train::trainer::StepReport;

/// A line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Steps done.
    pub step: u64,
    /// The loss of this step's batch.
    pub loss: f64,
    /// The norm of all gradients before clipping.
    pub gradient_norm: f64,
    /// The learning rate.
    pub rate: f64,
    /// Seconds of training so far, interruptions excluded; 0 in logs of earlier versions.
    #[serde(default)]
    pub seconds: f64,
    /// The loss of the averaged weights on held-out music, if measured at this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_out_loss: Option<f64>,
}

/// The log in the folder of a run.
pub struct Log {
    path: PathBuf,
    lines: Vec<Line>,
    opened: Instant,
    /// [`Line::seconds`] when the log was opened.
    seconds_before: f64,
}

impl Log {
    /// Opens `log.jsonl` in `folder` for a run that resumes after `step` steps. Lines of later steps, which will be taken
    /// again, are removed.
    ///
    /// # Errors
    /// Returns an error if it cannot be read or written.
    pub fn open(folder: &Path, step: u64) -> Result<Self> {
        let path = folder.join("log.jsonl");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::io(&path)(error)),
        };
        let lines: Vec<Line> = (text.lines())
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(|line: &Line| line.step <= step)
            .collect();
        let log = Self {
            path,
            opened: Instant::now(),
            seconds_before: lines.last().map_or(0.0, |line| line.seconds),
            lines,
        };
        atomic_file::write_file(&log.path, |file| {
            let mut write = |line| writeln!(file, "{}", written(line));
            log.lines
                .iter()
                .try_for_each(&mut write)
                .map_err(Error::io(&log.path))
        })?;
        Ok(log)
    }

    /// Appends a line, with the loss on held-out music if measured.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn append(&mut self, report: StepReport, held_out_loss: Option<f64>) -> Result<()> {
        let line = Line {
            step: report.step,
            loss: report.loss,
            gradient_norm: report.gradient_norm,
            rate: report.rate,
            seconds: self.seconds_before + self.opened.elapsed().as_secs_f64(),
            held_out_loss,
        };
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.path);
        file.and_then(|mut file| writeln!(file, "{}", written(&line)))
            .map_err(Error::io(&self.path))?;
        self.lines.push(line);
        Ok(())
    }

    /// Returns the mean loss of the last `count` steps, 0 if there are none.
    pub fn recent_loss(&self, count: usize) -> f64 {
        let recent = &self.lines[self.lines.len().saturating_sub(count)..];
        recent.iter().map(|line| line.loss).sum::<f64>() / recent.len().max(1) as f64
    }

    /// Writes the loss curve to `loss.png` beside the log: the mean loss of each column's steps, and the losses on held-out
    /// music, on a logarithmic scale.
    ///
    /// # Errors
    /// Returns an error if it cannot be written.
    pub fn write_curve(&self) -> Result<()> {
        curve::write(&self.path.with_file_name("loss.png"), &self.lines)
    }
}

fn written(line: &Line) -> String {
    serde_json::to_string(line).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(step: u64) -> StepReport {
        StepReport {
            step,
            loss: 1.0 / step as f64,
            gradient_norm: 1.0,
            rate: 1e-3,
        }
    }

    #[test]
    fn a_reopened_log_continues_after_the_given_step() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log::open(folder.path(), 0).unwrap();
        (1..=10).for_each(|step| log.append(report(step), None).unwrap());
        let mut log = Log::open(folder.path(), 4).unwrap();
        log.append(report(5), Some(0.5)).unwrap();
        let text = fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
        let steps: Vec<u64> = (text.lines())
            .map(|line| serde_json::from_str::<Line>(line).unwrap().step)
            .collect();
        assert_eq!(steps, [1, 2, 3, 4, 5]);
        assert!((log.recent_loss(2) - 0.225).abs() < 1e-9);
        assert!(
            log.lines
                .is_sorted_by(|one, next| one.seconds < next.seconds)
        );
        assert_eq!(log.lines[4].held_out_loss, Some(0.5));
    }

    #[test]
    fn lines_without_times_are_read() {
        let line = r#"{"step":1,"loss":0.5,"gradient_norm":1.0,"rate":0.001}"#;
        let line: Line = serde_json::from_str(line).unwrap();
        assert_eq!((line.seconds, line.held_out_loss), (0.0, None));
    }
}
