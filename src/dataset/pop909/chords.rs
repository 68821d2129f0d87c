//! `chord_midi.txt`: the chords and their times.

use crate::error::Fault;
use crate::music::chord::Chord;
use crate::time::Seconds;

/// The chords of a song, in the order of their lines.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ChordTable(Vec<(Seconds, Seconds, Option<Chord>)>);

impl ChordTable {
    /// Reads lines of a start and an end in seconds and a chord symbol.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let chords = text(bytes)?.lines().enumerate().map(|(index, line)| {
            let number = index + 1;
            let mut words = line.split_whitespace();
            let mut seconds = || words.next()?.parse().ok().map(Seconds);
            let (Some(start), Some(end), Some(symbol), None) =
                (seconds(), seconds(), words.next(), words.next())
            else {
                return Err(Fault::new(
                    format!("`{line}` in line {number}"),
                    "start and end in seconds and a chord",
                ));
            };
            let chord = Chord::parse(symbol).map_err(|fault| {
                Fault::new(format!("{} in line {number}", fault.found), fault.expected)
            })?;
            Ok((start, end, chord))
        });
        chords.collect::<Result<_, _>>().map(Self)
    }

    /// Returns the chord at each of the ascending `times`. Where lines overlap, the last one counts.
    pub(super) fn at(&self, times: &[Seconds]) -> Vec<Option<Chord>> {
        let mut chords = vec![None; times.len()];
        for (start, end, chord) in &self.0 {
            let first = times.partition_point(|time| time < start);
            let under_way = times[first..].iter().take_while(|time| *time < end).count();
            chords[first..first + under_way].fill(*chord);
        }
        chords
    }
}

/// Returns a table's bytes as text.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|_| Fault::new("bytes that are not UTF-8", "lines of text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_the_chord_that_covers_it() {
        let table = ChordTable::parse(b"0.0\t1.0\tN\n1.0\t2.5\tC:maj\n2.5\t3.0\tA:min\n").unwrap();
        let times = [0.5, 1.0, 2.49, 2.5, 3.0].map(Seconds);
        let roots: Vec<Option<u8>> = (table.at(&times).iter())
            .map(|chord| chord.map(|chord| chord.bass))
            .collect();
        assert_eq!(roots, [None, Some(0), Some(0), Some(9), None]);
    }

    #[test]
    fn a_malformed_chord_table_is_rejected_with_its_line() {
        for wrong in ["0 1", "0 1 N x", "a 1 N", "0 1 H:maj", "\n"] {
            let text = format!("0 1 N\n{wrong}\n");
            let fault = ChordTable::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(fault.contains("line 2"), "{fault}");
        }
    }
}
