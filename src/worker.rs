//! Background work: one thread per instance of the plugin.
//!
//! At most one job of a kind waits. A newer one replaces it and cancels a running job of the same kind. A job that panics
//! ends, and the next one runs. Dropping the worker cancels the running job and waits for it.
//!
//! The thread sleeps by parking itself, so that a [`Bell`] can wake it from the audio thread.

mod bell;
mod panics;
mod pool;
mod quiet_thread;
mod reporter;
mod sharing;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle, Thread};
use std::time::Duration;

use parking_lot::Mutex;

use crate::error::{Error, Result};
pub use bell::Bell;
pub use panics::catch_panic;
pub use pool::InferencePool;
pub use reporter::Reporter;
pub use sharing::SharedByKey;

/// The stack of the worker's thread, which runs parsers and the network.
const STACK_BYTES: usize = 8 << 20;

/// What a job is for. Waiting jobs run in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobKind {
    /// Reads or analyses a clip.
    Clip,
    /// Makes a draft.
    Generate,
    /// Writes a file that the user is dragging.
    Drag,
    /// Searches for something, such as a tempo.
    Search,
    /// Compares two cuts of a clip.
    Compare,
    /// Reads the small pictures of a clip.
    Stills,
    /// Reads or writes a theme.
    Theme,
    /// Writes a file.
    Export,
}

/// What the worker is doing.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// The job that runs now or is about to.
    pub running: Option<Running>,
}

/// The progress of a job.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// What the job is for.
    pub kind: JobKind,
    /// What it is doing, such as `Segment 2 of 3, step 11 of 20`.
    pub stage: String,
    /// The share that is done, 0 to 1.
    pub fraction: f32,
    /// The estimated time left, or `None` if it is too early to say.
    pub remaining: Option<Duration>,
}

type Job = Box<dyn FnOnce(&Reporter) + Send>;
type Answer = Arc<dyn Fn(&Reporter) + Send + Sync>;

/// A thread that runs jobs. The first job starts it.
#[derive(Default)]
pub struct Worker {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// Whether the bell was rung since the thread last looked.
    rung: AtomicBool,
}

#[derive(Default)]
struct Queue {
    waiting: BTreeMap<JobKind, Job>,
    /// The running job's kind, and the flag that cancels it.
    current: Option<(JobKind, Arc<AtomicBool>)>,
    /// The job that the bell requests.
    answer: Option<Answer>,
    status: Status,
    stop: bool,
}

impl Worker {
    /// Requests a job. A waiting job of the same kind is dropped, and a running one cancelled.
    ///
    /// The job reports its own outcome: see [`catch_panic`] for one that panics.
    ///
    /// # Errors
    /// Returns an error if the system cannot start the thread.
    pub fn submit(
        &self,
        kind: JobKind,
        job: impl FnOnce(&Reporter) + Send + 'static,
    ) -> Result<()> {
        let replaced = {
            let mut queue = self.shared.queue.lock();
            queue.cancel_running(kind);
            if queue.status.running.is_none() {
                queue.status.running = Some(Running::starting(kind));
            }
            queue.waiting.insert(kind, Box::new(job))
        };
        drop(replaced);
        self.started()?.unpark();
        Ok(())
    }

    /// Starts the thread and returns a bell that requests the draft `answer`, as [`Worker::submit`] does.
    ///
    /// `answer` must not own the worker, which could then never be dropped.
    ///
    /// # Errors
    /// Returns an error if the system cannot start the thread.
    pub fn bell(&self, answer: impl Fn(&Reporter) + Send + Sync + 'static) -> Result<Bell> {
        let replaced = self.shared.queue.lock().answer.replace(Arc::new(answer));
        drop(replaced);
        Ok(Bell::new(Arc::clone(&self.shared), self.started()?))
    }

    /// Cancels the waiting and the running job of `kind`.
    pub fn cancel(&self, kind: JobKind) {
        let removed = {
            let mut queue = self.shared.queue.lock();
            queue.cancel_running(kind);
            let removed = queue.waiting.remove(&kind);
            if queue.current.is_none() {
                queue.status.running = queue.next_to_run();
            }
            removed
        };
        drop(removed);
    }

    /// Returns what the worker is doing.
    pub fn status(&self) -> Status {
        self.shared.queue.lock().status.clone()
    }

    /// Returns what the worker is doing, or `None` if another thread holds the lock.
    pub fn try_status(&self) -> Option<Status> {
        let queue = self.shared.queue.try_lock()?;
        Some(queue.status.clone())
    }

    /// Returns the thread, starting it if necessary.
    fn started(&self) -> Result<Thread> {
        let mut thread = self.thread.lock();
        if let Some(running) = &*thread {
            return Ok(running.thread().clone());
        }
        let shared = Arc::clone(&self.shared);
        let spawned = thread::Builder::new()
            .name("diff-bgm worker".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || {
                quiet_thread::settle();
                while shared.run_next() {}
            })
            .map_err(|error| Error::Program {
                program: "the worker".to_owned(),
                message: format!("the system could not start its thread ({error})"),
            })?;
        let handle = spawned.thread().clone();
        *thread = Some(spawned);
        Ok(handle)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let unwanted = {
            let mut queue = self.shared.queue.lock();
            queue.stop = true;
            if let Some((_, cancelled)) = &queue.current {
                cancelled.store(true, Ordering::Relaxed);
            }
            (std::mem::take(&mut queue.waiting), queue.answer.take())
        };
        drop(unwanted);
        let thread = self.thread.get_mut();
        if let Some(thread) = thread.take() {
            thread.thread().unpark();
            // A panic outside a job can no longer be reported to anyone.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Waits for a job and runs it. Returns false once the worker is dropped.
    fn run_next(self: &Arc<Self>) -> bool {
        let (kind, job, cancelled) = loop {
            let mut queue = self.queue.lock();
            if queue.stop {
                return false;
            }
            if self.rung.swap(false, Ordering::AcqRel) {
                queue.answer_bell();
            }
            if let Some((kind, job)) = queue.waiting.pop_first() {
                let cancelled = Arc::new(AtomicBool::new(false));
                queue.current = Some((kind, Arc::clone(&cancelled)));
                queue.status.running = Some(Running::starting(kind));
                break (kind, job, cancelled);
            }
            drop(queue);
            // A request made since the lock was released has unparked the thread, and this returns at once.
            thread::park();
        };
        let reporter = Reporter::new(Arc::clone(self), kind, cancelled);
        // The next job must run even after one whose panic went unreported.
        let _ = catch_panic(|| {
            job(&reporter);
            Ok(())
        });
        let mut queue = self.queue.lock();
        queue.current = None;
        queue.status.running = queue.next_to_run();
        true
    }
}

impl Queue {
    /// Queues the job that the bell requests.
    fn answer_bell(&mut self) {
        if let Some(answer) = self.answer.clone() {
            let job: Job = Box::new(move |reporter| answer(reporter));
            self.waiting.insert(JobKind::Generate, job);
        }
    }

    fn cancel_running(&self, kind: JobKind) {
        if let Some((running, cancelled)) = &self.current
            && *running == kind
        {
            cancelled.store(true, Ordering::Relaxed);
        }
    }

    fn next_to_run(&self) -> Option<Running> {
        self.waiting.keys().next().copied().map(Running::starting)
    }
}

impl Running {
    fn starting(kind: JobKind) -> Self {
        Self {
            kind,
            stage: String::new(),
            fraction: 0.0,
            remaining: None,
        }
    }
}

#[cfg(test)]
mod tests;
