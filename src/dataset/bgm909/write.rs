//! Writes pieces in the authors' layout.

use std::fs;
use std::path::Path;

use safetensors::tensor::Dtype;

use super::layout::{Layout, is_name};
use super::song::{CHORD_WIDTH, NOTE_WIDTH, Song};
use crate::error::{Error, Fault, Result};
use crate::features::scenes;
use crate::features::{ClipFeatures, Track};
use crate::formats::atomic_file::write_bytes;
use crate::formats::npy;
use crate::formats::npy::write::Element;
use crate::formats::npz::Object;
use crate::formats::npz::write::NpzWriter;
use crate::formats::raw_tensor::RawTensor;
use crate::formats::torch_file;

/// The frames a second of a list of shots whose clip does not say how many it has.
const ASSUMED_FRAME_RATE_HZ: f64 = 24.0;

/// Writes a piece and what is known of its clip to the data set in `data`.
///
/// The rows of embeddings are those at the start of each beat, so that row `i` is that of beat `i` for the authors' code, which
/// spreads the rows of a file over the beats, and for ours. Old files of the piece's name are replaced; one of embeddings that the
/// clip does not have is removed.
///
/// # Errors
/// Returns an error if `name` does not suit the layout, the clip has no embeddings, or a file cannot be written.
pub fn write_piece(data: &Path, name: &str, song: &Song, clip: &ClipFeatures) -> Result<()> {
    let layout = Layout(data);
    if !is_name(name) {
        return Err(Error::Usage(format!(
            "`{name}` cannot name a piece in this layout. Use letters, digits, `-` and `_` only."
        )));
    }
    if clip.visual.is_none() && clip.caption.is_none() {
        return Err(Error::Usage(
            "The clip has neither frame nor caption embeddings, which the published networks follow.".to_owned(),
        ));
    }
    let rows = |track: &Track| {
        let row = |&start: &f64| {
            // The small offset keeps rounding from missing a row that starts exactly on the beat.
            track.row((start * track.rate_hz + 1e-6) as usize)
        };
        let values: Vec<f32> = song.beats.starts().iter().flat_map(row).copied().collect();
        (vec![song.beats(), track.width], values)
    };
    let visual = layout.visual(name);
    match clip.visual.as_ref().map(rows) {
        Some((shape, values)) => {
            let tensor = RawTensor::from_f32(shape, &values)?;
            write(&visual, &torch_file::write::tensor(&tensor)?)?;
        }
        None => remove(&visual)?,
    }
    let caption = layout.caption(name);
    match clip.caption.as_ref().map(rows) {
        Some((shape, values)) => write(&caption, &npy::write::encode_f32(&shape, &values))?,
        None => remove(&caption)?,
    }
    let rate_hz = match clip.frame_rate_hz {
        0.0 => ASSUMED_FRAME_RATE_HZ,
        rate_hz => rate_hz,
    };
    let list = scenes::list(clip, rate_hz);
    write(&layout.scenes(name), list.as_bytes())?;
    let path = layout.music(name);
    let music = music(song).map_err(|fault| fault.in_file(&path))?;
    write(&path, &music)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
    }
    write_bytes(path, bytes)
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io(path)(error)),
        _ => Ok(()),
    }
}

/// Returns the bytes of the archive of a piece's music.
fn music(song: &Song) -> Result<Vec<u8>, Fault> {
    let mut archive = NpzWriter::new();
    let notes = song.tracks.iter().map(|track| {
        let shape = vec![track.len(), NOTE_WIDTH];
        RawTensor::new(Dtype::I64, shape, int_bytes(track.as_flattened())).map(Object::Array)
    });
    archive.objects("notes", &notes.collect::<Result<Vec<_>, Fault>>()?)?;
    let tables = song.tracks.iter().map(|track| {
        let first_from = |step: u32| track.partition_point(|note| note[0] < i64::from(step));
        let rows = song.bars.iter();
        let rows = rows.map(|&(step, _)| (i64::from(step), first_from(step) as i64));
        Object::Table(rows.collect())
    });
    archive.objects("start_table", &tables.collect::<Vec<_>>())?;
    let bars = &song.bars;
    let lines = bars
        .iter()
        .flat_map(|&(step, _)| (step as i32).to_le_bytes());
    let usable = bars.iter().map(|&(_, is_usable)| u8::from(is_usable));
    let mut array = |name, element, shape: &[usize], bytes| {
        archive.array(name, element, shape, [bytes].into_iter())
    };
    array("db_pos", Element::I32, &[bars.len()], lines.collect())?;
    array(
        "db_pos_filter",
        Element::Bool,
        &[bars.len()],
        usable.collect(),
    )?;
    let chords = int_bytes(song.chords.as_flattened());
    array(
        "chord",
        Element::I64,
        &[song.chords.len(), CHORD_WIDTH],
        chords,
    )?;
    archive.finish()
}

