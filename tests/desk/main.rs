//! The jobs of an instance: clips are read, drafts made and files written on its workers.

mod conform;
mod exports;
mod marks;
mod models;
mod repaint;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use diff_bgm::features::ClipFeatures;
use diff_bgm::instance::params::ParamValues;
use diff_bgm::instance::{Desk, Notice, Session, State};
use diff_bgm::player::{Block, NoteEvent, Player, Sent, Transport};
use diff_bgm::time::{Beats, Seconds};
use diff_bgm::worker::{JobKind, Status};

struct Instance {
    player: Player,
    desk: Desk,
}

fn instance() -> Instance {
    let (player, publisher) = Player::new();
    let session = Arc::new(Session::new(publisher));
    session.edit(|state| state.steps = 1);
    Instance {
        player,
        desk: Desk::new(session),
    }
}

fn demo_clip() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors")
}

impl Instance {
    fn status_when(&self, is_wanted: impl Fn(&Status) -> bool) {
        while !is_wanted(&self.desk.worker.status()) {
            thread::yield_now();
        }
    }

    /// Waits until a draft's first segment has begun.
    fn drafting(&self) {
        self.status_when(|status| {
            let running = status.running.as_ref();
            running.is_some_and(|running| running.stage.starts_with("Segment"))
        });
    }

    fn idle(&self) {
        self.status_when(|status| status.running.is_none());
    }

    fn with_clip() -> Self {
        let instance = instance();
        instance.desk.load_clip(demo_clip());
        instance.succeeds();
        instance
    }

    /// Waits until the worker is idle and returns the notices since the last request.
    fn notices_when_idle(&self) -> Vec<Notice> {
        self.idle();
        self.desk.session.notices()
    }

    /// Waits until the worker is idle, and checks that all its jobs went well.
    fn succeeds(&self) {
        let notices = self.notices_when_idle();
        let is_done = |notice: &Notice| matches!(notice, Notice::Done(_));
        assert!(
            !notices.is_empty() && notices.iter().all(is_done),
            "{notices:?}"
        );
    }

    /// Waits until the worker is idle and returns the problem it ended in.
    fn fails(&self) -> String {
        match &self.notices_when_idle()[..] {
            [Notice::Problem(problem)] => problem.clone(),
            other => panic!("not one problem but {other:?}"),
        }
    }

    /// Waits for the first notice.
    fn notice(&self) -> Notice {
        loop {
            if let Some(notice) = self.desk.session.notices().pop() {
                return notice;
            }
            thread::yield_now();
        }
    }

    fn state(&self) -> Arc<State> {
        self.desk.session.state()
    }
}

#[test]
fn a_draft_becomes_a_take_that_plays_and_that_the_host_should_save() {
    let mut instance = Instance::with_clip();
    let revision = instance.desk.session.revision();
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    let state = instance.state();
    let take = state.current_take().expect("a take");
    assert_eq!(take.draft.recipe.settings.seed, 1);
    assert_ne!(instance.desk.session.revision(), revision);

    let mut begun = 0;
    let transport = Transport {
        playing: true,
        tempo_bpm: Some(120.0),
        position: Some(Beats(0.0)),
        loop_range: None,
    };
    let block = Block {
        frames: take.draft.score.length().0 as u32 * 100,
        rate_hz: 200.0,
    };
    instance.player.process(&transport, block, |_, event| {
        begun += usize::from(matches!(event, NoteEvent::On { .. }));
        Sent::Accepted
    });
    assert_eq!(begun, take.draft.score.notes().len());
}

#[test]
fn a_draft_can_be_made_from_what_the_project_saved_of_a_missing_clip() {
    let first = Instance::with_clip();
    first.desk.session.edit(|state| {
        let clip = state.clip.as_mut().expect("a clip");
        clip.path = PathBuf::from("a clip that is gone.safetensors");
    });
    let text = first.state().to_text().unwrap();
    let second = instance();
    second.desk.session.load(&text);
    second.desk.generate(ParamValues::default());
    second.succeeds();
    assert_eq!(second.state().takes.len(), 1);
}

#[test]
fn a_cancelled_draft_leaves_no_take_and_no_notice() {
    let instance = Instance::with_clip();
    instance.desk.session.edit(|state| state.steps = 100);
    instance.desk.generate(ParamValues::default());
    instance.drafting();
    instance.desk.worker.cancel(JobKind::Generate);
    assert_eq!(instance.notices_when_idle(), []);
    assert!(instance.state().takes.is_empty());
}

