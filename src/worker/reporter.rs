//! Progress and cancellation of a running job.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::{JobKind, Running, Shared};

/// The fraction from which on the remaining time is estimated.
const ESTIMATED_FROM: f32 = 0.02;

/// Reports a job's progress and tells the job when it is cancelled.
pub struct Reporter {
    shared: Arc<Shared>,
    kind: JobKind,
    cancelled: Arc<AtomicBool>,
    started: Instant,
    /// Milliseconds from the start to the last report of 0.
    preparation_millis: AtomicU64,
}

impl Reporter {
    pub(super) fn new(shared: Arc<Shared>, kind: JobKind, cancelled: Arc<AtomicBool>) -> Self {
        Self {
            shared,
            kind,
            cancelled,
            started: Instant::now(),
            preparation_millis: AtomicU64::new(0),
        }
    }

    /// Reports progress. Breaks if the job is cancelled. The remaining time is estimated from the last report of 0 on.
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

    /// Returns whether the job was cancelled, or the bell has requested another of its kind.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
            || (self.kind == JobKind::Generate && self.shared.rung.load(Ordering::Relaxed))
    }
}
