//! Any draft, and any damage.

use std::collections::BTreeMap;

use diff_bgm::music::note::{GridNote, separate};
use diff_bgm::music::piano_roll::RollPart;
use diff_bgm::time::Steps;
use proptest::prelude::*;

use super::*;

fn any_draft() -> impl Strategy<Value = Draft> {
    let grid_note = (0u32..208, 0u8..128, 1u32..64).prop_map(|(start, pitch, length)| GridNote {
        start: Steps(start),
        pitch,
        part: RollPart::All,
        end: Steps((start + length).min(208)),
    });
    let notes = prop::collection::vec(grid_note, 0..300);
    (notes, prop::collection::vec(1u8..128, 300)).prop_map(|(mut notes, velocities)| {
        separate(&mut notes);
        let notes = notes.iter().zip(velocities);
        draft(notes.map(|(n, v)| n.with_velocity(v)).collect(), 13)
    })
}

proptest! {
    #[test]
    fn any_draft_reads_back_from_its_file(draft in any_draft()) {
        let file = MidiFile::parse(&draft.to_midi().unwrap()).unwrap();
        prop_assert_eq!(file.notes(), draft.score.notes());
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
        prop_assert_eq!(starts, draft.score.notes().len());
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
        if let Ok(file) = MidiFile::parse(&bytes) {
            let (hits, controls) = (file.hits(), file.controls());
            prop_assert!(hits.is_sorted_by(|a, b| a <= b));
            prop_assert!(controls.changes().is_sorted_by(|a, b| a.at <= b.at));
            if let Ok(score) = file.score() {
                prop_assert!(score.notes().len() <= file.notes().len());
            }
        }
    }
}
