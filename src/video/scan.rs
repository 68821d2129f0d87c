//! Tells whether pictures were scanned in two fields, and how they are put together again.
//!
//! Interlaced video has two moments in each picture, and film that was slowed for television (telecine) shares fields
//! between pictures; either hides where a shot begins. FFmpeg's filter `idet` looks at a sample of the clip.

use std::ffi::OsString;
use std::path::Path;

use super::ffmpeg;
use super::probe::Probe;
use crate::error::Result;

/// The length of the sample, in seconds.
const SAMPLE_SECONDS: f64 = 5.0;
/// Share of the pictures that must show fields of two moments.
const COMBED_SHARE: f64 = 0.15;
/// How many times more pictures must have their fields in one order than in the other.
const ORDER_RATIO: u32 = 8;
/// Share of the pictures that repeat a field, at least, in film that was slowed for television; it is a fifth there.
const REPEATED_SHARE: f64 = 0.08;
/// The lowest rate of film that was slowed for television.
const TELECINE_RATE_HZ: f64 = 29.0;

/// How the pictures of a clip were scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// At one moment each.
    Progressive,
    /// In two fields, a moment after each other.
    Interlaced(Order),
    /// Film of 24 pictures, spread over 30 by repeating fields.
    Telecined(Order),
}

/// Which field is first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    TopFirst,
    BottomFirst,
}

impl Order {
    fn name(self) -> &'static str {
        match self {
            Self::TopFirst => "tff",
            Self::BottomFirst => "bff",
        }
    }
}

impl Scan {
    /// Finds out how the clip at `path` was scanned, if it has a rate at which that happens.
    ///
    /// # Errors
    /// Returns an error if `ffmpeg` is not installed.
    pub(crate) fn of(path: &Path, probe: &Probe) -> Result<Self> {
        if !probe.may_be_interlaced {
            return Ok(Self::Progressive);
        }
        let reports = ffmpeg::filter_reports("idet", &sample_arguments(path, probe))?;
        Ok(Self::of_reports(&reports, probe.frame_rate.hz()))
    }

    fn of_reports(reports: &[String], frame_rate_hz: f64) -> Self {
        let last = |title: &str| {
            reports
                .iter()
                .rev()
                .find_map(|line| line.strip_prefix(title))
        };
        let (Some(single), Some(multi), Some(repeated)) = (
            last("Single frame detection:"),
            last("Multi frame detection:"),
            last("Repeated Fields:"),
        ) else {
            return Self::Progressive;
        };
        // What is seen of pictures in a row tells their order, but passes still pictures between moving ones for combed.
        let (top, bottom) = (count(multi, "TFF:"), count(multi, "BFF:"));
        let kinds = ["TFF:", "BFF:", "Progressive:", "Undetermined:"];
        let all = kinds
            .into_iter()
            .map(|kind| count(single, kind))
            .sum::<u32>();
        let share = |part: u32| f64::from(part) / f64::from(all.max(1));
        let (order, name) = if top >= bottom {
            (Order::TopFirst, "TFF:")
        } else {
            (Order::BottomFirst, "BFF:")
        };
        let is_ordered = top.max(bottom) >= ORDER_RATIO * top.min(bottom);
        if !is_ordered || share(count(single, name)) < COMBED_SHARE {
            return Self::Progressive;
        }
        let (of_top, of_bottom) = (count(repeated, "Top:"), count(repeated, "Bottom:"));
        let is_shared = share(of_top + of_bottom) >= REPEATED_SHARE
            && of_top.max(of_bottom) < 4 * of_top.min(of_bottom);
        if is_shared && frame_rate_hz > TELECINE_RATE_HZ {
            Self::Telecined(order)
        } else {
            Self::Interlaced(order)
        }
    }

