//! `beat_midi.txt`: the times of the beats, and which of them start a bar.

use crate::error::Fault;
use crate::time::{BEATS_PER_BAR, BEATS_PER_SEGMENT, Seconds};

/// The beats of a song.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BeatTable {
    /// The time of each beat; ascending, at least two.
    seconds: Vec<f64>,
    /// Whether each beat starts a bar.
    downbeat: Vec<bool>,
}

impl BeatTable {
    /// Reads lines of three numbers: the time in seconds, 1 for a possible half bar, 1 for a downbeat.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let text = super::chords::text(bytes)?;
        let mut table = Self {
            seconds: Vec::new(),
            downbeat: Vec::new(),
        };
        for (index, line) in text.lines().enumerate() {
            let (seconds, downbeat) = parse_line(line).ok_or_else(|| {
                Fault::new(
                    format!("`{line}` in line {}", index + 1),
                    "seconds and two flags",
                )
            })?;
            if table.seconds.last().is_some_and(|last| *last >= seconds) {
                return Err(Fault::new(
                    format!(
                        "a beat at {seconds} s after a later one, in line {}",
                        index + 1
                    ),
                    "beats in ascending order",
                ));
            }
            table.seconds.push(seconds);
            table.downbeat.push(downbeat);
        }
        if table.seconds.len() < 2 {
            let found = format!("{} beats", table.seconds.len());
            return Err(Fault::new(found, "at least 2"));
        }
        Ok(table)
    }

    /// Returns the number of whole beats.
    pub(super) fn count(&self) -> usize {
        self.seconds.len() - 1
    }

    /// Returns the middle of every whole beat.
    pub(super) fn middles(&self) -> impl Iterator<Item = Seconds> + '_ {
        let pairs = self.seconds.windows(2);
        pairs.map(|pair| Seconds((pair[0] + pair[1]) / 2.0))
    }

    /// Returns the times of the beats, one more than there are whole beats.
    pub(super) fn seconds(&self) -> &[f64] {
        &self.seconds
    }

    /// Returns whether each whole beat starts a bar.
    pub(super) fn downbeats(&self) -> &[bool] {
        &self.downbeat[..self.count()]
    }

    /// Returns `time` in beats, interpolated linearly between them, or `None` before the first and after the last.
    pub(super) fn beat_at(&self, time: Seconds) -> Option<f64> {
        let after = self.seconds.partition_point(|&beat| beat <= time.0);
        let (before, start) = (after.checked_sub(1)?, self.seconds[after - 1]);
        match self.seconds.get(after) {
            Some(next) => Some(before as f64 + (time.0 - start) / (next - start)),
            None => (time.0 == start).then_some(before as f64),
        }
    }

    /// Returns the beats from which eight bars of 4/4 follow that end at another downbeat.
    pub(super) fn segment_starts(&self) -> Vec<usize> {
        self.downbeat
            .windows(BEATS_PER_SEGMENT as usize + 1)
            .enumerate()
            .filter(|(_, flags)| {
                flags.iter().enumerate().all(|(beat, &downbeat)| {
                    downbeat == beat.is_multiple_of(BEATS_PER_BAR as usize)
                })
            })
            .map(|(start, _)| start)
            .collect()
    }
}

fn parse_line(line: &str) -> Option<(f64, bool)> {
    let mut numbers = line.split_whitespace().map(|word| word.parse().ok());
    let (seconds, _, downbeat): (f64, f64, f64) =
        (numbers.next()??, numbers.next()??, numbers.next()??);
    (seconds.is_finite() && numbers.next().is_none()).then_some((seconds, downbeat == 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beats one second apart; a `|` in the pattern starts a bar.
    fn table(pattern: &str) -> BeatTable {
        let lines: Vec<String> = pattern
            .bytes()
            .enumerate()
            .map(|(second, mark)| format!("{second} 0 {}", u8::from(mark == b'|')))
            .collect();
        BeatTable::parse(lines.join("\n").as_bytes()).unwrap()
    }

    #[test]
    fn segments_start_where_eight_bars_of_four_beats_follow() {
        let eight = "|...".repeat(8);
        assert_eq!(table(&format!("{eight}|")).segment_starts(), [0]);
        assert_eq!(table(&format!("..{eight}|...|")).segment_starts(), [2, 6]);
        assert_eq!(table(&format!("{eight}....")).segment_starts(), [0; 0]);
        let with_three = format!("{}|..{eight}|", "|...".repeat(2));
        assert_eq!(table(&with_three).segment_starts(), [11]);
    }

    #[test]
    fn times_are_interpolated_between_beats() {
        let table = BeatTable::parse(b"1 1 1\n2 0 0\n4 1 0\n").unwrap();
        assert_eq!(table.count(), 2);
        for (seconds, beat) in [
            (0.9, None),
            (1.0, Some(0.0)),
            (1.5, Some(0.5)),
            (3.0, Some(1.5)),
            (4.0, Some(2.0)),
            (4.1, None),
        ] {
            assert_eq!(table.beat_at(Seconds(seconds)), beat, "{seconds}");
        }
    }

    #[test]
    fn a_malformed_beat_table_is_rejected_with_its_line() {
        for (text, words) in [
            ("", "0 beats"),
            ("1 0 0", "1 beats"),
            ("0 1 1\n1 0", "line 2"),
            ("0 1 1\n1 0 x", "line 2"),
            ("0 1 1 1", "line 1"),
            ("0 1 1\nnan 0 0", "line 2"),
            ("0 1 1\n0 0 0", "ascending"),
        ] {
            let fault = BeatTable::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(fault.contains(words), "{fault}");
        }
        assert!(BeatTable::parse(&[0xFF]).is_err());
    }
}
