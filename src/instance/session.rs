//! The state that the host's threads, the worker and the editor share.

mod editing;
mod host_notice;
mod inserting;
mod painting;
mod tempo;

use std::mem;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::change::Change;
use super::history::History;
use super::host_tempo::HostTempo;
use super::live::Live;
use super::notice::{Notice, Notices};
use super::painting::Painting;
use super::recut::Compared;
use super::state::State;
use parking_lot::{Mutex, MutexGuard};

use crate::error::{Error, Result};
use crate::features::recut::Recut;
use crate::features::{ClipFeatures, Stills};
use crate::music::metre::Metre;
use crate::player::{NoteSchedule, SchedulePublisher};
use crate::time::Beats;
use host_notice::HostNotifier;

/// One instance's state. Publishes the current take to the audio thread.
#[derive(Debug)]
pub struct Session {
    shared: Mutex<Shared>,
    publisher: SchedulePublisher,
    revision: AtomicU32,
    /// The revision at which the host was last notified of unsaved changes.
    notified_revision: AtomicU32,
    host_notifier: Mutex<Option<HostNotifier>>,
    /// What is being painted, if anything.
    painting: Mutex<Option<Arc<Painting>>>,
    /// The host's transport as the audio thread last saw it.
    pub live: Live,
}

/// What one lock guards, so that what is saved, shown and played always agree.
#[derive(Debug, Default)]
struct Shared {
    state: Arc<State>,
    history: History,
    /// What is known of the host's tempo map. Not part of the state, because undo does not change what the host is.
    host_tempo: Arc<HostTempo>,
    /// The owner of what is inserted into the host's timeline, once anything was. Not part of the state either: what was
    /// inserted stays in the host.
    insertion_owner: Option<u64>,
    /// The full clip and its path, once it has been read.
    clip: Option<(PathBuf, Arc<ClipFeatures>)>,
    /// The small pictures of a clip, and its path.
    stills: Option<(PathBuf, Arc<Stills>)>,
    /// How the clip differs from that of a take.
    compared: Option<Compared>,
    notices: Notices,
    /// The state that the host loaded, if a later version saved it. It is saved again as it was.
    later_state: Option<Arc<str>>,
    /// How many states were loaded, counted when the new one replaces the old. [`Live::loads`] counts earlier, before the
    /// state is unpacked, so that the audio thread can tell parameters of a project from the user's.
    epoch: u64,
}

/// What the editor shows, all from one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The saved state.
    pub state: Arc<State>,
    /// The small pictures of the clip, if there are any.
    pub stills: Option<Arc<Stills>>,
    /// What is known of the host's tempo map.
    pub host_tempo: Arc<HostTempo>,
    /// How the clip differs from that of the current take, if it does and they were compared.
    pub recut: Option<Arc<Recut>>,
    /// The notice to show.
    pub notice: Option<Notice>,
    /// How many states the host has loaded.
    pub epoch: u64,
    /// The change that undo takes back.
    pub undo: Option<Change>,
    /// The change that redo makes again.
    pub redo: Option<Change>,
}

impl Session {
    /// Creates an empty session that plays through `publisher`.
    pub fn new(publisher: SchedulePublisher) -> Self {
        Self {
            shared: Mutex::default(),
            publisher,
            revision: AtomicU32::new(0),
            notified_revision: AtomicU32::new(0),
            host_notifier: Mutex::default(),
            painting: Mutex::default(),
            live: Live::default(),
        }
    }

    /// Creates a session with a state, which cannot be undone.
    pub(crate) fn with_state(publisher: SchedulePublisher, state: State) -> Self {
        let session = Self::new(publisher);
        session.publish(&state);
        session.lock().state = Arc::new(state);
        session
    }

