//! The beats of a piece that goes with a clip: from its MIDI file, or from a list of times.

use crate::error::Fault;
use crate::music::midi_file::MidiFile;
use crate::time::{BARS_PER_SEGMENT, BEATS_PER_BAR, Beats, STEPS_PER_BEAT, Seconds};

/// The longest piece, in beats.
const MAX_BEATS: usize = super::MAX_BEATS;

/// The times of the beats, and which of them start a bar.
#[derive(Clone, Debug, PartialEq)]
pub struct BeatGrid {
    /// The start of each beat, and the end of the last one; ascending.
    seconds: Vec<f64>,
    /// Whether each beat starts a bar.
    downbeat: Vec<bool>,
    /// Whether the beats are those of the MIDI file itself.
    is_of_midi: bool,
}

impl BeatGrid {
    /// Returns the beats of `midi`, up to the end of its last note, by its tempi and time signatures.
    ///
    /// # Errors
    /// Returns an error if it has no notes, or lasts longer than the longest piece.
    pub fn of_midi(midi: &MidiFile) -> Result<Self, Fault> {
        let ends = midi.notes().into_iter().map(|note| note.end().0);
        let end = ends.fold(0.0, f64::max).ceil();
        if end < 1.0 {
            return Err(Fault::new("no notes", "a MIDI file with notes"));
        }
        if end > MAX_BEATS as f64 {
            return Err(Fault::new(
                format!("{end} beats"),
                format!("at most {MAX_BEATS}"),
            ));
        }
        let beats = end as usize;
        let times = midi.places((0..=beats).map(|beat| Beats(beat as f64)));
        Ok(Self {
            seconds: times.iter().map(|place| place.time.0).collect(),
            downbeat: downbeats(midi, beats),
            is_of_midi: true,
        })
    }

