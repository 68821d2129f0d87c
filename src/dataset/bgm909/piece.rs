//! A piece: the notes of its song, and the embeddings of its video on the beats.

use std::path::Path;

use super::layout::Layout;
use super::{MAX_BEATS, MAX_STEPS};
use crate::conditioning::beat_rows::BeatRows;
use crate::conditioning::placement::{Alignment, Placement};
use crate::error::{Fault, Result};
use crate::features::loose_files::LooseFiles;
use crate::formats::npz::{Npz, Object};
use crate::music::note::GridNote;
use crate::music::piano_roll::{PianoRoll, PitchRange, RollPart, RollParts};
use crate::time::{Beats, STEPS_PER_SEGMENT, Seconds, Steps, Tempo};

/// A song with the embeddings of its video.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its name, such as `012`.
    pub(crate) name: String,
    pub(super) notes: Vec<GridNote>,
    /// The number of its beats.
    pub(super) beats: usize,
    /// The sixteenths at which training segments may start.
    pub(crate) segment_starts: Vec<Steps>,
    /// Frame embeddings, one row of 512 per beat.
    pub(crate) visual: Option<BeatRows>,
    /// Caption embeddings, one row of 768 per beat.
    pub(crate) caption: Option<BeatRows>,
}

impl Piece {
    /// Reads the piece `name` in `data`, with these features of its video.
    ///
    /// # Errors
    /// Returns an error if a file is missing or malformed.
    pub(super) fn read(data: &Path, name: &str, features: LooseFiles) -> Result<Self> {
        let path = Layout(data).music(name);
        let mut npz = Npz::open_file(&path)?;
        let mut read = || -> Result<(Vec<GridNote>, Vec<Steps>, usize), Fault> {
            let notes = notes(&npz.objects("notes")?)?;
            let downbeats = npz.array("db_pos")?.to_i64()?;
            let usable = npz.array("db_pos_filter")?.to_i64()?;
            let chords = npz.array("chord")?;
            let beats = match *chords.shape() {
                [beats, ..] if (1..=MAX_BEATS).contains(&beats) => beats,
                ref shape => {
                    let found = format!("chords of the shape {shape:?}");
                    return Err(Fault::new(
                        found,
                        format!("1 to {MAX_BEATS} rows, one a beat"),
                    ));
                }
            };
            let starts = downbeats.iter().zip(usable).filter_map(|(&start, usable)| {
                let is_within = usable != 0 && (0..MAX_STEPS).contains(&start);
                is_within.then(|| u32::try_from(start).ok().map(Steps))?
            });
            let starts = starts.collect();
            Ok((notes, starts, beats))
        };
        let (notes, segment_starts, beats) = read().map_err(|fault| fault.in_file(&path))?;
        let (visual, caption) = embeddings(features, beats)?;
        Ok(Self {
            name: name.to_owned(),
            notes,
            beats,
            segment_starts,
            visual,
            caption,
        })
    }

    /// Returns the roll of the segment from `start`, transposed up by `semitones` and silent after the song's end. Notes
    /// that start before the segment or fall outside `pitches` are left out.
    ///
    /// As in the authors' rolls, a note that is struck again keeps its own length, so a cell may be both onset and sustain.
    pub(crate) fn roll(&self, start: Steps, semitones: i8, pitches: PitchRange) -> PianoRoll {
        let length = Steps(STEPS_PER_SEGMENT);
        let end = start + length;
        let mut roll = PianoRoll::silent(length, RollParts::One, pitches);
        let (onset, sustain) = roll.planes_mut(RollPart::All);
        let within = |note: &&GridNote| (start..end).contains(&note.start);
        for note in self.notes.iter().filter(within) {
            let pitch = note.pitch.checked_add_signed(semitones);
            let Some(column) = pitch.and_then(|pitch| pitches.index(pitch)) else {
                continue;
            };
            let at = |step: u32| (step - start.0) as usize * pitches.count() + column;
            onset[at(note.start.0)] = 1.0;
            for step in note.start.0 + 1..note.end.0.min(end.0) {
                sustain[at(step)] = 1.0;
            }
        }
        roll
    }
}

