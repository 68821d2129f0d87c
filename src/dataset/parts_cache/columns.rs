//! The arrays of one value a beat, and the places of the windows.

use std::io::{Read, Seek};

use super::WindowPlace;
use crate::error::Fault;
use crate::formats::npz::Npz;
use crate::formats::raw_tensor::RawTensor;
use crate::music::chord::{Chord, NO_MODE};
use crate::music::pitch_class::PITCH_CLASSES;
use crate::music::style::Style;
use crate::time::BEATS_PER_SEGMENT;

/// The most beats and the most windows of a cache.
pub(super) const MAX_BEATS: usize = 4_000_000;
/// Columns of `chords`: flags of the pitch classes, and of the bass's.
const CHORD: usize = 2 * PITCH_CLASSES;
/// Columns of `starts`: first beat of the window, first and last sounding beat of its piece, style, whether it is held out.
const PLACE: usize = 5;
/// The fastest tempo, in quarters a minute.
const MAX_TEMPO_BPM: f32 = 1000.0;

/// One value a beat.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// The chord, or `None`.
    pub(super) chords: Vec<Option<Chord>>,
    /// The tempo in quarters a minute, or `None` if it is unknown.
    pub(super) tempo_bpm: Vec<Option<f32>>,
    /// Whether it begins a bar.
    pub(super) downbeat: Vec<bool>,
    /// Whether its metre is compound.
    pub(super) compound: Vec<bool>,
}

