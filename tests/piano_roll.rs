//! Decoding and inpainting masks, compared with recordings of the published code.

use std::path::Path;

use diff_bgm::music::decode::{decode_published, encode};
use diff_bgm::music::mask;
use diff_bgm::music::note::{GridNote, separate};
use diff_bgm::music::piano_roll::{PianoRoll, PitchRange, RollPart, RollParts};
use diff_bgm::time::{STEPS_PER_SEGMENT, Steps};
use half::f16;
use safetensors::SafeTensors;

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

fn recorded_roll_and_notes() -> (PianoRoll, Vec<GridNote>) {
    let bytes = fixture("decode.safetensors");
    let recorded = SafeTensors::deserialize(&bytes).unwrap();
    let values: Vec<f32> = recorded
        .tensor("roll")
        .unwrap()
        .data()
        .chunks_exact(2)
        .map(|bytes| f16::from_le_bytes([bytes[0], bytes[1]]).to_f32())
        .collect();
    let numbers: Vec<u32> = recorded
        .tensor("notes")
        .unwrap()
        .data()
        .chunks_exact(2)
        .map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]).into())
        .collect();
    let notes = numbers.chunks_exact(3).map(|note| GridNote {
        start: Steps(note[0]),
        pitch: note[1] as u8,
        part: RollPart::All,
        end: Steps(note[2]),
    });
    let roll = PianoRoll::from_segments(&values, RollParts::One, PitchRange::MIDI).unwrap();
    (roll, notes.collect())
}

#[test]
fn a_noisy_roll_decodes_to_the_published_notes() {
    let (roll, notes) = recorded_roll_and_notes();
    assert_eq!(notes.len(), 703);
    assert_eq!(decode_published(&roll, Steps(STEPS_PER_SEGMENT)), notes);
}

#[test]
fn the_published_notes_can_be_separated_and_encoded_again() {
    let (roll, mut notes) = recorded_roll_and_notes();
    separate(&mut notes);
    for (i, note) in notes.iter().enumerate() {
        let later = notes[i + 1..].iter();
        assert!(note.start < note.end);
        assert!(
            later
                .filter(|other| other.pitch == note.pitch)
                .all(|other| other.start >= note.end)
        );
    }
    let again = encode(&notes, roll.steps(), roll.parts(), roll.pitches());
    assert_eq!(diff_bgm::music::decode::decode(&again), notes);
}

#[test]
fn inpainting_masks_are_the_published_ones() {
    let bytes = fixture("masks.safetensors");
    let recorded = SafeTensors::deserialize(&bytes).unwrap();
    // One bit per value, the first in the highest bit.
    let unpacked = |name: &str| {
        let bits = recorded.tensor(name).unwrap().data().iter();
        let values: Vec<f32> = bits
            .flat_map(|byte| (0..8).map(move |bit| f32::from(byte >> (7 - bit) & 1)))
            .collect();
        PianoRoll::from_segments(&values, RollParts::One, PitchRange::MIDI).unwrap()
    };
    let roll = unpacked("roll");
    assert_eq!(roll.steps(), Steps(256));
    assert_eq!(mask::remaining(&roll), unpacked("remaining"));
    assert_eq!(mask::below(&roll), unpacked("below"));
    assert_eq!(mask::above(&roll), unpacked("above"));
    let in_each_segment = [0, 3, 7, 8, 11, 15];
    assert_eq!(mask::bars(&roll, &in_each_segment), unpacked("bars_0_3_7"));
}
