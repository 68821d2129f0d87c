//! The lines that FFmpeg's programs print on standard error.

use std::io::{BufRead, BufReader, Read};

/// How many errors are kept, counted from the first.
const KEPT_ERRORS: usize = 32;
/// The longest error that is kept, in characters.
const LONGEST_ERROR: usize = 400;

/// A line that matters.
#[derive(Debug, PartialEq)]
enum Line<'a> {
    /// A report of a filter or another part of the program.
    Info {
        /// Its name and number, as in `Parsed_showinfo_2`.
        source: &'a str,
        /// What it reports.
        text: &'a str,
    },
    /// Something went wrong.
    Error(&'a str),
}

/// Reads messages to their end. Returns the first errors; calls `on_info` for every report of a part of the program, with
/// the name of the part and the text.
pub(super) fn read(pipe: impl Read, mut on_info: impl FnMut(&str, &str)) -> Vec<String> {
    let mut errors = Vec::new();
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
        match parse(&String::from_utf8_lossy(&line)) {
            Some(Line::Info { source, text }) => on_info(source, text),
            Some(Line::Error(error)) if errors.len() < KEPT_ERRORS => {
                errors.push(error.chars().take(LONGEST_ERROR).collect());
            }
            _ => {}
        }
        line.clear();
    }
    errors
}

/// Parses a line such as `[mov @ 0x55] [error] partial file`; the part before the level may be missing.
fn parse(line: &str) -> Option<Line<'_>> {
    let mut text = line.trim();
    let mut source = "";
    while let Some((tag, rest)) = text
        .strip_prefix('[')
        .and_then(|text| text.split_once("] "))
    {
        text = rest;
        match tag {
            "error" | "fatal" | "panic" => return Some(Line::Error(text)),
            "info" => return (!source.is_empty()).then_some(Line::Info { source, text }),
            tag => source = tag,
        }
    }
    None
}

/// Returns the time stamp of a frame that the filter `showinfo` reports, in units of its time base; `Some(None)` for a
/// frame without one, and `None` for other reports.
pub(super) fn frame_stamp(source: &str, text: &str) -> Option<Option<i64>> {
    let is_frame = source.starts_with("Parsed_showinfo") && text.starts_with("n:");
    let (_, stamp) = text.split_once(" pts:").filter(|_| is_frame)?;
    Some(stamp.split_whitespace().next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_lose_the_address_of_their_source() {
        let error = |text| Some(Line::Error(text));
        assert_eq!(
            parse("[mov,mp4 @ 0x55ac] [error] partial file\n"),
            error("partial file")
        );
        assert_eq!(parse("[fatal] clip.mp4: no"), error("clip.mp4: no"));
        assert_eq!(parse("[mov @ 0x55ac] [warning] odd"), None);
    }

    #[test]
    fn frames_have_the_time_stamp_that_showinfo_reports() {
        let stamp = |line| match parse(line) {
            Some(Line::Info { source, text }) => frame_stamp(source, text),
            _ => None,
        };
        let line = "[Parsed_showinfo_2 @ 0x55] [info] n:  28 pts:8000000 pts_time:8       pos: 1";
        assert_eq!(stamp(line), Some(Some(8_000_000)));
        let without = "[Parsed_showinfo_2 @ 0x55] [info] n:   0 pts:  NOPTS pts_time:NOPTS pos: 1";
        assert_eq!(stamp(without), Some(None));
        for other in [
            "[Parsed_showinfo_2 @ 0x55] [info] config in time_base: 1/1000000",
            "[info]     title : n: 1 pts: 5",
            "    title : n: 1 pts: 5",
        ] {
            assert_eq!(stamp(other), None, "{other}");
        }
    }

    #[test]
    fn only_the_first_errors_are_kept() {
        let text: String = (0..100).map(|n| format!("[error] number {n}\n")).collect();
        let errors = read(text.as_bytes(), |_, _| {});
        assert_eq!(errors.len(), KEPT_ERRORS);
        assert_eq!(errors[0], "number 0");
    }
}
