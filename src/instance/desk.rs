//! The jobs of an instance, and the workers that run them.

mod changed;
mod clip_job;
mod conform_job;
mod draft_job;
mod excerpt_job;
mod export_job;
mod files;
mod repaint_job;
mod sample_clip;
mod theme_job;
mod timeline_job;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::locks::Selection;
use super::notice::Notice;
use super::params::ParamValues;
use super::session::Session;
use super::still_cache::StillCache;
use super::timeline_link::{FoundPicture, TimelineLink, TimelineTask};
use parking_lot::Mutex;

use crate::conditioning::tempo_finder::{Candidate, TempoSearch};
use crate::error::Result;
use crate::time::Bars;
use crate::worker::{Bell, JobKind, Reporter, Running, Worker, catch_panic};
use conform_job::ConformJob;
use draft_job::{DraftJob, Tools, now_unix_seconds};
use repaint_job::RepaintJob;

/// An instance's session and its workers.
pub struct Desk {
    /// The state that the jobs read and change.
    pub session: Arc<Session>,
    /// Reads clips and makes drafts.
    pub worker: Worker,
    /// Writes files, so that an export does not wait for a draft.
    writer: Worker,
    tools: Arc<Mutex<Tools>>,
    /// The host's timeline, if it can be reached.
    pub timeline: TimelineLink,
}

impl Desk {
    /// Creates a desk for `session` with idle workers.
    pub fn new(session: Arc<Session>) -> Self {
        Self {
            session,
            worker: Worker::default(),
            writer: Worker::default(),
            tools: Arc::default(),
            timeline: TimelineLink::default(),
        }
    }

    /// Reads a clip file or analyses a video, whose shots are found as the state says, and makes it the clip that drafts are
    /// made for.
    pub fn load_clip(&self, path: PathBuf) {
        let session = Arc::clone(&self.session);
        let (epoch, finder) = (session.epoch(), session.state().shot_finder);
        let job =
            move |reporter: &Reporter| clip_job::load(&session, epoch, path, finder, reporter);
        self.submit(&self.worker, JobKind::Clip, job);
    }

    /// Opens the clip that comes with the plugin, which is written into `folder`.
    pub fn load_sample_clip(&self, folder: &Path) {
        let (session, folder) = (Arc::clone(&self.session), folder.to_owned());
        let (epoch, finder) = (session.epoch(), session.state().shot_finder);
        let job = move |reporter: &Reporter| {
            let path = sample_clip::write(&folder)?;
            clip_job::load(&session, epoch, path, finder, reporter)
        };
        self.submit(&self.worker, JobKind::Clip, job);
    }

    /// Checks that the clip of a project that was opened in `epoch` is still where it was, and says so if it is not. Nothing
    /// waits for the check.
    pub fn check_clip(&self, epoch: u64) {
        let session = Arc::clone(&self.session);
        let submitted = self.writer.submit(JobKind::Clip, move |_| {
            run(&session, epoch, || {
                let clip = session.clip_for(epoch, None);
                clip_job::check(clip.as_ref())
            });
        });
        if let Err(error) = submitted {
            self.session.notify(Notice::problem(&error));
        }
    }

    /// Looks for the small pictures of the clip at `path` in the user's cache folder, and keeps them if they are there. Nothing
    /// waits for it.
    pub fn find_stills(&self, path: PathBuf) {
        let session = Arc::clone(&self.session);
        let submitted = self.writer.submit(JobKind::Stills, move |_| {
            if let Some(stills) = StillCache::of_user().find(&path) {
                session.keep_stills(path, Arc::new(stills));
            }
        });
        if let Err(error) = submitted {
            self.session.notify(Notice::problem(&error));
        }
    }

    /// Makes a draft with the current settings and adds it as a take.
    pub fn generate(&self, params: ParamValues) {
        let (session, tools) = (Arc::clone(&self.session), Arc::clone(&self.tools));
        let job = DraftJob::new(&session, params);
        let job = move |reporter: &Reporter| job.run(&session, &tools, reporter);
        self.submit(&self.worker, JobKind::Generate, job);
    }

    /// Adds a take, which plays: the current one with `bars`, counted from 0, of the take at `index`.
    pub fn combine(&self, index: usize, bars: Range<Bars>, params: ParamValues) {
        let first_bar = self
            .session
            .first_bar(&self.session.state(), params.start());
        let mut outcome = Ok(());
        self.session.edit(|state| {
            outcome = state.combine(index, bars, first_bar, now_unix_seconds());
        });
        if let Err(error) = outcome {
            self.session.notify(Notice::problem(&error));
        }
    }

    /// Finds the `most` best tempi of a search, and gives them to `on_found` on the worker's thread. A newer search replaces
    /// one that has not begun.
    pub fn find_tempo(
        &self,
        search: TempoSearch,
        most: usize,
        on_found: impl FnOnce(TempoSearch, Vec<Candidate>) + Send + 'static,
    ) {
        let job = move |_: &Reporter| {
            let found = search.find(most);
            on_found(search, found);
        };
        let submitted = self.writer.submit(JobKind::Search, job);
        if let Err(error) = submitted {
            self.session.notify(Notice::problem(&error));
        }
    }

