//! Writes pieces as a cache.

use crate::dataset::grid_piece::{GridPiece, states};
use crate::error::Fault;
use crate::formats::npy::write::Element;
use crate::formats::npz::write::NpzWriter;
use crate::music::chord::{Chord, NO_MODE};
use crate::music::note::GridNote;
use crate::music::piano_roll::MIDI_PITCHES;
use crate::music::pitch_class::PITCH_CLASSES;
use crate::music::style::Style;
use crate::time::STEPS_PER_BEAT;

/// Returns the bytes of the cache of `pieces`, which depend only on the pieces. Silent pieces are left out.
pub(super) fn encode(pieces: &[GridPiece]) -> Result<Vec<u8>, Fault> {
    let sounding: Vec<(&GridPiece, (usize, usize))> = (pieces.iter())
        .filter_map(|piece| Some((piece, piece.sounding_beats()?)))
        .collect();
    let pieces = || sounding.iter().map(|(piece, _)| *piece);
    let beats: usize = pieces().map(GridPiece::beats).sum();
    let mut archive = NpzWriter::new();
    let places: Vec<i64> = places(&sounding);
    let bytes = places.iter().flat_map(|number| number.to_le_bytes());
    let shape = [places.len() / 5, 5];
    archive.array(
        "starts",
        Element::I64,
        &shape,
        [bytes.collect()].into_iter(),
    )?;
    let shape = [beats * STEPS_PER_BEAT as usize, MIDI_PITCHES];
    let cells = |notes: fn(&GridPiece) -> &[GridNote]| {
        pieces().map(move |piece| states(notes(piece), piece.beats() * STEPS_PER_BEAT as usize))
    };
    let lead = cells(|piece| &piece.lead);
    archive.array("lead", Element::U8, &shape, lead)?;
    let accompaniment = cells(|piece| &piece.accompaniment);
    archive.array("accompaniment", Element::U8, &shape, accompaniment)?;
    let shape = [beats, 2 * PITCH_CLASSES];
    archive.array("chords", Element::U8, &shape, pieces().map(chords))?;
    let mut column = |name: &str, values: fn(&GridPiece) -> Vec<f32>| {
        let chunks = pieces().map(|piece| {
            let values = values(piece);
            values.into_iter().flat_map(f32::to_le_bytes).collect()
        });
        archive.array(name, Element::F32, &[beats], chunks)
    };
    column("modes", |piece| {
        let modes = piece.chords.iter();
        modes
            .map(|chord| chord.map_or(NO_MODE, |chord| chord.mode))
            .collect()
    })?;
    column("tempo_bpm", |piece| {
        let tempi = piece.tempo_bpm.iter();
        tempi.map(|bpm| bpm.unwrap_or(f32::NAN)).collect()
    })?;
    column("downbeat", |piece| flags(&piece.downbeat))?;
    column("compound", |piece| flags(&piece.compound))?;
    archive.finish()
}

/// Returns the rows of `starts`.
fn places(pieces: &[(&GridPiece, (usize, usize))]) -> Vec<i64> {
    let mut rows = Vec::new();
    let mut before = 0;
    for (piece, (first, last)) in pieces {
        let style = Style::ALL.iter().position(|style| *style == piece.style);
        for start in &piece.starts {
            let beats = [before + start, before + first, before + last];
            rows.extend(beats.map(|beat| beat as i64));
            rows.extend([style.unwrap_or(0) as i64, i64::from(piece.is_held_out)]);
        }
        before += piece.beats();
    }
    rows
}

/// Returns a row of flags for each beat: the chord's pitch classes, then its bass.
fn chords(piece: &GridPiece) -> Vec<u8> {
    let row = |chord: &Option<Chord>| -> [u8; 2 * PITCH_CLASSES] {
        std::array::from_fn(|column| {
            let flag = chord.is_some_and(|chord| match column.checked_sub(PITCH_CLASSES) {
                None => chord.classes[column],
                Some(class) => usize::from(chord.bass) == class,
            });
            u8::from(flag)
        })
    };
    piece.chords.iter().flat_map(row).collect()
}

fn flags(values: &[bool]) -> Vec<f32> {
    values
        .iter()
        .map(|&flag| f32::from(u8::from(flag)))
        .collect()
}
