//! What the host's threads, the worker and the editor share of one instance.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nice_plug::params::persist::PersistentField;

use super::live::Live;
use super::state::State;
use parking_lot::{Mutex, MutexGuard};

use crate::features::ClipFeatures;
use crate::player::{NoteSchedule, SchedulePublisher};

/// One instance's state, and the way from it to the audio thread.
#[derive(Debug)]
pub struct Session {
    shared: Mutex<Shared>,
    publisher: SchedulePublisher,
    revision: AtomicU32,
    /// What the audio thread last saw of the host.
    pub live: Live,
}

/// What is guarded together, so that what is saved, shown and played are the same.
#[derive(Debug, Default)]
struct Shared {
    state: Arc<State>,
    /// The clip in full, while it is known, and its path.
    clip: Option<(PathBuf, Arc<ClipFeatures>)>,
    notice: Option<Notice>,
}

/// One line to tell the user.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Something went well.
    Done(String),
    /// A file was written.
    Wrote(PathBuf),
    /// Something went wrong.
    Problem(String),
}

/// What the editor shows, all of one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// What is saved.
    pub state: Arc<State>,
    /// The last thing to tell.
    pub notice: Option<Notice>,
}

impl Session {
    /// An empty session that plays through `publisher`.
    pub fn new(publisher: SchedulePublisher) -> Self {
        Self {
            shared: Mutex::default(),
            publisher,
            revision: AtomicU32::new(0),
            live: Live::default(),
        }
    }

    /// What is saved at present.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.lock().state)
    }

    /// What the editor shows, or nothing where it would have to be waited for.
    pub fn try_snapshot(&self) -> Option<Snapshot> {
        let shared = self.shared.try_lock()?;
        Some(Snapshot {
            state: Arc::clone(&shared.state),
            notice: shared.notice.clone(),
        })
    }

    /// Changes the state, and plays what is then the current take.
    pub fn edit(&self, change: impl FnOnce(&mut State)) {
        let mut shared = self.lock();
        let played = shared.state.current_take().cloned();
        change(Arc::make_mut(&mut shared.state));
        if shared.state.current_take() != played.as_ref() {
            self.publish(&shared.state);
        }
        self.touch();
    }

    /// Replaces the state by one from the host, or by an empty one that says why.
    pub fn load(&self, text: &str) {
        self.live.note_load();
        let (state, notice) = match State::from_text(text) {
            Ok(state) => (state, None),
            Err(fault) => {
                let problem = format!("The saved state could not be read: {fault}.");
                (State::default(), Some(Notice::Problem(problem)))
            }
        };
        let mut shared = self.lock();
        self.publish(&state);
        *shared = Shared {
            state: Arc::new(state),
            clip: None,
            notice,
        };
    }

    /// Remembers the clip in full for as long as the instance lives.
    pub fn keep_clip(&self, path: PathBuf, clip: Arc<ClipFeatures>) {
        self.lock().clip = Some((path, clip));
    }

    /// The clip of `path` in full, if it is known.
    pub fn kept_clip(&self, path: &PathBuf) -> Option<Arc<ClipFeatures>> {
        let shared = self.lock();
        let (kept, clip) = shared.clip.as_ref()?;
        (kept == path).then(|| Arc::clone(clip))
    }

    /// Tells the user something, or takes back what was told.
    pub fn tell(&self, notice: Option<Notice>) {
        self.lock().notice = notice;
    }

    /// Changes with every change that the host should save.
    pub fn revision(&self) -> u32 {
        self.revision.load(Ordering::Relaxed)
    }

    fn touch(&self) {
        self.revision.fetch_add(1, Ordering::Relaxed);
    }

    fn publish(&self, state: &State) {
        let draft = state.current_take().map(|take| &take.draft);
        self.live.note_draft_tempo(draft.map(|draft| draft.tempo));
        let notes = draft
            .map(|draft| draft.notes.as_slice())
            .unwrap_or_default();
        self.publisher.publish(NoteSchedule::new(notes));
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock()
    }
}

/// The session as the field that the host saves and loads.
#[derive(Debug)]
pub struct Saved(pub Arc<Session>);

impl PersistentField<'_, String> for Saved {
    fn set(&self, text: String) {
        self.0.load(&text);
    }

    fn map<F: Fn(&String) -> R, R>(&self, read: F) -> R {
        match self.0.state().to_text() {
            Ok(text) => read(&text),
            Err(fault) => {
                let problem = format!("The project will not hold the takes: {fault}.");
                self.0.tell(Some(Notice::Problem(problem)));
                read(&String::new())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::Player;

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
    fn what_one_session_saves_another_loads() {
        let (_player, session) = session();
        session.edit(|state| state.seed = 99);
        let saved = Saved(Arc::new(session));
        let text = saved.map(String::clone);
        let (_player, publisher) = Player::new();
        let other = Saved(Arc::new(Session::new(publisher)));
        other.set(text);
        assert_eq!(other.0.state().seed, 99);
    }
}
