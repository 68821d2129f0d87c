//! Long work beside the host: one thread for each instance of the plugin.
//!
//! At most one job of a kind waits, and a newer one takes its place; a running job of the same kind is cancelled. A
//! job that panics is a failed job, and the next one runs. Dropping the worker cancels what runs and waits for it.
//!
//! The thread sleeps by parking itself, so that a [`Bell`] can wake it from the audio thread.

mod bell;
mod pool;
mod quiet_thread;
mod reporter;
mod sharing;

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle, Thread};
use std::time::Duration;

use parking_lot::Mutex;

use crate::error::{Error, Result};
pub use bell::Bell;
pub use pool::InferencePool;
pub use reporter::Reporter;
pub use sharing::SharedByKey;

/// Stack of the worker's thread: parsers and the network are run on it.
const STACK_BYTES: usize = 8 << 20;

/// What a job is for, in the order in which waiting jobs are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobKind {
    /// Reads or analyses a clip.
    Clip,
    /// Makes a draft.
    Generate,
    /// Writes a file.
    Export,
}

/// What the worker is doing.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// The job that runs now, or is about to.
    pub running: Option<Running>,
    /// Why the last job failed; nothing once another is asked for. Being cancelled is no failure.
    pub failure: Option<String>,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// What it is for.
    pub kind: JobKind,
    /// What it is doing at present, such as `Segment 2 of 3, step 11 of 20`.
    pub stage: String,
    /// How much is done, 0 to 1.
    pub fraction: f32,
    /// About how long it will still take, once that can be said.
    pub remaining: Option<Duration>,
}

type Job = Box<dyn FnOnce(&Reporter) -> Result<()> + Send>;
type Answer = Arc<dyn Fn(&Reporter) -> Result<()> + Send + Sync>;

/// A thread that runs jobs; it is started by the first one.
#[derive(Default)]
pub struct Worker {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// Whether the bell was rung since it was last looked at.
    rung: AtomicBool,
}

#[derive(Default)]
struct Queue {
    waiting: BTreeMap<JobKind, Job>,
    /// What runs, and how to cancel it.
    current: Option<(JobKind, Arc<AtomicBool>)>,
    /// The job that the bell asks for.
    answer: Option<Answer>,
    status: Status,
    stop: bool,
}

impl Worker {
    /// Asks for a job. A waiting job of the same kind is dropped, and a running one cancelled.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn submit(
        &self,
        kind: JobKind,
        job: impl FnOnce(&Reporter) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let replaced = {
            let mut queue = self.shared.queue.lock();
            queue.cancel_running(kind);
            queue.status.failure = None;
            if queue.status.running.is_none() {
                queue.status.running = Some(Running::starting(kind));
            }
            queue.waiting.insert(kind, Box::new(job))
        };
        drop(replaced);
        self.started()?.unpark();
        Ok(())
    }

    /// A bell that asks for a draft by `answer`, as [`Worker::submit`] does; starts the thread.
    ///
    /// `answer` must not own the worker, which could then never be dropped.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn bell(
        &self,
        answer: impl Fn(&Reporter) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Bell> {
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
                queue.status.running = queue.waiting.keys().next().copied().map(Running::starting);
            }
            removed
        };
        drop(removed);
    }

    /// What the worker is doing.
    pub fn status(&self) -> Status {
        self.shared.queue.lock().status.clone()
    }

    /// Like [`Worker::status`], but nothing where the answer would have to be waited for.
    pub fn try_status(&self) -> Option<Status> {
        let queue = self.shared.queue.try_lock()?;
        Some(queue.status.clone())
    }

    /// The thread, which is started by whoever needs it first.
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
                message: format!("the system gave it no thread ({error})"),
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
            // A panic outside a job has nobody left to be told to.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Waits for a job and runs it; false when the worker is dropped.
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
            // Whatever was asked for after the look above has unparked the thread, and this returns at once.
            thread::park();
        };
        let reporter = Reporter::new(Arc::clone(self), kind, cancelled);
        let outcome = catch_unwind(AssertUnwindSafe(|| job(&reporter)));
        let failure = match outcome {
            Ok(Ok(()) | Err(Error::Cancelled)) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(panic) => Some(format!("a fault in Diff-BGM: {}", panic_message(&*panic))),
        };
        let mut queue = self.queue.lock();
        queue.current = None;
        queue.status.running = queue.waiting.keys().next().copied().map(Running::starting);
        if failure.is_some() {
            queue.status.failure = failure;
        }
        true
    }
}

impl Queue {
    /// Puts what the bell asks for among what waits.
    fn answer_bell(&mut self) {
        if let Some(answer) = self.answer.clone() {
            self.status.failure = None;
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

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it gave no reason")
}

#[cfg(test)]
mod tests;
