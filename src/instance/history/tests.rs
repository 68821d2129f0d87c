use proptest::prelude::*;

use super::*;
use crate::conditioning::harmony::Harmony;
use crate::features::ClipFeatures;
use crate::instance::{SavedClip, Session};
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::player::Player;
use crate::time::{Bars, Beats, Tempo};

/// Something that a user or a job does.
#[derive(Clone, Debug)]
enum Act {
    MakeTake(u8),
    MoveSeed,
    Delete(usize),
    Rename(usize, String),
    Choose(usize),
    Chords(usize),
    OpenClip(u8),
    Seed(u64),
    Steps(usize),
    Model(Option<u8>),
    Channel(u8),
    Nothing,
}

fn session() -> Session {
    Session::new(Player::new().1)
}

/// Returns a draft of `notes` notes.
fn draft(notes: usize) -> Draft {
    let note = |start: usize| Note {
        start: Beats(start as f64),
        length: Beats(0.5),
        pitch: 60,
        velocity: 90,
        part: Part::Lead,
    };
    let score = Score::repaired(RawScore {
        notes: (0..notes).map(note).collect(),
        bars: Bars(notes.div_ceil(4).max(1) as u32),
        ..RawScore::default()
    });
    Draft {
        score,
        ..Draft::default()
    }
}

fn perform(session: &Session, act: &Act) {
    match act.clone() {
        Act::MakeTake(notes) => {
            session.add_take(session.epoch(), draft(notes.into()), 7);
        }
        Act::MoveSeed => {
            let seed = session.state().seed;
            session.move_seed(session.epoch(), seed, seed.wrapping_add(1));
        }
        Act::Delete(take) => session.edit(|state| state.delete_take(take)),
        Act::Rename(take, name) => session.edit(|state| {
            if let Some(take) = state.takes.get_mut(take) {
                take.name = name;
            }
        }),
        Act::Choose(take) => session.edit(|state| {
            if take < state.takes.len() {
                state.current = Some(take);
            }
        }),
        Act::Chords(which) => {
            let chords = [
                Harmony::Free,
                Harmony::Chords("Am | F".parse().unwrap()),
                Harmony::default(),
            ];
            session.edit(|state| state.harmony = chords[which].clone());
        }
        Act::OpenClip(number) => {
            let clip = Arc::new(ClipFeatures::default());
            let saved = SavedClip::new(format!("{number}.mp4").into(), &clip, Tempo::DEFAULT);
            session.set_clip(session.epoch(), saved, clip);
        }
        Act::Seed(seed) => session.edit(|state| state.seed = seed),
        Act::Steps(steps) => session.edit(|state| state.steps = steps),
        Act::Model(model) => {
            session.edit(|state| state.model = model.map(|number| number.to_string().into()));
        }
        Act::Channel(channel) => {
            session.edit(|state| state.outputs.chords.channel = channel);
        }
        Act::Nothing => session.edit(|_| {}),
    }
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => any::<u8>().prop_map(Act::MakeTake),
        1 => Just(Act::MoveSeed),
        2 => (0..6_usize).prop_map(Act::Delete),
        2 => (0..6_usize, "[a-c]{1,3}").prop_map(|(take, name)| Act::Rename(take, name)),
        2 => (0..6_usize).prop_map(Act::Choose),
        1 => (0..3_usize).prop_map(Act::Chords),
        1 => (0..3_u8).prop_map(Act::OpenClip),
        1 => any::<u64>().prop_map(Act::Seed),
        1 => (1..100_usize).prop_map(Act::Steps),
        1 => proptest::option::of(0..3_u8).prop_map(Act::Model),
        1 => (1..=16_u8).prop_map(Act::Channel),
        1 => Just(Act::Nothing),
    ];
    proptest::collection::vec(act, 0..24)
}

/// Goes back or forth as far as it goes, and returns the states on the way.
fn travelled(session: &Session, step: fn(&Session), can: fn(&Session) -> bool) -> Vec<Arc<State>> {
    let mut states = vec![session.state()];
    while can(session) {
        step(session);
        states.push(session.state());
    }
    states
}

fn undone(session: &Session) -> Vec<Arc<State>> {
    travelled(session, Session::undo, |session| {
        session.try_snapshot().unwrap().undo.is_some()
    })
}

fn redone(session: &Session) -> Vec<Arc<State>> {
    travelled(session, Session::redo, |session| {
        session.try_snapshot().unwrap().redo.is_some()
    })
}

