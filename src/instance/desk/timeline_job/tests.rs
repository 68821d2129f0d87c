use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

use super::*;
use crate::generator::Draft;
use crate::instance::{Desk, State};
use crate::music::outputs::Output;
use crate::player::Player;
use crate::time::Tempo;
use crate::timeline::{HostMarker, HostTempoPoint, TimelineSource};

/// A timeline that keeps what is inserted.
#[derive(Default)]
struct Kept {
    project: HostProject,
    inserted: Mutex<Vec<(Beats, bool, u64, u8)>>,
    refuses: AtomicBool,
}

impl HostTimeline for &Kept {
    fn insert(&self, insertion: &Insertion<'_>) -> Result<Inserted> {
        let mut inserted = self.inserted.lock();
        inserted.push((
            insertion.start,
            insertion.follows_host,
            insertion.owner,
            insertion.arrangement.outputs.bass.channel,
        ));
        Ok(Inserted {
            items: 3,
            markers: 1,
            replaced: (inserted.len() - 1) * 3,
            locked: usize::from(insertion.choices.tempo_map),
            off: None,
        })
    }

    fn read(&self) -> Result<HostProject> {
        Ok(self.project.clone())
    }
}

impl TimelineSource for Kept {
    fn is_there(&self) -> bool {
        true
    }

    fn visit(&self, visit: &mut dyn FnMut(&dyn HostTimeline) -> Result<()>) -> Result<()> {
        if self.refuses.load(Ordering::Relaxed) {
            return Err(Error::Usage("Not now.".to_owned()));
        }
        visit(&self)
    }
}

fn desk(state: State, kept: &Arc<Kept>) -> Desk {
    let desk = Desk::new(Arc::new(Session::with_state(Player::new().1, state)));
    let source = Arc::clone(kept);
    desk.timeline.connect(source, |_| ());
    desk
}

fn with_take() -> State {
    let mut state = State::default();
    state.add_take(Draft::default(), 0);
    state.outputs.bass = Output {
        channel: 10,
        octaves: 0,
    };
    state
}

fn picture(at: f64, at_beat: f64, bar_start: f64) -> HostPicture {
    HostPicture {
        path: "film.mp4".into(),
        at: Seconds(at),
        at_beat: Beats(at_beat),
        bar_start: Beats(bar_start),
        length: Seconds(10.0),
        skipped: Seconds(0.0),
        rate: 1.0,
        is_selected: false,
    }
}

fn of(pictures: Vec<HostPicture>) -> HostProject {
    HostProject {
        pictures,
        ..HostProject::default()
    }
}

#[test]
fn the_current_take_is_inserted_as_it_is_played_and_the_notice_says_how_to_take_it_back() {
    let kept = Arc::<Kept>::default();
    let desk = desk(with_take(), &kept);
    let params = ParamValues {
        clip_start: 12,
        follow_host: false,
        ..ParamValues::default()
    };
    let insert = TimelineTask::Insert(params, InsertChoices::default());
    desk.serve_timeline(insert);
    desk.serve_timeline(insert);
    let owner = desk.session.insertion_owner();
    let expected = (Beats(12.0), false, owner, 10);
    assert_eq!(*kept.inserted.lock(), [expected; 2]);
    let said: Vec<Notice> = [
        "Inserted 3 items and 1 marker. Undo in REAPER takes it back.",
        "Inserted 3 items and 1 marker in place of 3 items. Undo in REAPER takes it back.",
    ]
    .map(|said| Notice::Done(said.to_owned()))
    .into();
    assert_eq!(desk.session.notices(), said);
}

#[test]
fn without_a_take_or_without_the_host_there_is_a_problem() {
    let kept = Arc::<Kept>::default();
    let desk = desk(State::default(), &kept);
    let insert = TimelineTask::Insert(ParamValues::default(), InsertChoices::default());
    desk.serve_timeline(insert);
    kept.refuses.store(true, Ordering::Relaxed);
    desk.serve_timeline(insert);
    let problems = [
        "There is no draft to insert. Press Generate first.",
        "Not now.",
    ];
    let problems = problems.map(|problem| Notice::Problem(problem.to_owned()));
    assert_eq!(desk.session.notices(), problems);
    assert_eq!(*kept.inserted.lock(), []);
}

