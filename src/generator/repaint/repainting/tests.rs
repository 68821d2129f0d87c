use super::*;
use crate::conditioning::steering::{Lane, Steering};
use crate::generator::Asked;
use crate::music::cues::Cue;
use crate::time::Beats;

fn note(start: f64, pitch: u8, part: Part) -> Note {
    Note {
        start: Beats(start),
        length: Beats(1.0),
        pitch,
        velocity: 80,
        part,
    }
}

#[test]
fn of_chords_and_bass_the_one_that_is_not_painted_keeps_its_notes() {
    let parts = vec![PartSet::NONE.set(Part::Chords, true); 4];
    let repainting = Repainting {
        parts,
        ..Repainting::default()
    };
    let region = repainting.region(8);
    assert!(region.paints(RollPart::Accompaniment, 3) && !region.paints(RollPart::Lead, 3));
    assert!(!region.paints(RollPart::Accompaniment, 4));
    let old = [
        note(0.0, 40, Part::Bass),
        note(1.0, 64, Part::Chords),
        note(5.0, 64, Part::Chords),
    ];
    let painted = vec![
        note(0.0, 41, Part::Bass),
        note(1.0, 67, Part::Chords),
        note(5.0, 64, Part::Chords),
    ];
    let mut notes = repainting.merge(&region, &old, painted);
    notes.sort_by(Note::position);
    let wanted = [old[0], note(1.0, 67, Part::Chords), old[2]];
    assert_eq!(notes, wanted);
}

#[test]
fn kept_notes_stay_where_everything_around_them_is_painted() {
    let old = [note(0.0, 60, Part::Lead), note(2.0, 64, Part::Lead)];
    let repainting = Repainting {
        parts: vec![PartSet::ALL; 4],
        kept: &old[1..],
        wishes: None,
    };
    let region = repainting.region(4);
    let painted = vec![note(1.5, 64, Part::Lead), note(2.5, 64, Part::Lead)];
    let mut notes = repainting.merge(&region, &old, painted);
    notes.sort_by(Note::position);
    let shortened = Note {
        length: Beats(0.5),
        ..note(1.5, 64, Part::Lead)
    };
    assert_eq!(notes, [shortened, old[1]]);
}

#[test]
fn new_wishes_count_only_where_it_is_painted() {
    let asked = |value: f32| {
        let mut steering = Steering::default();
        steering.lanes[Cue::Density] = Lane::Drawn(vec![value; 4]);
        steering.lanes[Cue::Polyphony] = match value {
            1.0 => Lane::Free,
            value => Lane::constant(value),
        };
        Asked {
            steering,
            energy: vec![value; 4],
            picture_end: Beats(f64::from(value)),
        }
    };
    let mut merged = asked(1.0);
    merged.take_over(&asked(-1.0), 4, |beat| beat == 2);
    let expected = vec![1.0, 1.0, -1.0, 1.0];
    assert_eq!(
        merged.steering.lanes[Cue::Density],
        Lane::Drawn(expected.clone())
    );
    let mut polyphony = vec![None; 4];
    polyphony[2] = Some(-1.0);
    assert_eq!(
        merged.steering.lanes[Cue::Polyphony],
        Lane::of_values(polyphony)
    );
    assert_eq!(merged.energy, expected);
    assert_eq!(merged.picture_end, Beats(1.0));
}
