//! Lists of shots as TransNetV2 writes them (`…_scenes.txt`): one line per shot, its first and last frame.
//!
//! TransNetV2: Souček and Lokoč, 2020, <https://github.com/soCzech/TransNetV2>.

use std::borrow::Cow;

use crate::error::Fault;
use crate::features::{ClipFeatures, MAX_DURATION, MAX_RATE_HZ, MAX_SHOTS};
use crate::time::Seconds;

/// The largest accepted list, in bytes.
pub const MAX_FILE_BYTES: u64 = 4 << 20;

/// The largest accepted frame number: the end of the longest clip at the highest rate.
const MAX_FRAME: u32 = (MAX_DURATION.0 * MAX_RATE_HZ) as u32;

/// The shots of a clip, in frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenes {
    /// The first frame of each shot, ascending.
    first_frames: Vec<u32>,
    /// The last frame of the last shot.
    last_frame: u32,
}

impl Scenes {
    /// Parses a list, in UTF-8 or, with a byte-order mark as Windows writes it, in UTF-16.
    ///
    /// # Errors
    /// Returns an error if a line is not two frame numbers, if shots overlap or run backwards, or if there are no shots
    /// or more than [`MAX_SHOTS`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let text = decoded(bytes).ok_or_else(|| Fault::new("bytes that are not text", EXPECTED))?;
        let mut first_frames = Vec::new();
        let mut last_frame = None;
        for (number, line) in (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty())
        {
            let (first, last) = frames(line).ok_or_else(|| {
                Fault::new(format!("`{}` in line {number}", start(line)), EXPECTED)
            })?;
            if first > last || last_frame.is_some_and(|previous| first <= previous) {
                return Err(Fault::new(
                    format!("the shot {first} to {last} in line {number}"),
                    "shots in ascending order, without overlap",
                ));
            }
            first_frames.push(first);
            last_frame = Some(last);
        }
        if first_frames.len() > MAX_SHOTS {
            return Err(Fault::new(
                format!("{} shots", first_frames.len()),
                format!("at most {MAX_SHOTS}"),
            ));
        }
        Ok(Self {
            first_frames,
            last_frame: last_frame.ok_or_else(|| Fault::new("no shots", EXPECTED))?,
        })
    }

    /// Returns the times of the cuts: the start of every shot but the first.
    pub fn cuts(&self, frame_rate_hz: f64) -> Vec<Seconds> {
        self.first_frames
            .iter()
            .skip(1)
            .map(|&frame| Seconds(f64::from(frame) / frame_rate_hz))
            .collect()
    }

    /// Returns the end of the last shot.
    pub fn duration(&self, frame_rate_hz: f64) -> Seconds {
        Seconds((f64::from(self.last_frame) + 1.0) / frame_rate_hz)
    }
}

/// Returns the list of the shots of `clip` in frames of `frame_rate_hz`. As in TransNetV2's lists, the frames within a gradual
/// change belong to no shot.
pub fn list(clip: &ClipFeatures, frame_rate_hz: f64) -> String {
    let frame = |time: Seconds| (time.0 * frame_rate_hz).round() as i64;
    let end = frame(clip.duration).max(1);
    let cuts = clip.shots.iter().map(|&cut| (frame(cut) - 1, frame(cut)));
    let changes = clip.transitions.iter();
    let changes = changes.map(|change| (frame(change.start), frame(change.end)));
    // The last frame of a shot, and the first of the next one.
    let mut bounds: Vec<(i64, i64)> = cuts.chain(changes).collect();
    bounds.sort_unstable();
    let mut text = String::new();
    let mut first = 0;
    for (last, next) in bounds {
        if first <= last && last < next && next < end {
            text += &format!("{first} {last}\n");
            first = next;
        }
    }
    text + &format!("{first} {}\n", end - 1)
}