fn int_bytes(values: &[i64]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::beat_grid::BeatGrid;
    use super::super::{Piece, Split};
    use super::*;
    use crate::features::{CAPTION_WIDTH, VISUAL_WIDTH};
    use crate::music::midi_file::{MidiFile, MidiTrack, TempoChange};
    use crate::music::note::Note;
    use crate::music::part::Part;
    use crate::music::piano_roll::{PitchRange, RollPart};
    use crate::time::{Beats, Seconds, Steps};

    /// Rows whose numbers are all those of the row, two a second.
    fn counting(width: usize) -> Track {
        let values = (0..40).flat_map(|row| vec![row as f32; width]).collect();
        Track::new(2.0, width, values).unwrap()
    }

    fn song() -> Song {
        let note = |start: f64, length: f64, pitch| Note {
            start: Beats(start),
            length: Beats(length),
            pitch,
            velocity: 80,
            part: Part::All,
        };
        let midi = MidiFile {
            tracks: vec![MidiTrack {
                name: "PIANO".to_owned(),
                notes: vec![note(0.0, 2.0, 60), note(30.0, 2.0, 64)],
            }],
            tempo_changes: vec![TempoChange {
                at: Beats(8.0),
                micros_per_beat: 1_000_000,
            }],
            ..MidiFile::default()
        };
        Song::new(&midi, BeatGrid::of_midi(&midi).unwrap()).unwrap()
    }

    fn clip() -> ClipFeatures {
        ClipFeatures {
            duration: Seconds(20.0),
            frame_rate_hz: 24.0,
            visual: Some(counting(VISUAL_WIDTH)),
            caption: Some(counting(CAPTION_WIDTH)),
            shots: vec![Seconds(5.0)],
            ..ClipFeatures::default()
        }
    }

    #[test]
    fn a_piece_is_read_back_with_its_notes_and_the_rows_of_each_beat() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        write_piece(data, "film-1", &song(), &clip()).unwrap();
        let split = Split {
            training: vec!["film-1".to_owned()],
            ..Split::default()
        };
        split.write(data).unwrap();
        let [piece] = <[Piece; 1]>::try_from(super::super::training_pieces(data).unwrap()).unwrap();
        assert_eq!(piece.segment_starts, [Steps(0)]);
        let roll = piece.roll(Steps(0), 0, PitchRange::MIDI);
        assert_eq!(roll.onset(RollPart::All)[60], 1.0);
        assert_eq!(roll.onset(RollPart::All)[120 * 128 + 64], 1.0);
        for rows in [piece.visual.unwrap(), piece.caption.unwrap()] {
            // Eight beats of half a second, then beats of a second.
            let found: Vec<f32> = (0..12).map(|beat| rows.row(beat)[0]).collect();
            assert_eq!(found, [0., 1., 2., 3., 4., 5., 6., 7., 8., 10., 12., 14.]);
        }
        let scenes = fs::read_to_string(Layout(data).scenes("film-1")).unwrap();
        assert_eq!(scenes, "0 119\n120 479\n");
    }

    #[test]
    fn embeddings_that_are_gone_take_their_file_with_them_and_none_at_all_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path();
        write_piece(data, "a", &song(), &clip()).unwrap();
        let without = ClipFeatures {
            visual: None,
            ..clip()
        };
        write_piece(data, "a", &song(), &without).unwrap();
        assert!(!Layout(data).visual("a").exists() && Layout(data).caption("a").exists());
        let bare = ClipFeatures {
            caption: None,
            ..without
        };
        assert!(write_piece(data, "b", &song(), &bare).is_err());
        assert!(write_piece(data, "b.c", &song(), &clip()).is_err());
        assert!(!Layout(data).music("b").exists());
    }
}