#[test]
fn a_draft_finished_after_another_project_was_loaded_is_a_take_that_does_not_play() {
    let first = Instance::with_clip();
    first.desk.generate(ParamValues::default());
    first.succeeds();
    let opened = first.state();

    let seed = |state: &State| {
        state
            .current_take()
            .map(|take| take.draft.recipe.settings.seed)
    };
    first.desk.session.edit(|state| state.seed = 2);
    first.desk.generate(ParamValues::default());
    first.drafting();
    first.desk.session.load(&opened.to_text().unwrap());
    first.succeeds();
    let state = first.state();
    assert_eq!(seed(&state), Some(1));
    let kept = state.takes.last().expect("takes");
    assert_eq!((state.takes.len(), kept.draft.recipe.settings.seed), (2, 2));
}

#[test]
fn deleting_an_instance_ends_its_running_draft() {
    let instance = Instance::with_clip();
    instance.desk.session.edit(|state| state.steps = 100);
    instance.desk.generate(ParamValues::default());
    instance.drafting();
    let session = Arc::clone(&instance.desk.session);
    drop(instance);
    assert!(session.state().takes.is_empty());
    assert_eq!(Arc::strong_count(&session), 1);
}

#[test]
fn an_unreadable_file_is_a_problem_and_the_next_job_runs() {
    let instance = instance();
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("damaged.safetensors");
    std::fs::write(&damaged, b"no clip at all").unwrap();
    instance.desk.load_clip(damaged.clone());
    let problem = instance.fails();
    assert!(problem.contains("damaged.safetensors"), "{problem}");

    instance.desk.load_clip(demo_clip());
    instance.succeeds();
    instance
        .desk
        .session
        .edit(|state| state.model = Some(damaged));
    instance.desk.generate(ParamValues::default());
    let problem = instance.fails();
    assert!(problem.contains("damaged.safetensors"), "{problem}");
}

#[test]
fn a_draft_without_a_clip_is_a_problem_that_says_what_to_do() {
    let instance = instance();
    instance.desk.generate(ParamValues::default());
    assert_eq!(instance.fails(), "No clip is open. Open one first.");
}

#[test]
fn a_failed_draft_is_not_hidden_by_the_notice_of_an_older_or_a_newer_job() {
    let instance = Instance::with_clip();
    let session = &instance.desk.session;
    session.edit(|state| state.model = Some("no such model.safetensors".into()));
    instance.desk.load_clip(demo_clip());
    instance.desk.generate(ParamValues::default());
    instance.idle();
    let shown = || {
        session
            .try_snapshot()
            .expect("nobody else holds the lock")
            .notice
    };
    let is_failure = |notice: &Option<Notice>| matches!(notice, Some(Notice::Problem(problem)) if problem.contains("no such model"));
    assert!(is_failure(&shown()), "{:?}", session.notices());
    session.notify(Notice::Done("Another job.".to_owned()));
    assert!(is_failure(&shown()), "{:?}", session.notices());
}

#[test]
fn generating_again_with_nothing_changed_uses_the_next_seed() {
    let instance = Instance::with_clip();
    for _ in 0..2 {
        instance.desk.generate(ParamValues::default());
        instance.succeeds();
    }
    let state = instance.state();
    let seeds: Vec<u64> = (state.takes.iter())
        .map(|take| take.draft.recipe.settings.seed)
        .collect();
    assert_eq!((seeds, state.seed), (vec![1, 2], 2));
    let notes = |take: usize| state.takes[take].draft.score.notes();
    assert_ne!(notes(0), notes(1));
}

#[test]
fn a_draft_requested_while_a_clip_is_read_is_made_for_that_clip() {
    let instance = Instance::with_clip();
    let folder = tempfile::tempdir().unwrap();
    let mut clip = ClipFeatures::read(&demo_clip()).unwrap();
    clip.shots = vec![Seconds(4.0)];
    let path = folder.path().join("another.safetensors");
    clip.write(&path).unwrap();
    instance.desk.load_clip(path);
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    assert_eq!(instance.state().takes[0].draft.score.cuts(), [Beats(8.0)]);
}

#[test]
fn the_host_is_notified_once_per_change_while_no_editor_is_open() {
    let instance = Instance::with_clip();
    let notified = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&notified);
    (instance.desk.session).set_host_notifier(move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
    instance.desk.session.notify_host();
    assert_eq!(notified.load(Ordering::Relaxed), 1);
    instance.desk.session.notify_host();
    assert_eq!(notified.load(Ordering::Relaxed), 1);
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    assert_eq!(notified.load(Ordering::Relaxed), 2);
}
