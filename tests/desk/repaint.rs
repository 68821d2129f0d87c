//! Painting some bars and parts of a take again.

use diff_bgm::instance::{Locks, NoteEdit, Selection};
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::part_set::PartSet;

use super::*;

const BAR_BEATS: f64 = 4.0;

/// Returns an instance with a clip and a draft of it.
fn drafted() -> Instance {
    let instance = Instance::with_clip();
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    instance
}

fn repaint(instance: &Instance, bars: (u32, u32), parts: PartSet) {
    let selection = Selection {
        bars: Some(bars),
        parts,
    };
    instance.desk.repaint(ParamValues::default(), selection);
}

fn notes(state: &State) -> &[Note] {
    state.current_take().unwrap().draft.score.notes()
}

/// Returns the notes that start in bars, the first and the last, and are of `parts`.
fn within(notes: &[Note], (first, last): (u32, u32), parts: PartSet) -> Vec<Note> {
    let beats = f64::from(first) * BAR_BEATS..f64::from(last + 1) * BAR_BEATS;
    let is_within = |note: &&Note| beats.contains(&note.start.0) && parts.contains(note.part);
    notes.iter().filter(is_within).copied().collect()
}

fn others(notes: &[Note], within: &[Note]) -> Vec<Note> {
    let is_other = |note: &&Note| !within.contains(note);
    notes.iter().filter(is_other).copied().collect()
}

#[test]
fn only_the_selected_bars_and_parts_change_and_locked_ones_never() {
    let instance = drafted();
    let accompaniment = PartSet::ALL.set(Part::Lead, false);
    let session = &instance.desk.session;
    session.edit(|state| {
        state.locks = Locks {
            bars: [5].into(),
            parts: PartSet::NONE.set(Part::Bass, true),
        };
    });
    let before = instance.state();
    repaint(&instance, (4, 7), accompaniment);
    instance.succeeds();
    let after = instance.state();
    let chords = PartSet::NONE.set(Part::Chords, true);
    let painted = |state: &State| {
        let mut painted = within(notes(state), (4, 4), chords);
        painted.extend(within(notes(state), (6, 7), chords));
        painted
    };
    let (old, new) = (painted(&before), painted(&after));
    assert_ne!(old, new);
    assert_eq!(others(notes(&before), &old), others(notes(&after), &new));

    let take = after.current_take().unwrap();
    assert_eq!(take.name, "2 accompaniment, bars 5–8");
    assert_eq!(
        take.painted.as_deref(),
        Some("accompaniment, bars 5–8 of 1")
    );
    session.undo();
    assert_eq!(instance.state(), before);
}

#[test]
fn each_press_paints_the_same_bars_with_another_seed() {
    let instance = drafted();
    let mut seeds = Vec::new();
    for _ in 0..2 {
        repaint(&instance, (0, 1), PartSet::NONE);
        instance.succeeds();
        let state = instance.state();
        let seed = state.current_take().unwrap().draft.recipe.settings.seed;
        assert_eq!(state.seed, seed);
        seeds.push(seed);
    }
    assert_eq!(seeds, [2, 3]);
}

#[test]
fn notes_that_the_user_changed_stay_when_their_bars_are_painted_again() {
    let instance = drafted();
    let drawn = Note {
        start: Beats(1.25),
        length: Beats(2.0),
        pitch: 91,
        velocity: 84,
        part: Part::Lead,
    };
    let session = &instance.desk.session;
    session.edit(|state| state.edit_note(NoteEdit::Add(drawn)));
    repaint(&instance, (0, 3), PartSet::NONE);
    instance.succeeds();
    let state = instance.state();
    assert!(notes(&state).contains(&drawn));
    assert_eq!(state.current_take().unwrap().edited, [drawn]);
}

#[test]
fn finished_segments_are_shown_while_the_rest_is_painted() {
    let instance = Instance::with_clip();
    instance.desk.generate(ParamValues::default());
    let mut shown = 0;
    while instance.desk.worker.status().running.is_some() {
        if let Some(painting) = instance.desk.session.try_painting() {
            shown = shown.max(painting.notes().len());
        }
        thread::yield_now();
    }
    instance.succeeds();
    assert!(shown > 0);
    assert!(instance.desk.session.try_painting().is_none());
}

#[test]
fn a_selection_that_is_locked_is_a_problem_that_says_what_to_do() {
    let instance = drafted();
    let session = &instance.desk.session;
    session.edit(|state| state.locks.bars = [0, 1].into());
    repaint(&instance, (0, 1), PartSet::NONE);
    let problem = instance.fails();
    assert!(problem.contains("Unlock"), "{problem}");
    assert_eq!(instance.state().takes.len(), 1);
}

#[test]
fn a_draft_without_parts_cannot_be_painted_over_and_says_so() {
    let instance = drafted();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cues.safetensors");
    (instance.desk.session).edit(|state| state.model = Some(model));
    repaint(&instance, (0, 1), PartSet::NONE);
    let problem = instance.fails();
    assert!(problem.contains("family `parts`"), "{problem}");
}