#[test]
fn a_picture_starts_in_the_bar_where_it_lies_and_markers_over_it_are_hits() {
    let marker = |at, name: &str| HostMarker {
        at: Seconds(at),
        name: name.to_owned(),
    };
    let tempo = |at, time| HostTempoPoint {
        at: Beats(at),
        time: Seconds(time),
        tempo: Tempo::new(120.0).unwrap(),
    };
    let kept = Arc::new(Kept {
        project: HostProject {
            markers: vec![
                marker(1.0, "before"),
                marker(5.0, "door"),
                marker(6.5, ""),
                marker(13.25, "after"),
            ],
            tempo: vec![tempo(0.0, 0.0), tempo(4.0, 2.0)],
            ..of(vec![picture(3.25, 6.5, 4.0)])
        },
        ..Kept::default()
    });
    let mut state = State {
        hits: vec![MarkedHit::new(Seconds(1.75), 3)],
        ..State::default()
    };
    let desk = desk(state.clone(), &kept);
    desk.serve_timeline(TimelineTask::FindPicture);
    let found = desk.timeline.take_found().unwrap();
    assert_eq!(desk.timeline.take_found(), None);
    assert_eq!((found.start_beats, found.picture_start), (4, Beats(2.5)));
    assert!(!desk.session.state_to_save().host_tempo.is_empty());
    found.place(&mut state);
    // A hit that was there keeps its weight.
    let hits: Vec<(f64, u8, &str)> = (state.hits.iter())
        .map(|marked| (marked.hit.at.0, marked.hit.weight, &*marked.name))
        .collect();
    assert_eq!(hits, [(1.75, 3, ""), (3.25, 2, "")]);
    assert_eq!(state.picture_start, Beats(2.5));
}

#[test]
fn a_picture_in_a_long_bar_and_one_before_the_project_have_a_place_too() {
    let place = |picture| {
        let found = find(&of(vec![picture])).unwrap();
        (found.start_beats, found.picture_start.0)
    };
    assert_eq!(place(picture(0.0, 16.0, 16.0)), (16, 0.0));
    assert_eq!(place(picture(0.0, 27.25, 21.0)), (27, 0.25));
    assert_eq!(place(picture(0.0, 12.0, 10.5)), (10, 2.0));
    assert_eq!(place(picture(-1.0, -2.0, -4.0)), (0, 0.0));
}

#[test]
fn which_picture_is_meant_and_whether_it_can_be_placed_is_said() {
    let said = |pictures| match find(&of(pictures)) {
        Ok(found) => format!("found at {}", found.start_beats),
        Err(error) => error.to_string(),
    };
    let [first, second] = [0.0, 8.0].map(|beat| picture(beat, beat, beat));
    let selected = HostPicture {
        is_selected: true,
        ..second.clone()
    };
    assert!(said(vec![]).contains("no video"));
    assert!(said(vec![first.clone(), second]).contains("has 2 videos"));
    assert_eq!(said(vec![first.clone(), selected]), "found at 8");
    let cut = HostPicture {
        skipped: Seconds(4.5),
        ..first.clone()
    };
    assert!(said(vec![cut]).contains("cut by 4.50 s"));
    let slow = HostPicture {
        rate: 0.96,
        ..first
    };
    assert!(said(vec![slow]).contains("0.96 times its rate"));
    let late = picture(9000.0, 9000.0, 9000.0);
    assert!(said(vec![late]).contains("later than a draft can"));
}

#[test]
fn the_tempo_map_that_is_inserted_is_known_at_once_and_locked_items_are_told() {
    let tempo = |at, time| HostTempoPoint {
        at: Beats(at),
        time: Seconds(time),
        tempo: Tempo::new(90.0).unwrap(),
    };
    let project = HostProject {
        tempo: vec![tempo(0.0, 0.0), tempo(9.0, 6.0)],
        ..HostProject::default()
    };
    let kept = Arc::new(Kept {
        project,
        ..Kept::default()
    });
    let desk = desk(with_take(), &kept);
    let insert = |tempo_map| {
        let choices = InsertChoices {
            tempo_map,
            ..InsertChoices::default()
        };
        desk.serve_timeline(TimelineTask::Insert(ParamValues::default(), choices));
    };
    insert(false);
    assert!(desk.session.state_to_save().host_tempo.is_empty());
    insert(true);
    assert!(!desk.session.state_to_save().host_tempo.is_empty());
    let notices = desk.session.notices();
    let Some(Notice::Done(said)) = notices.last() else {
        panic!("{notices:?}");
    };
    assert!(said.contains("1 locked item is as before"), "{said}");
}
