use proptest::prelude::*;

use super::*;
use crate::music::midi_file::{MidiTrack, TempoChange, TimeSignature};
use crate::music::note::Note;
use crate::music::part::Part;

fn midi(beats: f64, signatures: &[(f64, u8, u32)]) -> MidiFile {
    let note = Note {
        start: Beats(0.0),
        length: Beats(beats),
        pitch: 60,
        velocity: 80,
        part: Part::All,
    };
    MidiFile {
        tracks: vec![MidiTrack {
            name: String::new(),
            notes: vec![note],
        }],
        time_signatures: (signatures.iter())
            .map(|&(at, numerator, denominator)| TimeSignature {
                at: Beats(at),
                numerator,
                denominator,
            })
            .collect(),
        length: Beats(beats),
        ..MidiFile::default()
    }
}

fn usable(grid: &BeatGrid) -> Vec<u32> {
    let bars = grid.bars().into_iter();
    bars.filter(|bar| bar.1).map(|bar| bar.0).collect()
}

#[test]
fn beats_follow_the_tempi_of_the_file() {
    let file = MidiFile {
        tempo_changes: vec![TempoChange {
            at: Beats(2.0),
            micros_per_beat: 1_000_000,
        }],
        ..midi(3.5, &[])
    };
    let grid = BeatGrid::of_midi(&file).unwrap();
    assert_eq!(grid.starts(), [0.0, 0.5, 1.0, 2.0]);
    assert_eq!(grid.end(), Seconds(3.0));
    assert_eq!(grid.clone().until(Seconds(1.99)).unwrap().count(), 3);
    assert!(grid.until(Seconds(0.2)).is_err());
    assert!(BeatGrid::of_midi(&MidiFile::default()).is_err());
}

#[test]
fn segments_start_where_eight_bars_of_4_4_follow() {
    let starts =
        |beats, signatures: &[_]| usable(&BeatGrid::of_midi(&midi(beats, signatures)).unwrap());
    assert_eq!(starts(40.0, &[]), [0, 16, 32]);
    assert_eq!(starts(39.0, &[]), [0, 16, 32]);
    assert_eq!(starts(35.0, &[(0.0, 3, 4), (3.0, 4, 4)]), [12]);
    assert_eq!(starts(48.0, &[(0.0, 3, 4)]), [0; 0]);
    assert_eq!(starts(20.0, &[]), [0]);
    assert_eq!(starts(20.0, &[(8.0, 2, 4)]), [0; 0]);
}

#[test]
fn a_bar_that_starts_between_beats_has_no_line() {
    let grid = BeatGrid::of_midi(&midi(11.0, &[(0.0, 7, 8)])).unwrap();
    let bars: Vec<u32> = grid.bars().into_iter().map(|bar| bar.0).collect();
    assert_eq!(bars, [0, 28]);
}

#[test]
fn lists_of_one_two_and_three_columns_are_read() {
    let flags = |text: &str| BeatGrid::parse(text.as_bytes()).unwrap().downbeat;
    let expected = [true, false, false, false, true];
    assert_eq!(flags("1\n1.5\n2\n2.5\n3\n3.5\n"), expected);
    assert_eq!(flags("1 1\n2 2\n3 3\n4 4\n5 1\n\n6 2\n"), expected);
    assert_eq!(flags("1 1 1\n2 0 0\n3 1 0\n4 0 0\n5 1 1\n6 0 0"), expected);
    for (text, words) in [
        ("", "0 beats"),
        ("1\n", "1 beats"),
        ("1\n1\n", "line 2"),
        ("-1\n1\n", "line 1"),
        ("1 x\n", "line 1"),
        ("1 1 1 1\n", "line 1"),
        ("nan\n", "line 1"),
    ] {
        let fault = BeatGrid::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(fault.contains(words), "{fault}");
    }
    assert!(BeatGrid::parse(&[0xFF]).is_err());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "([0-9.]{1,4}[ \n]){0,20}|.{0,40}") {
        if let Ok(grid) = BeatGrid::parse(text.as_bytes()) {
            prop_assert_eq!(grid.bars().len(), grid.downbeat.iter().filter(|flag| **flag).count());
            prop_assert!(grid.end().0 > grid.starts()[0]);
        }
    }
}

#[test]
fn notes_lie_between_the_beats_of_a_list() {
    let grid = BeatGrid::parse(b"1\n2\n4\n").unwrap();
    let place = |at| grid.place(Beats(0.0), Seconds(at));
    assert_eq!(place(0.9), None);
    assert_eq!(place(1.5), Some(0.5));
    assert_eq!(place(3.0), Some(1.5));
    assert_eq!(place(4.0), Some(2.0));
    assert_eq!(place(4.1), None);
}
