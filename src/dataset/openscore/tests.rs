//! The numbers are those of the reference in Python that made the music of the model in parts.

use super::*;
use crate::music::chord::Chord;

/// Written by `tests/fixtures/music-xml/make.py`.
const SONG: &str = include_str!("../../../tests/fixtures/music-xml/song-in-3-4.musicxml");
const QUARTET: &str = include_str!("../../../tests/fixtures/music-xml/quartet-in-6-8.musicxml");
const TRIPLETS: &str =
    include_str!("../../../tests/fixtures/music-xml/song-with-triplets.musicxml");

fn read(text: &str, style: Style) -> GridPiece {
    piece(&MusicXml::parse(text).unwrap(), style, false).unwrap()
}

fn lines(piece: &GridPiece) -> Vec<usize> {
    (0..piece.beats())
        .filter(|&beat| piece.downbeat[beat])
        .collect()
}

/// Returns the onsets, the sustained cells, and the sum of the pitches of all of them.
fn counts(notes: &[GridNote], beats: usize) -> (usize, usize, usize) {
    let cells = states(notes, beats * STEPS);
    let count = |state| cells.iter().filter(|&&cell| cell == state).count();
    let pitches = (0..cells.len()).filter(|&at| cells[at] != 0);
    (
        count(1),
        count(2),
        pitches.map(|at| at % MIDI_PITCHES).sum(),
    )
}

fn symbol(text: &str) -> Option<Chord> {
    Chord::parse(text).unwrap()
}

#[test]
fn a_mans_voice_leads_an_octave_up_and_the_pickup_lies_before_the_first_bar() {
    let song = read(SONG, Style::Song);
    assert_eq!(song.beats(), 40);
    assert_eq!(
        lines(&song),
        (0..13).map(|bar| 1 + 3 * bar).collect::<Vec<_>>()
    );
    assert_eq!(song.starts, [1, 4, 7]);
    assert_eq!(counts(&song.lead, 40), (37, 123, 10396));
    assert_eq!(counts(&song.accompaniment, 40), (65, 299, 20568));
    let first: Vec<(u32, u8, u32)> = (song.lead[..8].iter())
        .map(|note| (note.start.0, note.pitch, note.end.0))
        .collect();
    // The seventh note is tied over the bar line.
    assert_eq!(first[..3], [(0, 62, 4), (4, 62, 8), (8, 67, 12)]);
    assert_eq!(first[6..], [(24, 67, 34), (34, 65, 36)]);
    assert_eq!(song.tempo_bpm[0], None);
    assert!(song.tempo_bpm[1..].iter().all(|&bpm| bpm == Some(96.0)));
    assert_eq!(song.chords[2], symbol("C:maj"));
    assert_eq!(song.chords[5], symbol("G:7"));
    assert_eq!(song.chords[7..10], [symbol("A:min7"); 3]);
    assert!(song.compound.iter().all(|&compound| !compound));
}

#[test]
fn the_first_violin_leads_a_quartet_in_compound_bars() {
    let quartet = read(QUARTET, Style::Strings);
    assert_eq!(quartet.beats(), 36);
    assert_eq!(
        lines(&quartet),
        (0..12).map(|bar| 3 * bar).collect::<Vec<_>>()
    );
    assert_eq!(quartet.starts, [0, 3]);
    assert!(quartet.compound.iter().all(|&compound| compound));
    assert_eq!(counts(&quartet.lead, 36), (72, 72, 10584));
    assert_eq!(counts(&quartet.accompaniment, 36), (72, 336, 21288));
    assert_eq!(quartet.tempo_bpm, [None; 36]);
    for (beat, chord) in [(0, "D:maj"), (3, "G:maj"), (6, "A:maj"), (9, "D:maj")] {
        assert_eq!(quartet.chords[beat..beat + 3], [symbol(chord); 3]);
    }
}

#[test]
fn windows_with_many_triplets_or_odd_bars_are_left_out() {
    let song = read(TRIPLETS, Style::Song);
    assert_eq!(song.beats(), 79);
    // After a bar of two beats; the last bar, in 7/8, is no bar of whole beats.
    let expected = (0..10).map(|bar| 1 + 4 * bar).chain([41]);
    let expected: Vec<usize> = expected.chain((0..8).map(|bar| 43 + 4 * bar)).collect();
    assert_eq!(lines(&song), expected);
    assert_eq!(song.starts, [21, 25, 29, 33, 37, 41, 43]);
    assert_eq!(counts(&song.lead, 79), (178, 134, 22192));
    assert_eq!(counts(&song.accompaniment, 79), (57, 829, 49734));
}

#[test]
fn scores_without_an_accompaniment_or_a_window_are_left_out_with_the_reason() {
    let score = MusicXml::parse(SONG).unwrap();
    let refused =
        |parts: Vec<ScorePart>| piece(&MusicXml { parts }, Style::Song, false).unwrap_err();
    assert_eq!(refused(Vec::new()), "no accompaniment");
    assert_eq!(refused(vec![score.parts[0].clone()]), "no accompaniment");
    let mut short = score.parts;
    for part in &mut short {
        part.notes.retain(|note| note.start < 6.0);
    }
    assert!(refused(short).contains("32 beats"));
}
