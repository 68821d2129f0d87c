use super::*;
use crate::player::Player;
use crate::time::Tempo;

fn session() -> (Player, Session) {
    let (player, publisher) = Player::new();
    (player, Session::new(publisher))
}

#[test]
fn an_unreadable_state_leaves_the_session_empty_and_says_so() {
    let (_player, session) = session();
    session.edit(|state| state.seed = 5);
    session.load("something else");
    let snapshot = session.try_snapshot().unwrap();
    assert_eq!(*snapshot.state, State::default());
    let Some(Notice::Problem(problem)) = snapshot.notice else {
        panic!("nothing is said");
    };
    assert!(problem.contains("could not be read"), "{problem}");
}

#[test]
fn every_edit_is_a_new_revision() {
    let (_player, session) = session();
    let before = session.revision();
    session.edit(|state| state.seed = 5);
    assert_ne!(session.revision(), before);
}

#[test]
fn a_draft_begun_before_a_state_was_loaded_is_kept_but_not_played() {
    let (_player, session) = session();
    let begun = session.epoch();
    assert!(session.add_take(begun, Draft::default(), 0));
    session.load(&session.state().to_text().unwrap());
    assert!(!session.add_take(begun, Draft::default(), 0));
    let state = session.state();
    assert_eq!((state.takes.len(), state.current), (2, Some(0)));
}

#[test]
fn a_clip_asked_for_before_a_state_was_loaded_is_dropped() {
    let (_player, session) = session();
    let clip = Arc::new(ClipFeatures::default());
    let saved = SavedClip::new("a.mp4".into(), &clip, Tempo::DEFAULT);
    let asked = session.epoch();
    session.load("");
    assert!(!session.set_clip(asked, saved.clone(), Arc::clone(&clip)));
    assert_eq!(*session.state(), State::default());
    assert_eq!(session.kept_clip(&saved.path), None);

    assert!(session.set_clip(session.epoch(), saved.clone(), clip));
    assert!(session.kept_clip(&saved.path).is_some());
    assert_eq!(session.state().clip, Some(saved));
}

#[test]
fn a_failure_is_of_interest_until_a_state_is_loaded() {
    let (_player, session) = session();
    session.tell(None);
    assert!(session.try_snapshot().unwrap().is_asked);
    session.load("");
    assert!(!session.try_snapshot().unwrap().is_asked);
}

#[test]
fn an_edit_copies_no_draft() {
    let (_player, session) = session();
    session.add_take(0, Draft::default(), 0);
    let before = session.state();
    session.edit(|state| state.takes[0].name = "intro".to_owned());
    let after = session.state();
    assert_ne!(after.takes[0].name, before.takes[0].name);
    assert!(Arc::ptr_eq(&after.takes[0].draft, &before.takes[0].draft));
}