impl Columns {
    pub(super) fn read<R: Read + Seek>(archive: &mut Npz<R>) -> Result<Self, Fault> {
        let flags = read(archive, "downbeat", 1)?.to_f32()?;
        let beats = flags.len();
        if !(1..=MAX_BEATS).contains(&beats) {
            return Err(Fault::new(
                format!("`downbeat` of {beats} beats"),
                format!("1 to {MAX_BEATS}"),
            ));
        }
        let mut column = |name: &str, width: usize| -> Result<Vec<f32>, Fault> {
            let array = read(archive, name, width)?;
            if array.shape()[0] == beats {
                return array.to_f32();
            }
            Err(Fault::new(
                format!("`{name}` of {} beats", array.shape()[0]),
                format!("{beats}, as in `downbeat`"),
            ))
        };
        let compound = column("compound", 1)?;
        let (chords, modes) = (column("chords", CHORD)?, column("modes", 1)?);
        let rows = chords.chunks_exact(CHORD).zip(modes).enumerate();
        let tempo_bpm = column("tempo_bpm", 1)?.into_iter().enumerate();
        Ok(Self {
            downbeat: switches("downbeat", &flags)?,
            compound: switches("compound", &compound)?,
            chords: rows
                .map(|(beat, (row, mode))| chord(row, mode).map_err(|fault| at_beat(beat, &fault)))
                .collect::<Result<_, _>>()?,
            tempo_bpm: tempo_bpm
                .map(|(beat, bpm)| tempo(bpm).map_err(|fault| at_beat(beat, &fault)))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Returns the number of beats.
    pub(super) fn beats(&self) -> usize {
        self.downbeat.len()
    }
}

/// Reads the array `starts`. Neighbouring windows whose piece looks the same are of one piece.
pub(super) fn places<R: Read + Seek>(
    archive: &mut Npz<R>,
    columns: &Columns,
) -> Result<Vec<WindowPlace>, Fault> {
    let numbers = read(archive, "starts", PLACE)?.to_i64()?;
    let count = numbers.len() / PLACE;
    if !(1..=MAX_BEATS).contains(&count) {
        return Err(Fault::new(
            format!("`starts` of {count} windows"),
            format!("1 to {MAX_BEATS}"),
        ));
    }
    let mut places: Vec<WindowPlace> = Vec::with_capacity(count);
    let mut before: &[i64] = &[];
    for (index, row) in numbers.chunks_exact(PLACE).enumerate() {
        let fault = |expected: String| {
            let found = format!("the window {row:?} in row {index} of `starts`");
            Fault::new(found, expected)
        };
        let beats = columns.beats();
        let beat = |number: i64| usize::try_from(number).ok().filter(|&beat| beat < beats);
        let number = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        let (Some(start), Some(first), Some(last)) = (beat(row[0]), beat(row[1]), beat(row[2]))
        else {
            return Err(fault(format!("beats from 0 to {}", beats - 1)));
        };
        if start + BEATS_PER_SEGMENT as usize > beats || first > last {
            return Err(fault(format!(
                "{BEATS_PER_SEGMENT} beats of a piece that sounds"
            )));
        }
        if !columns.downbeat[start] {
            return Err(fault("a window that begins at a bar line".to_owned()));
        }
        let (Some(&style), held_out @ (0 | 1)) = (Style::ALL.get(number(row[3])), row[4]) else {
            return Err(fault(
                "a style of 0, 1 or 2, and a last number of 0 or 1".to_owned(),
            ));
        };
        let piece = match places.last() {
            Some(last) => last.piece + usize::from(before != &row[1..]),
            None => 0,
        };
        before = &row[1..];
        places.push(WindowPlace {
            piece,
            start_beat: start,
            first_sounding: first,
            last_sounding: last,
            style,
            held_out: held_out == 1,
        });
    }
    Ok(places)
}

/// Reads an array with rows of `width` numbers, or of one dimension if that is 1.
fn read<R: Read + Seek>(
    archive: &mut Npz<R>,
    name: &str,
    width: usize,
) -> Result<RawTensor, Fault> {
    let array = (archive.array(name))
        .map_err(|fault| Fault::new(format!("in `{name}`: {}", fault.found), fault.expected))?;
    let fits = match array.shape() {
        [_] => width == 1,
        [_, found] => width > 1 && *found == width,
        _ => false,
    };
    if fits {
        return Ok(array);
    }
    let expected = match width {
        1 => "one dimension".to_owned(),
        width => format!("rows of {width}"),
    };
    let found = format!("`{name}` of the shape {:?}", array.shape());
    Err(Fault::new(found, expected))
}

fn at_beat(beat: usize, fault: &Fault) -> Fault {
    Fault::new(format!("{} at beat {beat}", fault.found), &fault.expected)
}

fn switches(name: &str, values: &[f32]) -> Result<Vec<bool>, Fault> {
    let switch = |(beat, &value): (usize, &f32)| match value {
        0.0 => Ok(false),
        1.0 => Ok(true),
        other => Err(at_beat(
            beat,
            &Fault::new(format!("{other} in `{name}`"), "0 or 1"),
        )),
    };
    values.iter().enumerate().map(switch).collect()
}

fn chord(row: &[f32], mode: f32) -> Result<Option<Chord>, Fault> {
    let (classes, basses) = row.split_at(PITCH_CLASSES);
    let flags = switches("chords", row).map_err(|_| Fault::new("`chords`", "flags of 0 and 1"))?;
    if flags.iter().all(|flag| !flag) {
        return Ok(None);
    }
    let bass = basses.iter().position(|&flag| flag == 1.0);
    let (Some(bass), true, true) = (
        bass,
        classes.contains(&1.0),
        basses.iter().sum::<f32>() == 1.0,
    ) else {
        return Err(Fault::new("a chord in `chords`", "tones and one bass"));
    };
    if !(0.0..=1.0).contains(&mode) {
        return Err(Fault::new(
            format!("{mode} in `modes`"),
            format!("0 (minor) to 1 (major), {NO_MODE} without a chord"),
        ));
    }
    let mut chord = Chord {
        classes: [false; PITCH_CLASSES],
        bass: bass as u8,
        mode,
    };
    chord.classes.copy_from_slice(&flags[..PITCH_CLASSES]);
    Ok(Some(chord))
}

fn tempo(bpm: f32) -> Result<Option<f32>, Fault> {
    if bpm.is_nan() {
        return Ok(None);
    }
    if bpm > 0.0 && bpm <= MAX_TEMPO_BPM {
        return Ok(Some(bpm));
    }
    Err(Fault::new(
        format!("{bpm} in `tempo_bpm`"),
        format!("more than 0 and at most {MAX_TEMPO_BPM}, or NaN"),
    ))
}
