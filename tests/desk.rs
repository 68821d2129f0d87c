//! What the plugin does beside the host: clips are read and drafts are made on its worker.

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
    fn status_when(&self, wanted: impl Fn(&Status) -> bool) -> Status {
        loop {
            let status = self.desk.worker.status();
            if wanted(&status) {
                return status;
            }
            thread::yield_now();
        }
    }

    fn idle(&self) -> Status {
        self.status_when(|status| status.running.is_none())
    }

    fn with_clip() -> Self {
        let instance = instance();
        instance.desk.load_clip(demo_clip());
        assert_eq!(instance.idle().failure, None);
        instance
    }

    /// What is told once something is.
    fn told(&self) -> Notice {
        loop {
            let snapshot = self.desk.session.try_snapshot();
            if let Some(notice) = snapshot.and_then(|snapshot| snapshot.notice) {
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
    assert_eq!(instance.idle().failure, None);
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
fn a_draft_is_made_again_from_what_the_project_remembers_of_the_clip() {
    let first = Instance::with_clip();
    first.desk.session.edit(|state| {
        let clip = state.clip.as_mut().expect("a clip");
        clip.path = PathBuf::from("a clip that is gone.safetensors");
    });
    let text = first.state().to_text().unwrap();
    let second = instance();
    second.desk.session.load(&text);
    second.desk.generate(ParamValues::default());
    assert_eq!(second.idle().failure, None);
    assert_eq!(second.state().takes.len(), 1);
}

#[test]
fn a_cancelled_generation_leaves_no_take_and_no_error() {
    let instance = Instance::with_clip();
    instance.desk.session.edit(|state| state.steps = 100);
    instance.desk.generate(ParamValues::default());
    instance.status_when(|status| {
        let running = status.running.as_ref();
        running.is_some_and(|running| running.stage.starts_with("Segment"))
    });
    instance.desk.worker.cancel(JobKind::Generate);
    assert_eq!(instance.idle().failure, None);
    assert!(instance.state().takes.is_empty());
}

#[test]
fn a_draft_that_is_finished_after_another_project_was_opened_is_a_take_that_does_not_play() {
    let first = Instance::with_clip();
    first.desk.generate(ParamValues::default());
    assert_eq!(first.idle().failure, None);
    let opened = first.state();

    let seed = |state: &State| {
        state
            .current_take()
            .map(|take| take.draft.recipe.settings.seed)
    };
    first.desk.session.edit(|state| state.seed = 2);
    first.desk.generate(ParamValues::default());
    first.status_when(|status| {
        let running = status.running.as_ref();
        running.is_some_and(|running| running.stage.starts_with("Segment"))
    });
    first.desk.session.load(&opened.to_text().unwrap());
    assert_eq!(first.idle().failure, None);
    let state = first.state();
    assert_eq!(seed(&state), Some(1));
    let kept = state.takes.last().expect("takes");
    assert_eq!((state.takes.len(), kept.draft.recipe.settings.seed), (2, 2));
}

#[test]
fn an_instance_that_is_deleted_while_it_generates_ends_the_work() {
    let instance = Instance::with_clip();
    instance.desk.session.edit(|state| state.steps = 100);
    instance.desk.generate(ParamValues::default());
    instance.status_when(|status| {
        let running = status.running.as_ref();
        running.is_some_and(|running| running.stage.starts_with("Segment"))
    });
    let session = Arc::clone(&instance.desk.session);
    drop(instance);
    assert!(session.state().takes.is_empty());
    assert_eq!(Arc::strong_count(&session), 1);
}

#[test]
fn what_cannot_be_read_is_told_and_the_next_job_runs() {
    let instance = instance();
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("damaged.safetensors");
    std::fs::write(&damaged, b"no clip at all").unwrap();
    instance.desk.load_clip(damaged.clone());
    let failure = instance.idle().failure.expect("a failure");
    assert!(failure.contains("damaged.safetensors"), "{failure}");

    instance.desk.load_clip(demo_clip());
    assert_eq!(instance.idle().failure, None);
    instance
        .desk
        .session
        .edit(|state| state.model = Some(damaged));
    instance.desk.generate(ParamValues::default());
    let failure = instance.idle().failure.expect("a failure");
    assert!(failure.contains("damaged.safetensors"), "{failure}");
}

#[test]
fn the_current_take_is_exported_as_a_midi_file() {
    let instance = Instance::with_clip();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a folder/draft.mid");
    instance.desk.export_midi(path.clone());
    let told = instance.told();
    let is_helpful = |problem: &str| problem.contains("press Generate first");
    assert!(
        matches!(&told, Notice::Problem(problem) if is_helpful(problem)),
        "{told:?}"
    );

    instance.desk.generate(ParamValues::default());
    assert_eq!(instance.idle().failure, None);
    instance.desk.export_midi(path.clone());
    assert_eq!(instance.told(), Notice::Wrote(path.clone()));
    assert_eq!(
        exported(&path),
        let state = instance.state();
        let take = state.current_take().unwrap();
        take.draft.score.notes().len()
    );
}

#[test]
fn an_export_writes_what_was_current_when_it_was_asked_for_beside_a_generation() {
    let instance = Instance::with_clip();
    instance.desk.generate(ParamValues::default());
    assert_eq!(instance.idle().failure, None);
    let state = instance.state();
    let notes = state.current_take().unwrap().draft.score.notes().len();
    instance.desk.session.edit(|state| state.steps = 100);
    instance.desk.generate(ParamValues::default());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("draft.mid");
    instance.desk.export_midi(path.clone());
    assert_eq!(instance.told(), Notice::Wrote(path.clone()));
    assert!(instance.desk.worker.status().running.is_some());
    assert_eq!(exported(&path), notes);
}

fn exported(path: &Path) -> usize {
    let midi = diff_bgm::music::midi_file::MidiFile::open(path).unwrap();
    midi.notes().len()
}

#[test]
fn asking_again_with_nothing_changed_moves_the_seed_on() {
    let instance = Instance::with_clip();
    for _ in 0..2 {
        instance.desk.generate(ParamValues::default());
        assert_eq!(instance.idle().failure, None);
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
fn a_draft_asked_for_while_a_clip_is_read_is_made_for_that_clip() {
    let instance = Instance::with_clip();
    let folder = tempfile::tempdir().unwrap();
    let mut clip = ClipFeatures::read(&demo_clip()).unwrap();
    clip.shots = vec![Seconds(4.0)];
    let path = folder.path().join("another.safetensors");
    clip.write(&path).unwrap();
    instance.desk.load_clip(path);
    instance.desk.generate(ParamValues::default());
    assert_eq!(instance.idle().failure, None);
    assert_eq!(instance.state().takes[0].draft.score.cuts(), [Beats(8.0)]);
}

#[test]
fn the_host_is_told_once_of_what_changed_while_no_editor_is_open() {
    let instance = Instance::with_clip();
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    (instance.desk.session).set_messenger(move || {
        count.fetch_add(1, Ordering::Relaxed);
    });
    instance.desk.session.tell_host();
    assert_eq!(told.load(Ordering::Relaxed), 1);
    instance.desk.session.tell_host();
    assert_eq!(told.load(Ordering::Relaxed), 1);
    instance.desk.generate(ParamValues::default());
    assert_eq!(instance.idle().failure, None);
    assert_eq!(told.load(Ordering::Relaxed), 2);
}
