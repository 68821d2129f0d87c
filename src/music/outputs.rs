//! Where the parts leave the plugin: on which MIDI channels, and in which octaves.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::note::Note;
use super::part::Part;
use super::score::{RawScore, Score};

/// The number of MIDI channels.
pub const MIDI_CHANNELS: u8 = 16;
/// The most octaves by which a part is moved up or down.
pub const MAX_OCTAVES: i8 = 2;
/// The number of semitones in an octave.
const OCTAVE: i16 = 12;
/// The number of MIDI pitches.
const PITCHES: i16 = 128;

/// Where one part leaves the plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The MIDI channel as users count it, 1 to [`MIDI_CHANNELS`].
    pub channel: u8,
    /// The octaves by which its notes are moved, −[`MAX_OCTAVES`] to [`MAX_OCTAVES`].
    #[serde(default)]
    pub octaves: i8,
}

impl Output {
    /// Returns the output of a part on its [own channel](Part::channel), at pitch.
    const fn own(part: Part) -> Self {
        Self {
            channel: part.channel() + 1,
            octaves: 0,
        }
    }

    /// Clamps both values to their ranges.
    fn within_limits(self) -> Self {
        Self {
            channel: self.channel.clamp(1, MIDI_CHANNELS),
            octaves: self.octaves.clamp(-MAX_OCTAVES, MAX_OCTAVES),
        }
    }

    /// Returns the pitch of a note as it leaves: moved by the octaves, or by fewer of them where MIDI ends.
    pub fn pitch(self, pitch: u8) -> u8 {
        let mut moved = i16::from(pitch) + OCTAVE * i16::from(self.octaves);
        while moved < 0 {
            moved += OCTAVE;
        }
        while moved >= PITCHES {
            moved -= OCTAVE;
        }
        moved as u8
    }
}

/// Where each part leaves the plugin. [`Part::All`] leaves as [`Part::Lead`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outputs {
    /// The tune's, or that of music that is not divided.
    pub lead: Output,
    /// The chords'.
    pub chords: Output,
    /// The bass's.
    pub bass: Output,
}

/// Every part on its own channel, at pitch.
impl Default for Outputs {
    fn default() -> Self {
        Self {
            lead: Output::own(Part::Lead),
            chords: Output::own(Part::Chords),
            bass: Output::own(Part::Bass),
        }
    }
}

impl Outputs {
    /// Returns a part's output.
    pub fn of(&self, part: Part) -> Output {
        match part {
            Part::All | Part::Lead => self.lead,
            Part::Chords => self.chords,
            Part::Bass => self.bass,
        }
    }

    /// Returns a part's output, to be changed.
    pub fn of_mut(&mut self, part: Part) -> &mut Output {
        match part {
            Part::All | Part::Lead => &mut self.lead,
            Part::Chords => &mut self.chords,
            Part::Bass => &mut self.bass,
        }
    }

    /// Returns a part's MIDI channel, counted from 0.
    pub fn channel(&self, part: Part) -> u8 {
        self.of(part).channel.clamp(1, MIDI_CHANNELS) - 1
    }

    /// Returns the outputs with all values in their ranges.
    #[must_use]
    pub fn within_limits(self) -> Self {
        Self {
            lead: self.lead.within_limits(),
            chords: self.chords.within_limits(),
            bass: self.bass.within_limits(),
        }
    }