    /// Paints what is selected of the current take again, and adds the result as a take. Locked bars and parts stay.
    pub fn repaint(&self, params: ParamValues, selection: Selection) {
        let (session, tools) = (Arc::clone(&self.session), Arc::clone(&self.tools));
        let job = RepaintJob::new(&session, params, selection);
        let job = move |reporter: &Reporter| job.run(&session, &tools, reporter);
        self.submit(&self.worker, JobKind::Generate, job);
    }

    /// Compares the picture of the current take with the clip that is open, if they are not the same, and keeps what came of it for
    /// the window. Nothing waits for it.
    pub fn compare_cuts(&self) {
        let session = Arc::clone(&self.session);
        let submitted = self.writer.submit(JobKind::Compare, move |reporter| {
            let epoch = session.epoch();
            let compared =
                catch_panic(|| conform_job::compare(&session, &session.state(), reporter));
            if let Err(error) = compared {
                session.end_job(epoch, Err(error));
            }
        });
        if let Err(error) = submitted {
            self.session.notify(Notice::problem(&error));
        }
    }

    /// Returns how far the comparison of [`Desk::compare_cuts`] is, if one runs and that is known at once. Never waits.
    pub fn comparison(&self) -> Option<Running> {
        let running = self.writer.try_status()?.running?;
        (running.kind == JobKind::Compare).then_some(running)
    }

    /// Stops the comparison of [`Desk::compare_cuts`].
    pub fn cancel_comparison(&self) {
        self.writer.cancel(JobKind::Compare);
    }

    /// Makes the current take fit the clip that is open, if it was made for another cut of it, and adds the result as a take. Bars
    /// whose picture is unchanged are kept; hits, quiet stretches, curves and locks go with their picture.
    pub fn conform(&self, params: ParamValues) {
        let (session, tools) = (Arc::clone(&self.session), Arc::clone(&self.tools));
        let job = ConformJob::new(&session, params);
        let job = move |reporter: &Reporter| job.run(&session, &tools, reporter);
        self.submit(&self.worker, JobKind::Generate, job);
    }

    /// Returns a bell with which the audio thread does the same as [`Desk::generate`], or `None` and a notice if the system
    /// cannot start the worker.
    pub fn bell(&self, params: impl Fn() -> ParamValues + Send + Sync + 'static) -> Option<Bell> {
        let (session, tools) = (Arc::clone(&self.session), Arc::clone(&self.tools));
        let bell = self.worker.bell(move |reporter| {
            session.clear_notices();
            let epoch = session.epoch();
            let job = DraftJob::new(&session, params());
            run(&session, epoch, || job.run(&session, &tools, reporter));
        });
        bell.inspect_err(|error| self.session.notify(Notice::problem(error)))
            .ok()
    }

    /// Asks for something of the host's timeline, whose outcome becomes a notice.
    pub fn ask_timeline(&self, task: TimelineTask) {
        self.session.clear_notices();
        self.timeline.ask(task);
    }

    /// Does what was asked of the host's timeline. To be called on the host's main thread; the outcome becomes a notice.
    pub fn serve_timeline(&self, task: TimelineTask) {
        let epoch = self.session.epoch();
        run(&self.session, epoch, || {
            timeline_job::serve(&self.session, &self.timeline, task)
        });
    }

    /// Opens a picture that was found in the host's timeline, where it lies there.
    pub fn open_found(&self, found: FoundPicture) {
        self.session.edit(|state| found.place(state));
        self.load_clip(found.path);
    }

    /// Requests a job, whose outcome becomes a notice.
    fn submit(
        &self,
        worker: &Worker,
        kind: JobKind,
        job: impl FnOnce(&Reporter) -> Result<Notice> + Send + 'static,
    ) {
        self.session.clear_notices();
        let session = Arc::clone(&self.session);
        let epoch = session.epoch();
        let submitted = worker.submit(kind, move |reporter| {
            run(&session, epoch, || job(reporter));
        });
        if let Err(error) = submitted {
            self.session.notify(Notice::problem(&error));
        }
    }
}

/// Runs a job that was requested in `epoch`, and ends it with its notice. The host learns of unsaved changes.
fn run(session: &Session, epoch: u64, job: impl FnOnce() -> Result<Notice>) {
    session.end_job(epoch, catch_panic(job));
    session.notify_host();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::Player;

    #[test]
    fn a_job_that_panics_ends_in_a_problem() {
        let session = Session::new(Player::new().1);
        run(&session, session.epoch(), || panic!("of some kind"));
        let problem = "Diff-BGM: internal error: of some kind.".to_owned();
        assert_eq!(session.notices(), [Notice::Problem(problem)]);
    }
}
