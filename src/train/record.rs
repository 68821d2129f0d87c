//! The log of a training run, a line a step, and a picture of its losses.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::atomic_file;
use crate::error::{Error, Result};
use crate::train::trainer::StepReport;

/// Width and height of the picture, in pixels.
const SIZE: [usize; 2] = [960, 480];
const BACKGROUND: [u8; 3] = [0x14, 0x16, 0x1b];
const GRID: [u8; 3] = [0x2a, 0x2f, 0x3a];
const CURVE: [u8; 3] = [0x7f, 0xb4, 0xff];

/// A line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Steps done.
    pub step: u64,
    /// The loss of the last one.
    pub loss: f64,
    /// The norm of its gradients.
    pub gradient_norm: f64,
    /// The learning rate.
    pub rate: f64,
}

/// The log in the folder of a run.
pub struct Log {
    path: PathBuf,
    lines: Vec<Line>,
}

impl Log {
    /// Opens `log.jsonl` in `folder` for a run that goes on after `step` steps: later lines, of steps that will be
    /// taken again, are dropped.
    ///
    /// # Errors
    /// When it cannot be read or written.
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
        let log = Self { path, lines };
        atomic_file::write_file(&log.path, |file| {
            let mut write = |line| writeln!(file, "{}", written(line));
            log.lines
                .iter()
                .try_for_each(&mut write)
                .map_err(Error::io(&log.path))
        })?;
        Ok(log)
    }

    /// Appends a line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&mut self, report: StepReport) -> Result<()> {
        let line = Line {
            step: report.step,
            loss: report.loss,
            gradient_norm: report.gradient_norm,
            rate: report.rate,
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

    /// The mean loss of the last `count` steps.
    pub fn recent_loss(&self, count: usize) -> f64 {
        let recent = &self.lines[self.lines.len().saturating_sub(count)..];
        recent.iter().map(|line| line.loss).sum::<f64>() / recent.len().max(1) as f64
    }

    /// Writes `loss.png` beside the log: the loss from 0 to its highest, each column the mean of its steps.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_curve(&self) -> Result<()> {
        let [width, height] = SIZE;
        let mut pixels = BACKGROUND.repeat(width * height);
        let mut put = |x: usize, y: usize, colour: [u8; 3]| {
            pixels[3 * (y * width + x)..][..3].copy_from_slice(&colour);
        };
        for quarter in 1..4 {
            (0..width).for_each(|x| put(x, quarter * height / 4, GRID));
        }
        let highest = self.lines.iter().map(|line| line.loss).fold(1e-9, f64::max);
        let mut before = None;
        for x in 0..width {
            let place = |x: usize| x * self.lines.len() / width;
            let Some(first) = self.lines.get(place(x)) else {
                continue;
            };
            let lines = &self.lines[place(x)..place(x + 1).max(place(x) + 1)];
            let sum: f64 = lines.iter().map(|line| line.loss).sum();
            let mean = if sum.is_finite() {
                sum / lines.len() as f64
            } else {
                first.loss
            };
            let y = ((1.0 - mean / highest).clamp(0.0, 1.0) * (height - 1) as f64) as usize;
            let from = before.unwrap_or(y);
            (from.min(y)..=from.max(y)).for_each(|y| put(x, y, CURVE));
            before = Some(y);
        }
        let path = self.path.with_file_name("loss.png");
        atomic_file::write_file(&path, |file| {
            let mut encoder = png::Encoder::new(file, width as u32, height as u32);
            encoder.set_color(png::ColorType::Rgb);
            encoder.set_depth(png::BitDepth::Eight);
            (encoder.write_header())
                .and_then(|mut writer| writer.write_image_data(&pixels))
                .map_err(|error| Error::io(&path)(error.into()))
        })
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
    fn a_log_goes_on_where_its_run_does() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log::open(folder.path(), 0).unwrap();
        (1..=10).for_each(|step| log.append(report(step)).unwrap());
        let mut log = Log::open(folder.path(), 4).unwrap();
        log.append(report(5)).unwrap();
        let text = fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
        let steps: Vec<u64> = (text.lines())
            .map(|line| serde_json::from_str::<Line>(line).unwrap().step)
            .collect();
        assert_eq!(steps, [1, 2, 3, 4, 5]);
        assert!((log.recent_loss(2) - 0.225).abs() < 1e-9);
        log.write_curve().unwrap();
        assert!(folder.path().join("loss.png").metadata().unwrap().len() > 100);
    }
}
