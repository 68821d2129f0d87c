mod tempo;

use super::*;
use crate::conditioning::hits::Hit;
use crate::generator::{Draft, Settings, cuts, length_of, placed_hits};
use crate::instance::SavedClip;
use crate::music::metre::Metre;
use crate::music::midi_file::MidiFile;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::music::tempo_map::{TempoChange, TempoMap};
use crate::player::testing::TestHost;
use crate::player::{Block, HostTransport, NoteEvent, Player, Sent, TempoWatch, Transport};
use crate::time::{Seconds, Tempo};

fn session() -> (Player, Session) {
    let (player, publisher) = Player::new();
    (player, Session::new(publisher))
}

#[test]
fn an_unreadable_state_leaves_the_session_empty_and_a_problem() {
    let (_player, session) = session();
    session.edit(|state| state.seed = 5);
    session.load("something else");
    let snapshot = session.try_snapshot().unwrap();
    assert_eq!(*snapshot.state, State::default());
    let Some(Notice::Problem(problem)) = snapshot.notice else {
        panic!("no problem");
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
fn a_clip_requested_before_a_state_was_loaded_is_dropped() {
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
fn every_job_that_is_not_cancelled_leaves_one_notice_in_order() {
    let (_player, session) = session();
    let done = Notice::Done("Loaded.".to_owned());
    session.end_job(0, Err(Error::value("no notes", "some")));
    session.end_job(0, Err(Error::Cancelled));
    session.end_job(0, Ok(done.clone()));
    let problem = Notice::Problem("No notes; expected some.".to_owned());
    assert_eq!(session.notices(), [problem, done]);
    session.clear_notices();
    assert_eq!(session.notices(), []);
}

#[test]
fn loading_a_state_clears_the_notices_and_drops_the_failures_of_jobs_begun_before() {
    let (_player, session) = session();
    let begun = session.epoch();
    session.end_job(begun, Err(Error::value("no notes", "some")));
    assert!(session.try_snapshot().unwrap().notice.is_some());
    session.load("");
    assert_eq!(session.notices(), []);
    session.end_job(begun, Err(Error::value("no notes", "some")));
    assert_eq!(session.notices(), []);
    session.end_job(session.epoch(), Err(Error::value("no notes", "some")));
    assert_eq!(session.notices().len(), 1);
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

#[test]
fn another_channel_plays_at_once_and_can_be_undone() {
    let (mut player, session) = session();
    let note = Note {
        start: Beats(0.0),
        length: Beats(1.0),
        pitch: 60,
        velocity: 80,
        part: Part::Chords,
    };
    let score = Score::repaired(RawScore {
        notes: vec![note],
        ..RawScore::default()
    });
    let draft = Draft {
        score,
        ..Draft::default()
    };
    session.add_take(session.epoch(), draft, 0);
    let mut channels = || {
        let transport = Transport {
            playing: true,
            tempo_bpm: Some(120.0),
            position: Some(Beats(0.0)),
            loop_range: None,
        };
        let block = Block {
            frames: 64,
            rate_hz: 48_000.0,
        };
        let mut channels = Vec::new();
        player.process(&transport, block, |_, event| {
            if let NoteEvent::On { channel, .. } = event {
                channels.push(channel);
            }
            Sent::Accepted
        });
        channels
    };
    assert_eq!(channels(), [1]);
    session.edit(|state| state.outputs.chords.channel = 12);
    assert_eq!(channels(), [11]);
    assert_eq!(session.try_snapshot().unwrap().undo, Some(Change::Outputs));
    session.undo();
    assert_eq!(channels(), [1]);
}