    /// Returns the current state.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.lock().state)
    }

    /// Returns what the editor shows, or `None` if another thread holds the lock.
    pub fn try_snapshot(&self) -> Option<Snapshot> {
        let mut shared = self.shared.try_lock()?;
        shared.learn_tempo(&self.live);
        Some(Snapshot {
            state: Arc::clone(&shared.state),
            stills: shared.stills_of_clip(),
            host_tempo: Arc::clone(&shared.host_tempo),
            recut: shared.recut(),
            notice: shared.notices.shown().cloned(),
            epoch: shared.epoch,
            undo: shared.history.next_undo(),
            redo: shared.history.next_redo(),
        })
    }

    /// Lets a note of a MIDI pitch (0 to 127) and velocity (1 to 127) be heard for a moment through the built-in instrument, if the
    /// plugin has one and it is on. Never sent to the host.
    pub fn audition(&self, pitch: u8, velocity: u8) {
        self.live.audition(pitch, velocity);
    }

    /// Returns how many states the host has loaded. A job begun in one epoch must not change the state of another.
    pub fn epoch(&self) -> u64 {
        self.lock().epoch
    }

    /// Returns the length of the bars that are shown: the host's, else those of the current take, else of 4/4.
    pub fn bar_length(&self, state: &State) -> Beats {
        let of_host = match self.live.time_signature() {
            Some((beats, unit)) if beats > 0 && unit > 0 => {
                Some(Beats(4.0 * f64::from(beats) / f64::from(unit)))
            }
            _ => None,
        };
        of_host.unwrap_or_else(|| {
            let metre = state.current_take().map(|take| take.draft.score.metre());
            Beats(metre.unwrap_or(Metre::COMMON).bar_beats().into())
        })
    }

    /// Returns the number of the bar in which a draft that starts at `start` begins, as the window counts them.
    pub fn first_bar(&self, state: &State, start: Beats) -> u32 {
        (start.0 / self.bar_length(state).0 + 1e-9).floor() as u32 + 1
    }

    /// Returns the metre that drafts for `state` are made in: the host's, else that of the current take, else 4/4.
    ///
    /// # Errors
    /// Returns an error if drafts cannot be made in the host's metre.
    pub fn metre_for_drafts(&self, state: &State) -> Result<Metre> {
        if let Some((beats, unit)) = self.live.time_signature() {
            return Metre::new(beats, unit).map_err(|fault| {
                Error::Usage(format!(
                    "The host's metre: {fault}. Set one of them at the clip."
                ))
            });
        }
        let take = state.current_take();
        Ok(take.map_or(Metre::COMMON, |take| take.draft.score.metre()))
    }

    /// Replaces the state by the host's, or by an empty one and a notice if the text cannot be read. Clears older notices.
    /// What a later version saved is kept as [`Session::later_state`].
    pub fn load(&self, text: &str) {
        self.live.count_load();
        let mut notices = Notices::default();
        let is_later = State::is_of_later_version(text);
        let mut state = State::from_text(text).unwrap_or_else(|fault| {
            let problem = if is_later {
                "A later Diff-BGM saved this project. Its takes are kept but cannot be shown, and what is made here will \
                 not be saved."
                    .to_owned()
            } else {
                format!("The saved state could not be read: {fault}.")
            };
            notices.push(Notice::Problem(problem));
            State::default()
        });
        let mut shared = self.lock();
        self.publish(&state);
        let host_tempo = shared.host_tempo_after(mem::take(&mut state.host_tempo), &self.live);
        let insertion_owner = state.insertion_owner.take().or(shared.insertion_owner);
        *shared = Shared {
            host_tempo,
            insertion_owner,
            state: Arc::new(state),
            history: History::default(),
            clip: None,
            stills: None,
            compared: None,
            notices,
            later_state: is_later.then(|| text.into()),
            epoch: shared.epoch + 1,
        };
    }

    /// Returns the state that the host loaded, if a later version saved it: it is to be saved again in place of this
    /// session's, which cannot hold it.
    pub fn later_state(&self) -> Option<Arc<str>> {
        self.lock().later_state.clone()
    }

    /// Keeps the full clip until another one or another state is loaded.
    pub fn keep_clip(&self, path: PathBuf, clip: Arc<ClipFeatures>) {
        self.lock().clip = Some((path, clip));
    }

    /// Keeps the small pictures of the clip at `path` until those of another one are kept, or another state is loaded.
    pub fn keep_stills(&self, path: PathBuf, stills: Arc<Stills>) {
        self.lock().stills = Some((path, stills));
    }

    /// Returns the full clip of `path`, or `None` if it is not kept.
    pub fn kept_clip(&self, path: &PathBuf) -> Option<Arc<ClipFeatures>> {
        let shared = self.lock();
        let (kept, clip) = shared.clip.as_ref()?;
        (kept == path).then(|| Arc::clone(clip))
    }

    /// Keeps how a clip differs from that of a take, until others are compared or another state is loaded.
    pub(super) fn keep_compared(&self, compared: Compared) {
        self.lock().compared = Some(compared);
    }

    /// Returns how the clip of `state` differs from that of its current take, if that is kept.
    pub(super) fn compared(&self, state: &State) -> Option<Arc<Recut>> {
        let shared = self.lock();
        shared.compared.as_ref()?.for_state(state).cloned()
    }

    /// Returns the notices since the user last asked for anything, oldest first.
    pub fn notices(&self) -> Vec<Notice> {
        self.lock().notices.all().to_vec()
    }

    /// Adds a notice.
    pub fn notify(&self, notice: Notice) {
        self.lock().notices.push(notice);
    }

    /// Clears the notices, as every new request does.
    pub fn clear_notices(&self) {
        self.lock().notices.clear();
    }

    /// Adds the notice of a job that was begun in `epoch`. A cancelled job leaves none, and neither does one that failed
    /// if another state was loaded since.
    pub fn end_job(&self, epoch: u64, outcome: Result<Notice>) {
        let mut shared = self.lock();
        match outcome {
            Ok(notice) => shared.notices.push(notice),
            Err(Error::Cancelled) => {}
            Err(error) if shared.epoch == epoch => shared.notices.push(Notice::problem(&error)),
            Err(_) => {}
        }
    }

    /// Returns a number that every change of the state increments.
    pub fn revision(&self) -> u32 {
        self.revision.load(Ordering::Relaxed)
    }

    fn publish(&self, state: &State) {
        let draft = state.current_take().map(|take| &*take.draft);
        let schedule = draft
            .map(|draft| NoteSchedule::through(&draft.score, &draft.controls(), &state.outputs));
        self.publisher.publish(schedule.unwrap_or_default());
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock()
    }
}

#[cfg(test)]
mod tests;