    /// Reads a list of beats, one a line: the time in seconds, then nothing (every fourth beat starts a bar), or the place in the
    /// bar, 1 for its first beat, or as in POP909 two flags, of which the second is 1 where a bar starts. The last line ends the
    /// last beat.
    ///
    /// # Errors
    /// Returns an error if a line is anything else, or there are fewer than two or too many ascending times.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let expected = "seconds, and perhaps the place in the bar or two flags";
        let text = str::from_utf8(bytes)
            .map_err(|_| Fault::new("bytes that are not UTF-8", "a list of beats"))?;
        let (mut seconds, mut downbeat) = (Vec::<f64>::new(), Vec::new());
        let lines = (1..).zip(text.lines());
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let quoted: String = line.chars().take(40).collect();
            let fault = |expected| Fault::new(format!("`{quoted}` in line {number}"), expected);
            let numbers = line.split_whitespace().map(str::parse::<f64>);
            let numbers: Vec<f64> = (numbers.collect::<Result<_, _>>())
                .ok()
                .filter(|numbers: &Vec<f64>| numbers.iter().all(|number| number.is_finite()))
                .ok_or_else(|| fault(expected))?;
            let (time, starts_bar) = match numbers[..] {
                [time] => (time, None),
                [time, place] | [time, _, place] => (time, Some(place == 1.0)),
                _ => return Err(fault(expected)),
            };
            if time < 0.0 || seconds.last().is_some_and(|last| *last >= time) {
                return Err(fault("times from 0 in ascending order"));
            }
            downbeat.push(starts_bar.unwrap_or(seconds.len().is_multiple_of(4)));
            seconds.push(time);
        }
        if !(2..=MAX_BEATS + 1).contains(&seconds.len()) {
            return Err(Fault::new(
                format!("{} beats", seconds.len()),
                format!("2 to {} lines", MAX_BEATS + 1),
            ));
        }
        downbeat.pop();
        Ok(Self {
            seconds,
            downbeat,
            is_of_midi: false,
        })
    }

    /// Returns the beats that are over by `end`.
    ///
    /// # Errors
    /// Returns an error if there are none.
    pub fn until(mut self, end: Seconds) -> Result<Self, Fault> {
        // A clip's end is known to the frame.
        let ended = self.seconds[1..].partition_point(|&time| time <= end.0 + 0.02);
        if ended == 0 {
            let first = self.seconds[1];
            return Err(Fault::new(
                format!(
                    "a first beat until {first:.2} s beside a clip of {:.2} s",
                    end.0
                ),
                "a clip and music that begin together",
            ));
        }
        self.seconds.truncate(ended + 1);
        self.downbeat.truncate(ended);
        Ok(self)
    }

    /// Returns the number of beats.
    pub fn count(&self) -> usize {
        self.downbeat.len()
    }

    /// Returns the time at which the last beat ends.
    pub fn end(&self) -> Seconds {
        Seconds(self.seconds[self.count()])
    }

    /// Returns the time at which each beat starts.
    pub(super) fn starts(&self) -> &[f64] {
        &self.seconds[..self.count()]
    }

    /// Returns whether each beat starts a bar.
    pub(super) fn downbeats(&self) -> &[bool] {
        &self.downbeat
    }

    /// Returns the place in the grid of a beat of the MIDI file at the time `at`, or `None` if it lies before the first beat or
    /// after the last.
    pub(super) fn place(&self, beat: Beats, at: Seconds) -> Option<f64> {
        if self.is_of_midi {
            return (beat.0 <= self.count() as f64).then_some(beat.0);
        }
        let after = self.seconds.partition_point(|&time| time <= at.0);
        let before = after.checked_sub(1)?;
        match self.seconds.get(after) {
            Some(next) => {
                let start = self.seconds[before];
                Some(before as f64 + (at.0 - start) / (next - start))
            }
            None => (at.0 == self.seconds[before]).then_some(before as f64),
        }
    }

    /// Returns the sixteenths at which bars start, and of each whether a segment of eight bars of 4/4 may start there: it must lie
    /// within the piece, except that a piece of fewer bars has one from its first bar.
    pub(super) fn bars(&self) -> Vec<(u32, bool)> {
        let lines: Vec<usize> = (0..self.count())
            .filter(|&beat| self.downbeat[beat])
            .collect();
        let wanted = BARS_PER_SEGMENT as usize;
        let is_common = |index: usize| {
            let end = lines.get(index + 1).copied().unwrap_or(self.count());
            let beats = end - lines[index];
            let is_last = index + 1 == lines.len();
            beats == BEATS_PER_BAR as usize || (is_last && beats < BEATS_PER_BAR as usize)
        };
        let starts = |index: usize| {
            let end = (index + wanted).min(lines.len());
            let is_whole = end == index + wanted || (lines.len() < wanted && index == 0);
            is_whole && (index..end).all(is_common)
        };
        (0..lines.len())
            .map(|index| (lines[index] as u32 * STEPS_PER_BEAT, starts(index)))
            .collect()
    }
}

/// Returns whether a bar of the file starts on each of `beats` beats. A change of time signature starts a bar.
fn downbeats(midi: &MidiFile, beats: usize) -> Vec<bool> {
    let mut flags = vec![false; beats];
    let mut changes = midi.time_signatures.iter().peekable();
    let (mut line, mut bar_beats) = (0.0, f64::from(BEATS_PER_BAR));
    while line < beats as f64 {
        while let Some(change) = changes.next_if(|change| change.at.0 <= line + 1e-6) {
            bar_beats = 4.0 * f64::from(change.numerator) / f64::from(change.denominator);
        }
        if (line - line.round()).abs() < 1e-6 && (line.round() as usize) < beats {
            flags[line.round() as usize] = true;
        }
        // Shorter bars than a beat are not worth a line each.
        let next = line + bar_beats.max(1.0);
        line = match changes.peek() {
            Some(change) if change.at.0 < next => change.at.0,
            _ => next,
        };
    }
    flags
}

#[cfg(test)]
mod tests;