/// Returns the visual and caption rows of the song's `beats`, if there are such files. As in the authors' code the rows
/// of a file are spread over the whole song; a last row of zeros serves segments that reach beyond its end.
fn embeddings(files: LooseFiles, beats: usize) -> Result<(Option<BeatRows>, Option<BeatRows>)> {
    let files = LooseFiles {
        duration: Some(Seconds(beats as f64)),
        ..files
    };
    let clip = files.gather()?;
    let placement = Placement {
        tempo_map: Tempo::DEFAULT.into(),
        clip_start: Beats(0.0),
        alignment: Alignment::Stretch,
    };
    let rows = |track| {
        let rows = placement.rows(track, beats);
        // Beats beyond the last row repeat it.
        let zeros = vec![0.0; rows.width()];
        let song = (0..beats).map(|beat| rows.row(beat).to_vec());
        BeatRows::new(song.chain([zeros]))
    };
    Ok((
        clip.visual.as_ref().map(rows),
        clip.caption.as_ref().map(rows),
    ))
}

/// Returns the notes of all tracks. Their rows are onset, pitch, length in sixteenths, velocity and instrument.
fn notes(tracks: &[Object]) -> Result<Vec<GridNote>, Fault> {
    let mut notes = Vec::new();
    for track in tracks {
        let Object::Array(track) = track else {
            return Err(Fault::new("a dictionary", "an array of notes"));
        };
        let width = match *track.shape() {
            [_, width] if width >= 3 => width,
            ref shape => {
                let found = format!("notes of the shape {shape:?}");
                return Err(Fault::new(
                    found,
                    "rows of at least onset, pitch and length",
                ));
            }
        };
        for row in track.to_i64()?.chunks_exact(width) {
            let note = || {
                let length = row[2].clamp(1, MAX_STEPS);
                let start = (0..MAX_STEPS).contains(&row[0]).then_some(row[0])?;
                Some(GridNote {
                    start: Steps(u32::try_from(start).ok()?),
                    pitch: u8::try_from(row[1]).ok().filter(|&pitch| pitch < 128)?,
                    part: RollPart::All,
                    end: Steps(u32::try_from(start + length).ok()?),
                })
            };
            notes.push(note().ok_or_else(|| {
                let found = format!("a note {:?}", &row[..3]);
                Fault::new(found, "an onset from 0, a pitch of 0 to 127 and a length")
            })?);
        }
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::raw_tensor::RawTensor;
    use safetensors::Dtype;

    fn track(values: &[i64]) -> Object {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        let shape = vec![values.len() / 3, 3];
        Object::Array(RawTensor::new(Dtype::I64, shape, bytes).unwrap())
    }

    #[test]
    fn notes_of_all_tracks_are_read_and_malformed_ones_rejected() {
        let read = notes(&[track(&[0, 60, 4, 8, 64, 0]), track(&[2, 40, 3])]).unwrap();
        assert_eq!(read.len(), 3);
        assert_eq!((read[1].start, read[1].end), (Steps(8), Steps(9)));
        for wrong in [[-1, 60, 4], [0, 128, 4], [0, -1, 4], [i64::MAX, 60, 1]] {
            assert!(notes(&[track(&wrong)]).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_segment_has_the_notes_that_start_in_it_transposed() {
        let piece = Piece {
            name: "001".to_owned(),
            notes: notes(&[track(&[12, 60, 8, 16, 60, 4, 20, 1, 4, 143, 70, 9])]).unwrap(),
            beats: 36,
            segment_starts: vec![Steps(16)],
            visual: None,
            caption: None,
        };
        let roll = piece.roll(Steps(16), -2, PitchRange::MIDI);
        let onsets: Vec<usize> = (0..roll.onset(RollPart::All).len())
            .filter(|&i| roll.onset(RollPart::All)[i] > 0.0)
            .collect();
        assert_eq!(onsets, [58, 127 * 128 + 68]);
        assert_eq!(roll.sustain(RollPart::All).iter().sum::<f32>(), 3.0);
    }

    #[test]
    fn a_note_that_is_struck_again_keeps_its_length() {
        let piece = Piece {
            name: "001".to_owned(),
            notes: notes(&[track(&[0, 60, 6, 2, 60, 2])]).unwrap(),
            beats: 32,
            segment_starts: vec![Steps(0)],
            visual: None,
            caption: None,
        };
        let roll = piece.roll(Steps(0), 0, PitchRange::MIDI);
        let at = |values: &[f32], step: usize| values[step * 128 + 60];
        let onsets: Vec<f32> = (0..7)
            .map(|step| at(roll.onset(RollPart::All), step))
            .collect();
        let sustain: Vec<f32> = (0..7)
            .map(|step| at(roll.sustain(RollPart::All), step))
            .collect();
        assert_eq!(onsets, [1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(sustain, [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
    }
}