/// Decodes text, without its byte-order mark if it has one.
fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let utf_16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().copied().map(unit).collect();
        let text = String::from_utf16(&units).ok().filter(|_| rest.is_empty());
        text.map(Cow::Owned)
    };
    match bytes {
        [0xFF, 0xFE, text @ ..] => utf_16(text, u16::from_le_bytes),
        [0xFE, 0xFF, text @ ..] => utf_16(text, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, text @ ..] | text => str::from_utf8(text).ok().map(Cow::Borrowed),
    }
}

const EXPECTED: &str = "the first and last frame of one shot per line";

fn frames(line: &str) -> Option<(u32, u32)> {
    let mut frames = line
        .split_whitespace()
        .map(|word| word.parse().ok().filter(|&frame: &u32| frame <= MAX_FRAME));
    let shot = (frames.next()??, frames.next()??);
    frames.next().is_none().then_some(shot)
}

/// Returns as much of a line as fits in a message.
fn start(line: &str) -> String {
    line.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Transition, TransitionKind};

    #[test]
    fn every_shot_but_the_first_starts_with_a_cut() {
        let scenes = Scenes::parse(b"0 71\n72 214\n216 299\n").unwrap();
        assert_eq!(scenes.cuts(24.0), [Seconds(3.0), Seconds(9.0)]);
        assert_eq!(scenes.duration(24.0), Seconds(12.5));
    }

    #[test]
    fn a_list_that_is_written_has_the_shots_that_are_read_back() {
        let at = |start, end| Transition {
            start: Seconds(start),
            end: Seconds(end),
            kind: TransitionKind::Dissolve,
        };
        let clip = ClipFeatures {
            duration: Seconds(12.5),
            shots: [3.0, 9.0].map(Seconds).to_vec(),
            transitions: vec![at(5.0, 6.0), at(12.0, 12.5)],
            ..ClipFeatures::default()
        };
        let text = list(&clip, 24.0);
        assert_eq!(text, "0 71\n72 120\n144 215\n216 299\n");
        let read = Scenes::parse(text.as_bytes()).unwrap();
        assert_eq!(read.cuts(24.0), [3.0, 6.0, 9.0].map(Seconds));
        assert_eq!(read.duration(24.0), clip.duration);
        let short = ClipFeatures {
            duration: Seconds(0.01),
            ..ClipFeatures::default()
        };
        assert_eq!(list(&short, 24.0), "0 0\n");
    }

    #[test]
    fn windows_line_ends_and_empty_lines_are_accepted() {
        assert_eq!(
            Scenes::parse(b"0 71\r\n72 214\r\n\r\n").unwrap(),
            Scenes::parse(b"0 71\n72 214").unwrap()
        );
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let expected = Scenes::parse(b"0 71\n72 214\n").unwrap();
        assert_eq!(
            Scenes::parse(b"\xEF\xBB\xBF0 71\n72 214\n").unwrap(),
            expected
        );
        let units: Vec<u16> = "\u{feff}0 71\r\n72 214\r\n".encode_utf16().collect();
        let little: Vec<u8> = units.iter().copied().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units.iter().copied().flat_map(u16::to_be_bytes).collect();
        assert_eq!(Scenes::parse(&little).unwrap(), expected);
        assert_eq!(Scenes::parse(&big).unwrap(), expected);
        assert!(Scenes::parse(&little[..little.len() - 1]).is_err());
    }

    #[test]
    fn a_list_without_ascending_shots_is_refused() {
        for text in [
            "",
            "\n\n",
            "0",
            "0 1 2",
            "a b",
            "-1 5",
            "0.5 3",
            "5 3",
            "0 10\n10 20",
            "0 10\n5 20",
            "0 4294967295",
            "0 99999999999999999999",
        ] {
            assert!(Scenes::parse(text.as_bytes()).is_err(), "{text:?}");
        }
        assert!(Scenes::parse(&[0xFF, 0xFE]).is_err());
    }
}