    /// Returns the filters that make the pictures progressive, each followed by a comma.
    ///
    /// Film keeps the pictures that repeat, because which of them do is uncertain where little moves, and dropping others
    /// would move the cuts. A picture is that of its first field.
    pub(crate) fn filters(self) -> String {
        match self {
            Self::Progressive => String::new(),
            Self::Interlaced(order) => format!("bwdif=send_frame:{}:all,", order.name()),
            Self::Telecined(order) => format!(
                "fieldmatch=order={0}:combmatch=full,bwdif=send_frame:{0}:interlaced,",
                order.name()
            ),
        }
    }
}

/// Returns the number after a word, or 0.
fn count(report: &str, word: &str) -> u32 {
    let mut words = report.split_whitespace();
    words.find(|&found| found == word);
    words
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// Returns the arguments of `ffmpeg` for a sample from the first half of the clip.
fn sample_arguments(path: &Path, probe: &Probe) -> Vec<OsString> {
    let length = probe.end.0 - probe.start.0;
    let start = (length / 3.0).min((length - SAMPLE_SECONDS).max(0.0));
    let mut arguments: Vec<OsString> = vec!["-nostdin".into(), "-nostats".into()];
    arguments.extend(ffmpeg::local_files_only());
    arguments.extend(["-ss".into(), format!("{start:.3}").into()]);
    arguments.extend(["-t".into(), format!("{SAMPLE_SECONDS}").into()]);
    arguments.extend(["-i".into(), ffmpeg::file_address(path)]);
    arguments.extend(["-map".into(), format!("0:{}", probe.stream).into()]);
    arguments.extend(["-vf", "idet", "-f", "null", "-"].map(Into::into));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(repeated: &str, single: &str, multi: &str, rate_hz: f64) -> Scan {
        let reports = [
            "Repeated Fields: Neither: 0 Top: 0 Bottom: 0".to_owned(),
            format!("Repeated Fields: {repeated}"),
            format!("Single frame detection: {single}"),
            format!("Multi frame detection: {multi}"),
        ];
        Scan::of_reports(&reports, rate_hz)
    }

    #[test]
    fn fields_that_repeat_are_telecine_and_fields_of_two_moments_are_interlace() {
        let (shared, own) = (
            "Neither:    96 Top:    12 Bottom:    12",
            "Neither:   118 Top:     1 Bottom:     1",
        );
        let film = (
            "TFF:    10 BFF:    51 Progressive:     6 Undetermined:    68",
            "TFF:     4 BFF:   131 Progressive:     0 Undetermined:     0",
        );
        let video = (
            "TFF:   100 BFF:     0 Progressive:     0 Undetermined:     0",
            "TFF:   100 BFF:     0 Progressive:     0 Undetermined:     0",
        );
        let (top, bottom) = (Order::TopFirst, Order::BottomFirst);
        assert_eq!(scan(shared, film.0, film.1, 29.97), Scan::Telecined(bottom));
        assert_eq!(scan(shared, film.0, film.1, 25.0), Scan::Interlaced(bottom));
        assert_eq!(scan(own, video.0, video.1, 29.97), Scan::Interlaced(top));
    }

    #[test]
    fn pictures_without_one_order_of_fields_are_progressive() {
        let none = "Neither:   120 Top:     0 Bottom:     0";
        for (single, multi) in [
            (
                "TFF:    56 BFF:    49 Progressive:    15 Undetermined:     0",
                "TFF:    56 BFF:    49 Progressive:    15 Undetermined:     0",
            ),
            (
                "TFF:     3 BFF:     0 Progressive:   100 Undetermined:    17",
                "TFF:    30 BFF:     0 Progressive:    90 Undetermined:     0",
            ),
            (
                "TFF:     0 BFF:     0 Progressive:     0 Undetermined:   120",
                "TFF:     0 BFF:     0 Progressive:     0 Undetermined:   120",
            ),
        ] {
            assert_eq!(
                scan(none, single, multi, 29.97),
                Scan::Progressive,
                "{single}"
            );
        }
        assert_eq!(Scan::of_reports(&[], 25.0), Scan::Progressive);
    }
}
