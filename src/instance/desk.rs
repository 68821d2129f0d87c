//! The jobs of an instance, and the workers that run them.

mod clip_job;
mod draft_job;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use super::notice::Notice;
use super::params::ParamValues;
use super::session::Session;
use super::state::Take;
use parking_lot::Mutex;

use crate::error::{Error, Result};
use crate::worker::{Bell, JobKind, Reporter, Worker, catch_panic};
use draft_job::{DraftJob, Tools};

/// An instance's session and its workers.
pub struct Desk {
    /// The state that the jobs read and change.
    pub session: Arc<Session>,
    /// Reads clips and makes drafts.
    pub worker: Worker,
    /// Writes files, so that an export does not wait for a draft.
    writer: Worker,
    tools: Arc<Mutex<Tools>>,
}

impl Desk {
    /// Creates a desk for `session` with idle workers.
    pub fn new(session: Arc<Session>) -> Self {
        Self {
            session,
            worker: Worker::default(),
            writer: Worker::default(),
            tools: Arc::default(),
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

    /// Makes a draft with the current settings and adds it as a take.
    pub fn generate(&self, params: ParamValues) {
        let (session, tools) = (Arc::clone(&self.session), Arc::clone(&self.tools));
        let job = DraftJob::new(&session, params);
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

    /// Writes the current take as a MIDI file, without waiting for a running draft.
    pub fn export_midi(&self, path: PathBuf) {
        let take = self.session.state().current_take().cloned();
        let job = move |_: &Reporter| write_midi(take.as_ref(), path);
        self.submit(&self.writer, JobKind::Export, job);
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

fn write_midi(take: Option<&Take>, path: PathBuf) -> Result<Notice> {
    let take = take.ok_or_else(|| {
        Error::Usage("There is no draft to export. Press Generate first.".to_owned())
    })?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
    }
    take.draft.write_midi(&path)?;
    Ok(Notice::Wrote(path))
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
