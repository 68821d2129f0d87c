//! Long work beside the host: one thread for each instance of the plugin.
//!
//! At most one job of a kind waits, and a newer one takes its place; a running job of the same kind is cancelled. A
//! job that panics is a failed job, and the next one runs. Dropping the worker cancels what runs and waits for it.

mod pool;
mod quiet_thread;
mod sharing;

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::error::{Error, Result};
pub use pool::InferencePool;
pub use sharing::SharedByKey;

/// Stack of the worker's thread: parsers and the network are run on it.
const STACK_BYTES: usize = 8 << 20;
/// A job must be at least so far along before its remaining time is estimated.
const ESTIMATED_FROM: f32 = 0.02;

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

/// A thread that runs jobs; it is started by the first one.
#[derive(Default)]
pub struct Worker {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: BTreeMap<JobKind, Job>,
    /// What runs, and how to cancel it.
    current: Option<(JobKind, Arc<AtomicBool>)>,
    status: Status,
    stop: bool,
}

/// A job's way to say how far it is, and to learn that it is cancelled.
pub struct Reporter {
    shared: Arc<Shared>,
    kind: JobKind,
    cancelled: Arc<AtomicBool>,
    started: Instant,
    /// After how many milliseconds the part that takes long began.
    preparation_millis: AtomicU64,
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
        self.start()?;
        self.shared.wake.notify_one();
        Ok(())
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

    fn start(&self) -> Result<()> {
        let mut thread = self.thread.lock();
        if thread.is_none() {
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
            *thread = Some(spawned);
        }
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let waiting = {
            let mut queue = self.shared.queue.lock();
            queue.stop = true;
            if let Some((_, cancelled)) = &queue.current {
                cancelled.store(true, Ordering::Relaxed);
            }
            std::mem::take(&mut queue.waiting)
        };
        drop(waiting);
        self.shared.wake.notify_one();
        let thread = self.thread.get_mut();
        if let Some(thread) = thread.take() {
            // A panic outside a job has nobody left to be told to.
            let _ = thread.join();
        }
    }
}

impl Shared {
    /// Waits for a job and runs it; false when the worker is dropped.
    fn run_next(self: &Arc<Self>) -> bool {
        let (kind, job, cancelled) = {
            let mut queue = self.queue.lock();
            loop {
                if queue.stop {
                    return false;
                }
                if let Some((kind, job)) = queue.waiting.pop_first() {
                    let cancelled = Arc::new(AtomicBool::new(false));
                    queue.current = Some((kind, Arc::clone(&cancelled)));
                    queue.status.running = Some(Running::starting(kind));
                    break (kind, job, cancelled);
                }
                self.wake.wait(&mut queue);
            }
        };
        let reporter = Reporter {
            shared: Arc::clone(self),
            kind,
            cancelled,
            started: Instant::now(),
            preparation_millis: AtomicU64::new(0),
        };
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

impl Reporter {
    /// Says how far the job is; breaks when it is cancelled. What is left is estimated from the last fraction of 0 on.
    pub fn report(&self, stage: impl Into<String>, fraction: f32) -> ControlFlow<()> {
        if self.is_cancelled() {
            return ControlFlow::Break(());
        }
        if fraction == 0.0 {
            let passed = self.started.elapsed().as_millis() as u64;
            self.preparation_millis.store(passed, Ordering::Relaxed);
        }
        let remaining = (ESTIMATED_FROM..=1.0).contains(&fraction).then(|| {
            let preparation = self.preparation_millis.load(Ordering::Relaxed);
            let passed =
                (self.started.elapsed()).saturating_sub(Duration::from_millis(preparation));
            passed.mul_f32((1.0 - fraction) / fraction)
        });
        self.shared.queue.lock().status.running = Some(Running {
            kind: self.kind,
            stage: stage.into(),
            fraction,
            remaining,
        });
        ControlFlow::Continue(())
    }

    /// Whether the job is no longer wanted.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
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