    /// Returns a score in the octaves of its parts. A note that would leave the range of MIDI is moved by fewer octaves; where it
    /// then meets another of its part, they are [repaired](Score::repaired).
    pub fn transposed<'a>(&self, score: &'a Score) -> Cow<'a, Score> {
        let own = [Part::Lead, Part::Chords, Part::Bass].map(|part| self.of(part).octaves);
        if own == [0; Part::CHANNELS] {
            return Cow::Borrowed(score);
        }
        let moved = |note: &Note| Note {
            pitch: self.of(note.part).pitch(note.pitch),
            ..*note
        };
        Cow::Owned(Score::repaired(RawScore {
            notes: score.notes().iter().map(moved).collect(),
            ..score.clone().into()
        }))
    }

    /// Returns a score as it leaves the plugin when all parts sound: in their octaves, and without notes that overlap on one
    /// channel and pitch. Of such notes the earlier ends where the later starts; of those that start together the longest stays.
    pub fn leaving<'a>(&self, score: &'a Score) -> Cow<'a, Score> {
        let transposed = self.transposed(score);
        let channels = [Part::Lead, Part::Chords, Part::Bass].map(|part| self.channel(part));
        let [lead, chords, bass] = channels;
        if lead != chords && chords != bass && lead != bass {
            return transposed;
        }
        let separated = transposed.separated(|part| self.channel(part));
        Cow::Owned(separated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Bars, Beats};

    fn note(part: Part, start: f64, length: f64, pitch: u8) -> Note {
        Note {
            start: Beats(start),
            length: Beats(length),
            pitch,
            velocity: 80,
            part,
        }
    }

    fn score(notes: Vec<Note>) -> Score {
        Score::new(RawScore {
            notes,
            bars: Bars(4),
            ..RawScore::default()
        })
        .unwrap()
    }

    fn sounding(score: &Score) -> Vec<(Part, f64, f64, u8)> {
        let notes = score.notes().iter();
        notes
            .map(|note| (note.part, note.start.0, note.end().0, note.pitch))
            .collect()
    }

    #[test]
    fn by_default_a_score_leaves_as_it_is() {
        let whole = score(vec![
            note(Part::Bass, 0.0, 4.0, 60),
            note(Part::Lead, 1.0, 1.0, 60),
        ]);
        assert_eq!(&*Outputs::default().leaving(&whole), &whole);
        let channels = Part::ALL.map(|part| Outputs::default().channel(part));
        assert_eq!(channels, Part::ALL.map(Part::channel));
    }

    #[test]
    fn each_part_moves_by_its_octaves_but_not_out_of_midi() {
        let mut outputs = Outputs::default();
        outputs.bass.octaves = -2;
        outputs.lead.octaves = 1;
        let notes = vec![
            note(Part::Bass, 0.0, 1.0, 21),
            note(Part::Bass, 0.0, 1.0, 40),
            note(Part::Chords, 0.0, 1.0, 60),
            note(Part::Lead, 0.0, 1.0, 72),
            note(Part::Lead, 1.0, 1.0, 127),
        ];
        let expected = [
            (Part::Bass, 0.0, 1.0, 9),
            (Part::Bass, 0.0, 1.0, 16),
            (Part::Chords, 0.0, 1.0, 60),
            (Part::Lead, 0.0, 1.0, 84),
            (Part::Lead, 1.0, 2.0, 127),
        ];
        assert_eq!(sounding(&outputs.leaving(&score(notes))), expected);
    }

    #[test]
    fn parts_that_share_a_channel_share_its_pitches() {
        let mut outputs = Outputs::default();
        outputs.chords.channel = 1;
        let notes = vec![
            note(Part::Lead, 0.0, 4.0, 60),
            note(Part::Chords, 1.0, 1.0, 60),
            note(Part::Lead, 5.0, 1.0, 60),
            note(Part::Chords, 5.0, 2.0, 60),
            note(Part::Bass, 5.0, 3.0, 60),
        ];
        let expected = [
            (Part::Lead, 0.0, 1.0, 60),
            (Part::Chords, 1.0, 2.0, 60),
            (Part::Chords, 5.0, 7.0, 60),
            (Part::Bass, 5.0, 8.0, 60),
        ];
        assert_eq!(sounding(&outputs.leaving(&score(notes))), expected);
    }

    #[test]
    fn values_from_outside_are_clamped_and_missing_ones_are_the_usual() {
        let text = r#"{"lead": {"channel": 0, "octaves": 9}, "bass": {"channel": 99}}"#;
        let outputs = serde_json::from_str::<Outputs>(text)
            .unwrap()
            .within_limits();
        let own = Outputs::default();
        let expected = Outputs {
            lead: Output {
                channel: 1,
                octaves: 2,
            },
            bass: Output {
                channel: 16,
                ..own.bass
            },
            ..own
        };
        assert_eq!(outputs, expected);
    }
}
