//! Bars painted again, and longer pieces.

use super::*;

#[test]
fn what_is_not_painted_again_stays_exactly_as_it_was() {
    let mut draft = draft(&settings("4/4", Some(12)));
    // A note played off the grid, as an edit elsewhere would leave it.
    let played = Note {
        start: Beats(2.13),
        length: Beats(0.61),
        pitch: 79,
        velocity: 33,
        part: Part::Lead,
    };
    let mut raw: RawScore = draft.score.clone().into();
    raw.notes
        .retain(|note| (note.part, note.pitch) != (Part::Lead, 79));
    raw.notes.push(played);
    draft.score = Score::repaired(raw);

    let painted = bars(&draft, 5, 6);
    let again = |seed, parts: &[RollPart]| {
        let region = region(&draft, 5, 6, parts);
        generator::repaint(&MODEL, &draft, &region, seed, &mut on).unwrap()
    };
    let kept = |draft: &Draft| -> Vec<Note> {
        let notes = draft.score.notes().iter().copied();
        notes.filter(|note| !starts_in(note, &painted)).collect()
    };
    let new = again(77, &BOTH);
    assert_eq!(kept(&new), kept(&draft));
    assert!(kept(&new).contains(&played));
    assert_ne!(new.score.notes(), draft.score.notes());
    assert_eq!(new.score.chords(), draft.score.chords());
    assert_eq!(again(77, &BOTH), new);
    assert_ne!(again(78, &BOTH).score, new.score);

    let accompaniment = again(77, &[RollPart::Accompaniment]);
    let lead = |draft: &Draft| -> Vec<Note> {
        let notes = draft.score.notes().iter().copied();
        notes.filter(|note| note.part == Part::Lead).collect()
    };
    assert_eq!(lead(&accompaniment), lead(&draft));
}

#[test]
fn bars_far_apart_are_painted_alike_in_either_order() {
    let draft = draft(&settings("4/4", Some(32)));
    let paint = |draft: &Draft, first: u32| {
        let region = region(draft, first, first + 1, &BOTH);
        generator::repaint(&MODEL, draft, &region, 5, &mut on).unwrap()
    };
    let one_way = paint(&paint(&draft, 3), 27);
    let other_way = paint(&paint(&draft, 27), 3);
    assert_eq!(one_way.score, other_way.score);
}

#[test]
fn a_draft_comes_back_from_its_midi_file() {
    let draft = draft(&settings("6/8", Some(8)));
    let bytes = draft.to_midi().unwrap();
    let back = Draft::of_midi(&MidiFile::parse(&bytes).unwrap()).unwrap();
    assert_eq!(back.recipe, draft.recipe);
    assert_eq!(back.score.metre(), draft.score.metre());
    let close = |a: &Note, b: &Note| {
        (a.pitch, a.velocity, a.part) == (b.pitch, b.velocity, b.part)
            && (a.start.0 - b.start.0).abs() < 1e-9
            && (a.length.0 - b.length.0).abs() < 1e-9
    };
    let pairs = back.score.notes().iter().zip(draft.score.notes());
    assert_eq!(back.score.notes().len(), draft.score.notes().len());
    assert!(pairs.clone().all(|(a, b)| close(a, b)));

    let region = region(&back, 3, 4, &BOTH);
    let from_file = generator::repaint(&MODEL, &back, &region, 9, &mut on).unwrap();
    let from_draft = generator::repaint(&MODEL, &draft, &region, 9, &mut on).unwrap();
    assert_eq!(from_file.score.notes(), from_draft.score.notes());
}

#[test]
fn a_draft_goes_on_after_its_last_bar() {
    let mut draft = draft(&settings("4/4", Some(8)));
    // Held beyond the bar line where the new music begins.
    let held = Note {
        start: Beats(26.0),
        length: Beats(4.0),
        pitch: 67,
        velocity: 70,
        part: Part::Lead,
    };
    let mut raw: RawScore = draft.score.clone().into();
    raw.notes
        .retain(|note| (note.part, note.pitch) != (Part::Lead, 67));
    raw.notes.push(held);
    draft.score = Score::repaired(raw);
    let longer = generator::extend(&MODEL, &draft, Bars(4), 3, &mut on).unwrap();
    assert_eq!(longer.score.bars(), Bars(12));
    let before = 0..28;
    let kept = |draft: &Draft| -> Vec<Note> {
        let notes = draft.score.notes().iter().copied();
        notes.filter(|note| starts_in(note, &before)).collect()
    };
    assert_eq!(kept(&longer), kept(&draft));
    assert!(kept(&longer).contains(&held));
    let last = longer
        .score
        .notes()
        .iter()
        .map(|note| note.start.0)
        .fold(0.0, f64::max);
    assert!(last >= 44.0, "{last}");
}
