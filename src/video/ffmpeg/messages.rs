//! The lines that FFmpeg's programs print on standard error.

use std::io::{BufRead, BufReader, Read};

/// How many errors are kept, counted from the first.
const KEPT_ERRORS: usize = 32;
/// The longest error that is kept, in characters.
const LONGEST_ERROR: usize = 400;

/// A line that matters.
#[derive(Debug, PartialEq)]
enum Line {
    /// The filter `showinfo` saw a frame with this time stamp, in units of its time base, or without one.
    Frame(Option<i64>),
    /// Something went wrong.
    Error(String),
}

/// Reads messages to their end. Returns the first errors; calls `on_frame` for every frame that `showinfo` reports.
pub(super) fn read(pipe: impl Read, mut on_frame: impl FnMut(Option<i64>)) -> Vec<String> {
    let mut errors = Vec::new();
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
        match parse(&String::from_utf8_lossy(&line)) {
            Some(Line::Frame(time)) => on_frame(time),
            Some(Line::Error(error)) if errors.len() < KEPT_ERRORS => errors.push(error),
            _ => {}
        }
        line.clear();
    }
    errors
}

/// Parses a line such as `[mov @ 0x55] [error] partial file`; the part before the level may be missing.
fn parse(line: &str) -> Option<Line> {
    let mut text = line.trim();
    let mut source = "";
    while let Some((tag, rest)) = text
        .strip_prefix('[')
        .and_then(|text| text.split_once("] "))
    {
        text = rest;
        match tag {
            "error" | "fatal" | "panic" => {
                return Some(Line::Error(text.chars().take(LONGEST_ERROR).collect()));
            }
            "info" if source.starts_with("Parsed_showinfo") => {
                let (_, after) = text.split_once(" pts:")?;
                let time = after.split_whitespace().next()?;
                return text
                    .starts_with("n:")
                    .then(|| Line::Frame(time.parse().ok()));
            }
            tag => source = tag,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_lose_the_address_of_their_source() {
        let error = |text: &str| Some(Line::Error(text.to_owned()));
        assert_eq!(
            parse("[mov,mp4 @ 0x55ac] [error] partial file\n"),
            error("partial file")
        );
        assert_eq!(parse("[fatal] clip.mp4: no"), error("clip.mp4: no"));
        assert_eq!(parse("[mov @ 0x55ac] [warning] odd"), None);
    }

    #[test]
    fn frames_have_the_time_stamp_that_showinfo_reports() {
        let line = "[Parsed_showinfo_2 @ 0x55] [info] n:  28 pts:8000000 pts_time:8       pos: 1";
        assert_eq!(parse(line), Some(Line::Frame(Some(8_000_000))));
        let without = "[Parsed_showinfo_2 @ 0x55] [info] n:   0 pts:  NOPTS pts_time:NOPTS pos: 1";
        assert_eq!(parse(without), Some(Line::Frame(None)));
        let other = "[Parsed_showinfo_2 @ 0x55] [info] config in time_base: 1/1000000";
        assert_eq!(parse(other), None);
        assert_eq!(parse("    title : n: 1 pts: 5"), None);
    }

    #[test]
    fn only_the_first_errors_are_kept() {
        let text: String = (0..100).map(|n| format!("[error] number {n}\n")).collect();
        let errors = read(text.as_bytes(), |_| {});
        assert_eq!(errors.len(), KEPT_ERRORS);
        assert_eq!(errors[0], "number 0");
    }
}
