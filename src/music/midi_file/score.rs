//! Reading back what [`Score::to_midi_with`] wrote.

use super::part_messages::track_name;
use super::{CONTROL, MidiFile};
use crate::error::Fault;
use crate::music::chord::{Chord, ChordChange};
use crate::music::controls::{ControlChange, Controller, Controls};
use crate::music::marker::MarkerName;
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::music::section::Section;
use crate::time::Beats;

impl MidiFile {
    /// Returns the score of a file that [`Score::to_midi_with`] wrote, also if a DAW has changed it since: notes belong to
    /// the part that their track is named after, or else to that of their channel. The score lasts as long as the file, whose
    /// last note may have gone on beyond the last bar.
    ///
    /// # Errors
    /// Returns an error if the file changes its metre or has one that is not in [`Metre::ALL`], or has a tempo that is not
    /// from [`Tempo::MIN`](crate::time::Tempo::MIN) to [`Tempo::MAX`](crate::time::Tempo::MAX).
    pub fn score(&self) -> Result<Score, Fault> {
        let metre = self.metre()?;
        let chords = self.chords();
        let is_chord = |at: Beats, name: &str| {
            (chords.iter()).any(|chord| chord.start == at && chord.symbol == name)
        };
        let (mut cuts, mut sections) = (Vec::new(), Vec::new());
        for marker in &self.markers {
            match MarkerName::of(&marker.text) {
                MarkerName::Cut { .. } => cuts.push(marker.at),
                MarkerName::Hit => {}
                MarkerName::Other if is_chord(marker.at, &marker.text) => {}
                MarkerName::Other => sections.push(Section {
                    start: marker.at,
                    name: marker.text.clone(),
                }),
            }
        }
        Ok(Score::repaired(RawScore {
            notes: self.notes_in_parts(),
            bars: metre.bars_covering(self.length),
            metre,
            tempo_map: self.tempo_map()?,
            chords,
            cuts,
            sections,
        }))
    }

    /// Returns the beats of the hits among the markers, ascending.
    pub fn hits(&self) -> Vec<Beats> {
        let hits = self.markers.iter().filter(|marker| {
            let name = MarkerName::of(&marker.text);
            matches!(name, MarkerName::Hit | MarkerName::Cut { is_hit: true })
        });
        hits.map(|marker| marker.at).collect()
    }

    /// Returns the changes of the controllers that scores use, on the channels of the parts that have notes.
    pub fn controls(&self) -> Controls {
        let notes = self.notes_in_parts();
        let part_of = |channel: u8| {
            let mut parts = Part::ALL
                .into_iter()
                .filter(|part| part.channel() == channel);
            parts.find(|part| notes.iter().any(|note| note.part == *part))
        };
        let parts: Vec<Option<Part>> = (0..16).map(part_of).collect();
        let changes = self.events.iter().filter(|event| event.command == CONTROL);
        Controls::new(changes.filter_map(|event| {
            Some(ControlChange {
                at: event.at,
                part: parts[usize::from(event.channel)]?,
                controller: Controller::of_number(event.data[0])?,
                value: event.data[1],
            })
        }))
    }

    /// Returns the metre of a file that has only one.
    ///
    /// # Errors
    /// Returns an error if it changes its metre or has one that is not in [`Metre::ALL`].
    pub fn metre(&self) -> Result<Metre, Fault> {
        let mut metre = Metre::COMMON;
        for signature in &self.time_signatures {
            let next = Metre::new(signature.numerator, signature.denominator as u8)?;
            if signature.at.0 > 0.0 && next != metre {
                return Err(Fault::new(
                    format!("a change from {metre} to {next}"),
                    "music in one metre",
                ));
            }
            metre = next;
        }
        Ok(metre)
    }

    /// Returns the notes with their parts, in the order of the tracks. If all notes are on one track, as in files of format 0, but
    /// on the channels of several parts, the name of that track says nothing.
    pub fn notes_in_parts(&self) -> Vec<Note> {
        let is_joined = self.joins_parts();
        let notes = self.tracks.iter().flat_map(|track| {
            let mut parts = Part::ALL.into_iter();
            let named = parts.find(|part| track_name(*part) == track.name && !is_joined);
            let notes = track.notes.iter();
            notes.map(move |note| Note {
                part: named.unwrap_or_else(|| self.part_by_channel(note)),
                ..*note
            })
        });
        notes.collect()
    }

    /// Returns whether there is one track with notes, on the channels of several parts.
    fn joins_parts(&self) -> bool {
        let mut sounding = self.tracks.iter().filter(|track| !track.notes.is_empty());
        let (Some(only), None) = (sounding.next(), sounding.next()) else {
            return false;
        };
        let first = only.notes.first().map(|note| self.part_by_channel(note));
        let mut notes = only.notes.iter();
        notes.any(|note| Some(self.part_by_channel(note)) != first)
    }

    /// Returns the part on whose channel a note begins, for tracks that were renamed.
    fn part_by_channel(&self, note: &Note) -> Part {
        let parts = [Part::Lead, Part::Chords, Part::Bass];
        let mut named = (self.channels_of(note))
            .filter_map(|channel| parts.into_iter().find(|part| part.channel() == channel));
        named.next().unwrap_or_default()
    }

