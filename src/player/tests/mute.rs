//! Parts that are silent.

use super::*;

fn three_parts(start: f64, length: f64) -> [Note; 3] {
    [
        in_part(Part::Lead, note(start, length, 72)),
        in_part(Part::Chords, note(start, length, 60)),
        in_part(Part::Bass, note(start, length, 40)),
    ]
}

#[test]
fn muting_a_part_ends_its_notes_and_leaves_the_others_sounding() {
    let (mut player, _publisher) = player_of(&three_parts(0.0, 2.0));
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(1000));
    player.set_muted([false, true, false]);
    recorder.block(&mut player, &rolling(1.0), block(500));
    assert_eq!(recorder.ended(), [(1000, 60)]);
    recorder.block(&mut player, &rolling(1.5), block(1000));
    assert_eq!(recorder.ended(), [(1000, 60), (2000, 40), (2000, 72)]);
}

#[test]
fn a_muted_part_starts_no_notes_and_after_unmuting_only_those_that_begin_then() {
    let notes = [three_parts(0.0, 1.0), three_parts(1.0, 1.0)].concat();
    let (mut player, _publisher) = player_of(&notes);
    let mut recorder = Recorder::default();
    player.set_muted([true, false, true]);
    recorder.block(&mut player, &rolling(0.0), block(500));
    assert_eq!(recorder.begun(), [(0, 60)]);
    player.set_muted([false; 3]);
    recorder.block(&mut player, &rolling(0.5), block(1000));
    let mut begun = recorder.begun();
    begun.sort_unstable();
    assert_eq!(begun, [(0, 60), (1000, 40), (1000, 60), (1000, 72)]);
}

#[test]
fn a_note_of_a_muted_part_that_a_full_host_refuses_to_end_ends_in_the_next_block() {
    let (mut player, _publisher) = player_of(&three_parts(0.0, 4.0));
    let mut recorder = Recorder::default();
    recorder.block(&mut player, &rolling(0.0), block(1000));
    player.set_muted([true; 3]);
    recorder.room = Some(0);
    recorder.block(&mut player, &rolling(1.0), block(500));
    recorder.room = None;
    player.set_muted([true; 3]);
    recorder.block(&mut player, &rolling(1.5), block(500));
    assert_eq!(recorder.ended(), [(1500, 72), (1500, 60), (1500, 40)]);
}
