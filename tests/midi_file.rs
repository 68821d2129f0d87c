//! Drafts written as MIDI files and read back.

use std::collections::BTreeMap;

use diff_bgm::generator::Settings;
use diff_bgm::music::chord::{ChordLane, Spelling};
use diff_bgm::music::draft::{ChordChange, Draft, Recipe};
use diff_bgm::music::midi_file::{MAX_FILE_BYTES, MidiFile};
use diff_bgm::music::note::{GridNote, Note, separate};
use diff_bgm::time::{Bars, Beats, Steps, Tempo};
use proptest::prelude::*;

fn draft(notes: Vec<Note>, bars: u32) -> Draft {
    let chords = "Am | F G".parse::<ChordLane>().unwrap().chords(8);
    Draft {
        notes,
        bars: Bars(bars),
        tempo: Tempo::new(100.0).unwrap(),
        cuts: vec![Beats(19.75), Beats(26.3125)],
        recipe: Recipe {
            model: "default".into(),
            guidance_scale: 1.5,
            chords: ChordChange::of_beats(&chords, Spelling::of_chords(&chords)),
            settings: Settings {
                seed: 7,
                ..Settings::default()
            },
        },
    }
}

fn note(start: f64, length: f64, pitch: u8, velocity: u8) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity,
    }
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let grid_note = (0u32..208, 0u8..128, 1u32..64).prop_map(|(start, pitch, length)| GridNote {
        start: Steps(start),
        pitch,
        end: Steps((start + length).min(208)),
    });
    let notes = prop::collection::vec(grid_note, 0..300);
    (notes, prop::collection::vec(1u8..128, 300)).prop_map(|(mut notes, velocities)| {
        separate(&mut notes);
        let notes = notes.iter().zip(velocities);
        draft(notes.map(|(n, v)| n.with_velocity(v)).collect(), 13)
    })
}

#[test]
fn a_draft_is_written_and_read_back_whole() {
    let draft = draft(vec![note(0.0, 1.0, 60, 80), note(0.5, 4.0, 67, 101)], 13);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("draft.mid");
    draft.write_midi(&path).unwrap();
    let file = MidiFile::open(&path).unwrap();

    assert_eq!(file.notes(), draft.notes);
    assert_eq!(file.length, Beats(52.0));
    assert_eq!(file.initial_tempo().bpm(), 100.0);
    assert!((file.duration().0 - 31.2).abs() < 1e-9);
    let signature = file.time_signatures[0];
    assert_eq!((signature.numerator, signature.denominator), (4, 4));
    let markers: Vec<_> = file.markers.iter().map(|m| (m.at.0, &*m.text)).collect();
    assert_eq!(markers, [(19.75, "cut 1"), (26.3125, "cut 2")]);
    let names: Vec<_> = file.tracks.iter().map(|track| &*track.name).collect();
    assert_eq!(names, ["", "Diff-BGM"]);
    let texts: Vec<_> = file.texts.iter().map(|t| (t.at.0, &*t.text)).collect();
    assert!(texts[0].1.contains("seed 7"), "{texts:?}");
    assert_eq!(texts[1..], [(0.0, "Am"), (4.0, "F"), (6.0, "G")]);
}

#[test]
fn a_silent_draft_keeps_its_length() {
    let file = MidiFile::parse(&draft(Vec::new(), 4).to_midi().unwrap()).unwrap();
    assert_eq!(file.notes(), []);
    assert_eq!(file.length, Beats(16.0));
}

#[test]
fn the_same_draft_gives_the_same_bytes() {
    let draft = draft(vec![note(0.0, 1.0, 60, 80)], 2);
    assert_eq!(draft.to_midi(), draft.to_midi());
}

#[test]
fn a_repeated_note_ends_before_it_starts_again() {
    let draft = draft(vec![note(0.0, 1.0, 60, 80), note(1.0, 1.0, 60, 90)], 1);
    let file = MidiFile::parse(&draft.to_midi().unwrap()).unwrap();
    let commands: Vec<_> = file.events.iter().map(|event| event.command).collect();
    assert_eq!(commands, [0x90, 0x80, 0x90, 0x80]);
}

#[test]
fn a_draft_that_fits_no_file_is_refused() {
    let endless = draft(Vec::new(), u32::MAX);
    assert!(endless.to_midi().is_err());
    let far_away = draft(vec![note(1e12, 1.0, 60, 80)], 1);
    assert!(far_away.to_midi().is_err());
}

#[test]
fn a_file_too_large_is_not_even_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.mid");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(MAX_FILE_BYTES + 1).unwrap();
    let message = MidiFile::open(&path).unwrap_err().to_string();
    assert!(message.contains("large.mid") && message.contains("more than 8388608 bytes"));
}

proptest! {
    #[test]
    fn any_draft_comes_back_from_its_file(draft in any_draft()) {
        let file = MidiFile::parse(&draft.to_midi().unwrap()).unwrap();
        prop_assert_eq!(file.notes(), draft.notes);
    }

    #[test]
    fn every_note_on_gets_exactly_one_note_off(draft in any_draft()) {
        let file = MidiFile::parse(&draft.to_midi().unwrap()).unwrap();
        let mut sounding: BTreeMap<u8, u32> = BTreeMap::new();
        let mut starts = 0;
        for event in &file.events {
            let count = sounding.entry(event.data[0]).or_default();
            match event.command {
                0x90 => {
                    prop_assert_eq!(*count, 0, "a note starts while it sounds");
                    starts += 1;
                    *count = 1;
                }
                0x80 => {
                    prop_assert_eq!(*count, 1, "a note ends that does not sound");
                    *count = 0;
                }
                other => prop_assert!(false, "command {other:#x}"),
            }
        }
        prop_assert!(sounding.values().all(|&count| count == 0));
        prop_assert_eq!(starts, draft.notes.len());
    }

    #[test]
    fn damaged_files_end_in_an_error_or_a_reading_never_a_panic(
        draft in any_draft(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = draft.to_midi().unwrap();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = MidiFile::parse(&bytes);
    }
}