    fn chords(&self) -> Vec<ChordChange> {
        let is_chord = |text: &str| Chord::parse_lead_sheet(text).is_ok();
        let chords = self.texts.iter().filter(|text| is_chord(&text.text));
        chords
            .map(|text| ChordChange {
                start: text.at,
                symbol: text.text.clone(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::controls::ControlRequest;
    use crate::music::midi_file::MidiContents;
    use crate::music::tempo_map::{TempoChange, TempoMap};
    use crate::time::Bars;
    use crate::time::Tempo;

    fn note(start: f64, length: f64, pitch: u8, part: Part) -> Note {
        Note {
            start: Beats(start),
            length: Beats(length),
            pitch,
            velocity: 80,
            part,
        }
    }

    fn raw() -> RawScore {
        let tempo = |at, tempo_bpm| TempoChange {
            at: Beats(at),
            tempo: Tempo::new(tempo_bpm).unwrap(),
        };
        let chord = |start, symbol: &str| ChordChange {
            start: Beats(start),
            symbol: symbol.to_owned(),
        };
        let section = |start, name: &str| Section {
            start: Beats(start),
            name: name.to_owned(),
        };
        RawScore {
            notes: vec![
                note(0.0, 3.0, 45, Part::Bass),
                note(0.0, 1.0, 60, Part::Chords),
                note(1.25, 0.5, 72, Part::Lead),
                note(4.0, 2.0, 41, Part::Bass),
            ],
            bars: Bars(2),
            metre: "3/4".parse().unwrap(),
            tempo_map: TempoMap::new(vec![tempo(0.0, 100.0), tempo(3.0, 120.0)]).unwrap(),
            chords: vec![chord(0.0, "Am"), chord(3.0, "F")],
            cuts: vec![Beats(1.5), Beats(5.75)],
            sections: vec![section(0.0, "A"), section(3.0, "B")],
        }
    }

    #[test]
    fn a_score_with_hits_and_controls_is_read_back_whole() {
        let score = Score::new(raw()).unwrap();
        let request = ControlRequest {
            pedal: true,
            ..ControlRequest::default()
        };
        let controls = Controls::of(&score, &request);
        let hits = [Beats(1.5), Beats(2.0)];
        for chord_markers in [false, true] {
            let contents = MidiContents {
                description: "A description",
                controls: Some(&controls),
                hits: &hits,
                chord_markers,
                ..MidiContents::default()
            };
            let bytes = score.to_midi_with(&contents).unwrap();
            let file = MidiFile::parse(&bytes).unwrap();
            assert_eq!(file.score().unwrap(), score);
            assert_eq!(file.hits(), hits);
            assert_eq!(file.controls(), controls);
        }
    }

    #[test]
    fn tracks_that_were_renamed_are_known_by_their_channels() {
        let score = Score::new(raw()).unwrap();
        let mut file = MidiFile::parse(&score.to_midi("").unwrap()).unwrap();
        for track in &mut file.tracks {
            track.name = "Piano".to_owned();
        }
        assert_eq!(file.score().unwrap().notes(), score.notes());
    }

    #[test]
    fn parts_that_were_joined_on_one_track_are_known_by_their_channels() {
        let score = Score::new(raw()).unwrap();
        let mut file = MidiFile::parse(&score.to_midi("").unwrap()).unwrap();
        let notes = file
            .tracks
            .iter()
            .flat_map(|track| track.notes.clone())
            .collect();
        let mut joined = file.tracks.pop().unwrap();
        joined.notes = notes;
        file.tracks = vec![joined];
        assert_eq!(file.tracks[0].name, "Bass");
        assert_eq!(file.score().unwrap().notes(), score.notes());
    }

    #[test]
    fn notes_of_a_model_without_parts_stay_in_one() {
        let score = Score::new(RawScore {
            notes: vec![note(0.0, 1.0, 60, Part::All)],
            ..RawScore::default()
        })
        .unwrap();
        let file = MidiFile::parse(&score.to_midi("").unwrap()).unwrap();
        assert_eq!(file.score().unwrap(), score);
    }

    #[test]
    fn tempi_and_metres_that_no_score_has_are_refused() {
        let tempo_of = |micros_per_beat| MidiFile {
            tempo_changes: vec![super::super::TempoChange {
                at: Beats(0.0),
                micros_per_beat,
            }],
            ..MidiFile::default()
        };
        assert!(tempo_of(500_000).score().is_ok());
        let fault = tempo_of(60_000).score().unwrap_err().to_string();
        assert!(fault.contains("1000 BPM"), "{fault}");
        let signature = |at, numerator| super::super::TimeSignature {
            at: Beats(at),
            numerator,
            denominator: 4,
        };
        let changing = MidiFile {
            time_signatures: vec![signature(0.0, 4), signature(8.0, 3)],
            ..MidiFile::default()
        };
        let fault = changing.score().unwrap_err().to_string();
        assert!(fault.contains("from 4/4 to 3/4"), "{fault}");
    }
}