proptest! {
    #[test]
    fn undoing_everything_and_doing_it_again_is_the_identity(acts in acts()) {
        let session = session();
        let mut states = vec![session.state()];
        for act in &acts {
            perform(&session, act);
            states.push(session.state());
        }
        let mut back = undone(&session);
        prop_assert_eq!(&back[0], &states[acts.len()]);
        prop_assert_eq!(back.last(), states.first());
        // Every state on the way is one that there was, in order.
        let mut earlier = states.iter().rev();
        for state in &back {
            prop_assert!(earlier.any(|earlier| earlier == state));
        }
        let forth = redone(&session);
        back.reverse();
        prop_assert_eq!(forth, back);
    }

    #[test]
    fn one_change_is_undone_and_done_again_from_anywhere(before in acts(), undone in 0..8_usize, act in acts()) {
        let session = session();
        before.iter().for_each(|act| perform(&session, act));
        (0..undone).for_each(|_| session.undo());
        for act in act.iter().take(3) {
            let before = session.state();
            perform(&session, act);
            let after = session.state();
            if before != after && !matches!(act, Act::Seed(_) | Act::Steps(_)) {
                session.undo();
                let is_made_by_job = matches!(act, Act::MakeTake(_));
                prop_assert!(*session.state() == *before || is_made_by_job && session.state().takes == before.takes);
                session.redo();
                prop_assert_eq!(session.state(), after);
            }
        }
    }
}

#[test]
fn a_number_that_is_dragged_is_undone_at_once() {
    let session = session();
    (2..50).for_each(|seed| session.edit(|state| state.seed = seed));
    session.edit(|state| state.steps = 3);
    session.undo();
    assert_eq!(session.state().seed, 49);
    session.undo();
    assert_eq!(*session.state(), State::default());
    session.redo();
    assert_eq!(session.state().seed, 49);
}

#[test]
fn a_draft_and_the_seed_that_it_moved_are_one_change() {
    let session = session();
    perform(&session, &Act::MakeTake(1));
    let before = session.state();
    perform(&session, &Act::MoveSeed);
    perform(&session, &Act::MakeTake(1));
    session.undo();
    assert_eq!(session.state(), before);
}

#[test]
fn a_draft_that_is_finished_after_an_undo_leaves_what_can_be_done_again() {
    let session = session();
    [1, 2]
        .iter()
        .for_each(|&notes| perform(&session, &Act::MakeTake(notes)));
    session.undo();
    perform(&session, &Act::MakeTake(3));
    let notes = || -> Vec<usize> {
        let state = session.state();
        state
            .takes
            .iter()
            .map(|take| take.draft.score.notes().len())
            .collect()
    };
    assert_eq!(notes(), [1, 3]);
    session.redo();
    assert_eq!(notes(), [1, 2, 3]);
}

#[test]
fn what_was_undone_is_said_and_the_restored_take_plays() {
    let session = session();
    perform(&session, &Act::MakeTake(4));
    perform(&session, &Act::Delete(0));
    let revision = session.revision();
    session.undo();
    assert_ne!(session.revision(), revision);
    assert_eq!(
        session.notices(),
        [crate::instance::Notice::Done(
            "Undone: deleted take.".to_owned()
        )]
    );
    session.undo();
    assert!(session.state().takes.is_empty());
    session.undo();
    assert!(session.state().takes.is_empty());
}

#[test]
fn a_loaded_project_has_nothing_to_undo_and_a_saved_one_no_history() {
    let session = session();
    perform(&session, &Act::MakeTake(4));
    let text = session.state().to_text().unwrap();
    perform(&session, &Act::Rename(0, "slow".to_owned()));
    session.undo();
    assert_eq!(session.state().to_text().unwrap(), text);
    session.load(&text);
    let snapshot = session.try_snapshot().unwrap();
    assert_eq!((snapshot.undo, snapshot.redo), (None, None));
}

#[test]
fn the_history_is_bounded_in_number_and_in_memory() {
    let session = session();
    for number in 0..MOST_CHANGES + 50 {
        session.edit(|state| state.model = Some(number.to_string().into()));
    }
    assert_eq!(undone(&session).len(), MOST_CHANGES + 1);

    // Of deleted takes only the last ones are kept, and drafts that several states share count once.
    let session = self::session();
    let notes = 100_000;
    for _ in 0..40 {
        session.add_take(session.epoch(), draft(notes), 0);
        session.edit(|state| state.delete_take(0));
    }
    let kept = undone(&session).len();
    let most = 2 * MOST_BYTES / draft_bytes(&draft(notes)) + 2;
    assert!((8..=most).contains(&kept), "{kept} of at most {most}");
}

#[test]
fn changes_share_the_drafts() {
    let session = session();
    perform(&session, &Act::MakeTake(4));
    let draft = Arc::clone(&session.state().takes[0].draft);
    perform(&session, &Act::Rename(0, "slow".to_owned()));
    session.undo();
    assert!(Arc::ptr_eq(&draft, &session.state().takes[0].draft));
}
