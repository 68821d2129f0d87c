//! All songs in one file, which loads quickly and is easy to copy to another machine.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::Dtype;

use super::Song;
use crate::error::{Error, Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::formats::raw_tensor::RawTensor;
use crate::formats::safetensors_file::{self, Container};
use crate::music::chord::{Chord, MAJOR_LIKE, MINOR_LIKE};
use crate::music::note::GridNote;
use crate::music::piano_roll::RollPart;
use crate::time::{BEATS_PER_SEGMENT, STEPS_PER_BEAT, Steps};

/// The file's `format` in its metadata.
const FORMAT: &str = "diff-bgm-music/1";
/// The largest file that is read, in bytes; POP909 takes 13 million.
const MAX_BYTES: u64 = 256 << 20;
/// The most beats of a song.
const MAX_BEATS: usize = 100_000;
/// Columns of `counts`: a song's notes, beats and window starts.
const COUNTS: usize = 3;
/// Columns of `notes`: the first sixteenth, the pitch, and the sixteenth after the last.
const NOTE: usize = 3;
/// Columns of `chords`, one row per beat: whether a chord sounds, flags of its 12 pitch classes, its bass, and whether it is
/// major-like.
const CHORD: usize = 15;
const SEGMENT: usize = BEATS_PER_SEGMENT as usize;

/// Writes `songs` to the file at `path`, atomically.
///
/// # Errors
/// Returns an error if it cannot be written.
pub(super) fn write(path: &Path, songs: &[Song]) -> Result<()> {
    let (mut notes, mut chords, mut starts, mut counts) = (vec![], vec![], vec![], vec![]);
    for song in songs {
        counts.extend([
            song.notes.len(),
            song.chords.len(),
            song.segment_starts.len(),
        ]);
        starts.extend(&song.segment_starts);
        for note in &song.notes {
            notes.extend([note.start.0, u32::from(note.pitch), note.end.0]);
        }
        song.chords
            .iter()
            .for_each(|chord| chords.extend(row(*chord)));
    }
    let names: Vec<&str> = songs.iter().map(|song| &*song.name).collect();
    let number = |number: &usize| u32::try_from(*number).unwrap_or(u32::MAX);
    let array = |width: usize, values: Vec<u32>| {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        RawTensor::new(Dtype::U32, vec![values.len() / width, width], bytes)
    };
    let rows = chords.len() / CHORD;
    let tensors = BTreeMap::from([
        ("notes".to_owned(), array(NOTE, notes)?),
        (
            "starts".to_owned(),
            array(1, starts.iter().map(number).collect())?,
        ),
        (
            "counts".to_owned(),
            array(COUNTS, counts.iter().map(number).collect())?,
        ),
        (
            "chords".to_owned(),
            RawTensor::new(Dtype::U8, vec![rows, CHORD], chords)?,
        ),
    ]);
    let metadata = BTreeMap::from([
        ("format".to_owned(), FORMAT.to_owned()),
        ("songs".to_owned(), names.join(" ")),
    ]);
    safetensors_file::write(path, &safetensors_file::encode(&metadata, &tensors))
}

/// Reads the songs in the file at `path`.
///
/// # Errors
/// Returns an error if it cannot be read or is not a file that [`write`] makes.
pub(super) fn read(path: &Path) -> Result<Vec<Song>> {
    let bytes = read_bounded(path, MAX_BYTES)?;
    parse(&bytes).map_err(|fault| Error::from(fault).in_file(path))
}

fn parse(bytes: &[u8]) -> Result<Vec<Song>, Fault> {
    let container = Container::parse(bytes)?;
    container.expect_format(FORMAT)?;
    let array = |name: &str, width: usize| -> Result<Vec<i64>, Fault> {
        let view = (container.tensors.tensor(name))
            .map_err(|_| Fault::new(format!("no array `{name}`"), "a cache of songs"))?;
        match view.shape() {
            [_, found] if *found == width => RawTensor::from(&view).to_i64(),
            shape => {
                let found = format!("{name} of the shape {shape:?}");
                Err(Fault::new(found, format!("rows of {width}")))
            }
        }
    };
    let (notes, chords) = (array("notes", NOTE)?, array("chords", CHORD)?);
    let (starts, counts) = (array("starts", 1)?, array("counts", COUNTS)?);
    let names = container.metadata.get("songs").map_or("", String::as_str);
    let names: Vec<&str> = names.split(' ').collect();
    let damaged = |what: &str| Fault::new(what, "an undamaged cache of songs");
    if names.len() * COUNTS != counts.len() {
        return Err(damaged("a number of names that is not the number of songs"));
    }
    let mut notes = notes.chunks_exact(NOTE);
    let mut chords = chords.chunks_exact(CHORD);
    let mut starts = starts.into_iter();
    let mut songs = Vec::new();
    for (name, counts) in names.into_iter().zip(counts.chunks_exact(COUNTS)) {
        let fault = || damaged(&format!("a damaged song `{name}`"));
        if name.parse::<u32>().is_err() {
            return Err(fault());
        }
        let [of_notes, of_beats, of_starts] = [0, 1, 2].map(|kind| counts[kind] as usize);
        let are_there =
            notes.len() >= of_notes && chords.len() >= of_beats && starts.len() >= of_starts;
        if of_beats > MAX_BEATS || !are_there {
            return Err(fault());
        }
        let mut song = || -> Option<Song> {
            Some(Song {
                name: name.to_owned(),
                notes: (notes.by_ref().take(of_notes))
                    .map(|values| note(values, of_beats))
                    .collect::<Option<_>>()?,
                chords: (chords.by_ref().take(of_beats))
                    .map(chord)
                    .collect::<Option<_>>()?,
                segment_starts: (starts.by_ref().take(of_starts))
                    .map(|start| usize::try_from(start).ok())
                    .map(|start| start.filter(|start| start + SEGMENT <= of_beats))
                    .collect::<Option<_>>()?,
            })
        };
        songs.push(song().ok_or_else(fault)?);
    }
    if (notes.len(), chords.len(), starts.len()) != (0, 0, 0) {
        return Err(damaged("music that belongs to no song"));
    }
    Ok(songs)
}

fn row(chord: Option<Chord>) -> [u8; CHORD] {
    let mut row = [0; CHORD];
    if let Some(chord) = chord {
        row[0] = 1;
        for (flag, is_in) in row[1..13].iter_mut().zip(chord.classes) {
            *flag = u8::from(is_in);
        }
        (row[13], row[14]) = (chord.bass, u8::from(chord.mode == MAJOR_LIKE));
    }
    row
}

/// Returns the chord of a row, or `Some(None)` if none sounds. `None` if the row is malformed.
fn chord(row: &[i64]) -> Option<Option<Chord>> {
    let is_flag = |value: &i64| (0..=1).contains(value);
    let is_row = is_flag(&row[14]) && row[..13].iter().all(is_flag);
    let bass = u8::try_from(row[13])
        .ok()
        .filter(|&bass| is_row && bass < 12)?;
    let mode = if row[14] == 1 { MAJOR_LIKE } else { MINOR_LIKE };
    Some((row[0] == 1).then(|| Chord {
        classes: std::array::from_fn(|class| row[1 + class] == 1),
        bass,
        mode,
    }))
}

/// Returns the note of a row in a song of `beats`, or `None` if the row is malformed.
fn note(row: &[i64], beats: usize) -> Option<GridNote> {
    let [start, end] = [row[0], row[2]].map(|step| u32::try_from(step).ok());
    let (start, end) = (start?, end?);
    let pitch = u8::try_from(row[1]).ok().filter(|&pitch| pitch < 128)?;
    let is_note = start < end && end as usize <= beats * STEPS_PER_BEAT as usize + 1;
    is_note.then_some(GridNote {
        start: Steps(start),
        pitch,
        part: RollPart::All,
        end: Steps(end),
    })
}
